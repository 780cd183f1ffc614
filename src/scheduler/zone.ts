/** A day of the calendar as people in some zone call it; months from 1. */
export interface LocalDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** A time of day as a wall clock shows it. */
export interface WallTime {
  readonly hour: number
  readonly minute: number
}

const minuteMs = 60_000
const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** The day that an instant belongs to in a zone. */
export function localDayOf(at: Date, zone: string): LocalDay {
  const { year, month, day } = wallTimeOf(at.getTime(), zone)
  return { year, month, day }
}

export function nextDay({ year, month, day }: LocalDay): LocalDay {
  const next = new Date(Date.UTC(year, month - 1, day + 1))
  return { year: next.getUTCFullYear(), month: next.getUTCMonth() + 1, day: next.getUTCDate() }
}

/** 0 is Sunday, as in cron. */
export function weekdayOf({ year, month, day }: LocalDay): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay()
}

/**
 * The instants at which the wall clocks of a zone show times of one day: for each the first of two where autumn repeats it, and
 * the first instant after the gap where spring leaves it out.
 */
export function instantsOf(day: LocalDay, times: readonly WallTime[], zone: string): readonly Date[] {
  const midnight = Date.UTC(day.year, day.month - 1, day.day)
  // No zone changes its offset twice within three days, so the offsets around are the only candidates.
  const before = offsetMs(midnight - dayMs, zone)
  const after = offsetMs(midnight + 2 * dayMs, zone)
  return times.map(({ hour, minute }) => {
    const asUtc = midnight + (hour * 60 + minute) * minuteMs
    return new Date(before === after ? asUtc - before : aroundChange(asUtc, before, after, zone))
  })
}

function aroundChange(asUtc: number, before: number, after: number, zone: string): number {
  const early = asUtc - Math.max(before, after)
  const late = asUtc - Math.min(before, after)
  const shown = [early, late].find((candidate) => candidate + offsetMs(candidate, zone) === asUtc)
  return shown ?? transition(early, late, zone)
}

/** The minute in which the offset changes, between two instants around the change. */
function transition(low: number, high: number, zone: string): number {
  const old = offsetMs(low, zone)
  let [from, to] = [low, high]
  while (to - from > minuteMs) {
    const middle = from + Math.floor((to - from) / 2 / minuteMs) * minuteMs
    if (offsetMs(middle, zone) === old) from = middle
    else to = middle
  }
  return to
}

/** How far the zone's clocks are ahead of UTC at an instant. */
function offsetMs(at: number, zone: string): number {
  const { year, month, day, hour, minute } = wallTimeOf(at, zone)
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(at / minuteMs) * minuteMs
}

function wallTimeOf(at: number, zone: string): LocalDay & WallTime {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts
  return { year, month, day, hour, minute }
}

// Making a formatter takes about 50 times as long as using it.
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  formats.set(zone, format)
  return format
}
