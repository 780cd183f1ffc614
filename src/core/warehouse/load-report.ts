import type { z } from 'zod'
import type { RunContext } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import { quote } from '../command/line.ts'
import { liveUntouched, OpsError } from '../errors.ts'
import { bytes, capitalized, count, lasting, moment, percent, plural } from '../format.ts'
import type { FileChange, LoadId, SourceChanges, Sources } from '../ports/engine.ts'
import { figuresTable, type Reply, stating, type TableReply, tableOfThings, text } from '../reply.ts'
import { basisOf, changesWords, tally } from './basis.ts'
import { comparisonReplies, differs } from './compare.ts'
import { copyWarning } from './copy.ts'
import { driftWords } from './drift.ts'
import { requireAvailable } from './live.ts'
import { auditedSchema, listedSchema, loadSteps, stagedSchema } from './load-steps.ts'
import { admit, quarantineWords, skippedWords } from './quarantine.ts'
import { repairedSchema } from './repair-texts.ts'

/*
 * The answers of a load: what it did, what it would read, and why it failed.
 */

/** What a load that was published has done; `before` are the facts of the one that was live then. */
export async function reportOfLoad(
  context: RunContext,
  before: { plays?: number; matched?: number } | null,
): Promise<Outcome> {
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
  const notes = [...datedAhead, ...left, ...unread, ...kept, ...uncopied, ...drifted]
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
    ...notes,
  ]
  return {
    headline: `${plural(plays, 'play')} ${plays === 1 ? 'is' : 'are'} live; ${audited.line}.`,
    replies,
    ...(comparison === undefined || !differs(comparison) ? {} : { details: comparisonReplies(comparison) }),
    brief: [
      stating([{ about: 'load', text: `${read} in ${await timeOf(context)}` }, coverage], ' · '),
      stating(checks, '\n', checks.length === 1 ? 'good' : 'warning'),
      ...notes,
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
  return capitalized(`${files}; ${count(events.read.rows)} of ${plural(events.rows, 'event')}${songWords} read`)
}

/** What the source files hold beside what is known of them, in a warning; none where they hold nothing else, or were not read. */
function driftIn({ output }: RunContext): readonly Reply[] {
  const staged = [loadSteps.events.id, loadSteps.songs.id].map((id) => output(id, stagedSchema.optional()))
  const drifts = staged.flatMap((dataset) => dataset?.drift ?? [])
  return drifts.length === 0 ? [] : [text(driftWords(drifts), 'warning')]
}

async function timeOf({ deps, runId }: RunContext): Promise<string> {
  const run = await deps.ledger.runs.get(runId)
  if (run === null) throw new Error(`run ${runId} is not in the ledger`)
  return lasting(new Date(run.started), deps.clock.now())
}

function filesOf(events: StagedOutput, songs: StagedOutput): number | null {
  return events.files === undefined || songs.files === undefined ? null : events.files + songs.files
}

const filesShown = 1000

/** What a load would read, as a table; nothing is written. */
export async function dryRun(full: boolean, { deps, signal }: RunContext): Promise<Outcome> {
  await requireAvailable(deps)
  const { sources, out } = await admit(await deps.engine.sources(signal), deps, signal)
  const basis = await basisOf(deps, sources, full, signal)
  const { headline, table } =
    basis.reads === 'changes' ? changesToRead(basis.changes, basis.since) : allToRead(sources, basis.why)
  const { skipped = [] } = sources
  const left = [
    ...(skipped.length === 0 ? [] : [text(`${skippedWords(skipped)}.`, 'warning')]),
    ...(out.length === 0 ? [] : [text(`Left out: ${quarantineWords(out.map(({ path }) => path))}.`, 'warning')]),
  ]
  const replies = [text(headline), ...(table.rows.length === 0 ? [] : [table]), ...left]
  return { headline, replies, next: [{ label: 'Load', line: full ? 'etl full=yes' : 'etl' }] }
}

interface ToRead {
  readonly headline: string
  readonly table: TableReply
}

function changesToRead(changes: SourceChanges, since: LoadId): ToRead {
  const { files, unchanged } = changes
  const size = files.reduce((sum, file) => sum + (file.change === 'gone' ? 0 : file.bytes), 0)
  const much = size === 0 ? 'nothing' : bytes(size)
  const rows = files.slice(0, filesShown).map(({ path, change, bytes: own }) => [path, change, own])
  return {
    headline: `A load would read ${much}: ${changesWords(tally(changes))} since load ${since}, ${count(unchanged)} unchanged.`,
    table: figuresTable('Files', { file: 'text', change: 'text', bytes: 'bytes' }, rows, files.length),
  }
}

function allToRead({ log, song, summary }: Sources, why: string | null): ToRead {
  const files = [...log, ...song]
  const rows = files.slice(0, filesShown).map(({ path, bytes: own }) => [path, own])
  return {
    headline: `A load would read everything (${summary})${why === null ? '' : `: ${why}`}.`,
    table: figuresTable('Files', { file: 'text', bytes: 'bytes' }, rows, files.length),
  }
}

const filesOffered = 20

/** The failure of a load with what may be its cause, a way to leave the files at fault out, what it left untouched, and what is still billed. */
export function failureOfLoad(error: unknown, context: RunContext): Promise<unknown> {
  return withStanding(withQuarantine(withDrift(error, context)), context)
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
    columns: { file: 'text', unreadable_rows: 'integer' },
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
