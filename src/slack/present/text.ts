import type { TextReply } from '../../core/reply.ts'
import { sections, smallPrint } from './blocks.ts'
import { clean, cleanLine } from './clean.ts'
import { cut } from './cut.ts'
import { type Part, simplePart } from './part.ts'

const marks = { plain: '', note: '', good: '✓ ', warning: '⚠ ' } as const

/** Words as they are: plain in a section, small print in a context, with a mark where the tone has one. */
export function presentText({ text, tone = 'plain' }: TextReply): Part {
  const words = clean(text)
  const marked = words === '' ? '' : `${marks[tone]}${words}`
  return simplePart(cut(cleanLine(marked), 80), tone === 'note' ? smallPrint(marked) : sections(marked), marked)
}
