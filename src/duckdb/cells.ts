import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'
import type { Cell, Format } from '../core/reply.ts'
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
} from './node-api.ts'

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
export function formatOf(type: DuckDBType): Format {
  if (type instanceof DuckDBDecimalType) return type.scale === 0 ? 'integer' : 'decimal'
  return formats[type.typeId] ?? 'text'
}

/**
 * A DuckDB value as a cell: whole numbers beyond 2^53 as digits, times as ISO 8601 in UTC with milliseconds (microseconds
 * where there are any), dates as `YYYY-MM-DD`, whatever has no plain form as DuckDB's own text.
 */
export function cellOf(value: DuckDBValue): Cell {
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
