import { z } from 'zod'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { Denial } from './audit.ts'
import type { NewMessage } from './outbox.ts'
import type { Approval } from './runs.ts'

/** When an answer of the clock is posted at all; a failure always is. */
export const conditionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('always') }),
  /** When a table in it has rows. */
  z.object({ kind: z.literal('not-empty') }),
  /** When a figure in it differs by more than so many percent from the last one that was posted. */
  z.object({ kind: z.literal('changed'), percent: z.number() }),
  /** When a check has turned red or green since the time before. */
  z.object({ kind: z.literal('checks') }),
])
export type Condition = z.infer<typeof conditionSchema>

/** What a schedule does when the warehouse is paused: wait for it, resume it (and pause it again after), or give the last answers. */
export const whenPausedSchema = z.enum(['wait', 'resume', 'last'])
export type WhenPaused = z.infer<typeof whenPausedSchema>

/** `parked`: it is suspended, because it cannot post any more; `why` is a sentence, with the fix. */
type ScheduleState =
  | { readonly kind: 'active' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'parked'; readonly why: string }

/** Command lines that run at set times. `lines` run in order and stop at the first failure. Times are ISO 8601 in UTC. */
export interface ScheduleRecord {
  readonly id: number
  readonly lines: readonly string[]
  /** When it runs, in words: "daily at 03:00". */
  readonly phrase: string
  /** Its days, or how often: "daily". Null where its time is a cron expression. */
  readonly days: string | null
  /** Five fields, in `zone`. */
  readonly cron: string
  readonly zone: string
  readonly place: Place
  /** In whose name the lines are run: who wrote them last, or the admins where that person left. */
  readonly owner: Asker
  readonly condition: Condition
  readonly whenPaused: WhenPaused
  /** How long after its time a missed occurrence still runs; 0 never. */
  readonly catchUpHours: number
  readonly created: string
  /** Times up to here do not run any more: it was made, changed or resumed then. */
  readonly since: string
  readonly state: ScheduleState
  /** The plan that was confirmed when it was made or last changed, and by whom; none where nothing had to be. */
  readonly approval: Approval | null
  /** Until then nobody is called when it fails. */
  readonly snoozedUntil: string | null
  /** A command that one person follows: it is posted to its owner alone, and ends with them. */
  readonly personal: boolean
}

/** What decides whether a schedule is run, and where and for whom. */
export type ScheduleStanding = Pick<ScheduleRecord, 'state' | 'place' | 'owner'>

/** What can be changed of a schedule. */
export type ScheduleChanges = Partial<Omit<ScheduleRecord, 'id' | 'created' | 'personal'>>

export interface ScheduleStore {
  add(schedule: Omit<ScheduleRecord, 'id'>): Promise<ScheduleRecord>
  /** The same for a personal one; null where its owner has `most` of them, or follows the same lines at the same times. */
  follow(schedule: Omit<ScheduleRecord, 'id'>, most: number): Promise<ScheduleRecord | null>
  get(id: number): Promise<ScheduleRecord | null>
  /** All but the personal ones. */
  list(): Promise<readonly ScheduleRecord[]>
  /** The personal ones. */
  followed(): Promise<readonly ScheduleRecord[]>
  /**
   * Changes these in one statement; with `still`, only while its state, its place and its owner are what they are there, and inserts the messages
   * about it. With another approval, occurrences that wait for a process lose theirs. Null when there is no such schedule.
   */
  change(
    id: number,
    changes: ScheduleChanges,
    still?: { readonly as: ScheduleStanding; readonly messages: readonly NewMessage[] },
  ): Promise<ScheduleRecord | null>
  /** Passes over its times up to `intended`, and inserts the message about it and its entry in the audit log. `since` never goes back: it may have been changed meanwhile. */
  refuse(id: number, intended: string, messages: readonly NewMessage[], denial: Denial | null): Promise<void>
  remove(id: number): Promise<boolean>
}
