import { dayMs } from './calendar.ts'
import { personFrom } from './names.ts'
import { metros } from './places.ts'
import { type Random, randomOf } from './random.ts'
import { userAgents } from './user-agents.ts'

/** The two levels of a subscription. */
export type Level = 'free' | 'paid'

/** A registered listener. `level` changes while the log is written; all else is fixed. */
export interface Listener {
  readonly id: number
  readonly firstName: string
  readonly lastName: string
  readonly gender: 'F' | 'M'
  readonly location: string
  readonly userAgent: string
  /** Epoch milliseconds, always before the log begins. */
  readonly registration: number
  level: Level
  /** No session of this listener may begin before this moment (epoch milliseconds). */
  freeFrom: number
}

/** The listeners of a log, and who of them comes next. */
export interface Listeners {
  /** Somebody with no session under way at `at` (epoch milliseconds), active ones likelier; undefined when all are busy. */
  readonly arriving: (random: Random, at: number) => Listener | undefined
}

/** Events per listener and day in the public Sparkify log: 8,056 of 97 listeners in 30 days. */
const eventsPerListenerDay = 2.77

/** The listeners of a log of `events` events over `days` days that begins at `start` (epoch milliseconds). */
export function makeListeners(seed: number, start: number, days: number, events: number): Listeners {
  const count = Math.max(5, Math.round(events / days / eventsPerListenerDay))
  const listeners: Listener[] = []
  const activityUpTo = new Float64Array(count)
  let activity = 0
  for (let index = 0; index < count; index++) {
    const random = randomOf(seed, 'listeners', index)
    // 22 of the 97 were paying at some time and made 82 % of the plays, in more sessions and longer ones.
    const level: Level = random.chance(0.2) ? 'paid' : 'free'
    activity += (0.2 + random.exponential(1)) * (level === 'paid' ? 2.5 : 1)
    activityUpTo[index] = activity
    listeners.push({
      id: index + 2,
      ...personFrom(random),
      location: random.pick(metros),
      userAgent: random.pick(userAgents),
      registration: start - Math.ceil((random.next() * 150 * dayMs) / 1000) * 1000 - 204,
      level,
      freeFrom: Number.NEGATIVE_INFINITY,
    })
  }

  function positionOf(share: number): number {
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((activityUpTo[middle] ?? activity) <= share) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    arriving(random, at) {
      const first = positionOf(random.next() * activity)
      for (let step = 0; step < count; step++) {
        const listener = listeners[(first + step) % count]
        if (listener !== undefined && listener.freeFrom <= at) return listener
      }
      return undefined
    },
  }
}
