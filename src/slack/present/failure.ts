import type { FailureReply } from '../../core/reply.ts'
import { clean, cleanLine } from '../../core/words.ts'
import { sections } from './blocks.ts'
import { cut } from './cut.ts'
import { maxCalled, mentions } from './mrkdwn.ts'
import { type Part, simplePart } from './part.ts'

/** What happened and what to do about it. The mark is left out where the run above carries it already. */
export function presentFailure(failure: FailureReply, options: { readonly marked: boolean }): Part {
  const { message, remedy, ask = [] } = failure
  const words = [`${options.marked ? '✗ ' : ''}${clean(message)}`, clean(remedy)]
    .filter((line) => line !== '')
    .join('\n')
  const part = simplePart(cut(cleanLine(message), 80), sections(words), words)
  const helpers = mentions(ask.slice(0, maxCalled))
  if (helpers.length === 0) return part
  const help = `Ask ${helpers.join(', ')}.`
  const blocks = [...part.newest, { type: 'section', text: { type: 'mrkdwn', text: help, verbatim: true } } as const]
  return { ...part, newest: blocks, older: blocks, oldest: blocks, words: [...part.words, help] }
}
