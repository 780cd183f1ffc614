import type { SqlLibrary } from '../../src/core/sql/library.ts'
import { repairText } from '../../src/core/warehouse/repair.ts'
import { readLibrary } from '../../src/library.ts'
import { type Cell, type Database, insert, type Table } from './database.ts'
import { type Source, stage } from './source.ts'

/** The library that the program ships. */
export const library: SqlLibrary = await readLibrary(new URL('../../sql/', import.meta.url))

const { schema, tables } = library
const allTables = [...tables.staging, ...tables.star, 'source_files', 'text_repairs']

/** Creates the tables where they are not there yet. */
export async function createTables(database: Database): Promise<void> {
  for (const statement of [...schema.staging, ...schema.star, ...schema.load]) await database.execute(statement)
}

/** Writes the repairs of what is staged wrongly encoded, as a load does before it transforms. */
async function repair(database: Database): Promise<void> {
  const { rows } = await database.query(library.foreignTexts)
  const repairs = rows.map(([raw]) => ({ raw_text: String(raw), repaired: repairText(String(raw)) }))
  await insert(
    database,
    'text_repairs',
    ['raw_text', 'repaired'],
    repairs.filter(({ repaired }) => repaired !== null),
  )
}

/** Builds the star anew from what is staged. */
export async function transform(database: Database): Promise<void> {
  for (const { statements } of library.etl) for (const statement of statements) await database.execute(statement)
}

/** What the last load of a database was made from. */
const loadedFrom = new WeakMap<Database, string>()

/** A load, unless the last one was of the same rows: for tests that only read what was loaded. */
export async function holding(database: Database, source: Source): Promise<void> {
  if (loadedFrom.get(database) !== JSON.stringify(source)) await load(database, source)
}

/** One complete load into tables that are there; whatever they held is gone. */
export async function load(database: Database, source: Source): Promise<void> {
  loadedFrom.delete(database)
  for (const table of allTables) await database.execute(`delete from ${table}`)
  await stage(database, source)
  await repair(database)
  await transform(database)
  loadedFrom.set(database, JSON.stringify(source))
}

/** Drops all tables and creates them anew, which undoes what a test did to them. */
export async function recreateTables(database: Database): Promise<void> {
  for (const table of allTables) await database.execute(`drop table if exists ${table}`)
  await createTables(database)
}

/** Rows of each table, by its name. */
export async function counts(database: Database): Promise<Record<string, Cell | undefined>> {
  const entries: [string, Cell | undefined][] = []
  for (const table of [...tables.staging, ...tables.star]) {
    entries.push([table, (await database.query(`select count(*) as n from ${table}`)).rows[0]?.[0]])
  }
  return Object.fromEntries(entries)
}

/** All rows of a table in the order of all its columns, to compare tables cell by cell. */
export async function contents(database: Database, table: string): Promise<Table> {
  const { columns } = await database.query(`select * from ${table} limit 0`)
  return database.query(`select * from ${table} order by ${columns.map((_, index) => index + 1).join(', ')}`)
}

/** The answer as objects by column. */
export function objects(table: Table): readonly Readonly<Record<string, Cell>>[] {
  return table.rows.map((row) => Object.fromEntries(table.columns.map((column, index) => [column, row[index] ?? null])))
}

/** The text of a check or a query by its name. */
export function sqlOf(name: string): string {
  const file = [...library.checks, ...library.queries].find((candidate) => candidate.name === name)
  if (file === undefined) throw new Error(`there is no check or query ${name}`)
  return file.sql
}
