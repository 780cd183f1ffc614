import { z } from 'zod'
import { count } from '../../core/format.ts'
import type { ReportedRow } from '../../core/unreadable.ts'
import type { RedshiftConnection } from './batches.ts'
import { ifSupported, queryOne } from './load-history.ts'

/*
 * SYS_LOAD_ERROR_DETAIL holds a row for each value or line that a COPY could not load.
 * https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_ERROR_DETAIL.html
 */

// This many are read to be grouped; the total is known without reading them.
const mostRead = 500

// Where a whole file or line could not be read, the view leaves cells empty.
const textCell = z.string().catch('')
const numberCell = z.number().catch(0)
const errorRow = z.tuple([textCell, numberCell, textCell, numberCell, textCell, textCell, textCell])

// COPY reads these only with an option for each kind (https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-file-compression.html).
const packed = /\.(gz|gzip|bz2|lzo|zst|zip)$/i
const packedFirst = `case when trim(file_name) similar to '%.(gz|gzip|bz2|lzo|zst|zip|GZ|ZIP)' then 0 else 1 end`

/** Values that could not be loaded for one cause in one column: how many of those that were read, and where the first is. */
interface LoadErrorGroup {
  /** Empty where a whole line could not be read. */
  readonly column: string
  readonly rows: number
  /** As it is in the bucket: `s3://bucket/key`. */
  readonly file: string
  readonly line: number
  /** `registration is not a number: invalid digit 'O' at position 6`. */
  readonly reason: string
  readonly remedy: string
}

/** What a COPY could not load: the number of all, those that were read, and groups of these, the largest first. */
export interface LoadErrors {
  readonly total: number
  readonly groups: readonly LoadErrorGroup[]
  readonly rows: readonly ReportedRow[]
  /** The first packed file, of which nothing can be read as it is; undefined where there is none. */
  readonly packed: string | undefined
}

/** What COPYs could not load, by Redshift's numbers of their queries; null where the server keeps no account of it. */
export async function loadErrorsOf(
  connection: RedshiftConnection,
  queryIds: readonly number[],
  signal: AbortSignal,
): Promise<LoadErrors | null> {
  // Columns of CHAR come padded with blanks.
  const sql =
    'select trim(file_name), line_number, trim(column_name), error_code, trim(error_message), trim(column_type),' +
    ` trim(column_length) from sys_load_error_detail where query_id in (${queryIds.join(', ') || 'null'}) order by ${packedFirst}, file_name, line_number, column_name`
  const result = await ifSupported(connection, () => queryOne(connection, sql, mostRead, signal))
  if (result === null) return null
  const rows = result.rows.map((row) => errorRow.parse(row))
  const file = rows.map(([name]) => name).find((name) => packed.test(name))
  return { total: result.total, groups: grouped(rows), rows: rows.map(reportedOf), packed: file }
}

function reportedOf([file, line, column, code, message, type, length]: z.output<typeof errorRow>): ReportedRow {
  const { reason, remedy } = diagnose({ column, code, message, type, length })
  return { file, line, record: 1, column: column === '' ? null : column, reason, likely_fix: remedy }
}

function grouped(rows: readonly z.output<typeof errorRow>[]): readonly LoadErrorGroup[] {
  const groups = new Map<string, LoadErrorGroup>()
  for (const [file, line, column, code, message, type, length] of rows) {
    const key = JSON.stringify([column, code])
    const known = groups.get(key)
    const first = known ?? { column, rows: 0, file, line, ...diagnose({ column, code, message, type, length }) }
    groups.set(key, { ...first, rows: first.rows + 1 })
  }
  return [...groups.values()].toSorted((a, b) => b.rows - a.rows)
}

interface Finding {
  readonly column: string
  readonly code: number
  readonly message: string
  readonly type: string
  readonly length: string
}

/** Codes: https://docs.aws.amazon.com/redshift/latest/dg/r_Load_Error_Reference.html */
function diagnose({ column, code, message, type, length }: Finding): Pick<LoadErrorGroup, 'reason' | 'remedy'> {
  switch (code) {
    case 1204:
      return {
        reason: `${column} is longer than the ${length === '' ? 'column' : `${count(Number(length))} bytes`} allowed`,
        remedy: `Shorten it, or widen ${column} in sql/schema/staging.sql.`,
      }
    case 1207: {
      const [, value, position] = /Value '(.*?)', Pos (\d+)/.exec(message) ?? []
      const where = value === undefined ? '' : `: '${value}' at position ${Number(position) + 1}`
      return { reason: `${column} is not ${wanted(type)}${where}`, remedy: 'Fix it in the file.' }
    }
    case 1208:
    case 1209:
      return { reason: `${column} is not a number`, remedy: 'Fix it in the file.' }
    case 1213:
      return { reason: `${column} is missing`, remedy: 'Give it a value in the file.' }
    case 1220:
      return { reason: `${column} is not valid UTF-8`, remedy: 'Save the file as UTF-8.' }
    case 1222:
    case 1216:
      return column === ''
        ? { reason: `not valid JSON (${message})`, remedy: 'Each row must be one JSON object.' }
        : { reason: `${column}: ${message}`, remedy: 'Fix it in the file.' }
    default:
      return {
        reason: `${column === '' ? '' : `${column}: `}${message} (error ${code})`,
        remedy: 'Fix it in the file.',
      }
  }
}

function wanted(type: string): string {
  return /^(int|bigint|smallint)/.test(type) ? 'a whole number' : 'a number'
}

/** `log_data/2018/11/2018-11-29-events.json, line 212: registration is not a number: 'O' at position 6`. */
export function placed({ file, line, reason }: LoadErrorGroup): string {
  return `${file.replace(/^s3:\/\/[^/]+\//, '')}, line ${line}: ${reason}`
}
