import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../../../src/core/ports/clock.ts'

/** A clock that stands still until it is moved. It starts at the real time, which signatures are compared with. */
export interface FakeClock extends Clock {
  advance(ms: number): void
  /** Sets the clock by so much, in which no time passes. */
  jump(ms: number): void
  /** Lets time pass quickly, a quarter of a second for every two milliseconds, until `condition` holds. Throws after ten real seconds. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>
}

interface Sleeper {
  at: number
  wake(): void
}

export function createFakeClock(): FakeClock {
  let now = Date.now()
  let jumped = 0
  const sleepers = new Set<Sleeper>()

  const advance = (ms: number): void => {
    const end = now + ms
    for (;;) {
      const [next] = [...sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      now = Math.max(now, next.at)
      sleepers.delete(next)
      next.wake()
    }
    now = end
  }

  return {
    now: () => new Date(now),
    elapsed: () => now - jumped,
    jump(ms) {
      jumped += ms
      now += ms
      for (const sleeper of sleepers) sleeper.at += ms
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        if (ms <= 0) return resolve()
        const stop = (): void => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        const sleeper: Sleeper = {
          at: now + ms,
          wake() {
            signal?.removeEventListener('abort', stop)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', stop)
      }),
    every(ms, tick) {
      const again = (): Sleeper => ({
        at: now + ms,
        wake() {
          current = again()
          sleepers.add(current)
          tick()
        },
      })
      let current = again()
      sleepers.add(current)
      return () => sleepers.delete(current)
    },
    advance,
    async until(condition) {
      const deadline = Date.now() + 25_000
      while (!(await condition())) {
        if (Date.now() > deadline) throw new Error(`it never came to this: ${condition}`)
        // What has been woken goes on before more time passes.
        await setTimeout(2)
        advance(250)
      }
    },
  }
}

/** Waits, in real time and at most ten seconds, for a condition; the fake clock stands still. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 25_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${condition}`)
    await setTimeout(2)
  }
}
