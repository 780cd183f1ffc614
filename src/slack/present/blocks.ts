import type { ContextBlock, PlainTextElement, RichTextBlock, SectionBlock } from '@slack/types'
import { clean } from '../../core/words.ts'
import { cut, pieces } from './cut.ts'

// Slack's limit of a section's text, and of any text object (https://docs.slack.dev/reference/block-kit/blocks/section-block).
const maxText = 3_000

/** Text in which Slack reads neither markup nor `:emoji:`. Never empty. */
export function plainText(text: string, max: number): PlainTextElement {
  const shown = cut(clean(text), max)
  return { type: 'plain_text', text: shown === '' ? '–' : shown, emoji: false }
}

/** The whole text, in as many sections as it takes. */
export function sections(text: string): readonly SectionBlock[] {
  return pieces(clean(text), maxText).map((piece) => ({ type: 'section', text: plainText(piece, maxText) }))
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
