import type { Answer, Suggestion } from '../answer.ts'
import type { NewMessage } from '../ports/outbox.ts'
import type { Reply } from '../reply.ts'
import { newMessage, type Ways } from './messages.ts'

/** One state of a message that is edited in place while something lasts. */
export interface Card {
  /** Names what lasts: all states of one card have the same key. */
  readonly key: string
  readonly title: string
  /** What notifications show. */
  readonly headline: string
  readonly replies: readonly Reply[]
  readonly next: readonly Suggestion[]
  /** Whether a later state takes its place. Behind the first one that is not open, the message never changes again. */
  readonly open: boolean
  readonly ways: Ways
  /** Slack ids of whom a line in its thread calls, once for all its states. */
  readonly mention: readonly string[]
}

/** The message of a card in this state, as of now: posted where it is the first, otherwise an edit of that post. */
export function cardMessage({ key, replies, next, open, ways, mention, ...words }: Card, now: Date): NewMessage {
  const answer: Answer = {
    ok: !open,
    exit: open ? 1 : 0,
    ...words,
    audience: 'channel',
    run: null,
    replies: [...replies],
    next: [...next],
  }
  const state = { mention, ...(open ? ({ open } as const) : {}) }
  return newMessage({ key, content: { kind: 'answer', answer }, ways, ...state }, now, true)
}
