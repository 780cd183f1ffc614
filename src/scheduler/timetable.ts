import { createRequire } from 'node:module'
import { messageOf, OpsError } from '../core/errors.ts'
import type { Timetable } from '../core/ports/timetable.ts'
import { dayMs, minuteMs } from '../core/span.ts'
import { instantAt, instantsShowing, offsetAt, wallClock, zoneName } from '../core/sql/zone.ts'

// A day of month that exists only in leap years (29 February) comes at most eight years apart.
const horizonDays = 366 * 8 + 1

/**
 * The times of cron expressions. node-cron expands the fields; the times are our own, because node-cron passes over a day on which
 * daylight saving swallows the hour (measured with 4.6.0: daily 02:30 in New York), while people expect a nightly load every night.
 * A time of the day inside the spring gap comes right after it, and one that autumn repeats comes once, the first time. A time that is
 * one of a series, with the hours before and after it (hourly, every 15 minutes), follows the hours as they pass: none for the hour that
 * spring leaves out, both of the hour that autumn repeats.
 */
export function createTimetable(): Timetable {
  return {
    check(cron, zone) {
      fieldsOf(cron)
      requireZone(zone)
    },
    times: (cron, zone, after) => timesAfter(fieldsOf(cron), zone, after),
  }
}

function* timesAfter(fields: Fields, zone: string, after: Date): Generator<Date> {
  let last = after
  let midnight = Math.floor(wallClock(after.getTime(), zone).getTime() / dayMs) * dayMs
  for (let without = 0; without < horizonDays; without++) {
    for (const time of timesOn(midnight, zone, fields)) {
      // Several times inside one gap come at the same instant, which is one occurrence.
      if (time <= last) continue
      yield time
      last = time
      without = 0
    }
    midnight += dayMs
  }
}

type Cron = typeof import('node-cron')
type Fields = ReturnType<Cron['parse']>

// Loaded with the first schedule that is read: most commands read none.
const load = createRequire(import.meta.url)

/** The times of the day whose midnight, read as UTC, is given in milliseconds, in order. */
function timesOn(midnight: number, zone: string, fields: Fields): readonly Date[] {
  const day = new Date(midnight)
  const matches =
    fields.month.includes(day.getUTCMonth() + 1) &&
    fields.dayOfMonth.includes(day.getUTCDate()) &&
    fields.dayOfWeek.includes(day.getUTCDay())
  if (!matches) return []
  const isRepeating = (hour: number): boolean =>
    fields.hour.includes((hour + 23) % 24) && fields.hour.includes((hour + 1) % 24)
  const instantsOf = onDay(midnight, zone)
  const instants = fields.hour.flatMap((hour) =>
    fields.minute.flatMap((minute) => instantsOf(midnight + (hour * 60 + minute) * minuteMs, isRepeating(hour))),
  )
  return instants.map((instant) => new Date(instant)).toSorted((a, b) => a.getTime() - b.getTime())
}

/**
 * Gives the instants of one day's wall times: one for a time of the day, as many as the clocks show of a repeating one. Away from a
 * change of the clocks one offset serves all 1,440 of them.
 */
function onDay(midnight: number, zone: string): (wall: number, isRepeating: boolean) => readonly number[] {
  const offset = offsetAt(midnight - dayMs, zone)
  // No zone changes its offset twice within three days.
  if (offset === offsetAt(midnight + 2 * dayMs, zone)) return (wall) => [wall - offset * minuteMs]
  return (wall, isRepeating) => (isRepeating ? instantsShowing(wall, zone) : [instantAt(wall, zone)])
}

function fieldsOf(cron: string): Fields {
  if (cron.trim().split(/\s+/).length !== 5) {
    throw new OpsError(
      'bad_argument',
      `"${cron}" does not have five fields. Nothing was done.`,
      'Write minute, hour, day, month, weekday: 0 3 * * *.',
    )
  }
  const remedy =
    'Minutes are 0-59, hours 0-23, days 1-31, months 1-12, weekdays 0-7 (Sunday is 0 and 7), as in 0 3 * * *.'
  let fields: Fields
  try {
    const { parse }: Cron = load('node-cron')
    fields = parse(cron)
  } catch (cause) {
    const reason = messageOf(cause).replace(/^(\S+) is an? invalid expression for (.+)$/, '$1 is not a valid $2')
    throw new OpsError('bad_argument', `"${cron}" is not a cron expression: ${reason}. Nothing was done.`, remedy, {
      cause,
    })
  }
  // node-cron also knows L, W and #, and leaves them as they are written; here they would match no day.
  const special = [...fields.dayOfMonth, ...fields.dayOfWeek].find((value) => !Number.isInteger(value))
  if (special === undefined) return fields
  throw new OpsError('bad_argument', `"${cron}": days like ${special} are not supported. Nothing was done.`, remedy)
}

function requireZone(zone: string): void {
  if (zoneName(zone) !== null) return
  throw new OpsError(
    'bad_argument',
    `"${zone}" is not a time zone. Nothing was done.`,
    'Give an IANA name such as Europe/London.',
  )
}
