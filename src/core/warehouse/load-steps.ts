import { z } from 'zod'
import type { Deps } from '../deps.ts'
import type { RunRecord } from '../ports/ledger.ts'
import { driftSchema } from './drift.ts'
import { filesInQuarantine } from './quarantine.ts'

/*
 * What the steps of a load leave behind, by which its report and a later attempt read it.
 */

/** The steps by whose ids the report finds what they left. */
export const loadSteps = {
  sources: { id: 'check-sources', title: 'Check sources' },
  events: { id: 'stage-events', title: 'Stage events' },
  songs: { id: 'stage-songs', title: 'Stage songs' },
  repair: { id: 'repair-text', title: 'Repair text' },
  audit: { id: 'audit', title: 'Audit' },
  publish: { id: 'publish', title: 'Publish' },
} as const

/** What staging one dataset left behind for the report. */
export const stagedSchema = z.object({
  rows: z.number(),
  rejected: z.number(),
  reasons: z.array(z.string()),
  files: z.number().optional(),
  read: z.object({ rows: z.number(), new: z.number(), changed: z.number(), gone: z.number() }).optional(),
  drift: z.array(driftSchema).default([]),
})

/**
 * What looking at the sources left behind: the files that are not read because of their names, and what is read of the others. An older
 * version left nothing.
 */
export const listedSchema = z
  .object({
    skipped: z.array(z.string()),
    reads: z.enum(['changes', 'all']).default('all'),
    since: z.number().nullable().default(null),
    why: z.string().nullable().default(null),
    /** By what the load was to be made when its basis was decided. */
    recipe: z.string().nullable().default(null),
    mapping: z.string().nullable().default(null),
    /** Paths of files in quarantine, which this load leaves out, and of those that have changed since. */
    quarantined: z.array(z.string()).default([]),
    changedSince: z.array(z.string()).default([]),
  })
  .default({
    skipped: [],
    reads: 'all',
    since: null,
    why: null,
    recipe: null,
    mapping: null,
    quarantined: [],
    changedSince: [],
  })

/** What auditing left behind. `repairedPlays` are those of which the title or the artist was repaired. */
export const auditedSchema = z.object({
  line: z.string(),
  warnings: z.array(z.string()),
  repairedPlays: z.number().default(0),
})

/** How many rows of each dataset may be left out, whether a load without events or plays is published, and whether all files are read. */
export interface LoadOptions {
  readonly 'max-errors': number
  readonly 'allow-empty': boolean
  readonly full: boolean
}

/** Whether the load of a run leaves out what is in quarantine now, or has not begun to list its files. */
export async function leavesOutQuarantine({ steps }: RunRecord, deps: Deps): Promise<boolean> {
  const listed = steps.find(({ id, state }) => id === loadSteps.sources.id && state === 'complete')
  if (listed === undefined) return true
  const { quarantined } = listedSchema.parse(listed.output)
  const now = await filesInQuarantine(deps)
  return now.length === quarantined.length && now.every(({ path }) => quarantined.includes(path))
}
