/** A token bucket per key: `take` gives 0 when there is room, and otherwise the whole seconds until there is. */
export interface RateLimit {
  take(key: string): number
}

/** `burst` calls at once, refilled at `perSecond`. Times in ms from `now`. */
export function rateLimit(now: () => number, perSecond: number, burst: number): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    take(key) {
      const at = now()
      const bucket = buckets.get(key) ?? { left: burst, at }
      const left = Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond)
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at })
      return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond)
    },
  }
}
