import { ensureCluster } from '../cluster/lease.ts'
import type { RunContext } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import { plural } from '../format.ts'
import type { LoadId, Sources } from '../ports/engine.ts'
import type { RunRecord } from '../ports/ledger.ts'
import type { TransformFile } from '../sql/files.ts'
import { tablesRead } from '../sql/lexer.ts'
import type { Step } from '../step.ts'
import { basisOf, changesWords, recipeOf, tally } from './basis.ts'
import { copyingSteps } from './copy.ts'
import { driftOf } from './drift.ts'
import { compareStep, isComparedWithLive } from './held.ts'
import { discardAbandoned, releaseFailed, releaseSpace, requireKnownLoads, takenOver } from './kept-loads.ts'
import { requireAvailable } from './live.ts'
import { auditStep } from './load-audit.ts'
import { lateNotes } from './load-notes.ts'
import { failureOfLoad, reportOfLoad } from './load-report.ts'
import { type LoadOptions, leavesOutQuarantine, listedSchema, loadSteps, stagedSchema } from './load-steps.ts'
import { admit, quarantineWords, release, skippedWords, without } from './quarantine.ts'
import { keepRejected } from './rejected.ts'
import { repairTexts } from './repair-texts.ts'

/** Loads the warehouse, and reports what was loaded. A load that failed gives back its space where nobody can carry it on. */
export async function runLoad(options: LoadOptions, context: RunContext): Promise<Outcome> {
  const { deps, runId, signal } = context
  await requireAvailable(deps)
  const before = await deps.ledger.loads.live()
  try {
    await context.perform([...(await ensureCluster(deps)), ...stepsOfLoad(context, options)])
  } catch (error) {
    await releaseFailed(runId, signal.aborted ? signal.reason : error, deps)
    throw await failureOfLoad(error, context)
  }
  return reportOfLoad(context, before?.facts ?? null)
}

/**
 * Whether a load that failed is carried on behind its finished steps. Not after a red audit, because the fixed data must be read again; nor
 * where it was compared with another load than the live one, or was built with a file that is in quarantine now.
 */
export async function canContinueLoad(run: RunRecord, deps: Deps): Promise<boolean> {
  const failed = run.steps.find((step) => step.state === 'error')?.id
  const record = await deps.ledger.loads.get(run.id)
  if (failed === loadSteps.audit.id || record?.state !== 'building') return false
  return (await isComparedWithLive(run, deps)) && leavesOutQuarantine(run, deps)
}

/**
 * One complete passage of source data into the warehouse, as steps: check sources, open a new load, stage side by side, repair text,
 * transform, audit, compare with the live load, publish. Readers of the live load notice nothing until the last one. The steps are the same where the load begins as a
 * copy of the live one.
 */
function stepsOfLoad(context: RunContext, options: LoadOptions): readonly (Step | readonly Step[])[] {
  const { deps } = context
  const load = context.runId
  let listed: Sources | undefined
  const all = async (signal: AbortSignal): Promise<Sources> => (listed ??= await deps.engine.sources(signal))
  // What was in quarantine when this load began, whatever has become of it since.
  const sources = async (signal: AbortSignal): Promise<Sources> =>
    without(await all(signal), context.output(loadSteps.sources.id, listedSchema).quarantined)
  // Programs with different transforms may each make a part of a load; none is built on a mixture.
  const making = (step: Step): Step => ({
    ...step,
    run: async (work) => {
      const { recipe, mapping } = context.output(loadSteps.sources.id, listedSchema)
      const own = recipeOf(deps.library, mapping ?? undefined)
      if (recipe !== own) await deps.ledger.loads.learn(load, { recipe: `${recipe} ${own}` })
      return step.run(work)
    },
  })
  return [
    checkSources(load, deps, all, options),
    openLoad(context, sources),
    [making(stage(load, 'log', deps, sources, options)), making(stage(load, 'song', deps, sources, options))],
    making({ ...loadSteps.repair, run: (work) => repairTexts(load, deps, work, removesRows(context)) }),
    ...sideBySide(deps.library.etl).map((files) => files.map((file) => making(transform(file, context)))),
    auditStep(load, deps, sources, options),
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
      const recipe = recipeOf(deps.library, found.mapping)
      const mapping = found.mapping ?? null
      return {
        detail,
        output: { skipped: [...skipped], reads, since, why, recipe, mapping, quarantined, changedSince },
      }
    },
  }
}

function openLoad({ runId: load, deps, output }: RunContext, sources: (signal: AbortSignal) => Promise<Sources>): Step {
  const { staging, star, load: own } = deps.library.schema
  return {
    id: 'create-tables',
    title: 'Create tables',
    run: async (work) => {
      await discardAbandoned(load, deps)
      await releaseSpace(deps)
      const { reads, since, why, recipe } = output(loadSteps.sources.id, listedSchema)
      const schema = [...staging, ...star, ...own]
      const before = since === null ? undefined : { load: since, reads, sources: await sources(work.signal) }
      await deps.engine.begin(load, schema, work, before)
      // As it was when the basis was decided: another version, with other transforms, may carry the load on.
      if (recipe !== null) await deps.ledger.loads.learn(load, { recipe })
      if (since === null || reads === 'all') {
        return { detail: why === null ? `load ${load}` : `load ${load}, in full: ${why}` }
      }
      await deps.ledger.loads.learn(load, { base: since })
      return { detail: `load ${load}, a copy of load ${since}` }
    },
  }
}

function stage(
  load: LoadId,
  dataset: 'log' | 'song',
  deps: Deps,
  sources: (signal: AbortSignal) => Promise<Sources>,
  { 'max-errors': maxErrors }: LoadOptions,
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

function transform(file: TransformFile, { runId: load, deps, output }: RunContext): Step {
  return {
    id: `build-${file.table}`,
    title: `Build ${file.table}`,
    run: async (work) => {
      const rows = plural(await deps.engine.transform(load, file.table, file.statements, work), 'row')
      return { detail: output(loadSteps.sources.id, listedSchema).reads === 'changes' ? `${rows} written` : rows }
    },
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
          throw takenOver()
        }
      }
      await releaseSpace(deps)
      const { counts = {} } = (await loads.live())?.facts ?? {}
      const rows = Object.values(counts).reduce((sum, n) => sum + n, 0)
      return { detail: `${plural(rows, 'row')} live` }
    },
  }
}
