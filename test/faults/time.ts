import type { Clock } from '../../src/core/ports/clock.ts'

/** The clock of one process. */
export interface ProcessClock extends Clock {
  /** Nothing wakes on it any more. */
  die(): void
  /** Nothing wakes on it until the returned function is called; then wakes what slept until then. */
  freeze(): () => void
}

/** Simulated time, which several processes share and which stands still until it is told to go on. */
export interface Time {
  now(): Date
  /** Milliseconds since it began, whatever the clocks show. */
  elapsed(): number
  clockOf(): ProcessClock
  /** Lets so much pass at once. Whoever slept until then wakes in order, and a timer that was missed several times fires once. */
  hop(ms: number): void
  /** Sets every clock by so much, in which no time passes. */
  jump(ms: number): void
}

interface Sleeper {
  /** In elapsed time. */
  at: number
  wake(): void
}

export function createTime(start: string): Time {
  let elapsed = 0
  let shown = Date.parse(start)
  const sleepers = new Set<Sleeper>()

  const clockOf = (): ProcessClock => {
    let alive = true
    let frozen = false
    const late: (() => void)[] = []
    const add = (ms: number, wake: () => void): Sleeper => {
      const sleeper: Sleeper = {
        at: elapsed + ms,
        wake() {
          sleepers.delete(sleeper)
          if (frozen) late.push(wake)
          else if (alive) wake()
        },
      }
      sleepers.add(sleeper)
      return sleeper
    }
    return {
      now: () => new Date(shown),
      elapsed: () => elapsed,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason)
          const stop = (): void => {
            sleepers.delete(sleeper)
            if (alive) reject(signal?.reason)
          }
          const sleeper = add(ms, () => {
            signal?.removeEventListener('abort', stop)
            resolve()
          })
          signal?.addEventListener('abort', stop)
        }),
      every(ms, tick) {
        const again = (): Sleeper =>
          add(ms, () => {
            current = again()
            tick()
          })
        let current = again()
        return () => sleepers.delete(current)
      },
      die() {
        alive = false
      },
      freeze() {
        frozen = true
        return () => {
          frozen = false
          for (const wake of late.splice(0)) if (alive) wake()
        }
      },
    }
  }

  return {
    now: () => new Date(shown),
    elapsed: () => elapsed,
    clockOf,
    hop(ms) {
      elapsed += ms
      shown += ms
      const due = [...sleepers].filter(({ at }) => at <= elapsed).toSorted((a, b) => a.at - b.at)
      for (const sleeper of due) if (sleepers.has(sleeper)) sleeper.wake()
    },
    jump(ms) {
      shown += ms
    },
  }
}
