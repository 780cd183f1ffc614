import { type Day, dayMs, momentOf } from './calendar.ts'
import { makeHeap } from './heap.ts'
import type { Listeners } from './listeners.ts'
import { type Random, randomOf } from './random.ts'
import { type LogEvent, sessionEvents, sessionLength, sessionRoom } from './session.ts'
import type { Track } from './tracks.ts'

/** A session under way, and its next event. */
interface Active {
  readonly head: LogEvent
  readonly rest: Generator<LogEvent, void, undefined>
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
  const active = makeHeap<Active>(({ head: a }, { head: b }) => a.at < b.at || (a.at === b.at && a.session < b.session))

  function follow(rest: Generator<LogEvent, void, undefined>): void {
    const { value: head } = rest.next()
    if (head !== undefined) active.push({ head, rest })
  }

  function* until(moment: number): Generator<LogEvent, void, undefined> {
    for (let next = active.first(); next !== undefined && next.head.at < moment; next = active.first()) {
      active.pop()
      yield next.head
      follow(next.rest)
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
      const arrival = { session, listener, at, events }
      follow(sessionEvents(arrival, end, nextTrack, randomOf(seed, 'sessions', session)))
    }
  }
  yield* until(Number.POSITIVE_INFINITY)
}
