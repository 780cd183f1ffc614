import type { Answer, Suggestion } from '../answer.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import { text } from '../reply.ts'

/** Something to say about the cluster, where it was last asked for, to whom asked for it. */
export interface ClusterNews {
  readonly place: Place
  readonly owner: Asker
  readonly answer: Answer
}

/** Posts news. Throws where that did not work. */
export type Posted = (news: ClusterNews) => Promise<void>

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
