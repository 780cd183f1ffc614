import { z } from 'zod'
import { ensureCluster } from '../core/cluster/lease.ts'
import { flag, integer } from '../core/command/args.ts'
import type { RunContext } from '../core/command/context.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { quote } from '../core/command/line.ts'
import { liveUntouched, OpsError } from '../core/errors.ts'
import { bytes, count, lasting, moment, percent, plural } from '../core/format.ts'
import type { FileChange } from '../core/ports/engine.ts'
import { type Reply, stating, tableOfThings, text } from '../core/reply.ts'
import { basisOf, changesWords, tally } from '../core/warehouse/basis.ts'
import { comparisonReplies, differs } from '../core/warehouse/compare.ts'
import { copyWarning } from '../core/warehouse/copy.ts'
import { driftWords } from '../core/warehouse/drift.ts'
import { isComparedWithLive } from '../core/warehouse/held.ts'
import { requireAvailable } from '../core/warehouse/live.ts'
import {
  auditedSchema,
  leavesOutQuarantine,
  listedSchema,
  loadSteps,
  releaseFailed,
  stagedSchema,
  stepsOfLoad,
} from '../core/warehouse/load.ts'
import { admit, quarantineWords } from '../core/warehouse/quarantine.ts'
import { repairedSchema } from '../core/warehouse/repair-texts.ts'
import { skippedWords } from '../core/warehouse/sources.ts'

export default defineCommand({
  name: 'etl',
  aliases: ['load', 'load-again'],
  summary: 'Loads the warehouse: stages the source files, builds the star, audits it, publishes it',
  group: 'warehouse',
  role: 'operator',
  effect: 'write',
  loads: true,
  audience: 'channel',
  args: z.object({
    'max-errors': integer({
      about: 'how many unreadable rows may be left out',
      bare: false,
      min: 0,
      max: 100_000,
      fallback: 0,
    }),
    'allow-empty': flag({ about: 'publish a load even if it has no events or no plays', fallback: false }),
    full: flag({ about: 'read every file, not only those that are new, changed or gone', fallback: false }),
    'dry-run': flag({ about: 'list the files that a load would read, and change nothing', fallback: false }),
  }),
  examples: ['etl', 'etl max-errors=10', 'etl full=yes', 'etl dry-run=yes'],
  // After a failed audit the fixed data must be read again, a load that was compared with another than what is live now is compared again,
  // and one is built without a file that was put in quarantine since; after any other failure the finished steps stay.
  async canContinue(run, deps) {
    const failed = run.steps.find((step) => step.state === 'error')?.id
    const load = await deps.ledger.loads.get(run.id)
    if (failed === loadSteps.audit.id || load?.state !== 'building') return false
    return (await isComparedWithLive(run, deps)) && leavesOutQuarantine(run, deps)
  },
  async run(args, context) {
    const { deps } = context
    await requireAvailable(deps)
    if (args['dry-run']) return dryRun(args.full, context)
    const before = await deps.ledger.loads.live()
    try {
      await context.perform([
        ...(await ensureCluster(deps)),
        ...stepsOfLoad(context, {
          maxErrors: args['max-errors'],
          allowEmpty: args['allow-empty'],
          full: args.full,
        }),
      ])
    } catch (error) {
      const reason: unknown = context.signal.aborted ? context.signal.reason : error
      await releaseFailed(context.runId, reason, deps)
      throw await withStanding(withQuarantine(withDrift(error, context)), context)
    }
    return report(context, before?.facts ?? null)
  },
})

/** What the source files hold beside what is known of them, in a warning; none where they hold nothing else, or were not read. */
function driftIn({ output }: RunContext): readonly Reply[] {
  const staged = [loadSteps.events.id, loadSteps.songs.id].map((id) => output(id, stagedSchema.optional()))
  const drifts = staged.flatMap((dataset) => dataset?.drift ?? [])
  return drifts.length === 0 ? [] : [text(driftWords(drifts), 'warning')]
}

/** A failure with what may be its cause. */
function withDrift(error: unknown, context: RunContext): unknown {
  if (!(error instanceof OpsError)) return error
  const drifted = driftIn(context)
  return drifted.length === 0 ? error : error.with({ evidence: [...error.evidence, ...drifted], cause: error.cause })
}

