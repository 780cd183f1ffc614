import { expected, OpsError } from '../errors.ts'
import type { QueryOptions, ResultSet, Statement } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/loads.ts'
import type { Cell } from '../reply.ts'
import type { QueryFile } from '../sql/files.ts'
import { questionOf } from './query-answer.ts'

/*
 * Two engines that hold the same load, compared by what they answer.
 */

/** What one engine answers. Throws what the engine throws. */
type Answering = (statement: Statement, options: QueryOptions) => Promise<ResultSet>

/**
 * A cell that differs: its row, from 1, its column, and what each engine has there; undefined where it has no such row or column. Row 0
 * is about the answer as a whole: how many rows it has.
 */
export interface CellDifference {
  readonly row: number
  readonly column: string
  readonly values: readonly [Cell | undefined, Cell | undefined]
}

/** What became of one query: how many rows it has, with the cells that differ, or why an engine could not answer it. */
export type QueryParity =
  | { readonly kind: 'answered'; readonly rows: number; readonly differences: readonly CellDifference[] }
  | { readonly kind: 'failed'; readonly reasons: readonly [string | null, string | null] }

// As many rows as an answer keeps.
const maxRows = 1000

/** Asks a query with its default parameters of both. A failure of its SQL is a result; everything else is thrown. */
export async function compareQuery(
  query: QueryFile,
  load: LoadRecord,
  engines: readonly [Answering, Answering],
  signal: AbortSignal,
): Promise<QueryParity> {
  const { statement } = questionOf(query, {}, load, undefined)
  const options = { maxRows, timeOrder: query.timeOrder, signal }
  const ask = (engine: Answering): Promise<ResultSet | OpsError> =>
    engine(statement, options).catch(expected((error) => error, 'sql_failed'))
  const [one, other] = await Promise.all([ask(engines[0]), ask(engines[1])])
  if (one instanceof OpsError || other instanceof OpsError) {
    const reasonOf = (result: ResultSet | OpsError) => (result instanceof OpsError ? result.message : null)
    return { kind: 'failed', reasons: [reasonOf(one), reasonOf(other)] }
  }
  return { kind: 'answered', rows: one.total, differences: differencesOf(one, other) }
}

/** The cells in which two results differ, row by row in their order, and the number of their rows where that differs. */
export function differencesOf(one: ResultSet, other: ResultSet): readonly CellDifference[] {
  const names = [...new Set([...one.columns, ...other.columns].map(({ name }) => name))]
  const columns = names.map(
    (name) =>
      [
        name,
        one.columns.findIndex((column) => column.name === name),
        other.columns.findIndex((column) => column.name === name),
      ] as const,
  )
  const totals =
    one.total === other.total ? [] : [{ row: 0, column: 'rows', values: [one.total, other.total] as const }]
  const rows = Array.from({ length: Math.max(one.rows.length, other.rows.length) }, (_, at) => at)
  const cells = rows.flatMap((at) =>
    columns.flatMap(([column, here, there]): CellDifference[] => {
      const values = [one.rows[at]?.[here], other.rows[at]?.[there]] as const
      return values[0] === values[1] ? [] : [{ row: at + 1, column, values }]
    }),
  )
  return [...totals, ...cells]
}
