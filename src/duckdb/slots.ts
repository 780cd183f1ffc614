import { setMaxListeners } from 'node:events'
import { cancelled } from './failure.ts'

/** Admits at most `size` pieces of work at a time, first come, first served; one that waits gives up when its signal says so. */
export interface Slots {
  use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

/** Throws the signal's reason (`cancelled`) when it is aborted before a place is free. */
export function createSlots(size: number): Slots {
  let free = size
  const waiting = new Set<() => void>()

  const take = (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.reject(cancelled(signal))
    if (free > 0) {
      free--
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = (): void => {
        waiting.delete(admit)
        reject(cancelled(signal))
      }
      waiting.add(admit)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  const giveBack = (): void => {
    const [next] = waiting
    if (next === undefined) {
      free++
      return
    }
    waiting.delete(next)
    next()
  }

  return {
    async use(signal, work) {
      // All statements of a run listen to its one signal; Node takes more than ten listeners for a leak and says so.
      setMaxListeners(0, signal)
      await take(signal)
      try {
        return await work()
      } finally {
        giveBack()
      }
    },
  }
}
