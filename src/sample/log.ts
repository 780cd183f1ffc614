import { dayMs } from '../core/span.ts'
import type { Track } from './catalogue.ts'
import type { Listeners } from './listeners.ts'
import { type Random, randomOf } from './random.ts'
import { type LogEvent, sessionEvents, sessionLength, sessionRoom } from './session.ts'

/** One UTC day of the log: its midnight (epoch milliseconds), and how many events the sessions that begin on it have together. */
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
 * whole seconds plus 796 ms, which is what every time in the public log ends in.
 */
export function momentOf(fraction: number): number {
  let rest = fraction * eventsInAll
  let hour = 0
  for (const events of eventsByHour) {
    if (rest < events) return Math.floor(((hour + rest / events) * dayMs) / 24 / 1000) * 1000 + 796
    rest -= events
    hour += 1
  }
  throw new RangeError(`${fraction} is not a fraction of a day.`)
}

/** A session under way, and its next event. */
interface Active {
  readonly next: LogEvent
  readonly rest: Generator<LogEvent, void, undefined>
}

/** Puts a session into the list, whose last one has the earliest event. */
function insert(active: Active[], session: Active): void {
  const { at, session: id } = session.next
  let low = 0
  let high = active.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = active[middle]?.next
    if (other !== undefined && (other.at > at || (other.at === at && other.session > id))) low = middle + 1
    else high = middle
  }
  active.splice(low, 0, session)
}

/**
 * The whole log in order of time. Only the sessions under way are in memory. Each day has sessions beginning on it, the first
 * event of each at once, until they have as many events together as the day is due; so the sum is exact, and no day empty.
 */
export function* logEvents(
  seed: number,
  days: readonly Day[],
  listeners: Listeners,
  nextTrack: (random: Random) => Track,
): Generator<LogEvent, void, undefined> {
  const random = randomOf(seed, 'arrivals')
  const end = (days.at(-1)?.start ?? 0) + dayMs
  const active: Active[] = []

  function follow(rest: Generator<LogEvent, void, undefined>): void {
    const { value: next } = rest.next()
    if (next !== undefined) insert(active, { next, rest })
  }

  function* until(moment: number): Generator<LogEvent, void, undefined> {
    for (let first = active.at(-1); first !== undefined && first.next.at < moment; first = active.at(-1)) {
      active.pop()
      yield first.next
      follow(first.rest)
    }
  }

  let session = 0
  for (const day of days) {
    let given = 0
    while (given < day.events) {
      const at = day.start + momentOf((given + random.next()) / day.events)
      yield* until(at)
      session += 1
      const listener = random.chance(0.03) ? undefined : listeners.arriving(random, at)
      const wanted = listener === undefined ? 1 + random.below(2) : sessionLength(listener.level, random)
      const events = Math.min(wanted, day.events - given, sessionRoom(end - at))
      given += events
      follow(sessionEvents({ session, listener, at, events }, end, nextTrack, randomOf(seed, 'sessions', session)))
    }
  }
  yield* until(Number.POSITIVE_INFINITY)
}
