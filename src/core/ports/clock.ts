/** Time, as a part that tests replace. */
export interface Clock {
  now(): Date
  /** Milliseconds that have passed since some moment: they go on evenly while somebody sets the clock. For whatever lasts in one process. */
  elapsed(): number
  /** Resolves after `ms`, or rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `tick` every `ms` until the returned function is called. Does not keep the process alive. */
  every(ms: number, tick: () => void): () => void
}

/** What comes of this work within `ms`; null where it takes longer. Rejects as the work does. */
export async function inTime<T>(work: Promise<T>, ms: number, clock: Pick<Clock, 'sleep'>): Promise<T | null> {
  const patience = new AbortController()
  const late = clock.sleep(ms, patience.signal).then(
    () => null,
    () => null,
  )
  return Promise.race([work, late]).finally(() => patience.abort())
}
