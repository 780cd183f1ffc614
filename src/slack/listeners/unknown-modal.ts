import type { App as BoltApp } from '@slack/bolt'
import { formModal, typedModal } from '../action-ids.ts'

/** A dialog of another version of the bot just closes; unacknowledged it would show an error after three seconds. */
export function closeUnknownModals(bolt: BoltApp): void {
  const known: readonly string[] = [typedModal.callbackId, formModal.callbackId]
  bolt.view(/.*/, async ({ ack, body }) => {
    if (!known.includes(body.view.callback_id)) await ack()
  })
}
