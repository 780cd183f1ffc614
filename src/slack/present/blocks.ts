import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  Overflow,
  PlainTextElement,
  RichTextBlock,
  SectionBlock,
} from '@slack/types'
import type { Suggestion } from '../../core/answer.ts'
import { withChannelNames } from '../../core/channel.ts'
import { clean, cleanLine } from '../../core/format.ts'
import { formAction, moreAction, runAction } from '../action-ids.ts'
import { cut, pieces } from './cut.ts'
import { type PresentedPart, simplePart } from './parts.ts'

// Slack's limit of a section's text, and of any text object (https://docs.slack.dev/reference/block-kit/blocks/section-block).
const maxText = 3_000

/** Text in which Slack reads neither markup nor `:emoji:`. Never empty. */
export function plainText(text: string, max: number): PlainTextElement {
  const shown = cut(clean(text), max)
  return { type: 'plain_text', text: shown === '' ? '–' : shown, emoji: false }
}

/** The whole text, in as many sections as it takes; `expand` keeps Slack from folding it behind "See more". */
export function sections(text: string): readonly SectionBlock[] {
  return pieces(clean(text), maxText).map((piece) => ({
    type: 'section',
    expand: true,
    text: plainText(piece, maxText),
  }))
}

/** Small print, whole. */
export function smallPrint(text: string): readonly ContextBlock[] {
  return pieces(clean(text), maxText).map((piece) => ({ type: 'context', elements: [plainText(piece, maxText)] }))
}

/** A line in bold, over a table or a plan. */
export function boldLine(text: string): RichTextBlock {
  const words = { type: 'text', text: cut(clean(text), 300) || '–', style: { bold: true } } as const
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [words] }] }
}

/** Lines in a monospaced font. */
export function preformatted(lines: string): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: lines }] }],
  }
}

/** One paragraph of rich text without styles, as the details of a task card need it. */
export function richText(text: string): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] }
}

/** More than this on one message are not read. */
export const maxButtons = 4

// https://docs.slack.dev/reference/block-kit/block-elements/button-element
const maxLabel = 75
const maxValue = 2_000

// https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
const maxMenu = 5
const maxChosen = 150

/** A button that carries `value` back when pressed; `spoken` is what a screen reader says in place of its label. */
export function button(
  actionId: string,
  label: string,
  value: string,
  {
    spoken,
    ...options
  }: {
    readonly style?: 'primary' | 'danger'
    readonly confirm?: ConfirmationDialog
    readonly spoken?: string
  } = {},
): Button {
  return {
    type: 'button',
    action_id: actionId,
    text: plainText(cleanLine(label), maxLabel),
    value,
    ...options,
    ...(spoken === undefined ? {} : { accessibility_label: cut(cleanLine(spoken), maxLabel) }),
  }
}

/** Buttons beside each other. */
export function buttonRow(buttons: readonly Button[]): ActionsBlock {
  return { type: 'actions', elements: [...buttons] }
}

/**
 * The next commands, as text and as buttons, those behind the first four in a menu, unless their line is too long for one; suggestions that
 * are in neither are listed too.
 */
export function presentNext(next: readonly Suggestion[], slash: string): PresentedPart | null {
  if (next.length === 0) return null
  const buttonable = next.filter(({ line }) => line.length <= maxValue)
  const isButton = (suggestion: Suggestion, at: number): boolean =>
    at < maxButtons || chosenValue(suggestion).length > maxChosen
  const buttons = buttonable.filter(isButton)
  const inMenu = buttonable.filter((suggestion, at) => !isButton(suggestion, at)).slice(0, maxMenu)
  const pressable = [...buttons, ...inMenu]
  const complete = next.filter(({ form }) => form !== true)
  const named = complete.filter((suggestion, at) => at === 0 || !pressable.includes(suggestion))
  const lines = named.map(({ line }) => `${slash} ${cut(cleanLine(withChannelNames(line)), 300)}`.trim())
  const words = lines.length === 0 ? '' : `Next: ${lines.join(', ')}`
  const options = inMenu.map((suggestion) => ({
    text: plainText(cleanLine(suggestion.label), maxLabel),
    value: chosenValue(suggestion),
  }))
  const menu: readonly Overflow[] = options.length === 0 ? [] : [{ type: 'overflow', action_id: moreAction, options }]
  const row: readonly ActionsBlock[] =
    buttons.length === 0
      ? []
      : [
          {
            type: 'actions',
            elements: [
              ...buttons.map(({ label, line, form }, at) =>
                button(`${form === true ? formAction : runAction}-${at + 1}`, label, line),
              ),
              ...menu,
            ],
          },
        ]
  return simplePart('Next', [...smallPrint(words), ...row], words)
}

/** What an option of the menu carries: what choosing it does, and the line. */
function chosenValue({ line, form }: Suggestion): string {
  return `${form === true ? formAction : runAction} ${line}`
}
