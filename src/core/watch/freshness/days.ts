import { isoDay, midnightOf } from '../../day.ts'
import type { Freshness, FreshnessDay } from '../../ports/freshness.ts'
import type { LoadMove, LoadRecord } from '../../ports/loads.ts'
import type { Timetable } from '../../ports/timetable.ts'
import { dayMs } from '../../span.ts'
import { instantAt, wallClock } from '../../sql/zone.ts'

/** A day by the clocks of a zone: `from` and `until` are the milliseconds of its beginning and of the next one's. */
interface LocalDay {
  readonly day: string
  readonly from: number
  readonly until: number
}

/** A day (`YYYY-MM-DD`) of a zone, by the changes of its clocks 23 or 25 hours long. */
export function localDay(day: string, zone: string): LocalDay {
  const wall = midnightOf(day)
  return { day, from: instantAt(wall, zone), until: instantAt(wall + dayMs, zone) }
}

/** The day of a zone in which an instant (milliseconds) lies, moved by so many days. */
function localDate(instant: number, zone: string, moved = 0): string {
  return isoDay(wallClock(instant, zone).getTime() + moved * dayMs)
}

/** A deadline, and the day that must be live by then. */
export interface Due {
  readonly deadline: Date
  readonly day: LocalDay
}

/**
 * The deadlines after `after`, in order and without end. Each is for the day before it. A time that spring leaves out comes right after the
 * gap, one that autumn repeats the first time.
 */
export function* deadlines(
  { time, zone }: Pick<Freshness, 'time' | 'zone'>,
  after: Date,
  timetable: Timetable,
): Generator<Due> {
  const [hour, minute] = time.split(':').map(Number)
  for (const deadline of timetable.times(`${minute} ${hour} * * *`, zone, after)) {
    yield { deadline, day: localDay(localDate(deadline.getTime(), zone, -1), zone) }
  }
}

/**
 * Up to when the source of a load is complete, in milliseconds; null where it had no events: up to its newest event, or, where that is later,
 * to the end of the newest day that a log file is named after, as far as that day was over when the load began. So a quiet evening, and a day
 * without an event, are complete. Where no name gives a day, the day of the newest event counts.
 */
export function sourceUntil({ started, facts }: LoadRecord, zone: string): number | null {
  const time = facts.anchor ?? facts.dataUntil ?? null
  const newest = time === null ? null : Date.parse(time)
  const byName = facts.filesUntil ?? null
  const byDay = newest === null ? null : localDay(localDate(newest, zone), zone).until
  const filesUntil = byName === null ? byDay : Date.parse(byName)
  return filesUntil === null ? null : Math.max(newest ?? 0, Math.min(filesUntil, Date.parse(started)))
}

/** Whether a load holds a day from its beginning to its end, and was published after it. */
export function holdsDay(load: LoadRecord, { until }: LocalDay, zone: string): boolean {
  const reached = sourceUntil(load, zone)
  return load.published !== null && Date.parse(load.published) >= until && reached !== null && reached >= until
}

/** Since when the live load has held a day, and which load that was. */
export type Held = Pick<FreshnessDay, 'met' | 'load'>

/**
 * Since when the live load has held a day: in time, where it did at the deadline without a break before it, otherwise from the first moment
 * after; nulls where it has not. `moves` are those of the live load since the end of that day.
 */
export function heldSince({ deadline, day }: Due, zone: string, moves: readonly LoadMove[]): Held {
  let held: Held = notHeld
  for (const { at, load } of moves) {
    const isLate = Date.parse(at) > deadline.getTime()
    if (isLate && held.met !== null) return held
    if (load === null || !holdsDay(load, day, zone)) held = notHeld
    else if (held.met === null) held = { met: at, load: load.id }
  }
  return held
}

const notHeld = { met: null, load: null } as const satisfies Held

/** Whether a judged day was live by its deadline. */
export function isOnTime({ met, deadline }: Pick<FreshnessDay, 'met' | 'deadline'>): boolean {
  return met !== null && met <= deadline
}
