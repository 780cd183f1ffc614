import { z } from 'zod'
import type { AskedQuestion, Suggestion } from '../core/answer.ts'
import {
  findResult,
  pageOf,
  type ResultPage,
  rowsPerPage,
  type StoredResult,
  type WantedRows,
} from '../core/answers/stored-result.ts'
import { choice, integer, optionalChoice, optionalInteger, optionalText } from '../core/command/args.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import type { Deps } from '../core/deps.ts'
import { count, duration, moment, plural } from '../core/format.ts'
import { type Reply, type TableReply, text } from '../core/reply.ts'
import { columnInSentence, keptName } from '../core/tables.ts'

export default defineCommand({
  name: 'result',
  summary: 'Shows a stored answer: sorted, another page, or its SQL',
  group: 'questions',
  role: 'viewer',
  effect: 'none',
  repeats: 'rows',
  audience: 'asker',
  args: z.object({
    id: optionalInteger({
      about: 'number of the run; your newest if left out',
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
    }),
    part: choice({ about: 'its rows, or its SQL', values: ['rows', 'sql'], fallback: 'rows' }),
    order: optionalChoice({
      about: 'sort order; if left out, numbers descending and text A to Z',
      values: ['asc', 'desc'],
    }),
    sort: optionalText({ about: 'the column to sort by', bare: false, maxLength: 60, accepts: 'the name of a column' }),
    page: integer({ about: 'page number', min: 1, max: 1000, fallback: 1, bare: false }),
    n: integer({ about: 'rows per page', min: 1, max: 100, fallback: rowsPerPage, bare: false }),
  }),
  examples: ['result', 'result 12 sort=plays', 'result 12 page=2', 'result 12 sql'],
  async run({ id, part, ...wanted }, context) {
    const result = await findResult(id, context)
    return part === 'sql' ? explained(result, context.deps) : paged(result, wanted)
  },
})

function paged(result: StoredResult, wanted: WantedRows): Outcome {
  const page = pageOf(result.table, wanted)
  const { rows, total } = result.table
  const cut =
    rows.length < total
      ? [text(`Only the ${keptName(result.table)} ${count(rows.length)} of ${count(total)} rows are stored.`, 'note')]
      : []
  const shown = page.table.rows.length
  return {
    headline: `${page.table.title}: ${shown < total ? `${count(shown)} of ` : ''}${plural(total, 'row')}.`,
    replies: [page.table, ...cut, text(`${originOf(result)} Stored until ${moment(result.until)}.`, 'note')],
    facts: { rows: page.table.rows.length },
    next: aroundPage(result, wanted, page),
    rowsOf: result.rowsOf,
  }
}

/** The pages beside this one, the next column to sort by, and the whole as a file. */
function aroundPage(
  { run, table }: StoredResult,
  wanted: WantedRows,
  { pages, sortedBy }: ResultPage,
): readonly Suggestion[] {
  const { page, order, n } = wanted
  const size = n === rowsPerPage ? '' : ` n=${n}`
  const same = `${sortedBy === undefined ? '' : ` sort=${sortedBy}`}${order === undefined ? '' : ` order=${order}`}${size}`
  const turn = (label: string, to: number): readonly Suggestion[] =>
    to < 1 || to > pages ? [] : [{ label, line: `result ${run.id}${same} page=${to}` }]
  const columns = table.rows.length < 2 ? [] : table.columns
  const next = columns[(columns.indexOf(sortedBy ?? '') + 1) % columns.length]
  return [
    ...turn('Next rows', page + 1),
    ...turn('Previous rows', page - 1),
    ...(next === undefined ? [] : [{ label: sortLabel(table, next), line: `result ${run.id} sort=${next}${size}` }]),
    { label: 'CSV', line: `csv ${run.id}` },
  ]
}

/** "Sort by plays". */
function sortLabel(table: TableReply, column: string): string {
  return `Sort by ${columnInSentence(table, column)}`
}

async function explained(result: StoredResult, { ledger }: Deps): Promise<Outcome> {
  const { run, asked, table, until } = result
  const load = await ledger.loads.get(asked.load)
  const published = load?.published ?? null
  const since = published === null ? '' : `, published ${moment(new Date(published))}`
  const boundValues = (title: string, values: AskedQuestion['values'] = {}): readonly Reply[] => {
    const rows = Object.entries(values)
    return rows.length === 0 ? [] : [{ kind: 'table', title, columns: ['name', 'value'], rows, total: rows.length }]
  }
  const replies: Reply[] = [
    text(`${originOf(result)}\n${asked.engine}, load ${asked.load}${since}`),
    text(asked.sql, 'code'),
    ...boundValues('Bound values', asked.values),
    ...boundValues('Bound values of the earlier period', asked.before),
    text(`Stored until ${moment(until)}.`, 'note'),
  ]
  const [first] = table.columns
  return {
    headline: `SQL of ${run.line}.`,
    replies,
    rowsOf: result.rowsOf,
    next: [
      ...(first === undefined || table.rows.length < 2
        ? []
        : [{ label: sortLabel(table, first), line: `result ${run.id} sort=${first}` }]),
      { label: 'CSV', line: `csv ${run.id}` },
      { label: 'Share…', line: `share ${run.id}`, form: true },
      { label: 'Ask again', line: run.line },
    ],
  }
}

/** "Result 12: top-songs n=3, asked by Ada, 30 Nov 2018, 10:00 UTC, answered in 0.2 s." */
function originOf({ run }: StoredResult): string {
  const took = duration(Date.parse(run.ended ?? run.started) - Date.parse(run.started))
  return `Result ${run.id}: ${run.line}, asked by ${run.who.name}, ${moment(new Date(run.started))}, answered in ${took}.`
}
