import type { ModalView } from '@slack/types'
import { cleanLine } from '../../core/words.ts'
import { typedModal } from '../action-ids.ts'
import { plainText } from './blocks.ts'

/** What the modal needs to know of a plan that is confirmed by typing a word. */
export interface TypedPlan {
  readonly id: string
  readonly title: string
  readonly act: string
  /** The word to be typed. */
  readonly typed: string
}

// https://docs.slack.dev/reference/views/modal-views
const maxTitle = 24

/** The modal in which the word of a plan is typed; submitting it with that word carries the plan out. */
export function presentTypedModal({ id, title, act, typed }: TypedPlan): ModalView {
  return {
    type: 'modal',
    callback_id: typedModal.callbackId,
    private_metadata: id,
    title: plainText(cleanLine(title), maxTitle),
    submit: plainText(cleanLine(act), maxTitle),
    close: plainText('Not now', maxTitle),
    blocks: [
      {
        type: 'section',
        text: plainText(`${cleanLine(title)}\nNothing is done unless the word is typed.`, 3_000),
      },
      {
        type: 'input',
        block_id: typedModal.blockId,
        label: plainText(`Type “${cleanLine(typed)}” to confirm`, 200),
        element: { type: 'plain_text_input', action_id: typedModal.actionId, focus_on_load: true },
      },
    ],
  }
}
