import { bind } from '../../src/core/sql/parameters.ts'
import { DuckDBInstance, DuckDBTypeId } from '../../src/duckdb/node-api.ts'
import type { Cell, Database } from './database.ts'

/** An empty DuckDB in memory that sorts nulls and divides integers as Redshift does. */
export async function openDuckDb(): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    default_null_order: 'nulls_last_on_asc_first_on_desc',
    integer_division: 'true',
  })
  const connection = await instance.connect()
  return {
    name: 'DuckDB',
    execute: async (sql) => {
      await connection.run(sql)
    },
    query: async (sql, values = {}) => {
      const bound = bind(sql, values, (name) => `$${name}`)
      const given = Object.fromEntries(bound.names.map((name, index) => [name, bound.values[index] ?? null]))
      const reader = await connection.runAndReadAll(bound.sql, given)
      const types = reader.columnTypes().map((type) => type.typeId)
      const rows = reader.getRowsJS().map((row) => row.map((value, column) => cellOf(value, types[column])))
      return { columns: reader.columnNames(), rows }
    },
    close: async () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

function cellOf(value: unknown, type: DuckDBTypeId | undefined): Cell {
  if (value instanceof Date) {
    const text = value.toISOString()
    return type === DuckDBTypeId.DATE ? text.slice(0, 10) : text.slice(0, 23).replace('T', ' ')
  }
  if (typeof value === 'bigint') return Number(value)
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw new Error(`a cell of DuckDB type ${type} has no plain form here`)
}
