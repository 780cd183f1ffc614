import { PGlite, types } from '@electric-sql/pglite'
import { bind } from '../../src/core/sql/parameters.ts'
import type { Cell, Database } from '../sql/database.ts'
import { emptyPostgres, startOptions } from './aws/sql/template.ts'

let started: Promise<PGlite> | undefined

/** Starting one takes 1.5 s and 150 MB, which closing does not give back: a worker has one. */
function start(): Promise<PGlite> {
  started ??= emptyPostgres().then((loadDataDir) => PGlite.create({ ...startOptions, loadDataDir, parsers }))
  return started
}

const parsers = {
  [types.INT8]: Number,
  [types.NUMERIC]: Number,
  [types.DATE]: (text: string) => text,
  // PostgreSQL leaves out the zeros at the end of a second's fraction.
  [types.TIMESTAMP]: (text: string) => (text.includes('.') ? text.padEnd(23, '0') : `${text}.000`),
}

/**
 * An empty PostgreSQL, the nearest relative of Redshift that runs in a test. It is the worker's only one, emptied: open the next one
 * after closing this one.
 */
export async function openPglite(): Promise<Database> {
  const postgres = await start()
  await postgres.exec('drop schema public cascade; create schema public')
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
    close: async () => undefined,
  }
}