/** A failure with a way to leave the files out that are at fault. */
function withQuarantine(error: unknown): unknown {
  if (!(error instanceof OpsError) || error.files.length === 0) return error
  const table = tableOfThings(error.files.slice(0, filesOffered), {
    title: 'Files to fix, or to leave out until they change',
    columns: ['file', 'unreadable_rows'],
    formats: ['text', 'integer'],
    rowOf: ({ file, rows }) => [file, rows],
    action: ({ file }) => ({ label: 'Quarantine', line: `quarantine ${quote(file)}` }),
  })
  return error.with({ evidence: [...error.evidence, table], cause: error.cause })
}

/** The failure with what it left untouched and what is still billed. */
async function withStanding(error: unknown, { deps, runId, signal, door }: RunContext): Promise<unknown> {
  // A schedule reports that itself, after it has paused the cluster again.
  if (!(error instanceof OpsError) || signal.aborted || door === 'parent') return error
  const standing = await deps.cluster.costStatus()
  if (standing === '') return error
  const isLive = (await deps.ledger.loads.get(runId))?.state === 'live'
  const untouched = isLive || error.reason !== undefined ? [] : [liveUntouched]
  // Its cause stays: whether the disk is full, or a process has left the run to another one, is read there.
  const message = [error.message, ...untouched, standing].join(' ')
  return error.with({ message, reason: error.reason ?? error.message, saysBill: true, cause: error.cause })
}

async function report(context: RunContext, before: { plays?: number; matched?: number } | null): Promise<Outcome> {
  const { deps } = context
  const facts = (await deps.ledger.loads.get(context.runId))?.facts ?? {}
  const events = context.output(loadSteps.events.id, stagedSchema)
  const songs = context.output(loadSteps.songs.id, stagedSchema)
  const { skipped, quarantined, changedSince } = context.output(loadSteps.sources.id, listedSchema)
  const { texts } = context.output(loadSteps.repair.id, repairedSchema)
  const audited = context.output(loadSteps.audit.id, auditedSchema)
  const read = readWords(events, songs, facts.files)
  const built = deps.library.tables.star.map((table) => `${table} ${count(facts.counts?.[table] ?? 0)}`).join(' · ')
  const { comparison, plays = 0, matched = 0, repeatsDropped = 0, dataUntil, anchor, ahead } = facts
  const matchBefore =
    before?.plays === undefined || before.plays === 0
      ? ''
      : ` (last load ${percent(before.matched ?? 0, before.plays)})`
  const coverage = { about: 'coverage', text: `${percent(matched, plays)} of plays match the catalogue${matchBefore}` }
  const rejected = events.rejected + songs.rejected
  const left =
    rejected === 0
      ? []
      : [
          text(
            `${plural(rejected, 'unreadable row')} left out:\n${[...events.reasons, ...songs.reasons].join('\n')}`,
            'warning',
          ),
        ]
  const uncopied = copyWarning(context)
  const unread = skipped.length === 0 ? [] : [text(skippedWords(skipped), 'warning')]
  const kept = [
    ...(quarantined.length === 0 ? [] : [text(`Left out: ${quarantineWords(quarantined)}.`, 'warning')]),
    ...(changedSince.length === 0
      ? []
      : [text(`Read again, because changed since: ${quarantineWords(changedSince)}.`, 'note')]),
  ]
  const drifted = driftIn(context)
  const datedAhead =
    ahead === undefined || anchor === undefined || typeof dataUntil !== 'string'
      ? []
      : [
          text(
            `${plural(ahead, 'play is', 'plays are')} dated far ahead, up to ${moment(new Date(dataUntil))}; the last days end with ${moment(new Date(anchor))}`,
            'warning',
          ),
        ]
  const checks = [
    { about: 'checks', text: audited.line },
    ...audited.warnings.map((title) => ({ about: 'warnings', text: `Warning: ${title}` })),
  ]
  const replies: Reply[] = [
    text(`${read}\n${built}`),
    ...checks.map((fact) =>
      stating([fact], '', fact.about === 'warnings' ? 'warning' : checks.length === 1 ? 'good' : 'plain'),
    ),
    stating([coverage], '', 'note'),
    ...(texts === 0
      ? []
      : [
          text(
            `${plural(texts, 'wrongly encoded text')} repaired, in ${plural(audited.repairedPlays, 'play')}`,
            'note',
          ),
        ]),
    ...(repeatsDropped === 0
      ? []
      : [text(`${plural(repeatsDropped, 'event')} delivered more than once; each counts once`, 'note')]),
    ...datedAhead,
    ...left,
    ...unread,
    ...kept,
    ...uncopied,
    ...drifted,
  ]
  return {
    headline: `${count(plays)} plays are live; ${audited.line}.`,
    replies,
    ...(comparison === undefined || !differs(comparison) ? {} : { details: comparisonReplies(comparison) }),
    brief: [
      stating([{ about: 'load', text: `${read} in ${await timeOf(context)}` }, coverage], ' · '),
      stating(checks, '\n', checks.length === 1 ? 'good' : 'warning'),
      ...datedAhead,
      ...left,
      ...unread,
      ...kept,
      ...uncopied,
      ...drifted,
    ],
    facts: { about: ['load', 'checks'] },
    next: [
      { label: 'Top songs', line: 'top-songs' },
      { label: 'Check', line: 'qa' },
      ...(rejected === 0 ? [] : [{ label: 'Rejected rows', line: `loads-rejected ${context.runId}` }]),
    ],
  }
}

