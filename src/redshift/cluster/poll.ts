import type { Clock } from '../../core/ports/clock.ts'
import { isTransient } from '../aws-error.ts'

// A pause or a failure shows within seconds; over the ten minutes of a creation it comes to half the calls of a poll every 10 s.
const firstMs = 5_000
const growth = 1.3
const longestMs = 30_000

// AWS throttles and drops connections now and then, after which the cluster is still what it was.
const failuresInARow = 5

/** How to wait. */
export interface Patience {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly atMostMs: number
}

/** Looks again and again, at growing intervals, until `look` finds something. Null when the time is over. */
export async function poll<T>(look: () => Promise<T | null>, { clock, signal, atMostMs }: Patience): Promise<T | null> {
  const end = clock.elapsed() + atMostMs
  let failures = 0
  for (let wait = firstMs; ; wait = Math.min(wait * growth, longestMs)) {
    signal.throwIfAborted()
    try {
      const found = await look()
      if (found !== null) return found
      failures = 0
    } catch (error) {
      failures++
      if (!isTransient(error) || failures === failuresInARow) throw error
    }
    if (clock.elapsed() >= end) return null
    await clock.sleep(wait, signal)
  }
}
