import { z } from 'zod'
import type { RunContext } from '../command/context.ts'
import type { Deps } from '../deps.ts'
import { DiskFull, messageOf, OpsError } from '../errors.ts'
import { count, list, plural } from '../format.ts'
import type { LoadId, Sources } from '../ports/engine.ts'
import type { LoadFacts, RunRecord } from '../ports/ledger.ts'
import { dayMs } from '../span.ts'
import type { TransformFile } from '../sql/files.ts'
import { tablesRead } from '../sql/lexer.ts'
import { timestampText } from '../sql/window.ts'
import type { Step } from '../step.ts'
import { type RowPlace, rowPlaceWords } from '../unreadable.ts'
import { basisOf, changesWords, recipeOf, tally } from './basis.ts'
import {
  type CheckResult,
  checksLine,
  findingOf,
  firstPlace,
  redErrors,
  redNames,
  runChecks,
  warned,
} from './checks.ts'
import { copyingSteps } from './copy.ts'
import { countRows } from './counts.ts'
import { driftOf, driftSchema } from './drift.ts'
import { compareStep } from './held.ts'
import { releaseSpace } from './kept-loads.ts'
import { lateNotes } from './load-notes.ts'
import { admit, filesInQuarantine, quarantineWords, release, without } from './quarantine.ts'
import { keepRejected } from './rejected.ts'
import { repairTexts } from './repair-texts.ts'
import { skippedWords } from './sources.ts'

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
    /** Paths of files in quarantine, which this load leaves out, and of those that have changed since. */
    quarantined: z.array(z.string()).default([]),
    changedSince: z.array(z.string()).default([]),
  })
  .default({ skipped: [], reads: 'all', since: null, why: null, quarantined: [], changedSince: [] })

/** Whether the load of a run leaves out what is in quarantine now, or has not begun to list its files. */
export async function leavesOutQuarantine({ steps }: RunRecord, deps: Deps): Promise<boolean> {
  const listed = steps.find(({ id, state }) => id === loadSteps.sources.id && state === 'complete')
  if (listed === undefined) return true
  const { quarantined } = listedSchema.parse(listed.output)
  const now = await filesInQuarantine(deps)
  return now.length === quarantined.length && now.every(({ path }) => quarantined.includes(path))
}

/** What auditing left behind. `repairedPlays` are those of which the title or the artist was repaired. */
export const auditedSchema = z.object({
  line: z.string(),
  warnings: z.array(z.string()),
  repairedPlays: z.number().default(0),
})

/** How many rows of each dataset may be left out, whether a load without events or plays is published, and whether all is read anew. */
export interface LoadOptions {
  readonly maxErrors: number
  readonly allowEmpty: boolean
  readonly full: boolean
}

/** The steps by whose ids the report finds what they left. */
export const loadSteps = {
  sources: { id: 'check-sources', title: 'Check sources' },
  events: { id: 'stage-events', title: 'Stage events' },
  songs: { id: 'stage-songs', title: 'Stage songs' },
  repair: { id: 'repair-text', title: 'Repair text' },
  audit: { id: 'audit', title: 'Audit' },
  publish: { id: 'publish', title: 'Publish' },
} as const

/**
 * One complete passage of source data into the warehouse, as steps: check sources, open a new load, stage side by side, repair text,
 * transform, audit, compare with the live load, publish. Readers of the live load notice nothing until the last one. The steps are the same where the load begins as a
 * copy of the live one.
 */
export function stepsOfLoad(context: RunContext, options: LoadOptions): readonly (Step | readonly Step[])[] {
  const { deps } = context
  const load = context.runId
  let listed: Sources | undefined
  const all = async (signal: AbortSignal): Promise<Sources> => (listed ??= await deps.engine.sources(signal))
  // What was in quarantine when this load began, whatever has become of it since.
  const sources = async (signal: AbortSignal): Promise<Sources> =>
    without(await all(signal), context.output(loadSteps.sources.id, listedSchema).quarantined)
  return [
    checkSources(load, deps, all, options),
    openLoad(context),
    [stage(load, 'log', deps, sources, options), stage(load, 'song', deps, sources, options)],
    { ...loadSteps.repair, run: (work) => repairTexts(load, deps, work, removesRows(context)) },
    ...sideBySide(deps.library.etl).map((files) => files.map((file) => transform(load, file, deps))),
    audit(load, deps, sources, options),
    compareStep(load, context),
    publish(load, context),
    ...copyingSteps(load, deps),
  ]
}

