import type { ColumnMetadata, Field } from '@aws-sdk/client-redshift-data'
import { keptRows } from '../../core/cell-words.ts'
import type { QueryOptions, ResultSet } from '../../core/ports/engine.ts'
import { cellOf, formatOf } from './cells.ts'
import type { DataApi } from './data-api.ts'

/** At most `maxRows` rows of a finished statement's result, and the number of all; null when there is no result. */
export async function readResult(
  api: DataApi,
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
    // A server that does not say how many there are is read to the end to know it, as is one whose newest rows come last.
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
