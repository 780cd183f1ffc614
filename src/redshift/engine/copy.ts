import { inBackground } from '../../core/background.ts'
import { OpsError } from '../../core/errors.ts'
import { plural } from '../../core/format.ts'
import type { FileChange, LoadId, SourceFile, Staged } from '../../core/ports/engine.ts'
import type { Work } from '../../core/step.ts'
import { filesOf, unreadableTable } from '../../core/unreadable.ts'
import { readS3Location } from '../names.ts'
import type { RedshiftSettings } from '../settings.ts'
import { type RedshiftConnection, runBatch } from './batches.ts'
import { removeImpossible } from './impossible-rows.ts'
import { type LoadErrors, loadErrorsOf, placed } from './load-errors.ts'
import { historyOf, type LoadHistory, queryOne, reportProgress } from './load-history.ts'
import { isOtherLoad, loadNotFound, readBy, requireLoad, stagingTables } from './load-schemas.ts'
import {
  begunOf,
  type CopyFrom,
  listNow,
  noteParts,
  partsOf,
  plannedOnce,
  planOf,
  type ReadPart,
  type SourceObjects,
  singly,
  wholly,
  writeManifests,
} from './source-objects.ts'
import { errorOfStatement, failedPart, redshiftLiteral, type Submitted } from './statement.ts'
import { idsOf, statementFailure } from './statement-failure.ts'

// COPY takes no greater MAXERROR, and `etl` no greater number either.
const mostErrors = 100_000
const reasonsShown = 5
const rowsKept = 500

/** Where COPY reads. */
export type SourceSettings = Pick<RedshiftSettings, 'logData' | 'songData' | 'jsonPaths'>

/** Where and as whom COPY reads. `roleArn` is asked for each load. */
export interface CopySettings extends SourceSettings, Pick<RedshiftSettings, 'database' | 'dataRegion'> {
  readonly roleArn: () => Promise<string>
}

/** What to stage. */
export interface CopyStaging {
  readonly load: LoadId
  readonly dataset: 'log' | 'song'
  readonly maxErrors: number
}

/** What the COPYs of a staging table read, added to the rows of another load where it has a base. */
interface CopyPlan {
  readonly from: readonly CopyFrom[]
  /** What they fill; none names all columns of the table. */
  readonly columns: readonly string[]
  /** Whether a load can leave single files out. */
  readonly leavesOut: boolean
  /** How many objects the table is then read from, those of its base included; null where COPY finds them itself. */
  readonly objects: number | null
  readonly base: LoadId | null
  /** The loads whose rows are not taken over from the base. */
  readonly without: readonly LoadId[]
  /** How many rows were left out of what is taken over. */
  readonly rejected: number
}

/**
 * Makes one staging table of the candidate hold its source, in one transaction: the rows of the load to which this one adds, but those that
 * were read with an object that has changed or is gone, and what is read instead of them and is new; or all. Notes what it has read. Throws
 * `bad_data` for more than `maxErrors` unreadable rows, with where they are and why; `source_missing`, `source_unreadable` where S3 refuses.
 */
export async function stageByCopy(
  connection: RedshiftConnection,
  settings: CopySettings,
  staging: CopyStaging,
  objects: SourceObjects,
  listed: readonly SourceFile[],
  work: Work,
): Promise<Staged> {
  const { load, dataset } = staging
  const { notes } = objects
  const place = dataset === 'log' ? settings.logData : settings.songData
  const begun = await begunOf(notes, load)
  const base = begun === null || begun.base === null ? null : await partsOf(notes, begun.base, dataset)
  const planned = await plannedOnce(notes, load, dataset, work.key, () =>
    planOf(objects, place, listed, base, work.signal),
  )
  // A process that carries the load on may not list what is new: then all is read.
  const kept = planned.objects === null ? null : (base?.filter((part) => !planned.without.includes(part.load)) ?? null)
  const paths = (planned.objects ?? listed).map(({ path }) => path)
  const from =
    objects.work !== null
      ? await writeManifests(objects.store, objects.work, `${connection.home}-${dataset}`, paths, work.signal)
      : kept === null
        ? wholly(place, paths)
        : singly(paths)
  if (from === null) throw packedFile(paths.find((path) => /\.gz$/i.test(path)) ?? place)
  const before = new Set((kept ?? []).flatMap((part) => part.objects.map(([path]) => path)))
  const own = await stagePlanned(
    connection,
    settings,
    staging,
    {
      from,
      columns: begun?.columns[stagingTables[dataset]] ?? [],
      leavesOut: objects.work !== null,
      objects: from.some(({ url }) => url === place) ? null : before.size + paths.length,
      base: kept === null ? null : (begun?.base ?? null),
      without: planned.without,
      rejected: (kept ?? []).reduce((sum, { rejected }) => sum + rejected, 0),
    },
    work,
  )
  // What arrived or changed meanwhile may have been read or not: without its ETag the next load takes it for changed.
  const now = planned.objects === null ? null : await listNow(objects, place, work.signal)
  const etags = new Map(now?.map(({ path, stamp }) => [path, stamp]))
  const read = new Map(
    (planned.objects ?? []).map(({ path, stamp }) => [path, etags.get(path) === stamp ? stamp : null]),
  )
  for (const path of etags.keys()) {
    const isNew = !read.has(path) && !before.has(path)
    if (isNew && from.some(({ url }) => path.startsWith(url))) read.set(path, null)
  }
  const { rejected, reasons, unreadable = [] } = own
  const part: ReadPart = { load, objects: [...read], rejected, reasons: [...reasons], unreadable: [...unreadable] }
  const parts = [...(kept ?? []), ...(kept === null || read.size > 0 ? [part] : [])]
  await noteParts(notes, load, dataset, now === null || begun === null ? null : parts)
  if (kept === null || base === null) return own
  const all = parts.flatMap((one) => one.unreadable).slice(0, rowsKept)
  const counts = `select count(*), count(case when ${readBy} = ${load} then 1 end) from staging.${stagingTables[dataset]}`
  const [total, rows] = (await queryOne(connection, counts, 1, work.signal)).rows[0] ?? []
  return {
    ...own,
    rejected: parts.reduce((sum, one) => sum + one.rejected, 0),
    reasons: parts.flatMap((one) => one.reasons).slice(0, reasonsShown),
    ...(all.length === 0 ? {} : { unreadable: all }),
    rows: Number(total),
    read: { rows: Number(rows), ...changedSince(base, planned.without, planned.objects ?? []) },
  }
}

