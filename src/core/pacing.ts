import { OpsError } from './errors.ts'
import type { Clock } from './ports/clock.ts'
import { minuteMs } from './span.ts'

/** Pauses between tries: the first, the factor from one to the next, and the longest. */
export interface Backoff {
  readonly firstMs: number
  readonly factor: number
  readonly mostMs: number
}

/** Milliseconds to wait after so many failures (from 1) before the next try. */
export function pauseAfter(failures: number, { firstMs, factor, mostMs }: Backoff): number {
  return Math.min(mostMs, firstMs * factor ** (failures - 1))
}

/** A random part of that pause, so that callers do not retry at the same time ("full jitter"). */
export function jitteredPauseAfter(failures: number, backoff: Backoff): number {
  return Math.random() * pauseAfter(failures, backoff)
}

/** Admits at most a fixed number of pieces of work at a time, first come, first served. */
interface Semaphore {
  /** Runs the work once there is a place for it. Throws as `cancelled` does where the signal is aborted before that. */
  use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

interface Waiting {
  readonly signal: AbortSignal
  readonly admit: () => void
  readonly reject: (reason: OpsError) => void
}

/** A semaphore with `size` places. It listens to each signal once, however many pieces of work wait with it. */
export function createSemaphore(size: number): Semaphore {
  let free = size
  const waiting = new Set<Waiting>()
  const listeners = new Map<AbortSignal, () => void>()

  const listen = (signal: AbortSignal): void => {
    if (listeners.has(signal)) return
    const giveUp = (): void => {
      listeners.delete(signal)
      for (const one of [...waiting].filter((other) => other.signal === signal)) {
        waiting.delete(one)
        one.reject(cancelled(signal))
      }
    }
    listeners.set(signal, giveUp)
    signal.addEventListener('abort', giveUp, { once: true })
  }

  const take = (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.reject(cancelled(signal))
    if (free > 0) {
      free--
      return Promise.resolve()
    }
    return new Promise((admit, reject) => {
      waiting.add({ signal, admit, reject })
      listen(signal)
    })
  }

  const release = (): void => {
    const [next] = waiting
    if (next === undefined) {
      free++
      return
    }
    waiting.delete(next)
    const giveUp = listeners.get(next.signal)
    if (giveUp !== undefined && ![...waiting].some(({ signal }) => signal === next.signal)) {
      listeners.delete(next.signal)
      next.signal.removeEventListener('abort', giveUp)
    }
    next.admit()
  }

  return {
    async use(signal, work) {
      await take(signal)
      try {
        return await work()
      } finally {
        release()
      }
    },
  }
}

/** Why work was stopped: the signal's own reason where that is an `OpsError`, otherwise a plain `cancelled`. */
export function cancelled(signal: AbortSignal | undefined, cause: unknown = signal?.reason): OpsError {
  if (signal?.reason instanceof OpsError) return signal.reason
  return OpsError.untouched('cancelled', 'Cancelled.', '', { cause })
}

/** A limit of calls in any minute, over all who share it. */
export interface RateWindow {
  /** Resolves when one more call fits, and counts it. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<void>
  /** Counts a call that does not wait. */
  count(): void
}

/** A window over the minute that ends now. */
export function createRateWindow(clock: Pick<Clock, 'elapsed' | 'sleep'>, perMinute: number): RateWindow {
  let counted: readonly number[] = []

  const waitMs = (): number => {
    const now = clock.elapsed()
    counted = counted.filter((at) => at > now - minuteMs)
    const oldest = counted.at(-perMinute)
    return oldest === undefined ? 0 : oldest + minuteMs - now
  }
  const count = (): void => {
    counted = [...counted, clock.elapsed()]
  }

  return {
    async take(signal) {
      for (let wait = waitMs(); wait > 0; wait = waitMs()) await clock.sleep(wait, signal)
      signal.throwIfAborted()
      count()
    },
    count,
  }
}
