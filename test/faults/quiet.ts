import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'

/** Knows when everything that is under way waits for time to pass. */
export interface Quiet {
  /** What one process has under way. */
  open(): Workings
  /** Resolves when nothing is under way any more. Throws after half a real minute. */
  settle(): Promise<void>
  close(): void
}

// An answer passes through so many turns of the event loop before what waits for it goes on.
const calmTurns = 6
const patienceMs = 30_000

/** What is under way in one process. */
export interface Workings {
  /** Does this work, which is under way until it ends. */
  during<T>(work: () => T | Promise<T>): Promise<T>
  /** Its process is dead: nobody waits for it any more. */
  close(): void
}

/** Counts what is under way, requests by any HTTP client of this process among it. */
export function watchQuiet(): Quiet {
  const processes = new Set<{ working: number }>()
  const open = new Set<unknown>()
  const begin = (message: unknown) => void open.add(requestOf(message))
  const end = (message: unknown) => void open.delete(requestOf(message))
  const channels = [
    ['undici:request:create', begin],
    ['undici:request:trailers', end],
    ['undici:request:error', end],
    ['http.client.request.start', begin],
    ['http.client.request.error', end],
    ['http.client.response.finish', end],
  ] as const
  for (const [name, listener] of channels) subscribe(name, listener)
  return {
    open() {
      const own = { working: 0 }
      processes.add(own)
      return {
        async during(work) {
          own.working += 1
          try {
            return await work()
          } finally {
            own.working -= 1
          }
        },
        close: () => void processes.delete(own),
      }
    },
    async settle() {
      const deadline = performance.now() + patienceMs
      for (let calm = 0; calm < calmTurns; ) {
        const working = [...processes].reduce((sum, one) => sum + one.working, 0)
        if (working === 0 && open.size === 0) {
          calm += 1
          await turn()
        } else {
          calm = 0
          await pause(1)
          if (performance.now() > deadline)
            throw new Error(`${working} pieces of work and ${open.size} requests do not end`)
        }
      }
    },
    close() {
      for (const [name, listener] of channels) unsubscribe(name, listener)
    },
  }
}

function requestOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'request' in message ? message.request : null
}
