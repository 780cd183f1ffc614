import { clean, cleanLine } from '../../core/clean.ts'
import type { FailureReply } from '../../core/reply.ts'
import { sections } from './blocks.ts'
import { cut } from './cut.ts'
import { type Part, simplePart } from './part.ts'

/** What happened and what to do about it. The mark is left out where the run above carries it already. */
export function presentFailure({ message, remedy }: FailureReply, options: { readonly marked: boolean }): Part {
  const words = [`${options.marked ? '✗ ' : ''}${clean(message)}`, clean(remedy)]
    .filter((line) => line !== '')
    .join('\n')
  return simplePart(cut(cleanLine(message), 80), sections(words), words)
}
