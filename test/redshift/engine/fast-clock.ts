import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../../../src/core/ports/clock.ts'

/** A clock on which so many seconds pass in one. Waits on it are real, and shorter by as much. */
export function createFastClock(times: number): Clock {
  const start = Date.now()
  return {
    elapsed: () => (Date.now() - start) * times,
    now: () => new Date(start + (Date.now() - start) * times),
    sleep: (ms, signal) => setTimeout(ms / times, undefined, signal === undefined ? {} : { signal }),
    every() {
      throw new Error('the engine has no timers')
    },
  }
}
