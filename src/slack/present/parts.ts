import { cleanLine } from '../../core/format.ts'
import type { Block, Fallbacks, SlackMessage } from '../outbound/fallbacks.ts'
import { cut } from './cut.ts'
import { mrkdwn } from './mrkdwn.ts'

/** The forms of a message that have blocks, richest first; below the last one are words alone. */
export const forms = ['newest', 'older', 'oldest'] as const
export type MessageForm = (typeof forms)[number]

/**
 * One part of an answer in each of its forms: with Slack's newest blocks (`data_table`, `data_visualization`, `plan`), with
 * `table` and bars of text, with nothing that Slack did not have ten years ago. `label` names it in a sentence; `words` are
 * lines of safe mrkdwn that are not to be torn apart.
 */
export interface PresentedPart extends Readonly<Record<MessageForm, readonly Block[]>> {
  readonly label: string
  readonly words: readonly string[]
}

/** A part that looks the same in every form. */
export function simplePart(label: string, blocks: readonly Block[], words: string = label): PresentedPart {
  return { label, newest: blocks, older: blocks, oldest: blocks, words: words === '' ? [] : mrkdwn(words).split('\n') }
}

/** The reader of a message. Names are plain text as people chose them; the presenter escapes them. */
export interface View {
  /** The slash command's own name as it is typed here: "/sparkify". */
  readonly slash: string
  /** The display name of the asker. */
  readonly asker: string
  /** A direct message with the bot: who asked is not shown. */
  readonly direct: boolean
  /** Charts that need a picture get one later; without it they are drawn with what Slack has. */
  readonly drawsPictures?: boolean
  readonly now: Date
}

// `chat.update` refuses more than 4,000 (https://docs.slack.dev/reference/methods/chat.update); escapes and cuts keep clear of it.
const maxText = 3_900

// Escaping makes up to five characters of one.
const maxSentence = 700

/**
 * The same parts as a message in each form, then in words alone. Forms that come out the same are one level. `sentence` is the
 * outcome for notifications and screen readers; the last form is that sentence and the words of the parts, as many lines as fit. `stated`: the
 * parts state the outcome themselves, so the sentence is left out of the words.
 */
export function fallbacksOf(sentence: string, parts: readonly PresentedPart[], { stated = false } = {}): Fallbacks {
  const text = mrkdwn(cut(cleanLine(sentence), maxSentence))
  const [first, ...others] = differentForms(parts).map(
    (form): SlackMessage => ({ text, blocks: blocksIn(parts, form) }),
  )
  const words = parts.flatMap((part) => part.words)
  const last: SlackMessage = { text: inWords(text, stated ? words : [text, ...words]), blocks: [] }
  return first === undefined ? [last] : [first, ...others, last]
}

/** The level of `fallbacksOf` on which these parts have a form, or are words alone. */
export function levelOf(parts: readonly PresentedPart[], form: MessageForm | 'words'): number {
  const different = differentForms(parts)
  if (form === 'words') return different.length
  return Math.max(0, different.filter((one) => forms.indexOf(one) <= forms.indexOf(form)).length - 1)
}

/** The forms that look different from the one before. */
function differentForms(parts: readonly PresentedPart[]): readonly MessageForm[] {
  return forms.filter((form, at) => {
    const blocks = blocksIn(parts, form)
    const before = forms[at - 1]
    return blocks.length > 0 && (before === undefined || !sameBlocks(blocks, blocksIn(parts, before)))
  })
}

function blocksIn(parts: readonly PresentedPart[], form: MessageForm): readonly Block[] {
  return parts.flatMap((part): readonly Block[] => part[form])
}

function sameBlocks(one: readonly Block[], other: readonly Block[]): boolean {
  return one.length === other.length && one.every((block, at) => block === other[at])
}

/** Lines up to the limit, with a note where some are missing; the sentence where there are none. */
function inWords(sentence: string, lines: readonly string[]): string {
  const more = '… the rest does not fit in this message.'
  let text = ''
  for (const line of lines) {
    const longer = text === '' ? line : `${text}\n${line}`
    if (longer.length > maxText - more.length - 1) return text === '' ? sentence : `${text}\n${more}`
    text = longer
  }
  return text === '' ? sentence : text
}