/** How many objects were read because they are new or changed, and how many are gone. */
function changedSince(
  base: readonly ReadPart[],
  without: readonly LoadId[],
  read: readonly { readonly path: string; readonly stamp: string | null }[],
): Record<FileChange, number> {
  const before = new Map(base.flatMap(({ objects }) => objects))
  const now = new Set(read.map(({ path }) => path))
  const left = base.flatMap(({ load, objects }) => (without.includes(load) ? objects : []))
  return {
    new: read.filter(({ path }) => !before.has(path)).length,
    changed: read.filter(({ path, stamp }) => before.has(path) && before.get(path) !== stamp).length,
    gone: left.filter(([path]) => !now.has(path)).length,
  }
}

// In front of the COPYs: the guard, the DELETE, and what the base holds.
function firstCopy({ base }: CopyPlan): number {
  return base === null ? 2 : 4
}

/** The condition for rows that were read by none of these loads. */
function readByNone(without: readonly LoadId[]): string {
  return without.length === 0 ? 'true' : `${readBy} not in (${without.join(', ')})`
}

async function stagePlanned(
  connection: RedshiftConnection,
  settings: CopySettings,
  staging: CopyStaging,
  plan: CopyPlan,
  work: Work,
): Promise<Staged> {
  const table = stagingTables[staging.dataset]
  const role = await settings.roleArn()
  const { home } = connection
  const sqls = [
    requireLoad('candidate', home, staging.load),
    `delete from staging.${table}`,
    ...(plan.base === null
      ? []
      : [
          requireLoad('live', home, plan.base),
          `insert into staging.${table} select * from live.${table} where ${readByNone(plan.without)}`,
        ]),
    ...plan.from.map((source) => copySql(settings, staging, source, plan.columns, role)),
  ]
  const over = new AbortController()
  const reporting = inBackground(connection, 'load progress', () =>
    reportProgress(connection, { database: settings.database, table }, work.progress, over.signal),
  )
  const submitted = await runBatch(connection, work, 'copy', { mode: 'TRANSACTION', sqls }).finally(() => over.abort())
  await reporting
  if (isOtherLoad(submitted, 0)) throw loadNotFound(staging.load)
  if (plan.base !== null && isOtherLoad(submitted, 2)) throw loadNotFound(plan.base)
  if (submitted.status !== 'FINISHED') throw await loadFailure(connection, submitted, staging, plan, work.signal)
  return outcome(connection, submitted, staging, plan, work)
}

function copySql(
  { jsonPaths, dataRegion }: CopySettings,
  staging: CopyStaging,
  { url, option }: CopyFrom,
  columns: readonly string[],
  role: string,
): string {
  const { dataset, maxErrors } = staging
  const mapping = dataset === 'log' && jsonPaths !== null ? jsonPaths : 'auto ignorecase'
  const filled = columns.length === 0 ? '' : ` (${columns.join(', ')})`
  return [
    `copy staging.${stagingTables[dataset]}${filled} from ${redshiftLiteral(url)}`,
    `iam_role ${redshiftLiteral(role)}`,
    ...(dataRegion === null ? [] : [`region ${redshiftLiteral(dataRegion)}`]),
    `format as json ${redshiftLiteral(mapping)}${option}`,
    'compupdate off statupdate off',
    // It fails as soon as there are so many, not only when there are more.
    ...(maxErrors === 0 ? [] : [`maxerror ${Math.min(maxErrors + 1, mostErrors)}`]),
  ].join(' ')
}

