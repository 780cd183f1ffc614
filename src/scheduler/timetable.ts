import { parse } from 'node-cron'
import { messageOf, OpsError } from '../core/errors.ts'
import type { Timetable } from '../core/ports/timetable.ts'
import { instantOf, type LocalDay, localDayOf, nextDay, weekdayOf } from './zone.ts'

// A day of month that exists only in leap years (29 February) comes at most eight years apart.
const horizonDays = 366 * 8 + 1

/**
 * Fire times of cron expressions. node-cron expands the fields; the times are our own, because node-cron passes over a day on which
 * daylight saving swallows the hour (measured with 4.6.0: daily 02:30 in New York), while people expect a nightly load every night.
 * A time inside the spring gap comes right after it; a time that autumn repeats comes once, the first time.
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
  let day = localDayOf(after, zone)
  for (let without = 0; without < horizonDays; without++) {
    for (const time of timesOn(day, zone, fields)) {
      // Several times inside one gap come at the same instant, which is one fire.
      if (time <= last) continue
      yield time
      last = time
      without = 0
    }
    day = nextDay(day)
  }
}

type Fields = ReturnType<typeof parse>

function timesOn(day: LocalDay, zone: string, fields: Fields): readonly Date[] {
  const matches =
    fields.month.includes(day.month) && fields.dayOfMonth.includes(day.day) && fields.dayOfWeek.includes(weekdayOf(day))
  if (!matches) return []
  return fields.hour
    .flatMap((hour) => fields.minute.map((minute) => instantOf({ ...day, hour, minute }, zone)))
    .toSorted((a, b) => a.getTime() - b.getTime())
}

function fieldsOf(cron: string): Fields {
  if (cron.trim().split(/\s+/).length !== 5) {
    throw new OpsError(
      'bad_argument',
      `"${cron}" has not five fields. Nothing was done.`,
      'Write minute, hour, day, month, weekday: 0 3 * * *.',
    )
  }
  try {
    return parse(cron)
  } catch (error) {
    throw new OpsError(
      'bad_argument',
      `"${cron}" is not a cron expression: ${messageOf(error)}. Nothing was done.`,
      'Write it like 0 3 * * *.',
      {
        cause: error,
      },
    )
  }
}

function requireZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch (error) {
    throw new OpsError(
      'bad_argument',
      `"${zone}" is not a time zone. Nothing was done.`,
      'Give an IANA name such as Europe/London.',
      { cause: error },
    )
  }
}
