import type { Block, Ladder, Message } from '../message.ts'
import { cleanLine } from './clean.ts'
import { cut } from './cut.ts'
import { mrkdwn } from './mrkdwn.ts'
import { forms, type Part } from './part.ts'

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
  const rungs = forms.map((form): Message => ({ text, blocks: parts.flatMap((part): readonly Block[] => part[form]) }))
  const different = rungs.filter((rung, at) => at === 0 || !sameBlocks(rung.blocks, rungs[at - 1]?.blocks ?? []))
  const [first, ...others] = different.filter(({ blocks }) => blocks.length > 0)
  const last: Message = {
    text: inWords(
      text,
      parts.flatMap(({ words }) => words),
    ),
    blocks: [],
  }
  return first === undefined ? [last] : [first, ...others, last]
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