async function outcome(
  connection: RedshiftConnection,
  submitted: Submitted,
  staging: CopyStaging,
  plan: CopyPlan,
  work: Work,
): Promise<Staged> {
  const { signal } = work
  const copies = submitted.parts.slice(firstCopy(plan))
  const queryIds = copies.flatMap(({ queryId }) => (queryId === null ? [] : [queryId]))
  const isKnown = queryIds.length === copies.length
  const history = isKnown ? await historyOf(connection, queryIds, signal) : null
  const errors =
    staging.maxErrors === 0 || !isKnown || history?.errors === 0
      ? null
      : await loadErrorsOf(connection, queryIds, signal)
  if (staging.maxErrors > 0 && history === null && errors === null) {
    connection.log.warn({ statement: submitted.id }, 'the server does not say whether rows were left out')
  }
  // However many rows may be left out: these are not rows.
  if (errors?.packed !== undefined && plan.from.every(({ option }) => option === '')) {
    throw packedFile(errors.packed, submitted, errors)
  }
  const refused = history?.errors ?? errors?.total ?? 0
  const allRefused = plan.rejected + refused
  if (allRefused > staging.maxErrors) throw badData(submitted, errors, allRefused, staging.maxErrors, plan)
  const impossible = await removeImpossible(connection, staging, allRefused, work)
  if (history !== null) {
    await writeSourceFiles(connection, { ...staging, ...plan, queryIds, files: history.files }, work)
  }
  const unreadable = [...(errors?.rows ?? []), ...impossible.rows].slice(0, rowsKept)
  const reasons = refused === 0 ? [] : (errors?.groups ?? []).map(withRows)
  return {
    rows: (await rowsOf(connection, history, staging, signal)) - (history === null ? 0 : impossible.removed),
    rejected: refused + impossible.removed,
    ...(unreadable.length === 0 ? {} : { unreadable }),
    reasons: [...reasons, ...impossible.reasons].slice(0, reasonsShown),
    ...(history === null ? {} : { files: history.files }),
  }
}

async function rowsOf(
  connection: RedshiftConnection,
  history: LoadHistory | null,
  { dataset }: CopyStaging,
  signal: AbortSignal,
): Promise<number> {
  if (history !== null) return history.rows
  const { rows } = await queryOne(connection, `select count(*) from staging.${stagingTables[dataset]}`, 1, signal)
  return Number(rows[0]?.[0])
}

/** Why a load failed: rows that cannot be read, or what else Redshift reported. */
async function loadFailure(
  connection: RedshiftConnection,
  submitted: Submitted,
  { maxErrors }: CopyStaging,
  plan: CopyPlan,
  signal: AbortSignal,
): Promise<OpsError> {
  const failed = failedPart(submitted)
  const isCopy = failed !== undefined && submitted.parts.indexOf(failed) >= firstCopy(plan)
  if (!isCopy || failed.queryId === null) return statementFailure(submitted)
  const errors = await loadErrorsOf(connection, [failed.queryId], signal)
  if (errors === null || errors.total === 0) return statementFailure(submitted)
  // Rows that may be left out are no reason: S3 may have refused the next object.
  const isAboutRows = errors.total > maxErrors || /load into table .* failed/i.test(errorOfStatement(submitted))
  if (!isAboutRows) return statementFailure(submitted)
  if (errors.packed !== undefined && plan.from.every(({ option }) => option === '')) {
    return packedFile(errors.packed, submitted, errors)
  }
  return badData(submitted, errors, errors.total, maxErrors, plan)
}

/** A prefix that holds packed objects among others. */
function packedFile(file: string, submitted?: Submitted, errors?: LoadErrors): OpsError {
  const table = errors === undefined ? [] : [unreadableTable(errors.groups, errors.total)]
  return OpsError.untouched(
    'source_unreadable',
    `The prefix contains compressed objects among others, which are not loaded on Redshift without SPARKIFY_WORK: ${file}.`,
    `Set SPARKIFY_WORK (docs/aws.md), with which .gz objects are loaded. Or decompress them in the bucket (aws s3 cp ${file} - | gunzip | aws s3 cp - ${file.replace(/\.\w+$/, '')}) and delete the compressed ones, or set SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA to a prefix without them.`,
    { evidence: [...table, ...(submitted === undefined ? [] : [idsOf(submitted)])] },
  )
}

