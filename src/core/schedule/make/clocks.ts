import type { Deps } from '../../deps.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { dayMs, hourMs, minuteMs } from '../../span.ts'
import { offsetSpans, wallClock } from '../../sql/zone.ts'
import { clocksName, offsetWords } from './words.ts'

type Times = Pick<ScheduleRecord, 'cron' | 'zone'>

/** A moment at which the clocks of a zone are put forward or back. Minutes ahead of UTC, before and after. */
interface Change {
  readonly at: number
  readonly before: number
  readonly after: number
}

/**
 * What the changes of clocks within a year mean for a schedule, in sentences: when its times move against UTC, and times that a change
 * leaves out or repeats. Nothing where the clocks of its zone stay as they are. A series of hours is not touched by a change: it follows
 * the hours as they pass.
 */
export function clockChanges(
  schedule: Times,
  { timetable, clock }: Pick<Deps, 'timetable' | 'clock'>,
): readonly string[] {
  const now = clock.now().getTime()
  const changes = changesOf(schedule.zone, now, now + 366 * dayMs)
  const next = changes[0]
  if (next === undefined) return []
  return [
    ...moved(schedule, next, changes[1]?.at ?? now + 366 * dayMs, timetable),
    ...changes.flatMap((change) => atChange(schedule, change, timetable)),
  ]
}

function changesOf(zone: string, from: number, to: number): readonly Change[] {
  const spans = offsetSpans(zone, from, to)
  return spans
    .slice(1)
    .map(({ from: at, minutes }, i) => ({ at, before: spans[i]?.minutes ?? minutes, after: minutes }))
}

/** "Clocks change on 28 March 2027 (BST): 03:00 in London will be 02:00 UTC." */
function moved({ cron, zone }: Times, { at }: Change, until: number, timetable: Deps['timetable']): readonly string[] {
  // `atChange` covers the day of the change itself.
  const time = first(timetable.times(cron, zone, new Date(at + dayMs - 1)))
  if (time === null || time.getTime() >= until) return []
  const name = clocksName(zone, time) || offsetWords(zone, time)
  const there = clockTime(wallClock(time.getTime(), zone).getTime())
  const day = dayWords(wallClock(at, zone).getTime())
  return [`Clocks change on ${day} (${name}): ${there} in ${cityOf(zone)} will be ${clockTime(time.getTime())} UTC.`]
}

/** "On 14 March 2027 there is no 02:30 in New York: it runs at 03:00." or "On 7 November 2027 01:30 is twice in New York: it runs once, the first time." */
function atChange(
  { cron, zone }: Times,
  { at, before, after }: Change,
  timetable: Deps['timetable'],
): readonly string[] {
  const [from, to] = [at + Math.min(before, after) * minuteMs, at + Math.max(before, after) * minuteMs]
  const [first, ...others] = wallTimes(cron, from, to, timetable)
  if (first === undefined) return []
  const [on, city, end] = [`On ${dayWords(from)}`, cityOf(zone), clockTime(to)]
  const [when, what] =
    others.length === 0 ? [clockTime(first), 'it'] : [`${clockTime(from)} to ${end}`, 'what is due then']
  return after > before
    ? [`${on} there is no ${when} in ${city}: ${what} runs at ${end}.`]
    : [`${on} ${when} is twice in ${city}: ${what} runs once, the first time.`]
}

/**
 * The times of the day of a schedule as its wall clocks would show them if they never changed, from one to before the other; without
 * those that come in the hours before and after them as well.
 */
function wallTimes(cron: string, from: number, to: number, timetable: Deps['timetable']): readonly number[] {
  const times: number[] = []
  for (const time of timetable.times(cron, 'UTC', new Date(from - hourMs - 1))) {
    if (time.getTime() >= to + hourMs) break
    times.push(time.getTime())
  }
  const isRepeating = (time: number): boolean => times.includes(time - hourMs) && times.includes(time + hourMs)
  return times.filter((time) => time >= from && time < to && !isRepeating(time))
}

function first(times: Iterable<Date>): Date | null {
  for (const time of times) return time
  return null
}

function clockTime(wall: number): string {
  return new Date(wall).toISOString().slice(11, 16)
}

function dayWords(wall: number): string {
  const day = { day: 'numeric', month: 'long', year: 'numeric' } as const
  return new Intl.DateTimeFormat('en-GB', { ...day, timeZone: 'UTC' }).format(wall)
}

/** "America/New_York" is New York. */
function cityOf(zone: string): string {
  return zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone
}
