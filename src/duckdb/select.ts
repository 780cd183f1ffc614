import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'
import { OpsError } from '../core/errors.ts'
import type { QueryOptions, ResultSet, Statement } from '../core/ports/engine.ts'
import type { Cell, Format } from '../core/reply.ts'
import { bind } from '../core/sql/parameters.ts'
import { isKept } from '../core/tables.ts'
import {
  DuckDBDateValue,
  DuckDBDecimalType,
  DuckDBDecimalValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  StatementType,
} from './node-api.ts'
import type { Bindings, DuckdbSession } from './session.ts'

/** A statement of `sql/` in DuckDB's own placeholders. Whole numbers are written into the text, text is bound. */
export function inDuckdb(statement: Statement): { readonly sql: string; readonly bindings: Bindings } {
  const { sql, names, values } = bind(statement.sql, statement.values ?? {}, (name) => `$${name}`)
  return { sql, bindings: { values: Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])) } }
}

/**
 * Runs one SELECT and keeps at most `maxRows` of its rows. Throws `sql_failed` for any other kind of statement.
 *
 * The result is not streamed: node-api 1.5.5-r.5 ends a stream quietly when the statement fails in the middle (measured:
 * 2,387,968 of 3,000,000 rows and no error), and the number of all rows would cost a second pass.
 */
export async function select(
  session: DuckdbSession,
  statement: Statement,
  { maxRows, timeOrder }: Omit<QueryOptions, 'signal'>,
): Promise<ResultSet> {
  const { sql, bindings } = inDuckdb(statement)
  const result = await session.run(sql, bindings, ({ statementType }) => {
    if (statementType !== StatementType.SELECT) {
      throw new OpsError('sql_failed', 'Only a SELECT can be asked here. Nothing was changed.')
    }
  })
  const rows: Cell[][] = []
  const total = result.rowCount
  let seen = 0
  while (rows.length < Math.min(maxRows, total)) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) break
    const first = seen
    seen += chunk.rowCount
    const isWanted = (_: unknown, at: number): boolean => isKept(first + at, total, maxRows, timeOrder)
    if (isWanted(null, 0) || isWanted(null, chunk.rowCount - 1)) {
      for (const row of chunk.getRows().filter(isWanted)) rows.push(row.map(cellOf))
    }
    // Reading a chunk (2,048 rows) holds the event loop, 200,000 rows of 18 columns in one go for 2.3 s: others go between.
    await new Promise(setImmediate)
  }
  const columns = result.columnNames().map((name, i) => ({ name, format: formatOf(result.columnType(i)) }))
  return { columns, rows, total }
}

const formats: Partial<Record<DuckDBTypeId, Format>> = {
  [DuckDBTypeId.TINYINT]: 'integer',
  [DuckDBTypeId.SMALLINT]: 'integer',
  [DuckDBTypeId.INTEGER]: 'integer',
  [DuckDBTypeId.BIGINT]: 'integer',
  [DuckDBTypeId.HUGEINT]: 'integer',
  [DuckDBTypeId.UTINYINT]: 'integer',
  [DuckDBTypeId.USMALLINT]: 'integer',
  [DuckDBTypeId.UINTEGER]: 'integer',
  [DuckDBTypeId.UBIGINT]: 'integer',
  [DuckDBTypeId.UHUGEINT]: 'integer',
  [DuckDBTypeId.FLOAT]: 'decimal',
  [DuckDBTypeId.DOUBLE]: 'decimal',
  [DuckDBTypeId.TIMESTAMP]: 'time',
  [DuckDBTypeId.TIMESTAMP_S]: 'time',
  [DuckDBTypeId.TIMESTAMP_MS]: 'time',
  [DuckDBTypeId.TIMESTAMP_NS]: 'time',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'time',
  [DuckDBTypeId.DATE]: 'date',
}

/** How values of a DuckDB type are written for people. */
function formatOf(type: DuckDBType): Format {
  if (type instanceof DuckDBDecimalType) return type.scale === 0 ? 'integer' : 'decimal'
  return formats[type.typeId] ?? 'text'
}

/**
 * A DuckDB value as a cell: whole numbers beyond 2^53 as digits, times as ISO 8601 in UTC with milliseconds (microseconds
 * where there are any), dates as `YYYY-MM-DD`, whatever has no plain form as DuckDB's own text.
 */
function cellOf(value: DuckDBValue): Cell {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return wholeNumber(value)
    default:
      return value === null ? null : objectCell(value)
  }
}

function objectCell(value: Exclude<DuckDBValue, string | boolean | number | bigint | null>): Cell {
  if (value instanceof DuckDBDecimalValue) return value.scale === 0 ? wholeNumber(value.value) : value.toDouble()
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return time(value, value.micros)
  if (value instanceof DuckDBTimestampMillisecondsValue) return time(value, value.millis * 1000n)
  if (value instanceof DuckDBTimestampSecondsValue) return time(value, value.seconds * 1_000_000n)
  if (value instanceof DuckDBTimestampNanosecondsValue) return time(value, value.nanos / 1000n)
  if (value instanceof DuckDBDateValue) return value.toString()
  return String(value)
}

function wholeNumber(value: bigint): Cell {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

// The range of JavaScript's Date; what lies outside of it (infinity, the year 300000) is left to DuckDB to write.
const maxMicros = 8_640_000_000_000_000_000n

function time(value: object, micros: bigint): string {
  if (micros > maxMicros || micros < -maxMicros) return String(value)
  const rest = ((micros % 1000n) + 1000n) % 1000n
  const text = new Date(Number((micros - rest) / 1000n)).toISOString()
  return rest === 0n ? text : text.replace('Z', `${String(rest).padStart(3, '0')}Z`)
}