/** COPY stops at the row that is one too many, so how many there are in all is not known. */
function badData(
  submitted: Submitted,
  errors: LoadErrors | null,
  rejected: number,
  maxErrors: number,
  { leavesOut }: CopyPlan,
): OpsError {
  const [first] = errors?.groups ?? []
  const allowed = maxErrors === 0 ? '' : `, ${maxErrors} allowed`
  const where = first === undefined ? 'Rows cannot be read' : placed(first)
  const reason = `${where} (${plural(rejected, 'row')} so far${allowed}).`
  const evidence = [...(errors === null ? [] : [unreadableTable(errors.groups, errors.total)]), idsOf(submitted)]
  const files = leavesOut ? filesOf(errors?.rows ?? []) : []
  const fix = first?.remedy ?? 'Fix the data.'
  const next = Math.max(10, 10 * Math.max(rejected, maxErrors))
  if (next > mostErrors) return OpsError.untouched('bad_data', reason, fix, { evidence, files })
  const fixCommand = `etl max-errors=${next}`
  return OpsError.untouched('bad_data', reason, `${fix} Or leave out up to ${next} such rows: ${fixCommand}.`, {
    fixCommand,
    fixLabel: `Load without up to ${next} rows`,
    leaveOut: next,
    evidence,
    files,
  })
}

function withRows(group: LoadErrors['groups'][number]): string {
  return group.rows === 1 ? placed(group) : `${placed(group)} (${plural(group.rows, 'row')})`
}

/** Checks that the sources are places in S3 which COPY takes. Throws `bad_config`. */
export function checkSources({ logData, songData, jsonPaths }: SourceSettings): void {
  for (const place of [logData, songData]) {
    readS3Location(place)
    redshiftLiteral(place)
  }
  if (jsonPaths !== null) {
    const { bucket, prefix } = readS3Location(jsonPaths)
    redshiftLiteral(jsonPaths)
    const data = [logData, songData].map(readS3Location)
    if (data.some((source) => source.bucket === bucket && prefix.startsWith(source.prefix))) {
      throw new OpsError(
        'bad_config',
        `${jsonPaths} is inside a data prefix and would be loaded as data.`,
        'Move the JSONPaths file out of the prefix, or name a narrower prefix in SPARKIFY_LOG_DATA.',
      )
    }
  }
}

/** Which COPYs filled which part of a load, and how many files they read. */
interface FilledBy extends Pick<CopyPlan, 'objects' | 'base' | 'without'> {
  readonly load: LoadId
  readonly dataset: 'log' | 'song'
  readonly queryIds: readonly number[]
  readonly files: number
}

/**
 * Writes the candidate's `source_files` from SYS_LOAD_DETAIL, which has a row for each file that a COPY read
 * (https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_DETAIL.html). It stays empty where the server has no such view, or
 * where the view does not name all files yet: the checks know nothing then, rather than something wrong.
 */
async function writeSourceFiles(
  connection: RedshiftConnection,
  { load, dataset, queryIds, files, base, without, objects }: FilledBy,
  work: Work,
): Promise<void> {
  const read = `from sys_load_detail where query_id in (${queryIds.join(', ') || 'null'})`
  const named =
    "nullif(left(regexp_substr(file_name, '[12][0-9]{3}-(0[1-9]|1[0-2])-[0-3][0-9]-events[.]json'), 10), '')"
  // Where the month has no such day, this is one of another month.
  const day = "(cast(left(named, 8) || '01' as date) + cast(substring(named, 9, 2) as integer) - 1)"
  const submitted = await runBatch(connection, work, 'files', {
    mode: 'TRANSACTION',
    sqls: [
      requireLoad('candidate', connection.home, load),
      `delete from candidate.source_files where dataset = '${dataset}'`,
      ...(base === null
        ? []
        : [
            `insert into candidate.source_files select * from live.source_files where dataset = '${dataset}'` +
              ` and ${readByNone(without)}`,
          ]),
      'insert into candidate.source_files (path, dataset, bytes, day) ' +
        `select path, '${dataset}', bytes, case when left(cast(${day} as varchar(10)), 8) = left(named, 8) then ${day} end ` +
        `from (select trim(file_name) as path, sum(bytes_scanned) as bytes, ${named} as named ${read} ` +
        `and (select count(distinct file_name) ${read}) = ${files} group by file_name) as files ` +
        // How consoles show a folder.
        "where bytes > 0 or path not like '%/'",
      // Files of the base alone, or the new ones alone, would be something wrong.
      ...(objects === null
        ? []
        : [
            `delete from candidate.source_files where dataset = '${dataset}'` +
              ` and (select count(*) from candidate.source_files where dataset = '${dataset}') <> ${objects}`,
          ]),
    ],
  })
  if (submitted.status === 'FINISHED') return
  connection.log.info(
    { error: errorOfStatement(submitted), dataset },
    'the server does not say which files a load has read',
  )
}