/** Whether rows of staging have gone of which the load began as a copy; null where it did not. */
function removesRows({ output }: RunContext): boolean | null {
  const staged = [output(loadSteps.events.id, stagedSchema), output(loadSteps.songs.id, stagedSchema)]
  const read = staged.flatMap((dataset) => (dataset.read === undefined ? [] : [dataset.read]))
  return read.length === 0 ? null : read.some(({ changed, gone }) => changed + gone > 0)
}

function checkSources(
  load: LoadId,
  deps: Deps,
  sources: (signal: AbortSignal) => Promise<Sources>,
  { full }: LoadOptions,
): Step {
  return {
    ...loadSteps.sources,
    run: async ({ signal }) => {
      await requireKnownLoads(deps)
      // What is delivered from here on may be missing in the list.
      const started = deps.clock.now().toISOString()
      const { sources: found, out, changed } = await admit(await sources(signal), deps, signal)
      const { log, song, summary, skipped = [] } = found
      const files = [...log, ...song]
      const basis = await basisOf(deps, found, full, signal)
      await deps.ledger.loads.begin(load, started)
      const quarantined = out.map(({ path }) => path)
      await deps.ledger.loads.learn(load, { source: deps.engine.source, quarantined })
      for (const file of changed) await release(file, deps)
      if (files.length > 0) {
        const size = files.reduce((sum, file) => sum + file.bytes, 0)
        await deps.ledger.loads.learn(load, { files: files.length, bytes: size })
      }
      const changes = basis.reads === 'changes' ? [changesWords(tally(basis.changes))] : []
      const left = [
        ...(skipped.length === 0 ? [] : [skippedWords(skipped)]),
        ...(out.length === 0 ? [] : [quarantineWords(quarantined)]),
      ]
      const detail = [summary, ...changes, ...left].join(' · ')
      const { reads, since } = basis
      const why = basis.reads === 'all' ? basis.why : null
      const changedSince = changed.map(({ path }) => path)
      return { detail, output: { skipped: [...skipped], reads, since, why, quarantined, changedSince } }
    },
  }
}

/** Loads that take space here although the ledger has never heard of them: it was emptied, or another one stands in its place. */
export async function unknownLoads({ engine, ledger }: Deps): Promise<readonly LoadId[]> {
  const stored = (await engine.stored()).map(({ load }) => load)
  const records = await Promise.all(stored.map((id) => ledger.loads.get(id)))
  return stored.filter((_, at) => records[at] === null)
}

/** Throws `storage` before a load would delete, or build over, what another ledger may still need. */
async function requireKnownLoads(deps: Deps): Promise<void> {
  const unknown = await unknownLoads(deps)
  if (unknown.length === 0) return
  throw new OpsError(
    'storage',
    `${unknownWords(unknown)} Nothing was deleted.`,
    'Restore the ledger from a backup; or delete these loads with tear-down, then load again.',
    { fixCommand: 'tear-down' },
  )
}

/** Which loads the ledger does not know, in a sentence. */
export function unknownWords(unknown: readonly LoadId[]): string {
  const which = unknown.length === 1 ? 'Load' : 'Loads'
  const are = unknown.length === 1 ? 'is' : 'are'
  return `${which} ${list(unknown.map(String))} ${are} stored here, but not in this ledger: it was emptied or replaced.`
}

function openLoad({ runId: load, deps, output }: RunContext): Step {
  const { staging, star, load: own } = deps.library.schema
  return {
    id: 'create-tables',
    title: 'Create tables',
    run: async (work) => {
      await discardAbandoned(load, deps)
      await releaseSpace(deps)
      const { reads, since, why } = output(loadSteps.sources.id, listedSchema)
      const schema = [...staging, ...star, ...own]
      await deps.engine.begin(load, schema, work, since === null ? undefined : { load: since, reads })
      const recipe = recipeOf(deps.library, deps.engine.mapping)
      if (since === null || reads === 'all') {
        await deps.ledger.loads.learn(load, { recipe })
        return { detail: why === null ? `load ${load}` : `load ${load}, in full: ${why}` }
      }
      await deps.ledger.loads.learn(load, { recipe, base: since })
      return { detail: `load ${load}, a copy of load ${since}` }
    },
  }
}

