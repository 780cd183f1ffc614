import { setImmediate } from 'node:timers/promises'

/**
 * Whose turn it is on the one session that PGlite has. A long COPY pauses between files, and statements that only read
 * system views slip in there, as they would run beside it on Redshift.
 */
export type Turns = {
  /** Runs the work when everything before it has ended. */
  readonly take: <T>(work: () => Promise<T>) => Promise<T>
  /** Runs the work at the next pause of whoever has the turn (`inside` is true), or as a turn of its own. */
  readonly slipIn: <T>(work: (inside: boolean) => Promise<T>) => Promise<T>
  /** Lets waiting guests run, and the event loop breathe. */
  readonly pause: () => Promise<void>
}

/** Turns with nobody waiting. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  const guests: (() => Promise<void>)[] = []
  const take = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
  return {
    take,
    slipIn: <T>(work: (inside: boolean) => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        let begun = false
        const run = async (inside: boolean) => {
          if (begun) return
          begun = true
          await work(inside).then(resolve, reject)
        }
        guests.push(() => run(true))
        take(() => run(false)).catch(reject)
      }),
    pause: async () => {
      await setImmediate()
      for (let guest = guests.shift(); guest !== undefined; guest = guests.shift()) await guest()
    },
  }
}
