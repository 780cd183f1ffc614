import { z } from 'zod'
import type { NewAnnotation } from './annotations.ts'
import type { LoadId } from './engine.ts'
import type { RunId } from './runs.ts'

/** `held`: built and audited, and kept without being published because it differs too much from the live load. */
export const loadStateSchema = z.enum(['building', 'held', 'live', 'previous', 'discarded'])
type LoadState = z.infer<typeof loadStateSchema>

const beforeAfter = { before: z.number(), after: z.number(), held: z.boolean() }

/**
 * How a load differs from the one that was live. `held`: beyond the limit, so that it is not published by itself. `days` (UTC, YYYY-MM-DD)
 * has the first of those whose number of plays changed, out of `changed`, of which `held` are beyond the limit; `coverage` is the share of
 * plays that match the catalogue, in percent.
 */
const comparisonSchema = z.object({
  live: z.number(),
  tables: z.array(z.object({ table: z.string(), ...beforeAfter })),
  days: z.object({
    changed: z.number(),
    held: z.number(),
    shown: z.array(z.object({ day: z.string(), ...beforeAfter })),
  }),
  coverage: z.object(beforeAfter),
  /** Plays among those that were compared: where a load began as a copy of the live one, those that it touched. */
  artists: z.array(z.object({ artist: z.string(), before: z.number(), after: z.number() })),
})
export type Comparison = z.infer<typeof comparisonSchema>

/** A load turns out to be this; filled in as its steps learn it. */
export const loadFactsSchema = z.object({
  /** Names the transforms and rules by which it was built; absent where it keeps no list of its files. */
  recipe: z.string().exactOptional(),
  /** The load of which it began as a copy; absent where it was built in full. */
  base: z.number().exactOptional(),
  /** Where its source files lie; loads of other places are not compared with it. */
  source: z.string().exactOptional(),
  comparison: comparisonSchema.exactOptional(),
  /** The key of the message that shows it while it is held. */
  card: z.string().exactOptional(),
  files: z.number().exactOptional(),
  bytes: z.number().exactOptional(),
  counts: z.record(z.string(), z.number()).readonly().exactOptional(),
  plays: z.number().exactOptional(),
  matched: z.number().exactOptional(),
  repeatsDropped: z.number().exactOptional(),
  /** Plays that are not loaded, because another event has their key. */
  playsLost: z.number().exactOptional(),
  /** Files in quarantine that it does not hold. */
  quarantined: z.array(z.string()).readonly().exactOptional(),
  dataFrom: z.string().nullable().exactOptional(),
  dataUntil: z.string().nullable().exactOptional(),
  /** The end of the newest day (UTC) that the name of a log file gives; null where none gives one. */
  filesUntil: z.string().nullable().exactOptional(),
  /** The newest play that is not dated far ahead, where that is not the newest of all; "last 7 days" end with it. */
  anchor: z.string().exactOptional(),
  /** How many plays are dated after it. */
  ahead: z.number().exactOptional(),
  /** When it was copied out of the warehouse; ISO 8601 in UTC. Null once that copy is removed. */
  copied: z.string().nullable().exactOptional(),
  /** Titles of the red checks, what those found that warn, the names of all of them, and of which checks; earlier versions did not keep the last two. */
  checks: z
    .object({
      total: z.number(),
      red: z.array(z.string()).readonly(),
      warnings: z.array(z.string()).readonly(),
      names: z.array(z.string()).readonly().exactOptional(),
      recipe: z.string().exactOptional(),
    })
    .exactOptional(),
})
export type LoadFacts = z.infer<typeof loadFactsSchema>

export interface LoadRecord {
  readonly id: LoadId
  readonly state: LoadState
  readonly started: string
  readonly published: string | null
  readonly facts: LoadFacts
}

/** From `at` (ISO 8601 in UTC) on this load was live, until the next move; null: none was. */
export interface LoadMove {
  readonly at: string
  readonly load: LoadRecord | null
}

export interface LoadStore {
  begin(id: LoadId, started: string): Promise<void>
  /** Merges facts into what is known of the load. */
  learn(id: LoadId, facts: LoadFacts): Promise<void>
  /**
   * Moves the pointer to a load that was built, or is held, in one batch: live becomes previous, this one live, and those of the previous ones discarded that are beyond `kept`
   * published loads, the live one included (2 unless given). With it the notes on it are written. Refused (false) unless `run` is still
   * running in `process`.
   */
  publish(
    id: LoadId,
    run: RunId,
    process: string,
    at: string,
    kept?: number,
    notes?: readonly NewAnnotation[],
  ): Promise<boolean>
  /** Keeps a load that was built, unpublished; one that was held before is discarded. Refused (false) as `publish` is. */
  hold(id: LoadId, run: RunId, process: string, notes?: readonly NewAnnotation[]): Promise<boolean>
  /** Moves the pointer back to a previous load; the live one becomes previous. Refused (false) as `publish` is, or where it is not kept. */
  restore(id: LoadId, run: RunId, process: string, at: string, notes?: readonly NewAnnotation[]): Promise<boolean>
  get(id: LoadId): Promise<LoadRecord | null>
  live(): Promise<LoadRecord | null>
  /** Loads in these states, newest first. */
  list(states: readonly LoadState[]): Promise<readonly LoadRecord[]>
  discard(id: LoadId): Promise<void>
  /** After a tear-down: nothing is live any more. */
  discardAll(at: string): Promise<void>
  /** What has been live since that time, in order; the first of them was live already, where one is known. */
  moves(since: string): Promise<readonly LoadMove[]>
}
