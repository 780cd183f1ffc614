import type { Clock } from '../../src/core/ports/clock.ts'

export interface FakeClock extends Clock {
  /** Moves time on and wakes whoever slept until then. */
  advance(ms: number): void
  set(now: Date): void
  /** Sets the clock by so much, in which no time passes. */
  jump(ms: number): void
}

/** Time that stands still until it is told to go on. */
export function createFakeClock(start: string): FakeClock {
  let now = new Date(start)
  let jumped = 0
  const sleepers = new Set<{ until: number; wake(): void }>()
  const set = (to: Date): void => {
    now = to
    for (const sleeper of sleepers) if (sleeper.until <= now.getTime()) sleeper.wake()
  }
  return {
    now: () => new Date(now),
    elapsed: () => now.getTime() - jumped,
    jump(ms) {
      jumped += ms
      now = new Date(now.getTime() + ms)
      for (const sleeper of sleepers) sleeper.until += ms
    },
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
