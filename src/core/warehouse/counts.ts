import type { Deps } from '../deps.ts'
import type { Target } from '../ports/engine.ts'
import { type Format, figuresTable, type TableReply } from '../reply.ts'

/** The tables that people know, staging first, in the order of the schema files. */
export function countedTables(deps: Deps): readonly string[] {
  return [...deps.library.tables.staging, ...deps.library.tables.star]
}

/** Rows of every table of one load, by table. Table names come from our own schema files, never from a person. */
export async function countRows(
  deps: Deps,
  target: Target,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const counts = countedTables(deps).map(async (table) => {
    const { rows } = await deps.engine.query(
      target,
      { sql: `select count(*) as n from ${table}` },
      { maxRows: 1, signal },
    )
    return [table, Number(rows[0]?.[0])] as const
  })
  return Object.fromEntries(await Promise.all(counts))
}

/** The fixed table of `qa counts`: table, rows. */
export function countsTable(counts: Readonly<Record<string, number>>): TableReply {
  return figuresTable('Rows', { table: 'text', rows: 'integer' }, Object.entries(counts))
}

/** The format of a value of the source: its whole numbers are ids, years and epochs, which are not grouped. */
export function asStored(format: Format): Format {
  return format === 'integer' ? 'id' : format
}

/**
 * One row of every table, each as a table titled by its name; ordered so that the same load shows the same row. Columns whose names begin
 * with "_" are the engine's own.
 */
export async function sampleRows(deps: Deps, target: Target, signal: AbortSignal): Promise<readonly TableReply[]> {
  return Promise.all(
    countedTables(deps).map(async (table) => {
      const sql = `select * from ${table} order by 1, 2 limit 1`
      const { columns, rows } = await deps.engine.query(target, { sql }, { maxRows: 1, signal })
      const shown = columns.filter(({ name }) => !name.startsWith('_'))
      return {
        kind: 'table' as const,
        title: table,
        columns: shown.map(({ name }) => name),
        labels: shown.map(({ name }) => name),
        formats: shown.map(({ format }) => asStored(format)),
        rows: rows.map((row) => row.filter((_, at) => columns[at]?.name.startsWith('_') === false)),
        total: rows.length,
      }
    }),
  )
}
