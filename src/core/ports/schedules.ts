import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { Denial } from './audit.ts'
import type { NewMessage } from './outbox.ts'
import type { Approval, RunId } from './runs.ts'

/** When an answer of the clock is posted at all; a failure always is. */
export type Condition =
  | { readonly kind: 'always' }
  /** When a table in it has rows. */
  | { readonly kind: 'not-empty' }
  /** When a figure in it differs by more than so many percent from the last one that was posted. */
  | { readonly kind: 'changed'; readonly percent: number }
  /** When a check has turned red or green since the time before. */
  | { readonly kind: 'checks' }

/** What a schedule does when the warehouse is paused: wait for it, resume it (and pause it again after), or give the last answers. */
export type WhenPaused = 'wait' | 'resume' | 'last'

/** `suspended`: it cannot be posted any more; `why` says so in a sentence, and what would cure it. */
export type ScheduleState =
  | { readonly kind: 'active' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'parked'; readonly why: string }

/** Command lines said by the clock. `lines` run in order and stop at the first failure. Times are ISO 8601 in UTC. */
export interface ScheduleRecord {
  readonly id: number
  readonly lines: readonly string[]
  /** As it was run: "daily at 03:00". */
  readonly phrase: string
  /** Five fields, in `zone`. */
  readonly cron: string
  readonly zone: string
  readonly place: Place
  /** In whose name the lines are run: who wrote them last, or the admins where that person left. */
  readonly owner: Asker
  readonly condition: Condition
  readonly whenPaused: WhenPaused
  /** How long after its time a missed occurrence is still said; 0 never. */
  readonly catchUpHours: number
  readonly created: string
  /** Times up to here are not said any more: it was made, changed or woken then. */
  readonly since: string
  readonly state: ScheduleState
  /** The plan that was confirmed when it was made or last changed, and by whom; none where nothing had to be. */
  readonly approval: Approval | null
  /** Somebody wants it said now. */
  readonly asked: AskedOccurrence | null
  /** Until then nobody is called when it fails. */
  readonly snoozedUntil: string | null
}

/** An occurrence that somebody wants now. `at` names it. */
export interface AskedOccurrence {
  readonly at: string
  readonly by: Asker
  /** The failed occurrence that it carries on; null to say everything. */
  readonly from: RunId | null
  /** How many unreadable rows its load may leave out this time; null: as many as its line says. */
  readonly maxErrors: number | null
  /** The plan of its own that was confirmed, where it costs something. */
  readonly approval: Approval | null
}

/** What decides whether a schedule is run, and where and for whom. */
export type ScheduleStanding = Pick<ScheduleRecord, 'state' | 'place' | 'owner'>

/** What can be changed of a schedule. */
export type ScheduleChanges = Partial<Omit<ScheduleRecord, 'id' | 'created'>>

export interface ScheduleStore {
  add(schedule: Omit<ScheduleRecord, 'id'>): Promise<ScheduleRecord>
  get(id: number): Promise<ScheduleRecord | null>
  list(): Promise<readonly ScheduleRecord[]>
  /** Those that somebody wants to run now. */
  asked(): Promise<readonly ScheduleRecord[]>
  /**
   * Changes these in one statement; with `still`, only while its state, its place and its owner are what they are there, and inserts the messages
   * that tell it. Null when there is no such schedule.
   */
  change(
    id: number,
    changes: ScheduleChanges,
    still?: { readonly as: ScheduleStanding; readonly messages: readonly NewMessage[] },
  ): Promise<ScheduleRecord | null>
  /** Notes that the occurrence of this name was refused, and inserts the message that tells it and its entry in the audit log. Its `since` never goes back: it may have been changed meanwhile. */
  refuse(id: number, intended: string, messages: readonly NewMessage[], denial: Denial | null): Promise<void>
  /** Forgets that it was asked for at that time, unless it was asked for again since. */
  answered(id: number, at: string): Promise<void>
  remove(id: number): Promise<boolean>
}
