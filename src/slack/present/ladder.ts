import { cleanLine } from '../../core/words.ts'
import type { Block, Ladder, Message } from '../message.ts'
import { cut } from './cut.ts'
import { mrkdwn } from './mrkdwn.ts'
import { type Form, forms, type Part } from './part.ts'

// `chat.update` refuses more than 4,000 (https://docs.slack.dev/reference/methods/chat.update); escapes and cuts keep clear of it.
const maxText = 3_900

// Escaping makes up to five characters of one.
const maxSentence = 700

/**
 * The same parts as a message in each form, then in words alone. Forms that come out the same are one rung. `sentence` is the
 * outcome for notifications and screen readers; the last rung adds the words of the parts, as many lines as fit.
 */
export function ladderOf(sentence: string, parts: readonly Part[]): Ladder {
  const text = mrkdwn(cut(cleanLine(sentence), maxSentence))
  const [first, ...others] = differentForms(parts).map((form): Message => ({ text, blocks: blocksIn(parts, form) }))
  const last: Message = {
    text: inWords(
      text,
      parts.flatMap(({ words }) => words),
    ),
    blocks: [],
  }
  return first === undefined ? [last] : [first, ...others, last]
}

/** The rung of `ladderOf` on which these parts have a form, or are words alone. */
export function rungOf(parts: readonly Part[], form: Form | 'words'): number {
  const different = differentForms(parts)
  if (form === 'words') return different.length
  return Math.max(0, different.filter((one) => forms.indexOf(one) <= forms.indexOf(form)).length - 1)
}

/** The forms that look different from the one before. */
function differentForms(parts: readonly Part[]): readonly Form[] {
  return forms.filter((form, at) => {
    const blocks = blocksIn(parts, form)
    const before = forms[at - 1]
    return blocks.length > 0 && (before === undefined || !sameBlocks(blocks, blocksIn(parts, before)))
  })
}

function blocksIn(parts: readonly Part[], form: Form): readonly Block[] {
  return parts.flatMap((part): readonly Block[] => part[form])
}

function sameBlocks(one: readonly Block[], other: readonly Block[]): boolean {
  return one.length === other.length && one.every((block, at) => block === other[at])
}

/** Lines up to the limit; that some are missing is said. */
function inWords(sentence: string, lines: readonly string[]): string {
  const more = '… the rest found no room in this message.'
  let text = lines.some((line) => line.includes(sentence)) ? '' : sentence
  for (const line of lines) {
    const longer = text === '' ? line : `${text}\n${line}`
    if (longer.length > maxText - more.length - 1) return text === '' ? sentence : `${text}\n${more}`
    text = longer
  }
  return text
}
