/** Admits at most `size` pieces of work at a time, first come, first served. */
export interface Slots {
  use<T>(work: () => Promise<T>): Promise<T>
}

/** Work that waits is admitted in turn, also where it will find that it was cancelled. */
export function createSlots(size: number): Slots {
  let free = size
  const waiting: (() => void)[] = []
  return {
    async use(work) {
      if (free > 0) free--
      else await new Promise<void>((admit) => waiting.push(admit))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) free++
        else next()
      }
    },
  }
}
