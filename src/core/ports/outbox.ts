import type { Answer } from '../answer.ts'
import type { OpsError } from '../errors.ts'
import type { Content, Part, Way } from '../message.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { PlanRecord } from './plans.ts'
import type { Post, RunRecord } from './runs.ts'

/** A message to be sent once under its key. Times are ISO 8601 in UTC. */
export interface NewMessage {
  /** Names the occasion: `run:57`, `budget:2026-11:80:100`. A second message of that key is none. */
  readonly key: string
  readonly content: Content
  readonly ways: readonly [Way, ...Way[]]
  /** Slack ids of whom a line in its thread calls. */
  readonly mention: readonly string[]
  readonly created: string
  /** By then it is no news any more: it is dropped where it was not sent, and its content is removed. */
  readonly expires: string
  /** A later state of the same takes its place, in the same post: a run that goes on, a plan that is carried out. */
  readonly open?: true
  /** The key of a message that must have been sent or dropped before this one. */
  readonly after?: string
  /** The schedule that is suspended where the first way is refused. */
  readonly schedule?: number
  /** The plan whose card this is. */
  readonly plan?: string
}

/** A message in the outbox. */
export interface OutboxMessage extends NewMessage {
  readonly id: number
  /** Counts the states that have taken each other's place. */
  readonly version: number
  readonly state: 'pending' | 'sent' | 'dropped'
  /** Which of the ways is tried; their number where all were refused, and it waits to be tried again from the first. */
  readonly way: number
  /** Slack's word for why the way before was refused. */
  readonly refusal: string | null
  readonly tries: number
  /** How many of the tries may have been carried out although no answer came. */
  readonly unclear: number
  /** Set while a call is made that must not be made twice. */
  readonly begun: boolean
  readonly available: string
  readonly post: Post | null
  /** Which of its fallbacks Slack took, 0 the richest. */
  readonly level: number | null
}

/** Every method is one statement or one atomic batch. What concerns a state that another one has replaced changes nothing. */
export interface MessageStore {
  put(messages: readonly NewMessage[]): Promise<void>
  find(key: string): Promise<OutboxMessage | null>
  /** The oldest of each queue that is neither sent nor dropped: what is sent one after the other, in a conversation. */
  heads(): Promise<readonly Head[]>
  /** How many wait to be sent, and since when the oldest (ISO 8601 in UTC); null where none does. */
  backlog(): Promise<{ readonly count: number; readonly oldest: string | null }>
  /** Counts one more try. False for who may not send it: it has changed since, or `process` is not at work any more. */
  take(message: OutboxMessage, process: string): Promise<boolean>
  /** Notes that a call begins that must not be made twice. */
  begin(message: OutboxMessage): Promise<void>
  /** Notes that it was accepted, and inserts what follows. A post is kept in any case, and with the plan whose card it is. */
  sent(message: OutboxMessage, of: Pick<Extract<Sent, { kind: 'sent' }>, 'post' | 'level' | 'followers'>): Promise<void>
  /** Leaves it for a later try. `unclear`: whether this try may have been carried out. */
  later(message: OutboxMessage, at: Date, unclear: boolean): Promise<void>
  /** Goes on to the next way at that time; behind the last, to none. */
  redirect(message: OutboxMessage, refusal: string, at: Date): Promise<void>
  /** Tries one that every way has refused from the first again. */
  restart(message: OutboxMessage): Promise<void>
  drop(message: Pick<OutboxMessage, 'id' | 'version'>): Promise<void>
}

/** The oldest message of a queue. `isBlocked`: it waits for another one. `damaged`: its row cannot be read. */
export type Head =
  | { readonly kind: 'message'; readonly queue: string; readonly isBlocked: boolean; readonly message: OutboxMessage }
  | { readonly kind: 'damaged'; readonly row: Pick<OutboxMessage, 'id' | 'version'>; readonly why: OpsError }

/** The content of a message as it is now. `root` is the message whose part it is, or itself. */
export type Body =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly part: Part | null; readonly root: OutboxMessage }
  | { readonly kind: 'progress'; readonly run: RunRecord }
  | { readonly kind: 'plan'; readonly plan: PlanRecord; readonly to: 'card' | 'asker' }
  | { readonly kind: 'text'; readonly text: string }

/**
 * What came of one try. `sent`: with its post where it is a new one, after which the conversation rests for `restMs`, and with what
 * follows. `later`: it was not carried out; `afterMs` where Slack asks for a pause. `unclear`: it may have been carried out, and
 * `harmless`: a second time changes nothing. `refused`: this way is closed.
 */
export type Sent =
  | {
      readonly kind: 'sent'
      readonly post: Post | null
      readonly level: number
      readonly followers: readonly NewMessage[]
      readonly restMs: number
    }
  | { readonly kind: 'later'; readonly afterMs: number | null; readonly why: Error }
  | { readonly kind: 'unclear'; readonly harmless: boolean; readonly why: Error }
  | { readonly kind: 'refused'; readonly code: string; readonly why: OpsError }

/** What brings messages to their readers: Slack. */
export interface Carrier {
  /** One try at one of the message's ways. `begin` is called before what must not be done twice. */
  send(
    message: OutboxMessage,
    way: Exclude<Way, { kind: 'admins' }>,
    body: Body,
    begin: () => Promise<void>,
  ): Promise<Sent>
}

/** Conversations besides the one in which something was asked for. */
export interface Outbox {
  /**
   * The same place by its channel's id, where it was given by a name; as it is where that is not known, and where there is no such channel,
   * for which `postingError` has the reason.
   */
  resolve(place: Place): Promise<Place>
  /**
   * Why nothing can be posted there, or not for `by`, who is not in that channel, as an error to be shown, with its remedy. Null where it
   * can be, and where it is not known whether the bot may. Whether `by` may must be known: otherwise that is the error.
   */
  postingError(place: Place, by: Asker | null): Promise<OpsError | null>
  /** Throws `slack` where this process may not have anything posted there: a terminal. */
  requirePosts(): void
  /** Set where that is never known, because this process cannot ask Slack. */
  readonly isBlind?: boolean
}
