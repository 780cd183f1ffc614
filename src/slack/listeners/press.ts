import type { App as BoltApp } from '@slack/bolt'
import { z } from 'zod'
import { OpsError } from '../../core/errors.ts'
import type { Log } from '../../core/ports/log.ts'
import { confirmAction, dismissAction, fillAction, sayAction, typeAction } from '../action-ids.ts'
import type { Ears, Said } from '../hear.ts'
import { directlyTo, placeOf } from '../place.ts'
import { createResponseUrl } from '../response-url.ts'
import type { Forms } from './form.ts'
import type { TypedModals } from './typed.ts'

/** What a press of a button carries (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
const pressSchema = z.object({
  trigger_id: z.string(),
  user: z.object({ id: z.string(), username: z.string().optional(), name: z.string().optional() }),
  // Missing where a button is pressed outside of any conversation.
  channel: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  container: z.object({ message_ts: z.string().optional(), thread_ts: z.string().optional() }).optional(),
  response_url: z.string().optional(),
  actions: z
    .tuple([
      z.object({
        type: z.string(),
        action_id: z.string(),
        value: z.string().optional(),
      }),
    ])
    .rest(z.unknown()),
})

type Press = z.infer<typeof pressSchema>

export interface PressParts {
  readonly ears: Ears
  readonly modals: TypedModals
  readonly forms: Forms
  readonly log: Log
}

/** Hears every button. Acknowledged before anything else, because Slack waits three seconds and shows a warning after. */
export function listenToPresses(bolt: BoltApp, parts: PressParts): void {
  bolt.action({ type: 'block_actions' }, async ({ ack, body }) => {
    await ack()
    const press = pressSchema.parse(body)
    await act(press, saidBy(press, parts.log), parts)
  })
}

async function act(
  { trigger_id, actions: [action] }: Press,
  said: Said,
  { ears, modals, forms }: PressParts,
): Promise<void> {
  const { value = '' } = action
  switch (meaningOf(action.action_id)) {
    case sayAction:
      return ears.hear(value, said)
    case fillAction:
      return forms.open(value, trigger_id, said)
    case confirmAction:
      return ears.confirm(value, undefined, said)
    case typeAction:
      return modals.open(value, trigger_id, said)
    case dismissAction:
      return ears.reject(value, said)
    default:
      return ears.refuse(unknownButton, said)
  }
}

const unknownButton = new OpsError(
  'expired',
  'This button belongs to another version of the bot. Nothing was done.',
  'Say the command again for fresh buttons.',
  { cure: 'help' },
)

/** The action that an id stands for; ids of one message differ in a number behind it. */
function meaningOf(actionId: string): string | undefined {
  const known = [sayAction, fillAction, confirmAction, typeAction, dismissAction]
  return known.find((action) => new RegExp(`^${action}(?:\\D?\\d+)?$`).test(actionId))
}

function saidBy({ trigger_id, user, channel, container, response_url }: Press, log: Log): Said {
  const thread = container?.thread_ts === container?.message_ts ? undefined : container?.thread_ts
  return {
    who: { kind: 'slack', id: user.id, name: user.username ?? user.name ?? user.id },
    place: channel === undefined ? directlyTo(user.id) : placeOf(channel.id, channel.name, thread),
    delivery: trigger_id,
    responseUrl: response_url === undefined ? undefined : createResponseUrl(response_url, log),
  }
}
