import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { Database } from '../redshift/cluster.ts'
import { openCopySource, openManifestSource, readAsRole } from '../s3/copy-source.ts'
import type { World } from '../world.ts'
import { type CopyStatement, parseCopy } from './copy-statement.ts'
import { SqlRefusal } from './dialect.ts'
import { type JsonItem, jsonItems } from './json-objects.ts'
import { type JsonPath, parseJsonPaths, valueAt } from './jsonpaths.ts'
import { type LoadColumn, loadValue } from './load-value.ts'
import type { LoadHistoryRow } from './system-views.ts'
import { columnsOf, type LoadTable } from './table-columns.ts'
import type { Warehouse } from './warehouse.ts'

/** Where a COPY runs, and the numbers it is known by in the system views. */
export type CopyRun = {
  readonly world: World
  readonly cluster: Database
  readonly warehouse: Warehouse
  readonly queryId: number
  readonly pid: number
  readonly cancelled: AbortSignal
}

/** Runs a COPY; the number of rows loaded. SqlRefusal when it fails, the reason's rows in the system views at that time. */
export async function runCopy(run: CopyRun, sql: string): Promise<number> {
  const copy = parseCopy(sql)
  const table = await columnsOf(run.warehouse, copy)
  const open = copy.manifest ? openManifestSource : openCopySource
  const source = await open(run.world, run.cluster, copy.source, copy.roleArn, copy.region)
  const paths = await pathsOf(run, copy, table.columns)
  const history = beginHistory(run, copy, table, source.objects)
  try {
    const rows: string[] = []
    for (const object of source.objects) {
      await run.warehouse.turns.pause()
      if (run.world.options.copyMsPerFile > 0) await setTimeout(run.world.options.copyMsPerFile)
      run.cancelled.throwIfAborted()
      const began = new Date(run.world.clock.now())
      const content = await source.read(object.key)
      const file = `s3://${source.bucket.name}/${object.key}`
      const text = (copy.gzip ? unpacked(content) : content).toString('utf8')
      for (const item of jsonItems(text)) {
        const row = rowOf(run, history, copy, table, paths, item, file)
        if (row !== undefined) rows.push(row)
      }
      history.file_count_scanned += 1
      history.file_bytes_scanned += object.bytes
      noteFile(run, file, object.bytes, text.split('\n').length, began)
    }
    await run.warehouse.append(
      table.name,
      table.columns.map((column) => quote(column.name)),
      rows.join(''),
    )
    history.loaded_rows = rows.length
    history.loaded_bytes = history.file_bytes_scanned
    finish(run, history, 'completed')
    return rows.length
  } catch (error) {
    finish(run, history, 'aborted')
    throw error
  }
}

/** With GZIP every object is unpacked: COPY takes no prefix of mixed kinds (pipelinewise-target-redshift#32). */
function unpacked(content: Buffer): Buffer {
  try {
    return gunzipSync(content)
  } catch {
    throw new SqlRefusal('error:  Invalid compressed data: incorrect header check')
  }
}

async function pathsOf(run: CopyRun, copy: CopyStatement, columns: readonly LoadColumn[]) {
  if (copy.mapping.kind === 'auto') return undefined
  const text = await readAsRole(run.world, run.cluster, copy.mapping.url, copy.roleArn, copy.region)
  const paths = parseJsonPaths(text)
  if (paths !== undefined && paths.length !== columns.length) {
    throw new SqlRefusal(
      `Number of jsonpaths and the number of columns should match. JSONPath size: ${paths.length}, ` +
        `Number of columns in table or column list: ${columns.length}`,
    )
  }
  return paths
}

/** One row in COPY's text format; undefined when it cannot be loaded. */
function rowOf(
  run: CopyRun,
  history: LoadHistoryRow,
  copy: CopyStatement,
  table: LoadTable,
  paths: readonly JsonPath[] | undefined,
  item: JsonItem,
  file: string,
): string | undefined {
  const { columns } = table
  const report = (column: LoadColumn | undefined, code: number, message: string, position = 0) => {
    history.error_count += 1
    run.warehouse.system.sys_load_error_detail.push({
      user_id: history.user_id,
      query_id: run.queryId,
      transaction_id: history.transaction_id,
      session_id: run.pid,
      database_name: history.database_name,
      table_id: table.id,
      start_time: history.start_time,
      file_name: file,
      line_number: item.lastLine,
      column_name: column?.name ?? '',
      column_type: column?.type ?? '',
      column_length: column?.limit === undefined ? '' : String(column.limit),
      position,
      error_code: code,
      error_message: message,
    })
    if (history.error_count >= Math.max(1, copy.maxErrors)) throw failed(table.plainName)
  }
  if (item.kind === 'invalid') {
    report(undefined, 1216, item.reason)
    return undefined
  }
  const ignoreCase = copy.mapping.kind === 'auto' && copy.mapping.ignoreCase
  const fields = ignoreCase
    ? new Map([...item.fields].map(([name, field]) => [name.toLowerCase(), field] as const))
    : item.fields
  const values: (string | null)[] = []
  for (const [at, column] of columns.entries()) {
    const field = valueAt(fields, paths?.[at] ?? [column.name])
    const loaded = loadValue(field, column, copy)
    if (loaded.kind === 'error') {
      report(column, loaded.code, loaded.message, loaded.position)
      return undefined
    }
    values.push(loaded.text)
  }
  return `${values.map(escaped).join('\t')}\n`
}

function beginHistory(
  run: CopyRun,
  copy: CopyStatement,
  table: LoadTable,
  objects: readonly { readonly bytes: number }[],
): LoadHistoryRow {
  const row: LoadHistoryRow = {
    user_id: 100,
    query_id: run.queryId,
    transaction_id: run.queryId,
    session_id: run.pid,
    database_name: run.cluster.databaseName,
    status: 'running',
    table_name: table.plainName,
    start_time: new Date(run.world.clock.now()),
    end_time: undefined,
    duration: 0,
    data_source: copy.source,
    file_format: 'json',
    loaded_rows: 0,
    loaded_bytes: 0,
    source_file_count: objects.length,
    source_file_bytes: objects.reduce((sum, object) => sum + object.bytes, 0),
    file_count_scanned: 0,
    file_bytes_scanned: 0,
    error_count: 0,
    copy_job_id: 0,
  }
  run.warehouse.system.sys_load_history.push(row)
  return row
}

function noteFile(run: CopyRun, file: string, bytes: number, lines: number, began: Date): void {
  const ended = new Date(run.world.clock.now())
  run.warehouse.system.sys_load_detail.push({
    user_id: 100,
    query_id: run.queryId,
    file_name: file,
    bytes_scanned: bytes,
    lines_scanned: lines,
    record_time: ended,
    splits_scanned: 1,
    start_time: began,
    end_time: ended,
  })
}

function finish(run: CopyRun, history: LoadHistoryRow, status: 'completed' | 'aborted'): void {
  history.status = status
  history.end_time = new Date(run.world.clock.now())
  history.duration = (history.end_time.getTime() - history.start_time.getTime()) * 1000
}

function failed(table: string): SqlRefusal {
  return new SqlRefusal(`Load into table '${table}' failed.  Check 'sys_load_error_detail' system table for details.`)
}

function escaped(value: string | null): string {
  if (value === null) return '\\N'
  const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
  return value.replaceAll('\0', '').replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character)
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