/**
 * A load that failed gives back its space at once where nobody can carry it on: its audit was red, or the disk is full. Any other is
 * kept for `run-again`, until the next load begins. Never throws: the failure itself must reach its reader.
 */
export async function releaseFailed(load: LoadId, error: unknown, deps: Deps): Promise<void> {
  const isDead = error instanceof DiskFull || (error instanceof OpsError && error.code === 'checks_red')
  if (!isDead) return
  try {
    // Files first: on a full disk this makes the room to note it.
    await releaseSpace(deps, load)
    await deps.ledger.loads.discard(load)
  } catch (thrown) {
    deps.log.error({ err: thrown, load }, `a failed load did not give its space back: ${messageOf(thrown)}`)
  }
}

/** Half-built loads of runs that ended are given up; one writer at a time means that none of them is at work. */
async function discardAbandoned(load: LoadId, deps: Deps): Promise<void> {
  const abandoned = (await deps.ledger.loads.list(['building'])).filter(({ id }) => id !== load)
  for (const { id } of abandoned) await deps.ledger.loads.discard(id)
}

function stage(
  load: LoadId,
  dataset: 'log' | 'song',
  deps: Deps,
  sources: (signal: AbortSignal) => Promise<Sources>,
  { maxErrors }: LoadOptions,
): Step {
  return {
    ...(dataset === 'log' ? loadSteps.events : loadSteps.songs),
    run: async (work) => {
      const {
        fields = [],
        unreadable = [],
        ...staged
      } = await deps.engine.stage(load, dataset, await sources(work.signal), maxErrors, work)
      await keepRejected(deps.ledger.notes, load, dataset, { total: staged.rejected, rows: unreadable })
      const drift = driftOf(dataset, deps.library.source, fields)
      const left = staged.rejected === 0 ? '' : `, ${plural(staged.rejected, 'row')} left out`
      return { detail: `${plural(staged.rows, 'row')}${left}`, output: { ...staged, drift } }
    },
  }
}

/** The transforms in groups: those of a group need no table that another one of it fills. */
export function sideBySide(files: readonly TransformFile[]): readonly (readonly TransformFile[])[] {
  const needs = (file: TransformFile, table: string): boolean =>
    file.table !== table && file.statements.some((sql) => tablesRead(sql, [table]).length > 0)
  const groups: TransformFile[][] = []
  const groupOf = new Map<string, number>()
  for (const file of files) {
    const before = [...groupOf].filter(([table]) => needs(file, table)).map(([, group]) => group)
    const group = Math.max(-1, ...before) + 1
    groupOf.set(file.table, group)
    groups[group] = [...(groups[group] ?? []), file]
  }
  return groups
}

function transform(load: LoadId, file: TransformFile, deps: Deps): Step {
  return {
    id: `build-${file.table}`,
    title: `Build ${file.table}`,
    run: async (work) => {
      return { detail: plural(await deps.engine.transform(load, file.table, file.statements, work), 'row') }
    },
  }
}

