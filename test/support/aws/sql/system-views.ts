import type { JsonValue } from '../wire/json.ts'

/** One value of a system view. */
export type SystemValue = string | number | Date | undefined

/** One COPY, running or done. Columns: Redshift developer guide, SYS_LOAD_HISTORY. */
export type LoadHistoryRow = {
  readonly user_id: number
  readonly query_id: number
  readonly transaction_id: number
  readonly session_id: number
  readonly database_name: string
  status: 'running' | 'completed' | 'aborted'
  readonly table_name: string
  readonly start_time: Date
  end_time: Date | undefined
  /** Microseconds. */
  duration: number
  readonly data_source: string
  readonly file_format: 'json'
  loaded_rows: number
  loaded_bytes: number
  readonly source_file_count: number
  readonly source_file_bytes: number
  file_count_scanned: number
  file_bytes_scanned: number
  error_count: number
  readonly copy_job_id: 0
}

/** One file that a COPY has read. Columns: SYS_LOAD_DETAIL. */
export type LoadDetailRow = {
  readonly user_id: number
  readonly query_id: number
  readonly file_name: string
  readonly bytes_scanned: number
  readonly lines_scanned: number
  readonly record_time: Date
  readonly splits_scanned: 1
  readonly start_time: Date
  readonly end_time: Date
}

/** One value or line that a COPY could not load. Columns: SYS_LOAD_ERROR_DETAIL. */
export type LoadErrorRow = {
  readonly user_id: number
  readonly query_id: number
  readonly transaction_id: number
  readonly session_id: number
  readonly database_name: string
  readonly table_id: number
  readonly start_time: Date
  readonly file_name: string
  readonly line_number: number
  readonly column_name: string
  readonly column_type: string
  readonly column_length: string
  readonly position: number
  readonly error_code: number
  readonly error_message: string
}

/** One statement. Columns: SYS_QUERY_HISTORY, those that a program asks for. */
export type QueryHistoryRow = {
  readonly user_id: number
  readonly query_id: number
  readonly transaction_id: number
  readonly session_id: number
  readonly database_name: string
  readonly query_type: string
  status: 'running' | 'success' | 'failed' | 'canceled'
  readonly start_time: Date
  end_time: Date | undefined
  /** Microseconds. */
  elapsed_time: number
  execution_time: number
  error_message: string
  returned_rows: number
  readonly query_text: string
}

/** The rows of the system views. They live outside the database, as a rollback does not undo them. */
export type SystemRows = {
  readonly sys_load_history: LoadHistoryRow[]
  readonly sys_load_detail: LoadDetailRow[]
  readonly sys_load_error_detail: LoadErrorRow[]
  readonly sys_query_history: QueryHistoryRow[]
  readonly sys_serverless_usage: UsageRow[]
}

/** One minute in which a workgroup computed. Columns: SYS_SERVERLESS_USAGE. */
export type UsageRow = {
  readonly start_time: Date
  readonly end_time: Date
  /** RPU-seconds. */
  compute_seconds: number
  readonly compute_capacity: number
  readonly data_storage: number
  readonly cross_region_transferred_data: number
  charged_seconds: number
}

/** The name of a system view. */
export type SystemView = keyof SystemRows

/** The columns of each view with their documented types; CHAR comes padded with blanks, as it does there. */
const views: Readonly<Record<SystemView, string>> = {
  sys_load_history: `user_id integer, query_id bigint, transaction_id bigint, session_id integer, database_name text,
    status text, table_name text, start_time timestamp, end_time timestamp, duration bigint, data_source text,
    file_format text, loaded_rows bigint, loaded_bytes bigint, source_file_count integer, source_file_bytes bigint,
    file_count_scanned integer, file_bytes_scanned bigint, error_count bigint, copy_job_id bigint`,
  sys_load_detail: `user_id integer, query_id integer, file_name char(256), bytes_scanned integer,
    lines_scanned integer, record_time timestamp, splits_scanned integer, start_time timestamp, end_time timestamp`,
  sys_load_error_detail: `user_id integer, query_id bigint, transaction_id bigint, session_id integer,
    database_name char(64), table_id integer, start_time timestamp, file_name char(256), line_number bigint,
    column_name char(127), column_type char(10), column_length char(10), position integer, error_code integer,
    error_message char(512)`,
  sys_query_history: `user_id integer, query_id bigint, transaction_id bigint, session_id integer,
    database_name char(128), query_type char(32), status char(10), start_time timestamp, end_time timestamp,
    elapsed_time bigint, execution_time bigint, error_message char(512), returned_rows bigint, query_text char(4000)`,
  sys_serverless_usage: `start_time timestamp, end_time timestamp, compute_seconds double precision,
    compute_capacity double precision, data_storage integer, cross_region_transferred_data integer,
    charged_seconds integer`,
}

/** The names of the system views. */
export const systemViews: readonly SystemView[] = [
  'sys_load_history',
  'sys_load_detail',
  'sys_load_error_detail',
  'sys_query_history',
  'sys_serverless_usage',
]

/** The views, each reading the rows that were put into a setting of the session just before. */
export const createSystemViews = systemViews
  .map((name) => {
    const columns = views[name].replace(/\bposition\b/, '"position"')
    const rows = `coalesce(nullif(current_setting('double.${name}', true), ''), '[]')::jsonb`
    return `create view pg_catalog.${name} as select * from jsonb_to_recordset(${rows}) as r(${columns});`
  })
  .join('\n')

/** The system views that a statement names. */
export function viewsNamedIn(sql: string): readonly SystemView[] {
  return systemViews.filter((name) => new RegExp(`\\b${name}\\b`, 'i').test(sql))
}

/** Rows as JSON for the views: times in UTC. */
export function rowsAsJson(rows: readonly Readonly<Record<string, SystemValue>>[]): string {
  const plain = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
    ),
  )
  return JSON.stringify(plain satisfies JsonValue)
}
