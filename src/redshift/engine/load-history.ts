import { z } from 'zod'
import { expected, messageOf, OpsError } from '../../core/errors.ts'
import { count, plural } from '../../core/format.ts'
import type { ResultSet } from '../../core/ports/engine.ts'
import type { Work } from '../../core/step.ts'
import type { RedshiftConnection } from './batches.ts'
import { fetchResult } from './batches.ts'
import { statementFailure } from './statement-failure.ts'

/*
 * SYS_LOAD_HISTORY holds a row for each COPY, from its beginning on.
 * https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_HISTORY.html
 */

// A look takes two calls. With the long poll's two a minute that makes five, fewer than the six of a poll every 10 s.
const firstLookMs = 10_000
const laterLooksMs = 40_000

// Whether each cell is filled from the beginning of a COPY on is not documented. Counts beyond 2^53 arrive as digits.
const countCell = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .nullable()
  .catch(null)
const historyRow = z
  .tuple([z.string().catch(''), countCell, countCell, countCell, countCell, countCell, countCell])
  .transform(([status, rows, errors, files, bytes, filesScanned, bytesScanned]) => {
    return { status, rows, errors, files, bytes, filesScanned, bytesScanned }
  })

/** A row of the history as it stands: null where the server does not report it (yet). `errors` are rows that a COPY could not load. */
type LoadProgress = z.output<typeof historyRow>

/** What a COPY that has ended has done. */
export interface LoadHistory {
  readonly rows: number
  readonly errors: number
  readonly files: number
}

const columns =
  'trim(status) as status, loaded_rows, error_count, source_file_count, source_file_bytes, file_count_scanned, file_bytes_scanned'

/** What COPYs did together, by Redshift's numbers of their queries; null where the server keeps no such history, or not yet. */
export async function historyOf(
  connection: RedshiftConnection,
  queryIds: readonly number[],
  signal: AbortSignal,
): Promise<LoadHistory | null> {
  const all: LoadHistory = { rows: 0, errors: 0, files: 0 }
  return queryIds.reduce<Promise<LoadHistory | null>>(async (sum, queryId) => {
    const [before, one] = [await sum, await historyOfOne(connection, queryId, signal)]
    if (before === null || one === null) return null
    return { rows: before.rows + one.rows, errors: before.errors + one.errors, files: before.files + one.files }
  }, Promise.resolve(all))
}

async function historyOfOne(
  connection: RedshiftConnection,
  queryId: number,
  signal: AbortSignal,
): Promise<LoadHistory | null> {
  const sql = `select ${columns} from sys_load_history where query_id = ${queryId}`
  const history = await ifSupported(connection, () => look(connection, sql, signal))
  if (history === null || history.status !== 'completed') return null
  const { rows, errors, files } = history
  if (rows !== null && errors !== null && files !== null) return { rows, errors, files }
  connection.log.warn({ query: queryId, history }, 'the history of a load has empty cells, so its rows are counted')
  return null
}

/** Tells how far the running COPY into a table is, until it is stopped; gives up where the server keeps no history. Throws bugs only. */
export async function reportProgress(
  connection: RedshiftConnection,
  { database, table }: { readonly database: string; readonly table: string },
  progress: Work['progress'],
  until: AbortSignal,
): Promise<void> {
  const sql =
    `select ${columns} from sys_load_history where table_name = '${table}' and database_name = '${database}'` +
    " and status = 'running' order by start_time desc limit 1"
  for (let pause = firstLookMs; ; pause = laterLooksMs) {
    try {
      await connection.clock.sleep(pause, until)
      const history = await look(connection, sql, until)
      if (history !== null) progress(progressLine(history))
    } catch (error) {
      if (until.aborted) return
      if (!(error instanceof OpsError)) throw error
      connection.log.info({ err: error }, `the load reports no progress: ${messageOf(error)}`)
      return
    }
  }
}

/** "31%, 4,620 of 14,896 files"; less where the server reports less. */
export function progressLine({ files, bytes, filesScanned, bytesScanned }: LoadProgress): string {
  if (files === null || filesScanned === null) return 'loading'
  if (files === 0) return 'listing files'
  const share = bytes !== null && bytes > 0 && bytesScanned !== null ? bytesScanned / bytes : filesScanned / files
  return `${Math.min(99, Math.floor(100 * share))}%, ${count(filesScanned)} of ${plural(files, 'file')}`
}

async function look(connection: RedshiftConnection, sql: string, signal: AbortSignal): Promise<LoadProgress | null> {
  const { rows } = await queryOne(connection, sql, 1, signal)
  const [row] = rows
  return row === undefined ? null : historyRow.parse(row)
}

/** Asks the system views. Throws `sql_failed` where they are not there. */
export async function queryOne(
  connection: RedshiftConnection,
  sql: string,
  maxRows: number,
  signal: AbortSignal,
): Promise<ResultSet> {
  const asked = await fetchResult(
    connection,
    { batch: { mode: 'TRANSACTION', sqls: [sql] }, answer: 0, wanted: { maxRows } },
    signal,
  )
  if (asked.kind === 'answered') return asked.result
  throw asked.kind === 'failed' ? statementFailure(asked.submitted) : new Error('a transaction is always supported')
}

/** What the system views hold; null, and a line in the log, where the server does not have them. */
export function ifSupported<T>({ log }: RedshiftConnection, read: () => Promise<T>): Promise<T | null> {
  const lacking = (error: OpsError): null => {
    log.info({ err: error }, `the server lacks a system view: ${error.message}`)
    return null
  }
  return read().catch(expected(lacking, 'sql_failed'))
}
