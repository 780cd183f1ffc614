import { isoDay, midnightOf } from '../day.ts'
import { OpsError } from '../errors.ts'
import { dayMs, hourMs, readSpan, type Span, spanMs } from '../span.ts'
import { newestTime, oldestTime } from '../unreadable.ts'
import { instantAt, wallClock } from './zone.ts'

/** What was asked for: days `YYYY-MM-DD`, both inclusive, and a span like `24h`, `7d`, `4w`, or `whole-day`. */
export interface AskedWindow {
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly last?: string | undefined
}

/** Start times of the oldest and of the newest play, and of the newest that is not dated far ahead, where that is another one. */
export interface DataSpan {
  readonly oldest: Date
  readonly newest: Date
  readonly anchor?: Date
}

/** A span of time, `from` inclusive and `to` exclusive; `label` names it for a title, with the zone that its days are of. */
export interface TimeWindow {
  readonly from: Date
  readonly to: Date
  readonly label: string
}

/**
 * The span that since, until and last ask for. Spans count back from the newest data, not from now, because the data may
 * be years old: days and weeks are whole calendar days of the zone ending with the anchor's, hours end with that play.
 * With `until` they count back from the end of that day. What is not asked for is bounded by the data. `whole-day` is the newest day
 * that is over: of one whose last hour has no play yet, the day before.
 * Throws `bad_argument` where the three contradict each other or cannot be read.
 */
export function resolveWindow(asked: AskedWindow, data: DataSpan, zone = 'UTC'): TimeWindow {
  const since = asked.since === undefined ? undefined : dayOf('since', asked.since)
  const until = asked.until === undefined ? undefined : dayOf('until', asked.until)
  if (asked.last !== undefined && since !== undefined) {
    throw new OpsError('bad_argument', 'last and since both set the start of the period.', 'Use one of the two.')
  }
  if (since !== undefined && until !== undefined && until < since) {
    const remedy = `Swap them: since=${asked.until} until=${asked.since}`
    throw new OpsError('bad_argument', `until=${asked.until} is before since=${asked.since}.`, remedy)
  }
  // Start times are whole milliseconds, so one more than the newest excludes nothing.
  const afterAnchor = (data.anchor ?? data.newest).getTime() + 1
  const end = until === undefined ? data.newest.getTime() + 1 : instantAt(until + dayMs, zone)
  if (asked.last === 'whole-day') return wholeDay(data, Math.min(end, afterAnchor), zone)
  if (asked.last !== undefined) return lastSpan(asked.last, until === undefined ? afterAnchor : end, zone)
  const from = since === undefined ? Math.min(data.oldest.getTime(), end - 1) : instantAt(since, zone)
  const to = Math.max(end, since === undefined ? end : instantAt(since + dayMs, zone))
  return { from: new Date(from), to: new Date(to), label: daysLabel(from, to, zone) }
}

/** What a window binds to `:from` and `:to`: timestamps in UTC as text, which every engine casts alike. */
export function windowValues(window: TimeWindow): { readonly from: string; readonly to: string } {
  return { from: timestampText(window.from), to: timestampText(window.to) }
}

/** A time in UTC as text: `2018-11-30 21:59:58.796`. */
export function timestampText(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('Z', '')
}

/**
 * The first and the last day that the data hold whole before `end`, by the clocks of a zone, as midnights read as UTC; null where they hold
 * none. A day is whole where less than its first or its last hour is missing. Pulse decides about whole days in the same way.
 */
export function wholeDays(
  { oldest }: Pick<DataSpan, 'oldest'>,
  end: number,
  zone: string,
): { readonly first: number; readonly last: number } | null {
  const [begun, newest] = [oldest.getTime(), end - 1].map(
    (at) => Math.floor(wallClock(at, zone).getTime() / dayMs) * dayMs,
  )
  if (begun === undefined || newest === undefined) return null
  const first = oldest.getTime() <= instantAt(begun, zone) + hourMs ? begun : begun + dayMs
  const last = end > instantAt(newest + dayMs, zone) - hourMs ? newest : newest - dayMs
  return first > last ? null : { first, last }
}

