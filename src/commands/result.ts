import { z } from 'zod'
import type { Suggestion } from '../core/answer.ts'
import { sourceOfAnswer } from '../core/answers/answer-source.ts'
import {
  findResult,
  pageOf,
  type ResultPage,
  rowsPerPage,
  type StoredResult,
  type WantedRows,
} from '../core/answers/stored-result.ts'
import { choice, integer, optionalChoice, optionalId, optionalText } from '../core/command/args.ts'
import type { RunContext } from '../core/command/context.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { count, duration, moment, plural } from '../core/format.ts'
import { type TableReply, text } from '../core/reply.ts'
import { columnInSentence, keptName } from '../core/tables.ts'

export default defineCommand({
  name: 'result',
  summary: 'Shows a stored answer: sorted, another page, or its source: SQL, load, files, checks',
  group: 'questions',
  role: 'viewer',
  effect: 'none',
  repeats: 'rows',
  audience: 'asker',
  args: z.object({
    id: optionalId({ about: 'number of the run; your newest if left out' }),
    part: choice({
      about: 'its rows, or where they come from: SQL, load, files and checks (sql is the same)',
      values: ['rows', 'source', 'sql'],
      fallback: 'rows',
    }),
    order: optionalChoice({
      about: 'sort order; if left out, numbers descending and text A to Z',
      values: ['asc', 'desc'],
    }),
    sort: optionalText({ about: 'the column to sort by', bare: false, maxLength: 60, accepts: 'the name of a column' }),
    page: integer({ about: 'page number', min: 1, max: 1000, fallback: 1, bare: false }),
    n: integer({ about: 'rows per page', min: 1, max: 100, fallback: rowsPerPage, bare: false }),
  }),
  examples: ['result', 'result 12 sort=plays', 'result 12 page=2', 'result 12 source'],
  async run({ id, part, ...wanted }, context) {
    const result = await findResult(id, context)
    return part === 'rows' ? paged(result, wanted) : sourceOf(result, context)
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

async function sourceOf(result: StoredResult, { deps, signal }: RunContext): Promise<Outcome> {
  const { run, asked, until } = result
  const { replies, hasMoreFiles } = await sourceOfAnswer(asked, deps, signal)
  return {
    headline: `Source of ${run.line}.`,
    replies: [text(originOf(result)), ...replies, text(`Stored until ${moment(until)}.`, 'note')],
    rowsOf: result.rowsOf,
    next: [
      ...(hasMoreFiles ? [{ label: 'All files', line: `csv ${run.id} files` }] : []),
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
