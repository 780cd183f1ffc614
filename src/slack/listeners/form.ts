import type { App as BoltApp } from '@slack/bolt'
import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { App } from '../../core/app.ts'
import { type Form, formOf, readForm } from '../../core/command/form.ts'
import { OpsError } from '../../core/errors.ts'
import type { Asker } from '../../core/people.ts'
import { type Clock, inTime } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { formModal } from '../action-ids.ts'
import type { Gate } from '../gate.ts'
import type { Ears, Said } from '../hear.ts'
import { submissionSchema } from '../inbound.ts'
import { call } from '../methods.ts'
import { typedChannel } from '../names.ts'
import { placeOf } from '../place.ts'
import { presentForm } from '../present/index.ts'
import { SlackRefused } from '../refused.ts'

/** The dialogs in which the rest of a line is filled in. */
export interface Forms {
  /** Opens the dialog for a line. Must come within three seconds of the press, so little is read before. */
  open(line: string, trigger: string, said: Said): Promise<void>
}

export interface FormParts {
  readonly gate: Gate
  readonly ears: Ears
  readonly app: Pick<App, 'catalog' | 'read' | 'whyNotSay' | 'zoneOf'>
  readonly client: WebClient
  readonly clock: Clock
  readonly log: Log
}

// Slack gives up on both after three seconds: on a dialog that is to be opened, and on one that waits to be told what became of it.
const zoneMs = 1_000
const foreseeMs = 2_000

/** What a dialog carries until it is submitted: the command, and where its button was pressed. */
const whereSchema = z.object({
  command: z.string(),
  channel: z.string(),
  name: z.string().optional(),
  thread: z.string().optional(),
})

/** Opens forms and hears their submissions: what was filled in becomes a line, which is then said like any other. */
export function listenToForms(bolt: BoltApp, { gate, ears, app, client, clock, log }: FormParts): Forms {
  const { catalog } = app
  bolt.view(formModal.callbackId, async ({ ack, body }) => {
    const { view } = submissionSchema.parse(body)
    const where = whereIn(view.private_metadata)
    if (where === null) {
      await ack()
      return ears.refuse(unknownForm, gate.saidOf(body))
    }
    const { command: name, channel, name: channelName, thread } = where
    const command = catalog.find(name)
    const entered = enteredIn(view.state.values)
    const filled = command === undefined ? null : readForm(command, wordsOf(entered), catalog)
    const said: Said = { ...gate.saidOf(body), place: placeOf(channel, channelName, thread) }
    // A command that this version does not know any more says so itself.
    if (command === undefined || filled === null) {
      await ack()
      return ears.hear(name, said)
    }
    if (filled.kind === 'faults') return ack({ response_action: 'errors', errors: atBlocks(filled.faults) })
    const spoken = (async () => {
      const named = readForm(command, await withNames(entered), catalog)
      return app.read(named.kind === 'line' ? named.line : filled.line)
    })()
    const foreseen = spoken.then((request) => app.whyNotSay({ request, who: said.who, place: said.place }))
    const fault = await inTime(foreseen, foreseeMs, clock)
    if (fault?.field !== undefined && fault.field in entered) {
      return ack({ response_action: 'errors', errors: atBlocks({ [fault.field]: `${fault.message} ${fault.remedy}` }) })
    }
    await ack()
    await ears.answer(await spoken, said)
  })

  /** The form of a line; the zone of whoever fills it in is asked for only where that stands in a field. */
  const formFor = async (line: string, who: Asker): Promise<Form> => {
    const form = formOf(line, catalog)
    if (form.fields.every(({ kind }) => kind !== 'zone')) return form
    const zone = await inTime(app.zoneOf(who), zoneMs, clock)
    return formOf(line, catalog, zone ?? undefined)
  }

  /** A form tells channels by their ids alone, and lists are read by people. Never throws. */
  const withNames = async (entered: Readonly<Record<string, Entry>>): Promise<Record<string, string>> => {
    const named = Object.entries(entered).map(async ([name, { kind, text }]) => [
      name,
      kind === 'channel' ? await typedChannel(client, text, log) : text,
    ])
    return Object.fromEntries(await Promise.all(named))
  }

  return {
    async open(line, trigger, said) {
      try {
        const form = await formFor(line, said.who)
        const { channel, channelName: name, thread } = said.place
        const where = JSON.stringify({ command: form.command, channel, name, thread })
        await call(client, 'views.open', { trigger_id: trigger, view: presentForm(form, where) }, z.object({}))
      } catch (error) {
        // The dialog is open: this press was delivered twice.
        if (error instanceof SlackRefused && error.code === 'exchanged_trigger_id') return
        log.warn({ err: error, line }, 'a form could not be opened')
        const why = new OpsError('slack', 'Slack did not open the form in time.', `Press again, or say help ${line}.`)
        await ears.refuse(error instanceof OpsError ? error : why, said)
      }
    },
  }
}

const unknownForm = new OpsError(
  'expired',
  'This form belongs to another version of the bot. Nothing was done.',
  'Open it again with a fresh button, or type the command.',
  { cure: 'help' },
)

/** What a dialog carries; null for what this version has not written. */
function whereIn(metadata: string): z.infer<typeof whereSchema> | null {
  try {
    return whereSchema.safeParse(JSON.parse(metadata)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** What stands in a field: the id of a channel, or words. */
type Entry = { readonly kind: 'channel' | 'words'; readonly text: string }

/** What stands in each field, by the name of its argument. */
function enteredIn(values: z.infer<typeof submissionSchema>['view']['state']['values']): Record<string, Entry> {
  const entries = Object.entries(values).map(([block, inputs]): [string, Entry] => {
    const { value, selected_option, selected_conversation, selected_time } = inputs[formModal.actionId] ?? {}
    const name = block.slice(formModal.blockPrefix.length)
    if (selected_conversation != null) return [name, { kind: 'channel', text: selected_conversation }]
    return [name, { kind: 'words', text: value ?? selected_option?.value ?? selected_time ?? '' }]
  })
  return Object.fromEntries(entries)
}

function wordsOf(entered: Readonly<Record<string, Entry>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entered).map(([name, { text }]) => [name, text]))
}

/** Faults by the names of their fields, as Slack wants them. */
function atBlocks(faults: Readonly<Record<string, string>>): Record<string, string> {
  const errors = Object.entries(faults).map(([field, fault]) => [`${formModal.blockPrefix}${field}`, fault.trim()])
  return Object.fromEntries(errors)
}
