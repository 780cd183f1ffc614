import { z } from 'zod'
import { type CellDifference, compareQuery, type QueryParity } from '../core/answers/parity.ts'
import { mayUse } from '../core/command/catalog.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import type { Deps } from '../core/deps.ts'
import { OpsError } from '../core/errors.ts'
import { count, plural } from '../core/format.ts'
import type { Copies } from '../core/ports/engine.ts'
import type { LoadRecord } from '../core/ports/loads.ts'
import { type Cell, figuresTable, type Reply, stating } from '../core/reply.ts'
import type { QueryFile } from '../core/sql/files.ts'
import { copiedLoad } from '../core/warehouse/copy.ts'
import { requireAvailable } from '../core/warehouse/live.ts'

export default defineCommand({
  name: 'parity',
  summary: 'Runs every query on the cluster and on the copy of its load, and lists the cells that differ',
  group: 'warehouse',
  // Some queries name people.
  role: 'operator',
  effect: 'read',
  audience: 'asker',
  args: z.object({}),
  examples: ['parity'],
  async run(_args, { deps, signal, catalog, who }) {
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
    return outcomeOf(compared, load, deps)
  },
})

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

function outcomeOf(compared: readonly Compared[], load: LoadRecord, { engine }: Deps): Outcome {
  const unequal = compared.filter(({ parity }) => parity.kind === 'failed' || parity.differences.length > 0)
  const both = `${engine.name} and the copy of load ${load.id}`
  const words =
    unequal.length === 0
      ? `All ${plural(compared.length, 'query', 'queries')} have the same answer on ${both}.`
      : `${count(unequal.length)} of ${plural(compared.length, 'query', 'queries')} differ on ${both}.`
  const state = stating([{ about: 'parity', text: words }], '', unequal.length === 0 ? 'good' : 'warning')
  return {
    headline: words,
    replies: [state, figuresTable('Queries', queryColumns, compared.map(queryRow)), ...cellsOf(unequal, engine.name)],
    brief: [state],
    ok: unequal.length === 0,
    facts: { about: ['parity'] },
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
