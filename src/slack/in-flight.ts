/** Work that has begun and not ended, so that a leaving process can wait for it. */
export interface InFlight {
  track<T>(work: Promise<T>): Promise<T>
  /** Resolves when nothing is at work any more. */
  settled(): Promise<void>
}

export function inFlight(): InFlight {
  const work = new Set<Promise<unknown>>()
  return {
    track(promise) {
      work.add(promise)
      const done = (): void => {
        work.delete(promise)
      }
      promise.then(done, done)
      return promise
    },
    async settled() {
      while (work.size > 0) await Promise.allSettled(work)
    },
  }
}