function audit(
  load: LoadId,
  deps: Deps,
  sources: (signal: AbortSignal) => Promise<Sources>,
  { allowEmpty }: LoadOptions,
): Step {
  return {
    ...loadSteps.audit,
    run: async ({ signal }) => {
      const target = { kind: 'candidate', load } as const
      const [counts, results, summary] = await Promise.all([
        countRows(deps, target, signal),
        runChecks(deps, target, signal),
        summarise(deps, load, signal),
      ])
      const withPlaces = async (some: readonly CheckResult[]): Promise<readonly Told[]> =>
        Promise.all(
          some.map(async (result) => ({
            ...result,
            place: result.check.rows === null ? null : await firstPlace(deps, await sources(signal), result, signal),
          })),
        )
      const red = redErrors(results).filter(({ check }) => !(check.waiver === 'allow-empty' && allowEmpty))
      const warnings = warned(results).map(findingOf)
      await deps.ledger.loads.learn(load, {
        ...summary.facts,
        counts,
        checks: { total: results.length, red: red.map(({ check }) => check.title), warnings, names: redNames(results) },
      })
      if (red.length > 0) throw checksRed(await withPlaces(red))
      const { repairedPlays } = summary
      const told = (await withPlaces(warned(results))).map(({ place, ...result }) =>
        place === null ? findingOf(result) : `${findingOf(result)} (${rowsFrom(result.offending, place)})`,
      )
      return { detail: checksLine(results), output: { line: checksLine(results), warnings: told, repairedPlays } }
    },
  }
}

/** A result with the place of its first row, where it has one. */
interface Told extends CheckResult {
  readonly place: RowPlace | null
}

/** "4 rows, first in 2018-11-02-events.json, line 1". */
function rowsFrom(offending: number, place: RowPlace | null): string {
  if (place === null) return plural(offending, 'row')
  return `${plural(offending, 'row')}, ${offending === 1 ? '' : 'first '}${place.kind === 'record' ? 'in ' : ''}${rowPlaceWords(place)}`
}

/** A load that must not be published, with the rows that say why. */
function checksRed(red: readonly Told[]): OpsError {
  const which = red.map(({ check, offending, place }) => `${check.title} (${rowsFrom(offending, place)})`).join('; ')
  return OpsError.untouched(
    'checks_red',
    `${plural(red.length, 'check')} red: ${which}.`,
    'Fix the source data and load again.',
    { evidence: red.map(({ sample }) => sample) },
  )
}

const summaryColumns = [
  'events',
  'catalogue_songs',
  'plays',
  'repeats_dropped',
  'matched',
  'repaired',
  'data_from',
  'data_until',
  'files_until',
  'anchor',
  'ahead',
] as const

async function summarise(
  deps: Deps,
  load: LoadId,
  signal: AbortSignal,
): Promise<{ readonly facts: LoadFacts; readonly repairedPlays: number }> {
  const { rows, columns } = await deps.engine.query(
    { kind: 'candidate', load },
    { sql: deps.library.summary, values: { tomorrow: timestampText(new Date(deps.clock.now().getTime() + dayMs)) } },
    { maxRows: 1, signal },
  )
  const value = (name: (typeof summaryColumns)[number]) =>
    rows[0]?.[columns.findIndex((column) => column.name === name)]
  const time = (name: 'data_from' | 'data_until' | 'files_until' | 'anchor'): string | null =>
    typeof value(name) === 'string' ? String(value(name)) : null
  const anchor = time('anchor')
  const ahead = Number(value('ahead'))
  return {
    facts: {
      plays: Number(value('plays')),
      matched: Number(value('matched')),
      repeatsDropped: Number(value('repeats_dropped')),
      dataFrom: time('data_from'),
      dataUntil: time('data_until'),
      filesUntil: time('files_until'),
      ...(anchor === null || ahead === 0 ? {} : { anchor, ahead }),
    },
    repairedPlays: Number(value('repaired')),
  }
}

function publish(load: LoadId, context: RunContext): Step {
  const { deps } = context
  return {
    ...loadSteps.publish,
    run: async (work) => {
      const { loads } = deps.ledger
      const record = await loads.get(load)
      if (record?.state !== 'live') {
        const before = await loads.live()
        await deps.engine.publish(load, work)
        // Only now it is live: deadlines are judged by this.
        const at = deps.clock.now().toISOString()
        const late = lateNotes(record, before, deps.policy.publishLimits, at)
        if (!(await loads.publish(load, context.runId, deps.process, at, deps.engine.keeps, late))) {
          throw new OpsError(
            'interrupted',
            'Another process has taken this run over; nothing was published by this one.',
          )
        }
      }
      await releaseSpace(deps)
      const { counts = {} } = (await loads.live())?.facts ?? {}
      return { detail: `${count(Object.values(counts).reduce((sum, n) => sum + n, 0))} rows live` }
    },
  }
}
