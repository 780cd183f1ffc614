import type { ActionsBlock, Button, ConfirmationDialog } from '@slack/types'
import type { Suggestion } from '../../core/answer.ts'
import { withChannelNames } from '../../core/channel.ts'
import { cleanLine } from '../../core/words.ts'
import { fillAction, sayAction } from '../action-ids.ts'
import { plainText, smallPrint } from './blocks.ts'
import { cut } from './cut.ts'
import { type Part, simplePart } from './part.ts'

/** More than this on one message are not read. */
export const maxButtons = 4

// https://docs.slack.dev/reference/block-kit/block-elements/button-element
const maxLabel = 75
const maxValue = 2_000

/** A button that carries `value` back when pressed. */
export function button(
  actionId: string,
  label: string,
  value: string,
  options: { readonly style?: 'primary' | 'danger'; readonly confirm?: ConfirmationDialog } = {},
): Button {
  return { type: 'button', action_id: actionId, text: plainText(cleanLine(label), maxLabel), value, ...options }
}

/** Buttons beside each other. */
export function buttonRow(buttons: readonly Button[]): ActionsBlock {
  return { type: 'actions', elements: [...buttons] }
}

/** What to say next, in words and as buttons; suggestions that got no button are named too. */
export function presentNext(next: readonly Suggestion[], slash: string): Part | null {
  if (next.length === 0) return null
  const pressable = next.filter(({ line }) => line.length <= maxValue).slice(0, maxButtons)
  const complete = next.filter(({ form }) => form !== true)
  const named = complete.filter((suggestion, at) => at === 0 || !pressable.includes(suggestion))
  const lines = named.map(({ line }) => `${slash} ${cut(cleanLine(withChannelNames(line)), 300)}`.trim())
  const words = lines.length === 0 ? '' : `Next: ${lines.join(', ')}`
  const buttons = pressable.map(({ label, line, form }, at) =>
    button(`${form === true ? fillAction : sayAction}-${at + 1}`, label, line),
  )
  return simplePart('Next', [...smallPrint(words), ...(buttons.length === 0 ? [] : [buttonRow(buttons)])], words)
}