/** The last day of those before `end` that the data hold whole; the last one of all where they hold none. */
function wholeDay({ oldest }: DataSpan, end: number, zone: string): TimeWindow {
  const newest = Math.floor(wallClock(end - 1, zone).getTime() / dayMs) * dayMs
  const first = wholeDays({ oldest }, end, zone)?.last ?? newest
  const [from, to] = [instantAt(first, zone), instantAt(first + dayMs, zone)]
  return { from: new Date(from), to: new Date(to), label: daysLabel(from, to, zone) }
}

/** Reads a period that counts back from the newest data, of at most 9,999 hours, days or weeks; null for anything else. */
export function readPeriod(typed: string): Span | null {
  const span = readSpan(typed, ['h', 'd', 'w'])
  return span === null || span.amount > 9_999 ? null : span
}

function lastSpan(last: string, end: number, zone: string): TimeWindow {
  const span = readPeriod(last)
  if (span === null) {
    throw new OpsError('bad_argument', `"${last}" is not a valid period.`, 'Use 24h, 7d, 4w or whole-day.')
  }
  if (span.unit === 'h') {
    const newest = end - 1
    const from = newest - spanMs(span)
    return { from: new Date(from), to: new Date(end), label: timesLabel(from, newest, zone) }
  }
  const lastDay = Math.floor(wallClock(end - 1, zone).getTime() / dayMs) * dayMs
  const from = instantAt(lastDay - spanMs(span) + dayMs, zone)
  const to = instantAt(lastDay + dayMs, zone)
  return { from: new Date(from), to: new Date(to), label: daysLabel(from, to, zone) }
}

/** The midnight of a typed day, as milliseconds of that wall clock time read as UTC. */
function dayOf(name: string, typed: string): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(typed) ? midnightOf(typed) : Number.NaN
  // Date.parse takes 2018-02-30 for 2 March.
  if (Number.isNaN(time) || isoDay(time) !== typed) {
    throw new OpsError('bad_argument', `${name}=${typed} is not a day.`, `Write it like ${name}=2018-11-30.`)
  }
  if (time < oldestTime || time > newestTime) {
    const range = [oldestTime, newestTime].map(isoDay).join(' to ')
    throw new OpsError('bad_argument', `${name}=${typed} is outside of ${range}.`, `Leave ${name} out for no limit.`)
  }
  return time
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "24 Nov 2018 14:00 – 25 Nov 2018 13:59 UTC". */
function timesLabel(from: number, last: number, zone: string): string {
  return `${moment(from, zone)} – ${moment(last, zone)} ${zone}`
}

/** A span of time for a title: its days where it is of whole ones, otherwise its first and its last minute. */
export function periodLabel(from: number, to: number, zone: string): string {
  const isWhole = [from, to].every((at) => wallClock(at, zone).getTime() % dayMs === 0)
  return isWhole ? daysLabel(from, to, zone) : timesLabel(from, to - 1, zone)
}

/** "24–30 Nov 2018 UTC". */
function daysLabel(from: number, to: number, zone: string): string {
  return `${daysWords(wallClock(from, zone), wallClock(to - 1, zone))} ${zone}`
}

/** "24–30 Nov 2018", of days `YYYY-MM-DD`, both inclusive. */
export function daysText(first: string, last: string): string {
  return daysWords(new Date(midnightOf(first)), new Date(midnightOf(last)))
}

/** Days that wall clock times read as UTC are of, saying month and year once where they are the same. */
function daysWords(first: Date, last: Date): string {
  const end = dateText(last)
  if (dateText(first) === end) return end
  if (first.getUTCFullYear() !== last.getUTCFullYear()) return `${dateText(first)} – ${end}`
  if (first.getUTCMonth() !== last.getUTCMonth()) return `${first.getUTCDate()} ${months[first.getUTCMonth()]} – ${end}`
  return `${first.getUTCDate()}–${end}`
}

/** "30 Nov 2018", of a wall clock time read as UTC. */
export function dateText(time: Date): string {
  return `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}`
}

function moment(time: number, zone: string): string {
  const shown = wallClock(time, zone)
  return `${dateText(shown)} ${shown.toISOString().slice(11, 16)}`
}
