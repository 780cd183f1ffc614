import { randomOf } from './random.ts'

/** Milliseconds of a UTC day. */
export const dayMs = 86_400_000

/** One UTC day of the log: where it begins (epoch milliseconds), how many events sessions that begin on it have together. */
export interface Day {
  readonly start: number
  readonly events: number
}

/** Events by UTC hour in the public Sparkify log of November 2018: people listen in the American daytime. */
const eventsByHour = [
  185, 201, 157, 130, 159, 206, 230, 219, 246, 311, 356, 391, 368, 415, 504, 577, 626, 572, 579, 431, 397, 326, 247,
  223,
]
const eventsInAll = eventsByHour.reduce((sum, events) => sum + events, 0)

/** Relative weight by UTC weekday, Sunday first, as in the same log. */
const weightByWeekday = [0.45, 0.95, 1.15, 1.35, 1.2, 1.15, 0.65]

/**
 * The days of a log: at least one event on each and exactly `events` over all, in a weekly rhythm with some noise.
 * `start` is midnight UTC in epoch milliseconds; there must be at least as many events as days.
 */
export function daysOf(seed: number, start: number, count: number, events: number): readonly Day[] {
  const random = randomOf(seed, 'days')
  const starts = Array.from({ length: count }, (_, index) => start + index * dayMs)
  const weights = starts.map((day) => (weightByWeekday[new Date(day).getUTCDay()] ?? 1) * (0.75 + random.next() / 2))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const spare = events - count
  let weighed = 0
  let given = 0
  return starts.map((day, index) => {
    weighed += weights[index] ?? 0
    // Rounding the running total, not each share, makes the shares add up; the last one takes what is left.
    const until = index === count - 1 ? spare : Math.round((spare * weighed) / total)
    const share = until - given
    given = until
    return { start: day, events: 1 + share }
  })
}

/**
 * The moment of a day at which this fraction (in [0, 1)) of its traffic has begun: milliseconds after midnight UTC, in
 * whole seconds plus 796 ms, which is what every time in the real log ends in.
 */
export function momentOf(fraction: number): number {
  let rest = fraction * eventsInAll
  let hour = 0
  for (const events of eventsByHour) {
    if (rest < events) return Math.floor(((hour + rest / events) * dayMs) / 24 / 1000) * 1000 + 796
    rest -= events
    hour += 1
  }
  throw new RangeError(`${fraction} is no fraction of a day.`)
}

/** The date of a moment in UTC, `YYYY-MM-DD`. */
export function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
