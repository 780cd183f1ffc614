import { z } from 'zod'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { LoadId } from './engine.ts'
import type { NewMessage } from './outbox.ts'
import type { Life } from './watches.ts'

/**
 * A promise to a channel: each day is in the live load by this time of the day after it. One for each channel. Times are ISO 8601 in UTC.
 */
export interface Freshness {
  readonly id: number
  /** By the clocks of `zone`: "06:00". */
  readonly time: string
  readonly zone: string
  readonly place: Place
  /** Who set it, and is mentioned when a deadline is missed. */
  readonly owner: Asker
  /** Deadlines up to here are not judged: it was set, changed or resumed then. */
  readonly since: string
  readonly isPaused: boolean
}

/** Why a day was not there at its deadline, as far as that is known. Times are ISO 8601 in UTC. */
export const lateReasonSchema = z.discriminatedUnion('kind', [
  /** `load` held the day; `to` was made live again in its place. */
  z.object({ kind: z.literal('rolled-back'), load: z.number(), to: z.number().nullable(), at: z.string() }),
  z.object({ kind: z.literal('paused'), run: z.number(), by: z.string(), at: z.string() }),
  z.object({ kind: z.literal('running'), run: z.number(), since: z.string() }),
  /** `error` is empty where it is not for everybody to read. */
  z.object({ kind: z.literal('failed'), run: z.number(), error: z.string() }),
  z.object({ kind: z.literal('cancelled'), run: z.number() }),
  z.object({ kind: z.literal('held'), run: z.number() }),
  /** A load was published after the day, from a source that did not reach its end: up to `until`; null where it had no events. */
  z.object({ kind: z.literal('source-late'), load: z.number(), until: z.string().nullable() }),
  z.object({ kind: z.literal('down'), from: z.string(), to: z.string() }),
  z.object({ kind: z.literal('schedule-off'), schedule: z.number() }),
  z.object({ kind: z.literal('schedule-later'), schedule: z.number(), at: z.string() }),
  z.object({ kind: z.literal('no-schedule') }),
  z.object({ kind: z.literal('not-run'), schedule: z.number() }),
])
export type LateReason = z.infer<typeof lateReasonSchema>

/** One day of a freshness, judged at its deadline. It was met in time where `met` is not after `deadline`. */
export interface FreshnessDay {
  readonly freshness: number
  /** `YYYY-MM-DD`, in its zone. */
  readonly day: string
  readonly deadline: string
  /** Since when the live load has held it, and which load that was; null until one does. */
  readonly met: string | null
  readonly load: LoadId | null
  /** What was known at the deadline; null for a day that was met in time. */
  readonly reason: LateReason | null
  /** `ok` for one that was never posted: met in time, or found missed together with a later one. */
  readonly life: Life
  /** Counts its changes. */
  readonly version: number
}

/** Every change is one atomic batch with the messages that it makes true. */
export interface FreshnessStore {
  /** Sets the one of a channel: a new one, or another time for it. It is active then. */
  set(freshness: Omit<Freshness, 'id' | 'isPaused'>): Promise<Freshness>
  list(): Promise<readonly Freshness[]>
  /** Null where it was removed. */
  change(id: number, changes: Partial<Pick<Freshness, 'since' | 'isPaused' | 'place'>>): Promise<Freshness | null>
  /** Removes it with its days; false where that was done before. */
  remove(id: number, messages: readonly NewMessage[]): Promise<boolean>
  /** Its newest days, the newest first. */
  days(id: number, limit: number): Promise<readonly FreshnessDay[]>
  /** When the newest of its deadlines up to `now` was that was judged; null where none was. */
  judgedUntil(id: number, now: Date): Promise<string | null>
  /** The days of all that no live load has held yet and that were due since then, or whose message is open; the oldest first. */
  unmet(since: Date): Promise<readonly FreshnessDay[]>
  /** Notes the judgement of a day once, and inserts its messages. False where it was judged before, or its freshness was removed, paused or set to another time since. */
  judge(day: Omit<FreshnessDay, 'version'>, messages: readonly NewMessage[]): Promise<boolean>
  /** Changes a day and inserts the messages; false where it has changed since it was read. */
  update(
    was: FreshnessDay,
    changes: Partial<Pick<FreshnessDay, 'met' | 'load' | 'life'>>,
    messages: readonly NewMessage[],
  ): Promise<boolean>
}