type StagedOutput = z.output<typeof stagedSchema>

/** "191 events and 9 songs read from 11 files", or "2 new files, 1 changed; 8,056 of 3,012,441 events read". */
function readWords(events: StagedOutput, songs: StagedOutput, listed: number | undefined): string {
  if (events.read === undefined || songs.read === undefined) {
    const files = listed ?? filesOf(events, songs)
    const from = files === null ? '' : ` from ${plural(files, 'file')}`
    return `${plural(events.rows, 'event')} and ${plural(songs.rows, 'song')} read${from}`
  }
  const sum = (kind: FileChange): number => (events.read?.[kind] ?? 0) + (songs.read?.[kind] ?? 0)
  const files = changesWords({ new: sum('new'), changed: sum('changed'), gone: sum('gone') })
  const songWords = songs.read.rows === 0 ? '' : ` and ${count(songs.read.rows)} of ${plural(songs.rows, 'song')}`
  const words = `${files}; ${count(events.read.rows)} of ${plural(events.rows, 'event')}${songWords} read`
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

const filesShown = 1000
const filesOffered = 20

/** What a load would read, as a table; nothing is written. */
async function dryRun(full: boolean, { deps, signal }: RunContext): Promise<Outcome> {
  const { sources, out } = await admit(await deps.engine.sources(signal), deps, signal)
  const basis = await basisOf(deps, sources, full, signal)
  const all = [...sources.log, ...sources.song].map(({ path, bytes: size }) => ({ path, bytes: size, change: 'new' }))
  const files = basis.reads === 'changes' ? basis.changes.files : all
  const toRead = files.filter(({ change }) => change !== 'gone').reduce((sum, file) => sum + file.bytes, 0)
  const why = basis.reads === 'all' && basis.why !== null ? `: ${basis.why}` : ''
  const headline =
    basis.reads === 'changes'
      ? `A load would read ${bytes(toRead)}: ${changesWords(tally(basis.changes))} since load ${basis.since}, ${count(basis.changes.unchanged)} unchanged.`
      : `A load would read everything${why}: ${sources.summary}.`
  const table: Reply = {
    kind: 'table',
    title: 'Files',
    columns: ['file', 'change', 'bytes'],
    formats: ['text', 'text', 'bytes'],
    rows: files.slice(0, filesShown).map(({ path, change, bytes: size }) => [path, change, size]),
    total: files.length,
  }
  const left = out.length === 0 ? [] : [text(`Left out: ${quarantineWords(out.map(({ path }) => path))}.`, 'warning')]
  const replies = [text(headline), ...(files.length === 0 ? [] : [table]), ...left]
  return { headline, replies, next: [{ label: 'Load', line: full ? 'etl full=yes' : 'etl' }] }
}

async function timeOf({ deps, runId }: RunContext): Promise<string> {
  const run = await deps.ledger.runs.get(runId)
  if (run === null) throw new Error(`run ${runId} is not in the ledger`)
  return lasting(new Date(run.started), deps.clock.now())
}

function filesOf(events: StagedOutput, songs: StagedOutput): number | null {
  return events.files === undefined || songs.files === undefined ? null : events.files + songs.files
}
