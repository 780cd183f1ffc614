export interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

/** Reads a time of day as people type it: `6:00`, `06.00`, `6am` or `18`; null for anything else. */
export function readTimeOfDay(typed: string): TimeOfDay | null {
  const [, h, m = '0', half] = /^(\d{1,2})(?:[:.](\d{2}))?(am|pm)?$/i.exec(typed) ?? []
  const given = Number(h)
  const hour = half === undefined ? given : (given % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  const minute = Number(m)
  if (h === undefined || hour > 23 || minute > 59 || (half !== undefined && (given < 1 || given > 12))) return null
  return { hour, minute }
}

/** A time as clocks of 24 hours show it: "06:00". */
export function timeOfDayWords({ hour, minute }: TimeOfDay): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}
