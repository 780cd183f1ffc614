import type { RowsOf } from '../answer.ts'
import { mayUse } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import type { RunRecord, RunStore } from '../ports/runs.ts'

/** How long an answer can be worked with. */
export const keptDays = 7

/** When the answer of a run that ended then expires. */
export function keptUntil(ended: string): Date {
  return new Date(Date.parse(ended) + keptDays * 86_400_000)
}

/**
 * Why the rows that the answer of a run holds are not shown to this person, in a sentence: they are for those who may ask for them now, as
 * long as they are kept. Null where they are shown, or where it holds none.
 */
export async function whyNotRead(run: RunRecord, { catalog, deps, who }: Context): Promise<string | null> {
  const rows = await rowsBehind(run, deps.ledger.runs)
  if (rows === null) return 'Its answer was kept without a note of whose rows it holds. Ask anew.'
  const commands = rows.map(({ command }) => catalog.find(command))
  if (commands.some((command) => command === undefined || !mayUse(command, who.role))) {
    return 'Its answer is for those who may ask it.'
  }
  const now = deps.clock.now()
  return rows.every(({ ended }) => keptUntil(ended) >= now) ? null : `Its answer was kept for ${keptDays} days.`
}

/**
 * The questions whose rows are in the answer of a run, of a schedule's in those of its lines, also where an earlier fire had said them. Null
 * where nobody knows, because earlier versions did not note them.
 */
async function rowsBehind(run: RunRecord, runs: RunStore): Promise<readonly RowsOf[] | null> {
  if (run.origin.kind !== 'fire') return rowsIn(run)
  const all = [rowsIn(run), ...(await linesOf(run, runs)).map(rowsIn)]
  const known = all.flatMap((rows) => (rows === null ? [] : [rows]))
  return known.length < all.length ? null : known.flat()
}

/** Those that the answer itself names. */
function rowsIn(run: RunRecord): readonly RowsOf[] | null {
  const { answer, command, started, ended } = run
  if (answer?.asked !== undefined) return [{ command, ended: ended ?? started }]
  return answer?.rowsOf ?? (repeatsRows(run) ? null : [])
}

/** What a fire said, and those that it carries on. */
async function linesOf({ id, continues }: RunRecord, runs: RunStore): Promise<readonly RunRecord[]> {
  const lines = await runs.list({ fire: id, limit: 100 })
  const before = continues === null ? null : await runs.get(continues)
  return before === null ? lines : [...lines, ...(await linesOf(before, runs))]
}

/** Whether it shows what another run had asked. */
function repeatsRows({ command, answer }: RunRecord): boolean {
  const shows = answer?.replies.some(({ kind }) => kind === 'table' || kind === 'file') ?? false
  return shows && (command === 'result' || command === 'csv')
}
