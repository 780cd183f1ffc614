import type { ColumnMetadata, Field } from '@aws-sdk/client-redshift-data'
import type { QueryOptions, ResultSet } from '../../core/ports/engine.ts'
import type { Cell, Format } from '../../core/reply.ts'
import { keptRows } from '../../core/tables.ts'
import type { DataApi } from './data-api.ts'

/** At most `maxRows` rows of a finished statement's result, and the number of all; null when there is no result. */
export async function readResult(
  api: Pick<DataApi, 'page'>,
  id: string,
  { maxRows, timeOrder }: Omit<QueryOptions, 'signal'>,
  signal: AbortSignal,
): Promise<ResultSet | null> {
  let columns: readonly ColumnMetadata[] = []
  const read: (readonly Field[])[] = []
  let seen = 0
  let total: number | undefined
  let token: string | undefined
  do {
    const page = await api.page(id, token, signal)
    if (page === null) return null
    if (token === undefined) columns = page.columns
    read.push(...(timeOrder === undefined ? page.records.slice(0, maxRows - read.length) : page.records))
    seen += page.records.length
    total = page.total
    token = page.next
    // Where the server does not report the number of rows, the result is read to its end; so is one whose newest rows come last.
  } while (token !== undefined && (timeOrder !== undefined || read.length < maxRows || total === undefined))
  const records = keptRows(read, maxRows, timeOrder)
  return {
    columns: columns.map((column, i) => ({
      name: column.label ?? column.name ?? `column ${i + 1}`,
      format: formatOf(
        column,
        records.map((record) => record[i]),
      ),
    })),
    rows: records.map((record) => columns.map(({ typeName }, i) => cellOf(record[i], typeName))),
    total: total ?? seen,
  }
}

const formats: Readonly<Record<string, Format>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'integer',
  float4: 'decimal',
  float8: 'decimal',
  timestamp: 'time',
  timestamptz: 'time',
  date: 'date',
}

/** How values of a column are written for people. `cells` are those of the column that were read. */
export function formatOf({ typeName, scale }: ColumnMetadata, cells: readonly (Field | undefined)[]): Format {
  if (typeName !== 'numeric') return formats[typeName ?? ''] ?? 'text'
  // A server may leave the scale out; a decimal that has one is written with its point.
  return (scale ?? 0) > 0 || cells.some((cell) => cell?.stringValue?.includes('.')) ? 'decimal' : 'integer'
}

/**
 * A field of a result as a cell: whole numbers beyond 2^53 as digits, decimals as numbers, times as ISO 8601 in UTC with
 * milliseconds (microseconds where there are any), dates as `YYYY-MM-DD`, anything else as the server writes it. What comes
 * in which member: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html#data-api-calling-considerations.
 */
export function cellOf(field: Field | undefined, typeName: string | undefined): Cell {
  if (field === undefined || field.isNull === true) return null
  if (field.longValue !== undefined) return field.longValue
  if (field.booleanValue !== undefined) return field.booleanValue
  if (field.doubleValue !== undefined) {
    return Number.isFinite(field.doubleValue) ? field.doubleValue : String(field.doubleValue)
  }
  if (field.stringValue !== undefined) return textCell(field.stringValue, typeName ?? '')
  if (field.blobValue !== undefined) return Buffer.from(field.blobValue).toString('hex')
  return null
}

function textCell(text: string, typeName: string): Cell {
  switch (typeName) {
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
    case 'float4':
    case 'float8':
    case 'numeric':
      return numberOf(text)
    case 'timestamp':
    case 'timestamptz':
      return timeOf(text)
    default:
      return text
  }
}

function numberOf(text: string): Cell {
  const number = Number(text)
  if (!Number.isFinite(number)) return text
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? text : number
}

const written =
  /^(?<day>\d{4}-\d{2}-\d{2})[ T](?<time>\d{2}:\d{2}:\d{2})(?:\.(?<fraction>\d{1,6}))?(?<zone>Z|[+-]\d{2}(?::?\d{2})?)?$/

/** `2018-11-29 03:04:05.79+01` → `2018-11-29T02:04:05.790Z`; infinity and what lies before Christ stay as they are. */
function timeOf(text: string): string {
  const { day, time, fraction = '', zone = 'Z' } = written.exec(text)?.groups ?? {}
  if (day === undefined || time === undefined) return text
  const whole = new Date(`${day}T${time}${zoneOf(zone)}`)
  if (Number.isNaN(whole.getTime())) return text
  const micros = fraction.padEnd(6, '0')
  return whole.toISOString().replace('000Z', `${micros.endsWith('000') ? micros.slice(0, 3) : micros}Z`)
}

function zoneOf(zone: string): string {
  if (zone === 'Z') return zone
  return `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '').padEnd(2, '0')}`
}
