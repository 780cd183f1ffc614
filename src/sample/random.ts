/**
 * Random numbers that depend on nothing but their seed. Every part of the sample draws from a stream of its own,
 * so that one more draw in one place changes nothing in another.
 */

/** A list that has a first element, so that picking from it always gives one. */
export type NonEmpty<T> = readonly [T, ...T[]]

/** A stream of random numbers. */
export interface Random {
  /** The next number, in [0, 1). */
  readonly next: () => number
  /** A whole number in [0, limit). */
  readonly below: (limit: number) => number
  /** True with this probability. */
  readonly chance: (probability: number) => boolean
  /** One of the list, all equally likely. */
  readonly pick: <T>(list: NonEmpty<T>) => T
  /** An exponentially distributed number with this mean; at most 22 times the mean, since `next` has 32 bits. */
  readonly exponential: (mean: number) => number
}

/** The independent streams of one seed. */
const streams = { days: 1, arrivals: 2, sessions: 3, listeners: 4, catalogue: 5, artists: 6, tracks: 7 }

/** A stream of a seed. */
type Stream = keyof typeof streams

/** The finalizer of MurmurHash3 (Austin Appleby, public domain): spreads every bit of a 32-bit number over all of them. */
function mix(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/**
 * The stream of this name of a seed, or its `index`-th member (one per session, per song …).
 * The generator is mulberry32 by Tommy Ettinger, CC0: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function randomOf(seed: number, stream: Stream, index = 0): Random {
  let state = mix(seed ^ mix(index ^ mix(streams[stream])))
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)] ?? list[0],
    exponential: (mean) => -Math.log(1 - next()) * mean,
  }
}
