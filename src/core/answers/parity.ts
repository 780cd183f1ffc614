import { mayUse } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import { expected, OpsError } from '../errors.ts'
import { count } from '../format.ts'
import type { Copies, QueryOptions, ResultSet, Statement } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/loads.ts'
import { type Cell, figuresTable, type Reply, stating } from '../reply.ts'
import type { QueryFile } from '../sql/files.ts'
import { copiedLoad } from '../warehouse/copy.ts'
import { requireAvailable } from '../warehouse/live.ts'
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
interface CellDifference {
  readonly row: number
  readonly column: string
  readonly values: readonly [Cell | undefined, Cell | undefined]
}

/** What became of one query: how many rows it has, with the cells that differ, or why an engine could not answer it. */
type QueryParity =
  | { readonly kind: 'answered'; readonly rows: number; readonly differences: readonly CellDifference[] }
  | { readonly kind: 'failed'; readonly reasons: readonly [string | null, string | null] }

// As many rows as an answer keeps.
const maxRows = 1000

/** Asks a query with its default parameters of both. A failure of its SQL is a result; everything else is thrown. */
async function compareQuery(
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

/** Asks each query that this person may ask of the cluster and of the copy of the live load. Throws `bad_config` and `not_loaded` where there is no copy. */
export async function compareWithCopy({ deps, signal, catalog, who }: Context): Promise<Outcome> {
  const copies = requireCopies(deps)
  await requireAvailable(deps)
  const load = await requireCopiedLive(deps)
  const { engine } = deps
  const engines = [
    (statement, options) => engine.query({ kind: 'live', load: load.id }, statement, options),
    (statement, options) => copies.query(load.id, statement, options),
  ] satisfies Parameters<typeof compareQuery>[2]
  const compared: Compared[] = []
  for (const query of deps.library.queries) {
    const command = catalog.named(query.name)
    if (command === undefined || !mayUse(command, who.role)) continue
    // One after the other: others use a small cluster at the same time.
    compared.push({ query, parity: await compareQuery(query, load, engines, signal) })
  }
  return parityOutcome(compared, load, deps)
}

interface Compared {
  readonly query: QueryFile
  readonly parity: QueryParity
}

function requireCopies({ engine }: Deps): Copies {
  if (engine.copies !== null) return engine.copies
  throw new OpsError(
    'bad_config',
    `There is nothing to compare ${engine.name} with: its loads are not copied.`,
    'On Redshift, set SPARKIFY_COPY_TO=s3://bucket/prefix and load with etl, which copies the load; then run parity.',
  )
}

async function requireCopiedLive(deps: Deps): Promise<LoadRecord> {
  const [live, copied] = await Promise.all([deps.ledger.loads.live(), copiedLoad(deps)])
  if (live !== null && copied?.id === live.id) return live
  const what = live === null ? 'Nothing is loaded yet.' : `Live load ${live.id} has no copy to be compared with.`
  throw new OpsError('not_loaded', what, 'Load with etl, which copies the load; then run parity.', {
    fixCommand: 'etl',
    fixLabel: 'Load',
  })
}

function parityOutcome(compared: readonly Compared[], load: LoadRecord, { engine }: Deps): Outcome {
  const unequal = compared.filter(({ parity }) => parity.kind === 'failed' || parity.differences.length > 0)
  const queries = `${count(compared.length)} ${compared.length === 1 ? 'query' : 'queries'}`
  const both = `${engine.name} and the copy of load ${load.id}`
  const words =
    unequal.length === 0
      ? `All ${queries} have the same answer on ${both}.`
      : `${count(unequal.length)} of ${queries} differ on ${both}.`
  const fact = { about: 'parity', text: words }
  const state = stating([fact], '', unequal.length === 0 ? 'good' : 'warning')
  return {
    headline: words,
    replies: [state, figuresTable('Queries', queryColumns, compared.map(queryRow)), ...cellsOf(unequal, engine.name)],
    brief: [state],
    ok: unequal.length === 0,
    facts: { about: [fact.about] },
  }
}

const queryColumns = { query: 'text', rows: 'integer', differences: 'integer', state: 'text' } as const

function queryRow({ query, parity }: Compared): readonly Cell[] {
  if (parity.kind === 'failed') return [query.name, null, null, 'failed']
  const { rows, differences } = parity
  return [query.name, rows, differences.length, differences.length === 0 ? 'equal' : 'differs']
}

// More cells of one query have the same cause.
const cellsShown = 20

/** The first cells that differ of each query, and why one could not be answered. */
function cellsOf(unequal: readonly Compared[], engine: string): readonly Reply[] {
  if (unequal.length === 0) return []
  const rows = unequal.flatMap(({ query, parity }) =>
    parity.kind === 'failed'
      ? [[query.name, null, null, ...parity.reasons.map((reason) => reason ?? 'answered')]]
      : parity.differences.slice(0, cellsShown).map((difference) => cellRow(query, difference)),
  )
  const columns = { query: 'text', row: 'integer', column: 'text', [engine]: 'text', copy: 'text' } as const
  const total = unequal.reduce((sum, { parity }) => sum + (parity.kind === 'failed' ? 1 : parity.differences.length), 0)
  return [figuresTable('Differences', columns, rows, total)]
}

function cellRow(query: QueryFile, { row, column, values }: CellDifference): readonly Cell[] {
  const shown = values.map((value) =>
    value === undefined ? '(nothing there)' : value === null ? '(null)' : String(value),
  )
  return [query.name, row === 0 ? null : row, column, ...shown]
}
