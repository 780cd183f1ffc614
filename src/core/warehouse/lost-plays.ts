import { midnightOf } from '../day.ts'
import type { Deps } from '../deps.ts'
import { count } from '../format.ts'
import type { LoadId, ResultSet, Target } from '../ports/engine.ts'
import type { TableReply } from '../reply.ts'
import { dayMs } from '../span.ts'
import { timestampText } from '../sql/window.ts'

const shown = 20
// Keys of a day that are compared; those behind the last one that both loads have given are left out.
const read = 10_000

/**
 * The plays of a day (UTC, YYYY-MM-DD) that the live load has and the held one has not, and the other way round: the first of each by their
 * keys, so the same ones each time.
 */
export async function lostPlays(
  held: LoadId,
  live: LoadId,
  day: string,
  { engine, library }: Deps,
  signal: AbortSignal,
): Promise<{ readonly tables: readonly TableReply[]; readonly note: string }> {
  const from = new Date(midnightOf(day))
  const values = { from: timestampText(from), to: timestampText(new Date(from.getTime() + dayMs)) }
  const ask = (target: Target): Promise<ResultSet> =>
    engine.query(target, { sql: library.comparison.plays, values }, { maxRows: read, signal })
  const [before, after] = await Promise.all([ask({ kind: 'live', load: live }), ask({ kind: 'held', load: held })])
  const last = [before, after]
    .flatMap(({ rows, total }) => (rows.length < total ? [String(rows.at(-1)?.[0])] : []))
    .sort()[0]
  const only = (one: ResultSet, other: ResultSet, title: string): TableReply => {
    const keys = new Set(other.rows.map(([key]) => key))
    const rows = one.rows.filter(([key]) => !keys.has(key) && (last === undefined || String(key) <= last))
    return {
      kind: 'table',
      title,
      columns: one.columns.map(({ name }) => name),
      formats: one.columns.map(({ format }) => format),
      rows: rows.slice(0, shown).map((row) => [...row]),
      total: rows.length,
    }
  }
  const tables = [
    only(before, after, `Plays of ${day} only in live load ${live}`),
    only(after, before, `Plays of ${day} only in held load ${held}`),
  ].filter(({ total }) => total > 0)
  const cut = last === undefined ? '' : `; of the first ${count(read)} plays of the day`
  return { tables, note: `At most ${shown} of each, in the order of songplay_id${cut}` }
}
