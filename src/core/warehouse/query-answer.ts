import type { Asked } from '../answer.ts'
import type { Outcome } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import type { ResultSet } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/ledger.ts'
import { type ChartReply, type TableReply, text } from '../reply.ts'
import { dependsOnCatalogue, type QueryFile } from '../sql/files.ts'
import { type QueryArgs, statementOf } from '../sql/query-statement.ts'
import type { DataSpan } from '../sql/window.ts'
import { wallClock } from '../sql/zone.ts'
import { keptName, keptRows } from '../time-order.ts'
import { count } from '../words.ts'
import { dayWords, type Figures, figuresOf } from './figures.ts'
import { withLive } from './live.ts'
import { failedSince, trustLine } from './trust.ts'

// What a channel can be shown at all; the rest of a longer answer is counted and said.
const maxRows = 1000

// A month of days, a day of hours. A face that can draw fewer cuts them itself and says so.
const maxPoints = 31

// Of several answers in one message: a ranking as people know it, a course of two weeks.
const briefRows = 10
const briefPoints = 14

/** The answer to a query, what was asked of the engine for it, the table of its rows, and the load they are of. */
export interface QueryAnswer {
  readonly outcome: Outcome
  readonly asked: Asked
  readonly table: TableReply
  readonly load: LoadRecord
}

interface Asking {
  readonly signal: AbortSignal
  readonly zone?: string
}

/**
 * The answer to a query from the live load: its rows, a chart where it asks for one, and how far to trust it. In brief: the figures that
 * its header names, or ten rows. `zone` holds for days where the query has none. Throws what stands in the way, with its cure.
 */
export function answerOf(query: QueryFile, args: QueryArgs, deps: Deps, asking: Asking): Promise<QueryAnswer> {
  return withLive(deps, (load) => answerFrom(load, query, args, deps, asking))
}

async function answerFrom(
  load: LoadRecord,
  query: QueryFile,
  args: QueryArgs,
  deps: Deps,
  { signal, zone: usual }: Asking,
): Promise<QueryAnswer> {
  const data = spanOf(load)
  const { statement, range, zone } = statementOf(query, args, data, usual)
  const { timeOrder } = query
  const result = await deps.engine.query({ kind: 'live', load: load.id }, statement, { maxRows, timeOrder, signal })
  const title = range === null || load.facts.plays === 0 ? query.title : `${query.title}, ${range.label}`
  const table = tableOf(title, query, result)
  const cut =
    table.rows.length < table.total
      ? `the ${keptName(table)} ${count(table.rows.length)} of ${count(table.total)} rows`
      : null
  const coverage = dependsOnCatalogue(query, args)
  const failed = await failedSince(load, deps)
  const known = data.anchor === undefined ? table : upTo(wallClock(data.anchor.getTime(), zone), table)
  const figures = query.headline === undefined ? null : figuresOf(query.headline, known)
  const outcome: Outcome = {
    headline: figures === null ? headlineOf(title, table) : `${query.title}, ${figuresLine(figures, ', ')}.`,
    replies: [table, ...chartOf(query, table, maxPoints), trustLine(load, { coverage, cut, failed })],
    brief: [
      figures === null
        ? { ...known, rows: [...keptRows(known.rows, briefRows, timeOrder)] }
        : text(figuresLine(figures, ' · ')),
      ...chartOf(query, known, briefPoints).map(withShortDays),
      trustLine(load, { coverage, cut: null, failed }),
    ],
  }
  const { sql, values } = statement
  return { outcome, asked: { engine: deps.engine.name, load: load.id, sql, values: { ...values } }, table, load }
}

/** "29 Nov 2018, against the week before: plays 346 (+4.2 %) · listeners 56 (−3.1 %)". */
function figuresLine({ of, changes, words }: Figures, between: string): string {
  return `${of}${changes ? ', against the week before' : ''}: ${words.join(between)}`
}

function spanOf({ facts }: LoadRecord): DataSpan {
  return {
    oldest: new Date(facts.dataFrom ?? 0),
    newest: new Date(facts.dataUntil ?? 0),
    ...(facts.anchor === undefined ? {} : { anchor: new Date(facts.anchor) }),
  }
}

/** A table of days without those after `last`, a wall clock time read as UTC: only plays that are dated far ahead have them. */
function upTo(last: Date, table: TableReply): TableReply {
  const { timeOrder, rows } = table
  if (timeOrder === undefined) return table
  const day = last.toISOString().slice(0, 10)
  return { ...table, rows: rows.filter(([first], at) => at < timeOrder.after || String(first) <= day) }
}

function tableOf(title: string, query: QueryFile, { columns, rows, total }: ResultSet): TableReply {
  return {
    kind: 'table',
    title,
    columns: columns.map(({ name }) => name),
    formats: columns.map(({ name, format }) => query.formats[name] ?? format),
    rows: rows.map((row) => [...row]),
    total,
    ...(query.timeOrder === undefined ? {} : { timeOrder: query.timeOrder }),
  }
}

/** The chart that the header asks for, of so many points; none where there is nothing to compare. */
function chartOf({ chart, title }: QueryFile, { columns, rows }: TableReply, most: number): readonly ChartReply[] {
  if (chart === undefined || rows.length < 2) return []
  const x = columns.indexOf(chart.x)
  // Of a ranking the first are told, of a course of time the latest.
  const isCourse = chart.type === 'line' || chart.type === 'area'
  const points = isCourse ? rows.slice(-most) : rows.slice(0, most)
  return [
    {
      kind: 'chart',
      type: chart.type,
      title,
      xLabel: chart.x,
      yLabel: chart.y.join(', '),
      categories: points.map((row) => String(row[x] ?? '–')),
      series: chart.y.map((name) => ({ name, values: points.map((row) => Number(row[columns.indexOf(name)])) })),
    },
  ]
}

/** The days of a chart as they find room below its points: without their year, and with the month where it begins. */
function withShortDays(chart: ChartReply): ChartReply {
  const { categories } = chart
  const short = categories.map((category, at) => {
    const [day, month] = dayWords(category)?.split(' ') ?? [category]
    const isNew = month !== undefined && category.slice(0, 7) !== categories[at - 1]?.slice(0, 7)
    return isNew ? `${day} ${month}` : (day ?? category)
  })
  return { ...chart, categories: short }
}

/** The outcome in one sentence, for whoever only hears it. */
function headlineOf(title: string, { columns, rows, total }: TableReply): string {
  const [first] = rows
  if (first === undefined) return `${title}: no rows.`
  const best = first.map((cell, i) => `${columns[i]} ${cell ?? '–'}`).slice(0, 4)
  return `${title}: ${count(total)} ${total === 1 ? 'row' : 'rows'}; first ${best.join(', ')}.`
}
