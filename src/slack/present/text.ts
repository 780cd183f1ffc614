import type { TextReply } from '../../core/reply.ts'
import { clean, cleanLine } from '../../core/words.ts'
import { preformatted, sections, smallPrint } from './blocks.ts'
import { cut, pieces } from './cut.ts'
import { codeBlock } from './mrkdwn.ts'
import { type Part, simplePart } from './part.ts'

const marks = { plain: '', note: '', good: '✓ ', warning: '⚠ ' } as const

// Slack's limit of a text element is 3,000 characters; the words of a message have room for about as many.
const maxCode = 2_900

/** Words as they are: plain in a section, small print in a context, code in a box, with a mark where the tone has one. */
export function presentText({ text, tone = 'plain' }: TextReply): Part {
  if (tone === 'code') return presentCode(text)
  const words = clean(text)
  const marked = words === '' ? '' : `${marks[tone]}${words}`
  return simplePart(cut(cleanLine(marked), 80), tone === 'note' ? smallPrint(marked) : sections(marked), marked)
}

function presentCode(text: string): Part {
  const boxes = pieces(clean(text), maxCode)
  const blocks = boxes.map(preformatted)
  return { ...simplePart('The text', blocks), words: boxes.map(codeBlock) }
}
