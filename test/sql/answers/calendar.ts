import type { Asked } from './asked.ts'

const hour = 3_600_000
const day = 24 * hour
const known = new Map<string, number>()
const formats = new Map<string, Intl.DateTimeFormat>()

/** What the clocks of a zone show at an instant, as milliseconds of that time read as UTC; Intl alone is asked. */
export function shownAt(instant: number, zone: string): number {
  // No zone changes its clocks but on a quarter of an hour.
  const quarter = Math.floor(instant / (hour / 4)) * (hour / 4)
  const key = `${zone} ${quarter}`
  const before = known.get(key)
  if (before !== undefined) return before + instant - quarter
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' })
  formats.set(zone, format)
  const shown = Date.parse(`${format.format(quarter).replace(', ', 'T')}Z`)
  known.set(key, shown)
  return shown + instant - quarter
}

/** The zone that a question names. */
export function zoneOf({ args }: Asked): string {
  return typeof args['tz'] === 'string' ? args['tz'] : 'UTC'
}

/** Number of a day since 1970, as people in the zone call it. */
export function dayOf(at: Date, zone: string): number {
  return Math.floor(shownAt(at.getTime(), zone) / day)
}

/** The Monday of a day's week. */
export function mondayOf(dayNumber: number): number {
  // 1 January 1970 was a Thursday.
  return dayNumber - ((dayNumber + 3) % 7)
}

export function dayText(dayNumber: number): string {
  return new Date(dayNumber * day).toISOString().slice(0, 10)
}

/** All days from the first to the last of some. */
export function daysBetween(days: readonly number[]): readonly number[] {
  if (days.length === 0) return []
  const first = Math.min(...days)
  return Array.from({ length: Math.max(...days) - first + 1 }, (_, index) => first + index)
}

/** Whether more than the first or the last hour of some days lies outside of what is known. */
export function isPartial(asked: Asked, firstDay: number, days = 1): boolean {
  const zone = zoneOf(asked)
  const edges = [asked.plays[0]?.at ?? asked.range.from, asked.plays.at(-1)?.at ?? asked.range.to]
  const [from, until] = [
    Math.max(Number(edges[0]), Number(asked.range.from)),
    Math.min(Number(edges[1]), Number(asked.range.to)),
  ]
  return firstDay * day + hour < shownAt(from, zone) || (firstDay + days) * day - hour > shownAt(until, zone)
}

/** Whether a day begins within the window, and not after the last play there is. */
export function hasBegun(asked: Asked, dayNumber: number): boolean {
  const [last, to] = [asked.plays.at(-1)?.at ?? asked.range.to, asked.range.to].map((at) =>
    shownAt(Number(at), zoneOf(asked)),
  )
  return dayNumber * day <= Number(last) && dayNumber * day < Number(to)
}

/** Whether a day lies wholly behind the first play there is, but for its first hour. */
export function isKnownFromItsBeginning(asked: Asked, dayNumber: number): boolean {
  return dayNumber * day + hour >= shownAt(Number(asked.plays[0]?.at), zoneOf(asked))
}
