import { inBackground } from '../../core/background.ts'
import type { OpsError } from '../../core/errors.ts'
import { plural } from '../../core/format.ts'
import type { LoadId, SourceFile, Staged } from '../../core/ports/engine.ts'
import type { Work } from '../../core/step.ts'
import { tally } from '../../core/warehouse/basis.ts'
import type { RedshiftSettings } from '../settings.ts'
import { type RedshiftConnection, runBatch } from './batches.ts'
import { badData, mostErrors, packedFile } from './copy-failure.ts'
import { type CopyFrom, singly, wholly, writeManifests } from './copy-from.ts'
import { removeImpossible } from './impossible-rows.ts'
import { type LoadErrors, loadErrorsOf, placed } from './load-errors.ts'
import { historyOf, type LoadHistory, queryOne, reportProgress } from './load-history.ts'
import { isOtherLoad, loadNotFound, readBy, readByNone, requireLoad, stagingTables } from './load-schemas.ts'
import { changesSince, planOf } from './source-changes.ts'
import { writeSourceFiles } from './source-files.ts'
import { begunOf, noteParts, partsOf, plannedOnce, type ReadPart } from './source-notes.ts'
import { listNow, type SourceObjects, type SourceSettings } from './source-objects.ts'
import { errorOfStatement, failedPart, redshiftLiteral, type Submitted } from './statement.ts'
import { statementFailure } from './statement-failure.ts'

const reasonsShown = 5
const rowsKept = 500

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
  readonly base: LoadId | null
  /** How many objects what is taken over from the base was read from. */
  readonly before: number
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
      base: kept === null ? null : (begun?.base ?? null),
      before: before.size,
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
  // COPY read an object whose key begins with one of these, and which is gone by now.
  const others = objects.work === null && from.every(({ url }) => url !== place) && (own.files ?? 0) > read.size
  if (others) for (const path of read.keys()) read.set(path, null)
  const { rejected, reasons, unreadable = [] } = own
  const part: ReadPart = { load, objects: [...read], rejected, reasons: [...reasons], unreadable: [...unreadable] }
  const parts = [...(kept ?? []), ...(kept === null || read.size > 0 ? [part] : [])]
  await noteParts(notes, load, dataset, now === null || begun === null ? null : parts)
  if (kept === null || base === null) return own
  const replaced = base.filter((one) => planned.without.includes(one.load))
  const all = parts.flatMap((one) => one.unreadable).slice(0, rowsKept)
  const counts = `select count(*), count(case when ${readBy} = ${load} then 1 end) from staging.${stagingTables[dataset]}`
  const [total, rows] = (await queryOne(connection, counts, 1, work.signal)).rows[0] ?? []
  return {
    ...own,
    rejected: parts.reduce((sum, one) => sum + one.rejected, 0),
    reasons: parts.flatMap((one) => one.reasons).slice(0, reasonsShown),
    ...(all.length === 0 ? {} : { unreadable: all }),
    rows: Number(total),
    read: { rows: Number(rows), ...tally(changesSince(replaced, planned.objects ?? [])) },
  }
}

// In front of the COPYs: the guard, the DELETE, and what the base holds.
function firstCopy({ base }: CopyPlan): number {
  return base === null ? 2 : 4
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

function withRows(group: LoadErrors['groups'][number]): string {
  return group.rows === 1 ? placed(group) : `${placed(group)} (${plural(group.rows, 'row')})`
}
