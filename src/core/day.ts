import { dayMs } from './span.ts'

/*
 * Days are written `YYYY-MM-DD`. The time of a wall clock is read as UTC, in milliseconds.
 */

/** The midnight at which a day begins; NaN for what is no day. */
export function midnightOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`)
}

/** The day in which a time lies. */
export function isoDay(time: number | Date): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** The day so many days after another one. */
export function dayAfter(day: string, days: number): string {
  return isoDay(midnightOf(day) + days * dayMs)
}
