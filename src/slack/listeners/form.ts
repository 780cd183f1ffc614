import type { App as BoltApp } from '@slack/bolt'
import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { Catalog } from '../../core/command/catalog.ts'
import { formOf, readForm } from '../../core/command/form.ts'
import { OpsError } from '../../core/errors.ts'
import type { Log } from '../../core/ports/log.ts'
import { formModal } from '../action-ids.ts'
import type { Ears, Said } from '../hear.ts'
import { call } from '../methods.ts'
import { placeOf } from '../place.ts'
import { presentForm } from '../present/index.ts'
import { SlackRefused } from '../refused.ts'

/** The dialogs in which the rest of a line is filled in. */
export interface Forms {
  /** Opens the dialog for a line. Must come within three seconds of the press, so nothing is read before. */
  open(line: string, trigger: string, said: Said): Promise<void>
}

export interface FormParts {
  readonly ears: Ears
  readonly catalog: Catalog
  readonly client: WebClient
  readonly log: Log
}

/** What a dialog carries until it is submitted: the command, and where its button was pressed. */
const whereSchema = z.object({
  command: z.string(),
  channel: z.string(),
  name: z.string().optional(),
  thread: z.string().optional(),
})

const entrySchema = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_conversation: z.string().nullish(),
})

const submissionSchema = z.object({
  trigger_id: z.string(),
  user: z.object({ id: z.string(), name: z.string() }),
  view: z.object({
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), entrySchema)) }),
  }),
})

/** Opens forms and hears their submissions: what was filled in becomes a line, which is then said like any other. */
export function listenToForms(bolt: BoltApp, { ears, catalog, client, log }: FormParts): Forms {
  bolt.view(formModal.callbackId, async ({ ack, body }) => {
    const { trigger_id, user, view } = submissionSchema.parse(body)
    const { command: name, channel, name: channelName, thread } = whereSchema.parse(JSON.parse(view.private_metadata))
    const command = catalog.find(name)
    const filled = command === undefined ? null : readForm(command, enteredIn(view.state.values))
    if (filled?.kind === 'faults') {
      const errors = Object.entries(filled.faults).map(([field, fault]) => [`${formModal.blockPrefix}${field}`, fault])
      await ack({ response_action: 'errors', errors: Object.fromEntries(errors) })
      return
    }
    await ack()
    const said: Said = {
      who: { kind: 'slack', id: user.id, name: user.name },
      place: placeOf(channel, channelName, thread),
      delivery: trigger_id,
      responseUrl: undefined,
    }
    // A command that this version does not know any more says so itself.
    await ears.hear(filled?.line ?? name, said)
  })

  return {
    async open(line, trigger, said) {
      try {
        const form = formOf(line, catalog)
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

/** What stands in each field, by the name of its argument. */
function enteredIn(values: z.infer<typeof submissionSchema>['view']['state']['values']): Record<string, string> {
  const entries = Object.entries(values).map(([block, inputs]) => {
    const { value, selected_option, selected_conversation } = inputs[formModal.actionId] ?? {}
    const typed = value ?? selected_option?.value ?? selected_conversation ?? ''
    return [block.slice(formModal.blockPrefix.length), typed]
  })
  return Object.fromEntries(entries)
}
