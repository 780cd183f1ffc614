import { PGlite, types } from '@electric-sql/pglite'
import { bind } from '../../src/core/sql/parameters.ts'
import type { Cell, Database } from '../sql/database.ts'
import { emptyPostgres, startOptions } from './aws/sql/template.ts'

/**
 * An empty PostgreSQL, the nearest relative of Redshift that runs in a test. It takes 1.5 s and 150 MB, which closing
 * does not give back: open one per test file at most.
 */
export async function openPglite(): Promise<Database> {
  const postgres = await PGlite.create({
    ...startOptions,
    loadDataDir: await emptyPostgres(),
    parsers: {
      [types.INT8]: Number,
      [types.NUMERIC]: Number,
      [types.DATE]: (text: string) => text,
      // PostgreSQL leaves out the zeros at the end of a second's fraction.
      [types.TIMESTAMP]: (text: string) => (text.includes('.') ? text.padEnd(23, '0') : `${text}.000`),
    },
  })
  return {
    name: 'PGlite',
    execute: async (sql) => {
      await postgres.exec(sql)
    },
    query: async (sql, values = {}) => {
      const bound = bind(sql, values, (_name, index) => `$${index}`)
      const result = await postgres.query<Cell[]>(bound.sql, [...bound.values], { rowMode: 'array' })
      return { columns: result.fields.map((field) => field.name), rows: result.rows }
    },
    close: () => postgres.close(),
  }
}
