import { dayMs, minuteMs } from '../span.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, format)
  return format
}

/** The name of a zone as it is usually written (`europe/london` → `Europe/London`); null where there is no such zone. */
export function zoneName(typed: string): string | null {
  if (!isZone(typed)) return null
  const resolved = formatOf(typed).resolvedOptions().timeZone
  // Intl prefers some old names (Asia/Calcutta); what was asked for is what its asker will recognise.
  return resolved.toLowerCase() === typed.toLowerCase() ? resolved : typed
}

function isZone(typed: string): boolean {
  try {
    formatOf(typed)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** How many minutes the clocks of a zone are ahead of UTC at an instant. Seconds, which some had before 1972, are left out. */
export function offsetAt(instant: number, zone: string): number {
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(formatOf(zone).format(instant)) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

/** An instant as the clocks of a zone show it, as if it were UTC; from there `getUTCHours` and the like read them. */
export function wallClock(instant: number, zone: string): Date {
  return new Date(instant + offsetAt(instant, zone) * minuteMs)
}

/**
 * The first instant at which the clocks of a zone show a time, which `wall` names as milliseconds of that time read as UTC; the instant of
 * the change where they leave it out.
 */
export function instantAt(wall: number, zone: string): number {
  const [first, second] = candidates(wall, zone)
  const [shown] = instantsShowing(wall, zone)
  return shown ?? firstInstant(first, second, (instant) => offsetAt(instant, zone) !== offsetAt(first, zone))
}

/** All instants at which they show it, in order: none where spring leaves it out, two where autumn repeats it. */
export function instantsShowing(wall: number, zone: string): readonly number[] {
  const instants = [...new Set(candidates(wall, zone))]
  return instants.filter((instant) => wallClock(instant, zone).getTime() === wall)
}

/** Where a time can be, by the offsets of the days around it, in order. */
function candidates(wall: number, zone: string): readonly [number, number] {
  const early = wall - offsetAt(wall - dayMs, zone) * minuteMs
  const late = wall - offsetAt(wall + dayMs, zone) * minuteMs
  return early < late ? [early, late] : [late, early]
}

/** From `from` on clocks are `minutes` ahead of UTC, until the next span begins. Instants are milliseconds since 1970. */
export interface OffsetSpan {
  readonly from: number
  readonly minutes: number
}

/** The spans of equal offset that make up a span of time, in order; the first begins with it. */
export function offsetSpans(zone: string, from: number, to: number): readonly OffsetSpan[] {
  const spans: OffsetSpan[] = [{ from, minutes: offsetAt(from, zone) }]
  // No zone changes its clocks twice within a day.
  for (let before = from; before < to; before += dayMs) {
    const after = Math.min(before + dayMs, to)
    const minutes = offsetAt(after, zone)
    if (minutes === spans.at(-1)?.minutes) continue
    spans.push({ from: firstInstant(before, after, (instant) => offsetAt(instant, zone) === minutes), minutes })
  }
  return spans
}

/** The first whole second between two instants from which on something holds, which does not hold at the first one. */
function firstInstant(low: number, high: number, holds: (instant: number) => boolean): number {
  let [no, yes] = [Math.floor(low / 1000), Math.ceil(high / 1000)]
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2)
    if (holds(middle * 1000)) yes = middle
    else no = middle
  }
  return yes * 1000
}
