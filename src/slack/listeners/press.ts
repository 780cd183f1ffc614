import type { App as BoltApp } from '@slack/bolt'
import type { z } from 'zod'
import { OpsError } from '../../core/errors.ts'
import { confirmAction, dismissAction, fillAction, sayAction, typeAction } from '../action-ids.ts'
import type { Gate } from '../gate.ts'
import type { Ears, Said } from '../hear.ts'
import { pressSchema } from '../inbound.ts'
import type { Forms } from './form.ts'
import type { TypedModals } from './typed.ts'

type Press = z.infer<typeof pressSchema>

export interface PressParts {
  readonly gate: Gate
  readonly ears: Ears
  readonly modals: TypedModals
  readonly forms: Forms
}

/** Handles every button. */
export function listenToPresses(bolt: BoltApp, parts: PressParts): void {
  bolt.action({ type: 'block_actions' }, async ({ body }) => {
    await act(pressSchema.parse(body), parts.gate.saidOf(body), parts)
  })
}

async function act(
  { trigger_id, actions: [action] }: Press,
  said: Said,
  { ears, modals, forms }: PressParts,
): Promise<void> {
  const value = action.value ?? ''
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
