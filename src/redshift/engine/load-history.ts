import { z } from 'zod'
import { messageOf, OpsError } from '../../core/errors.ts'
import type { ResultSet } from '../../core/ports/engine.ts'
import type { Work } from '../../core/step.ts'
import { count, plural } from '../../core/words.ts'
import { ask } from './ask.ts'
import type { Performer } from './perform.ts'
import { statementFailure } from './statement-failure.ts'

/*
 * SYS_LOAD_HISTORY holds a row for each COPY, from its beginning on.
 * https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_HISTORY.html
 */

// A look takes two calls. With the long poll's two a minute that makes five, fewer than the six of a poll every 10 s.
const firstLookMs = 10_000
const laterLooksMs = 40_000

const historyRow = z.object({
  status: z.string(),
  rows: z.number(),
  errors: z.number(),
  files: z.number(),
  bytes: z.number(),
  filesScanned: z.number(),
  bytesScanned: z.number(),
})

/** What a COPY has done, or has done so far. `errors` are rows that it could not load. */
export type LoadHistory = z.output<typeof historyRow>

const columns =
  'trim(status) as status, loaded_rows, error_count, source_file_count, source_file_bytes, file_count_scanned, file_bytes_scanned'

/** What a COPY did, by Redshift's number of its query; null where the server keeps no such history, or not yet. */
export async function historyOf(
  performer: Performer,
  queryId: number,
  signal: AbortSignal,
): Promise<LoadHistory | null> {
  const sql = `select ${columns} from sys_load_history where query_id = ${queryId}`
  const history = await whereThere(performer, () => look(performer, sql, signal))
  return history?.status === 'completed' ? history : null
}

/** Tells how far the running COPY into a table is, until it is stopped; gives up where the server keeps no history. */
export async function tellProgress(
  performer: Performer,
  { database, table }: { readonly database: string; readonly table: string },
  progress: Work['progress'],
  until: AbortSignal,
): Promise<void> {
  const sql =
    `select ${columns} from sys_load_history where table_name = '${table}' and database_name = '${database}'` +
    " and status = 'running' order by start_time desc limit 1"
  for (let pause = firstLookMs; ; pause = laterLooksMs) {
    try {
      await performer.clock.sleep(pause, until)
      const history = await look(performer, sql, until)
      if (history !== null) progress(progressLine(history))
    } catch (error) {
      if (until.aborted) return
      if (!(error instanceof OpsError)) throw error
      performer.log.info({ err: error }, `the load tells no progress: ${messageOf(error)}`)
      return
    }
  }
}

/** "31 %, 4,620 of 14,896 files". */
export function progressLine({ files, bytes, filesScanned, bytesScanned }: LoadHistory): string {
  if (files === 0) return 'listing files'
  const share = bytes > 0 ? bytesScanned / bytes : filesScanned / files
  return `${Math.min(99, Math.floor(100 * share))} %, ${count(filesScanned)} of ${plural(files, 'file')}`
}

async function look(performer: Performer, sql: string, signal: AbortSignal): Promise<LoadHistory | null> {
  const { rows } = await askSystem(performer, sql, 1, signal)
  const [row] = rows
  if (row === undefined) return null
  const [status, loaded, errors, files, bytes, filesScanned, bytesScanned] = row
  return historyRow.parse({ status, rows: loaded, errors, files, bytes, filesScanned, bytesScanned })
}

/** Asks the system views. Throws `sql_failed` where they are not there. */
export async function askSystem(
  performer: Performer,
  sql: string,
  maxRows: number,
  signal: AbortSignal,
): Promise<ResultSet> {
  const asked = await ask(performer, { batch: { mode: 'TRANSACTION', sqls: [sql] }, answer: 0, maxRows }, signal)
  if (asked.kind === 'answered') return asked.result
  throw asked.kind === 'failed' ? statementFailure(asked.submitted) : new Error('a transaction is always supported')
}

/** What the system views say; null, and a line in the log, where the server does not have them. */
export async function whereThere<T>({ log }: Performer, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof OpsError && error.code === 'sql_failed')) throw error
    log.info({ err: error }, `the server lacks a system view: ${error.message}`)
    return null
  }
}
