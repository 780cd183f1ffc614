import type { Clock } from '../../src/core/ports/clock.ts'

export interface FakeClock extends Clock {
  /** Moves time on and wakes whoever slept until then. */
  advance(ms: number): void
  set(now: Date): void
}

/** Time that stands still until it is told to go on. */
export function createFakeClock(start: string): FakeClock {
  let now = new Date(start)
  const sleepers = new Set<{ readonly until: number; wake(): void }>()
  const set = (to: Date): void => {
    now = to
    for (const sleeper of sleepers) if (sleeper.until <= now.getTime()) sleeper.wake()
  }
  return {
    now: () => new Date(now),
    set,
    advance: (ms) => set(new Date(now.getTime() + ms)),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { until: now.getTime() + ms, wake: () => end(resolve) }
        const stop = (): void => end(() => reject(signal?.reason))
        const end = (settle: () => void): void => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', stop)
          settle()
        }
        signal?.addEventListener('abort', stop)
        sleepers.add(sleeper)
      }),
    every: () => () => undefined,
  }
}
