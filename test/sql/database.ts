import type { Values } from '../../src/core/ports/engine.ts'

/** A cell after normalising: numbers as numbers, times as `YYYY-MM-DD HH:MM:SS.mmm`, dates as `YYYY-MM-DD`. */
export type Cell = string | number | boolean | null

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A real database that the files of `sql/` are run on, unchanged. */
export interface Database {
  readonly name: string
  execute(sql: string): Promise<void>
  query(sql: string, values?: Values): Promise<Table>
  close(): Promise<void>
}

/** Inserts plain rows; a key that a row lacks becomes null. */
export async function insert(
  database: Database,
  table: string,
  columns: readonly string[],
  rows: readonly Readonly<Record<string, Cell | undefined>>[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 500) {
    const tuples = rows
      .slice(from, from + 500)
      .map((row) => `(${columns.map((column) => literal(row[column] ?? null)).join(', ')})`)
    await database.execute(`insert into ${table} (${columns.join(', ')}) values ${tuples.join(', ')}`)
  }
}

function literal(value: Cell): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
}
