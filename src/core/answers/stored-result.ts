import type { Answer, AskedQuestion, RowsOf } from '../answer.ts'
import { authorise } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import type { Command } from '../command/define.ts'
import { nearest } from '../command/suggest.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { moment, plural } from '../format.ts'
import type { RunId, RunRecord } from '../ports/ledger.ts'
import type { Cell, TableReply } from '../reply.ts'
import { findRun, keptDays, keptUntil, mayRead } from '../runner/readers.ts'
import { dayMs } from '../span.ts'
import { columnInSentence, columnTitles } from '../tables.ts'

/** An answer to a query, as its run keeps it. */
export interface StoredResult {
  readonly run: RunRecord
  readonly command: Command
  readonly answer: Answer
  readonly asked: AskedQuestion
  readonly table: TableReply
  readonly until: Date
  /** What to note with whatever shows its rows. */
  readonly rowsOf: readonly RowsOf[]
}

/**
 * The answer that a run keeps; the newest one of the asker where no run is named. Throws `not_found` for a run without one,
 * `expired` after seven days with the line to ask again, and `not_allowed` for those who may not ask its query, at this moment.
 */
export async function findResult(id: RunId | undefined, { deps, catalog, who }: Context): Promise<StoredResult> {
  const isOwn = (run: RunRecord): boolean => run.who.id === who.id && run.answer?.asked !== undefined
  const run = await findRun(deps.ledger.runs, id, isOwn, 'answered')
  const { answer, ended } = run
  const asked = answer?.asked
  const table = answer?.replies.find((reply) => reply.kind === 'table')
  const command = catalog.find(run.command)
  if (answer === null || ended === null || asked === undefined || command === undefined) throw keepsNone(run)
  authorise(command, who, deps.directory)
  if (!mayRead(run, { who, catalog })) {
    const message = `Result ${run.id} was posted in the direct messages of ${run.who.name}. Nothing was done.`
    throw new OpsError('not_allowed', message, `Ask again: ${run.line}`, { fixCommand: run.line })
  }
  const until = keptUntil(ended)
  if (until < deps.clock.now()) {
    throw new OpsError(
      'expired',
      `Result ${run.id} (${run.line}) was stored for ${keptDays} days, until ${moment(until)}.`,
      `Ask again: ${run.line}`,
      { fixCommand: run.line },
    )
  }
  if (table === undefined) throw keepsNone(run)
  return { run, command, answer, asked, table, until, rowsOf: [{ command: command.name, ended }] }
}

function keepsNone({ id, line }: RunRecord): OpsError {
  return new OpsError('not_found', `Run ${id} (${line}) has no stored answer.`, 'See runs.', {
    fixCommand: `runs ${id}`,
  })
}

/** The newest kept answer to a query by its plain line, no matter who asked; null where none is kept. */
export async function findKept(command: string, line: string, { ledger, clock }: Deps): Promise<RunRecord | null> {
  const since = new Date(clock.now().getTime() - keptDays * dayMs).toISOString()
  const runs = await ledger.runs.list({ command, states: ['complete'], since, limit: 200 })
  return runs.find((run) => run.line === line && run.answer?.asked !== undefined) ?? null
}

/** Rows of a stored answer that are shown at once: so many fit into one message in nearly every form. */
export const rowsPerPage = 50

/** What to show of a stored answer. `order` is by default the one that suits the column: most first, or A to Z. */
export interface WantedRows {
  readonly sort: string | undefined
  readonly order: 'asc' | 'desc' | undefined
  readonly page: number
  readonly n: number
}

/** A page of a stored answer; `pages` counts them from 1. */
export interface ResultPage {
  readonly table: TableReply
  readonly pages: number
  readonly sortedBy: string | undefined
}

/** Throws `bad_argument` for a column or a page that there is not, naming those there are. */
export function pageOf(table: TableReply, { sort, order, page, n }: WantedRows): ResultPage {
  const at = sort === undefined ? null : columnAt(table, sort)
  const rows = at === null ? table.rows : sorted(table.rows, at, order ?? usualOrder(table, at))
  const pages = Math.max(1, Math.ceil(rows.length / n))
  if (page > pages) {
    throw new OpsError(
      'bad_argument',
      `There is no page ${page}: the answer has ${plural(pages, 'page')} of ${plural(n, 'row')}.`,
    )
  }
  // Page 1 of days holds the newest, in their order.
  const isTimed = table.timeOrder !== undefined && at === null
  const end = isTimed ? rows.length - (page - 1) * n : page * n
  const first = Math.max(0, end - n)
  const shown = rows.slice(first, end)
  const sortedBy = at === null ? undefined : table.columns[at]
  const byWords = at === null ? '' : `, by ${columnInSentence(table, sortedBy ?? '')}`
  const range = shown.length < rows.length ? `, rows ${first + 1}–${first + shown.length}` : ''
  const title = `${table.title}${range}${byWords}`
  const { columns, labels, formats } = table
  return {
    table: {
      kind: 'table',
      title,
      columns,
      ...(labels === undefined ? {} : { labels }),
      ...(formats === undefined ? {} : { formats }),
      rows: shown,
      total: table.total,
      ...(isTimed ? { timeOrder: { after: 0 } } : {}),
    },
    pages,
    sortedBy,
  }
}

function columnAt(table: TableReply, said: string): number {
  const { columns } = table
  const titles = columnTitles(table)
  const name = said.toLowerCase().replaceAll(/[- ]/g, '_')
  const isMeant = (column: string): boolean => column.toLowerCase().replaceAll(' ', '_') === name
  const titled = titles.findIndex(isMeant)
  const at = columns.some(isMeant) ? columns.findIndex(isMeant) : titled
  if (at >= 0) return at
  const meant = nearest(name, columns)
  const known = `Its columns are ${columns.join(', ')}.`
  throw new OpsError(
    'bad_argument',
    `The answer has no column "${said}".`,
    meant === null ? known : `Did you mean sort=${meant}? ${known}`,
  )
}

function usualOrder({ rows }: TableReply, at: number): 'asc' | 'desc' {
  return rows.some((row) => typeof row[at] === 'number') ? 'desc' : 'asc'
}

const alphabetical = new Intl.Collator('en', { numeric: true })
const whole = /^-?\d+$/

/** Rows in the order of one column, those that have nothing there last; equal ones stay in the answer's order. */
function sorted(rows: TableReply['rows'], at: number, order: 'asc' | 'desc'): TableReply['rows'] {
  const direction = order === 'asc' ? 1 : -1
  return rows.toSorted((a, b) => {
    const [one, other] = [a[at] ?? null, b[at] ?? null]
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    return direction * compared(one, other)
  })
}

function compared(one: Exclude<Cell, null>, other: Exclude<Cell, null>): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  const [left, right] = [String(one), String(other)]
  // Whole numbers beyond 2^53 are text.
  if (whole.test(left) && whole.test(right)) {
    const difference = BigInt(left) - BigInt(right)
    return difference === 0n ? 0 : difference < 0n ? -1 : 1
  }
  return alphabetical.compare(left, right)
}
