import type { Answer, Suggestion } from './answer.ts'
import { text } from './reply.ts'

/** An answer that nobody asked for: a warning in a line, what there is to add, and what may be done. */
export function newsOf(headline: string, more: readonly string[], next: readonly Suggestion[]): Answer {
  return {
    ok: true,
    exit: 0,
    headline,
    audience: 'channel',
    run: null,
    replies: [text(headline, 'warning'), ...more.map((line) => text(line))],
    next: [...next],
  }
}
