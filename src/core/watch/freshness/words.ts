import type { Suggestion } from '../../answer.ts'
import { midnightOf } from '../../day.ts'
import { duration, formatInUtc, plural } from '../../format.ts'
import { placeWords } from '../../place.ts'
import type { Freshness, FreshnessDay, LateReason } from '../../ports/freshness.ts'
import { clocksName, offsetWords } from '../../schedule/make/words.ts'
import { isOnTime } from './days.ts'

/** How many of the newest days are counted. */
export const countedDays = 30

const dayFormat = formatInUtc({ day: 'numeric', month: 'short', year: 'numeric' })

/** "30 Nov 2018". */
export function dayName(day: string): string {
  return dayFormat(midnightOf(day))
}

/** A time (ISO 8601) by the clocks of a zone: "1 Dec 2018, 06:00 GMT". */
export function timeThere(iso: string, zone: string): string {
  const at = new Date(iso)
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: zone })
  return `${format.format(at)} ${clocksName(zone, at) || offsetWords(zone, at)}`
}

/** "by 06:00 (Europe/London)". */
export function promiseWords({ time, zone }: Pick<Freshness, 'time' | 'zone'>): string {
  return `by ${time} (${zone})`
}

/** "by 06:00 (Europe/London) in #data-eng". */
export function freshnessWords(freshness: Pick<Freshness, 'time' | 'zone' | 'place'>): string {
  return `${promiseWords(freshness)} in ${placeWords(freshness.place)}`
}

/** What became of a day: "in time, 03:04 GMT …", "missed; live since …", "missed". */
export function outcomeWords({ met, deadline, ...day }: FreshnessDay, zone: string): string {
  if (met === null) return 'missed, not live yet'
  const at = timeThere(met, zone)
  return isOnTime({ met, deadline, ...day }) ? `in time, ${at}` : `late by ${lateness(deadline, met)}, ${at}`
}

/** How long after its deadline something came. */
export function lateness(deadline: string, met: string): string {
  return duration(Math.max(0, Date.parse(met) - Date.parse(deadline)))
}

/** "28 of the last 30 days in time"; the days are the newest that were judged. */
export function countWords(days: readonly FreshnessDay[]): string {
  if (days.length === 0) return 'no deadline has come yet'
  return `${days.filter(isOnTime).length} of the last ${plural(days.length, 'day')} in time`
}

/** Why a day was late, in sentences. */
export function reasonWords(reason: LateReason, zone: string): string {
  const there = (iso: string): string => timeThere(iso, zone)
  switch (reason.kind) {
    case 'rolled-back':
      return reason.to === null
        ? `Load ${reason.load} had that day, and was removed ${there(reason.at)}.`
        : `Load ${reason.load} had that day, and load ${reason.to} was made live again ${there(reason.at)}.`
    case 'paused':
      return `The cluster was paused: by ${reason.by}, ${there(reason.at)} (run ${reason.run}).`
    case 'running':
      return `Run ${reason.run} was still loading, since ${there(reason.since)}.`
    case 'failed':
      return reason.error === '' ? `Run ${reason.run} failed.` : `Run ${reason.run} failed: ${reason.error}`
    case 'cancelled':
      return `Run ${reason.run} was cancelled.`
    case 'held':
      return `Run ${reason.run} built a load that is held: it loses too much to be published automatically.`
    case 'source-late':
      return reason.until === null
        ? `The source is late: load ${reason.load} found no events.`
        : `The source is late: load ${reason.load} found it complete up to ${there(reason.until)}.`
    case 'down':
      return `The bot was not running from ${there(reason.from)} to ${there(reason.to)}.`
    case 'schedule-off':
      return `Schedule ${reason.schedule}, which loads, is paused or suspended.`
    case 'schedule-later':
      return `Schedule ${reason.schedule} loads after the deadline: next ${there(reason.at)}.`
    case 'no-schedule':
      return 'No schedule loads, and nobody loaded after that day.'
    case 'not-run':
      return `Schedule ${reason.schedule} should have loaded, and no load began.`
  }
}

/** What can be done about it. */
export function remedies(reason: LateReason): readonly Suggestion[] {
  const load = { label: 'Load', line: 'etl' }
  switch (reason.kind) {
    case 'running':
    case 'failed':
    case 'cancelled':
      return [
        { label: `Show run ${reason.run}`, line: `runs ${reason.run}` },
        ...(reason.kind === 'running' ? [] : [load]),
      ]
    case 'held':
    case 'rolled-back':
      return [{ label: 'Loads', line: 'loads' }]
    case 'paused':
      return [{ label: 'Resume', line: 'resume' }]
    case 'schedule-off':
      return [{ label: `Resume schedule ${reason.schedule}`, line: `schedule-resume ${reason.schedule}` }, load]
    case 'no-schedule':
      return [load, { label: 'Load every night', line: 'schedule-nightly' }]
    case 'schedule-later':
      return [load, { label: 'Schedules', line: 'schedule' }]
    case 'source-late':
    case 'down':
    case 'not-run':
      return [load]
  }
}
