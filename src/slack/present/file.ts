import type { FileReply } from '../../core/reply.ts'
import { clean, cleanLine } from '../../core/words.ts'
import type { CsvFile } from '../message.ts'
import { sections } from './blocks.ts'
import { cut } from './cut.ts'
import { type Form, type Part, simplePart } from './part.ts'

/** Where the whole of something can be had as a file: attached, by asking elsewhere, or nowhere. */
export type Whole = 'attached' | 'on request' | 'nowhere'

/** A file, and the form of a message from which on it is needed. */
export interface FileFrom extends CsvFile {
  readonly from: Form | 'words'
}

/** A file in the thread of a line that says what is in it. To one person alone Slack shows no file, which is said instead. */
export function presentFile(
  { name, about, content }: FileReply,
  whole: Whole,
): { readonly part: Part; readonly file: FileFrom | null } {
  const attached = whole === 'attached'
  const where = attached
    ? 'The file is in the thread.'
    : 'A file cannot be shown to you alone: ask in a direct message.'
  const words = `${clean(about)}\n${where}`
  return {
    part: simplePart(cut(cleanLine(about), 80), sections(words), words),
    file: attached ? { filename: name, title: cut(cleanLine(about), 150), content, from: 'newest' } : null,
  }
}
