import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { PlanDraft } from '../plan.ts'
import type { NewMessage } from './outbox.ts'
import type { ArgumentValues, Post } from './runs.ts'

/** Why a plan needs approval; `words` are a sentence, which may read differently a minute later. */
export interface Reason {
  readonly kind: 'destroys' | 'costly' | 'budget'
  readonly words: string
}

/** What became of a plan, and when. Times are ISO 8601 in UTC. */
export type PlanEnd =
  /** `process` is the one that carries it out. */
  | { readonly kind: 'approved'; readonly by: Asker; readonly at: string; readonly process?: string }
  /** Approved, but no run came of it: `why` is a sentence. */
  | { readonly kind: 'failed'; readonly by: Asker; readonly at: string; readonly why: string }
  /** It would have been another one by then, which was asked in its place. */
  | { readonly kind: 'replaced'; readonly by: Asker; readonly at: string }
  | { readonly kind: 'rejected'; readonly by: Asker; readonly at: string }
  | { readonly kind: 'withdrawn'; readonly by: Asker; readonly at: string }
  | { readonly kind: 'expired'; readonly at: string }

/**
 * A plan that somebody has asked for, with the reasons for which it needs approval, if any. A `card` stands where everybody sees it, in
 * the message `post`; any other plan is between the bot and its asker. `end` is null while it can be confirmed.
 */
export interface PlanRecord {
  readonly id: string
  readonly command: string
  /** What was given for each argument. Null where an earlier version kept the line alone. */
  readonly args: ArgumentValues | null
  readonly line: string
  readonly asker: Asker
  readonly place: Place
  readonly draft: PlanDraft
  readonly expires: string
  readonly reasons: readonly Reason[]
  readonly card: boolean
  readonly post: Post | null
  readonly end: PlanEnd | null
}

export type NewPlan = Omit<PlanRecord, 'post' | 'end'>

export interface PlanStore {
  /** Keeps a plan, and inserts the message of its card with it. */
  save(plan: NewPlan, messages?: readonly NewMessage[]): Promise<void>
  get(id: string): Promise<PlanRecord | null>
  /** Says what became of a plan, and inserts the messages that tell it. True once, for whoever came first. */
  settle(id: string, end: PlanEnd, messages?: readonly NewMessage[]): Promise<boolean>
  /** Says what became of it after all, as `settle` does; for the one who settled it. */
  revise(id: string, end: PlanEnd, messages?: readonly NewMessage[]): Promise<void>
  /** Cards that were posted and can be settled now, those that expire first at the beginning. */
  waiting(now: Date): Promise<readonly PlanRecord[]>
  /** Cards that nobody settled in time, also where their message is not known because a process died when it had posted it. */
  overdue(now: Date): Promise<readonly PlanRecord[]>
  /** Plans that were approved, but whose process is gone without having opened a run. */
  unbegun(now: Date): Promise<readonly PlanRecord[]>
}
