import type { App as BoltApp } from '@slack/bolt'
import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { App } from '../../core/app.ts'
import type { Command } from '../../core/command/define.ts'
import { type Form, formOf, readForm } from '../../core/command/form.ts'
import { messageOf, OpsError } from '../../core/errors.ts'
import { jsonOf } from '../../core/format.ts'
import type { Asker } from '../../core/people.ts'
import { conversationOf } from '../../core/place.ts'
import { type Clock, inTime } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { formModal } from '../action-ids.ts'
import { call } from '../api-methods.ts'
import { presentForm } from '../present/index.ts'
import { SlackRefused } from '../slack-errors.ts'
import type { Gate } from './gate.ts'
import { submissionSchema } from './payload.ts'
import type { InboundRequest, RequestHandler } from './request-handler.ts'

/** The dialogs in which the rest of a line is filled in. */
export interface FormDialogs {
  /** Opens the dialog for a line. Must come within three seconds of the press, so little is read before. */
  open(line: string, trigger: string, inbound: InboundRequest): Promise<void>
}

interface FormDialogParts {
  readonly gate: Gate
  readonly handler: RequestHandler
  readonly app: Pick<App, 'catalog' | 'read' | 'whyNotRun' | 'whyNotUse' | 'zoneOf'>
  readonly client: WebClient
  readonly clock: Clock
  readonly log: Log
}

// Slack waits three seconds for the opening of a dialog, and for the answer to its submission.
const lookUpMs = 1_000
const foreseeMs = 2_000

/** `private_metadata` of a dialog: the command, and where its button was pressed. */
const whereSchema = z.object({
  command: z.string(),
  channel: z.string(),
  name: z.string().optional(),
  thread: z.string().optional(),
})

/** Opens forms and handles their submissions: what was filled in becomes a line, which is handled like a typed one. */
export function createFormDialogs(
  bolt: BoltApp,
  { gate, handler, app, client, clock, log }: FormDialogParts,
): FormDialogs {
  const { catalog } = app
  bolt.view(formModal.callbackId, async ({ ack, body }) => {
    const { view } = submissionSchema.parse(body)
    const where = whereIn(view.private_metadata)
    if (where === null) {
      await ack()
      return handler.refuse(unknownForm, gate.requestOf(body))
    }
    const { command: name, channel, name: channelName, thread } = where
    const command = catalog.find(name)
    const entered = enteredIn(view.state.values)
    const filled = command === undefined ? null : readForm(command, wordsOf(entered), catalog)
    const inbound: InboundRequest = { ...gate.requestOf(body), place: conversationOf(channel, channelName, thread) }
    // The refusal of a command that this version does not have.
    if (command === undefined || filled === null) {
      await ack()
      return handler.handleLine(name, inbound)
    }
    if (filled.kind === 'faults') {
      if (await mayFillIn(command, inbound.who)) {
        return ack({ response_action: 'errors', errors: atBlocks(filled.faults) })
      }
      await ack()
      return handler.handleLine(name, inbound)
    }
    const request = (async () => {
      const named = readForm(command, await withNames(entered), catalog)
      return app.read(named.kind === 'line' ? named.line : filled.line)
    })()
    const foreseen = request.then((parsed) =>
      app.whyNotRun({ request: parsed, who: inbound.who, place: inbound.place }),
    )
    const fault = await inTime(foreseen, foreseeMs, clock)
    if (fault?.field !== undefined && fault.field in entered) {
      return ack({ response_action: 'errors', errors: atBlocks({ [fault.field]: `${fault.message} ${fault.remedy}` }) })
    }
    await ack()
    await handler.handle(await request, inbound)
  })

  /** Whether somebody may use the command, as far as that is known in time. Otherwise they are refused before they fill anything in. */
  const mayFillIn = async (command: Command, who: Asker): Promise<boolean> =>
    (await inTime(app.whyNotUse(command, who), lookUpMs, clock)) === null

  /** The form of a line. The time zone of `who` is read only where a field shows it. */
  const formFor = async (line: string, who: Asker): Promise<Form> => {
    const form = formOf(line, catalog)
    if (form.fields.every(({ kind }) => kind !== 'zone')) return form
    const zone = await inTime(app.zoneOf(who), lookUpMs, clock)
    return formOf(line, catalog, zone ?? undefined)
  }

  /** What was entered, channels with their names: a form submits ids alone. Never throws. */
  const withNames = async (entered: Readonly<Record<string, Entry>>): Promise<Record<string, string>> => {
    const named = Object.entries(entered).map(async ([name, { kind, text }]) => [
      name,
      kind === 'channel' ? await typedChannel(client, text, log) : text,
    ])
    return Object.fromEntries(await Promise.all(named))
  }

  return {
    async open(line, trigger, inbound) {
      try {
        const command = catalog.named(line)
        if (command !== undefined && !(await mayFillIn(command, inbound.who))) {
          return await handler.handleLine(line, inbound)
        }
        const form = await formFor(line, inbound.who)
        const { channel, channelName: name, thread } = inbound.place
        const where = JSON.stringify({ command: form.command, channel, name, thread })
        await call(client, 'views.open', { trigger_id: trigger, view: presentForm(form, where) }, z.object({}))
      } catch (error) {
        // The dialog is open: this press was delivered twice.
        if (error instanceof SlackRefused && error.code === 'exchanged_trigger_id') return
        log.warn({ err: error, line }, 'a form could not be opened')
        const why = new OpsError(
          'slack',
          'Slack did not open the form in time. Nothing was done.',
          `Click again, or see help ${line}.`,
        )
        await handler.refuse(error instanceof OpsError ? error : why, inbound)
      }
    },
  }
}

const unknownForm = new OpsError(
  'expired',
  'This form belongs to another version of the bot. Nothing was done.',
  'Type the command again to get a new form.',
  { fixCommand: 'help' },
)

/** Null where this version did not write it. */
function whereIn(metadata: string): z.infer<typeof whereSchema> | null {
  return whereSchema.safeParse(jsonOf(metadata)).data ?? null
}

/** The content of a field: the id of a channel, or words. */
type Entry = { readonly kind: 'channel' | 'words'; readonly text: string }

/** The content of each field, by the name of its argument. */
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

const found = z.object({ channel: z.object({ name: z.string().optional() }) })

/** A channel that was chosen by its id, as it would be typed: `<#C…|music>`; the id alone where Slack does not return its name. */
async function typedChannel(client: WebClient, id: string, log: Log): Promise<string> {
  try {
    const { channel } = await call(client, 'conversations.info', { channel: id }, found)
    return channel.name === undefined ? id : `<#${id}|${channel.name}>`
  } catch (error) {
    log.warn({ err: error, channel: id }, `Slack did not return the name of a channel: ${messageOf(error)}`)
    return id
  }
}
