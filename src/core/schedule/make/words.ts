import { withChannelNames } from '../../channel.ts'
import type { Deps } from '../../deps.ts'
import { placeWords } from '../../place.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { offsetAt } from '../../sql/zone.ts'

/** "daily at 03:00 (Europe/London)". */
export function whenWords({ phrase, zone }: Pick<ScheduleRecord, 'phrase' | 'zone'>): string {
  return `${phrase} (${zone})`
}

/** What people call a state: "suspended". */
export function stateWord({ kind }: ScheduleRecord['state']): string {
  return kind === 'parked' ? 'suspended' : kind
}

/** "etl; qa checks". */
export function linesWords({ lines }: Pick<ScheduleRecord, 'lines'>): string {
  return withChannelNames(lines.join('; '))
}

/** "etl; qa checks, daily at 03:00 (Europe/London) in #music". */
export function scheduleWords(schedule: Pick<ScheduleRecord, 'lines' | 'phrase' | 'zone' | 'place'>): string {
  return `${linesWords(schedule)}, ${whenWords(schedule)} in ${placeWords(schedule.place)}`
}

/** What is made once for each zone: a format of times takes as long to make as to use a hundred times. */
function perZone<T>(make: (zone: string) => T): (zone: string) => T {
  const made = new Map<string, T>()
  return (zone) => {
    const known = made.get(zone) ?? make(zone)
    made.set(zone, known)
    return known
  }
}

const timeFormat = perZone((timeZone) => {
  const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const
  return new Intl.DateTimeFormat('en-GB', { ...day, hour: '2-digit', minute: '2-digit', timeZone })
})

// Each of these calls the clocks of its own part of the world by their short names, and others by their offset.
const nameFormats = perZone((timeZone) =>
  ['en-GB', 'en-US', 'en-AU', 'en-IN'].map(
    (locale) => new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' }),
  ),
)

/** "Tue, 24 Nov 2026, 03:00 EST (UTC−5)": by the clocks of a zone, with the offset that holds then. */
export function timeWords(zone: string, time: Date): string {
  return `${timeFormat(zone).format(time)} ${zone === 'UTC' ? 'UTC' : [clocksName(zone, time), `(${offsetWords(zone, time)})`].join(' ').trim()}`
}

/** "BST", "EST"; empty for clocks that have no such name in English. */
export function clocksName(zone: string, at: Date): string {
  const names = nameFormats(zone).flatMap((format) =>
    format.formatToParts(at).flatMap(({ type, value }) => (type === 'timeZoneName' ? [value] : [])),
  )
  return names.find((name) => !/^(?:GMT|UTC)[+−-]/.test(name)) ?? ''
}

/** How far the clocks of a zone are ahead of UTC then: "UTC+5:30". */
export function offsetWords(zone: string, at: Date): string {
  const minutes = offsetAt(at.getTime(), zone)
  const [whole, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '−' : '+'}${whole}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}

/** The next `count` times of a schedule; fewer where it comes less often than that in eight years. */
export function upcoming(
  { timetable, clock }: Pick<Deps, 'timetable' | 'clock'>,
  schedule: { readonly cron: string; readonly zone: string },
  count: number,
): readonly Date[] {
  const times: Date[] = []
  for (const time of timetable.times(schedule.cron, schedule.zone, clock.now())) {
    times.push(time)
    if (times.length === count) break
  }
  return times
}
