import type { AskedQuestion } from '../answer.ts'
import type { Outcome } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import { count, dayAndTime, moment, percent, plural } from '../format.ts'
import type { QueryOptions, ResultSet, Statement } from '../ports/engine.ts'
import type { LoadRecord, RunRecord } from '../ports/ledger.ts'
import { type Cell, type ChartReply, type TableReply, type TextReply, text } from '../reply.ts'
import { dependsOnCatalogue, type HeadlineHint, type QueryFile } from '../sql/files.ts'
import { type QueryArgs, statementOf } from '../sql/query-statement.ts'
import { type DataSpan, dateText } from '../sql/window.ts'
import { wallClock } from '../sql/zone.ts'
import { formatCell, keptName, keptRows } from '../tables.ts'

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
  readonly asked: AskedQuestion
  readonly table: TableReply
  readonly load: LoadRecord
}

interface Asking {
  readonly signal: AbortSignal
  readonly zone?: string
}

/** Where the rows of an answer are from: which load of which engine. `note` says first what a reader must know of it; null: nothing. */
export interface RowSource {
  readonly load: LoadRecord
  readonly engine: string
  readonly note: string | null
  query(statement: Statement, options: QueryOptions): Promise<ResultSet>
}

/** The live load itself. */
export function liveRows(load: LoadRecord, { engine }: Deps): RowSource {
  const query: RowSource['query'] = (statement, options) =>
    engine.query({ kind: 'live', load: load.id }, statement, options)
  return { load, engine: engine.name, note: null, query }
}

/**
 * The answer to a query: its rows, a chart where it asks for one, and how far to trust it. In brief: the figures that its header names, or
 * ten rows. `zone` holds for days where the query has none. Throws what the source throws.
 */
export async function answerOfQuery(
  source: RowSource,
  query: QueryFile,
  args: QueryArgs,
  deps: Deps,
  { signal, zone: usual }: Asking,
): Promise<QueryAnswer> {
  const { load } = source
  const data = spanOf(load)
  const { statement, range, zone } = statementOf(query, args, data, usual)
  const { timeOrder } = query
  const result = await source.query(statement, { maxRows, timeOrder, signal })
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
  return {
    outcome: source.note === null ? outcome : notedFirst(source.note, outcome),
    asked: { engine: source.engine, load: load.id, sql, values: { ...values } },
    table,
    load,
  }
}

/** An outcome that says this first. */
export function notedFirst(note: string, { headline, replies, brief, ...rest }: Outcome): Outcome {
  const first = text(note, 'warning')
  return {
    ...rest,
    headline: `${note} ${headline}`,
    replies: [first, ...replies],
    ...(brief === undefined ? {} : { brief: [first, ...brief] }),
  }
}

/** "29 Nov 2018, vs the week before: plays 346 (+4.2%) · listeners 56 (−3.1%)". */
function figuresLine({ of, changes, words }: Figures, between: string): string {
  return `${of}${changes ? ', vs the week before' : ''}: ${words.join(between)}`
}

/** The span of time that the plays of a load cover. */
export function spanOf({ facts }: LoadRecord): DataSpan {
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

/** The figures that an answer is told in: of which row they are, whether they say their change, and each as "plays 346 (+4.2%)". */
export interface Figures {
  readonly of: string
  readonly changes: boolean
  readonly words: readonly string[]
}

const week = 7 * 86_400_000

/** The figures that a query's header asks for. Null where no row is one to show, or where the last one was cut off. */
export function figuresOf(hint: HeadlineHint, table: TableReply): Figures | null {
  if (table.rows.length < table.total && table.timeOrder === undefined) return null
  const known = table.rows.filter((row) => isTold(row, hint, table))
  const row = known.at(-1)
  if (row === undefined) return null
  const before = hint.weekBefore ? rowBefore(row, known) : undefined
  const words = hint.columns.map((column) => {
    const at = table.columns.indexOf(column)
    const format = table.formats?.[at] ?? 'text'
    const change = before === undefined ? '' : changeWords(row[at] ?? null, before[at] ?? null, format === 'percent')
    return `${column.replaceAll('_', ' ')} ${formatCell(row[at] ?? null, format)}${change}`
  })
  return { of: dayWords(row[0] ?? null) ?? formatCell(row[0] ?? null, 'text'), changes: before !== undefined, words }
}

function isTold(row: readonly Cell[], { where }: HeadlineHint, { columns }: TableReply): boolean {
  return where === null || String(row[columns.indexOf(where.column)]) === where.value
}

function rowBefore(row: readonly Cell[], rows: TableReply['rows']): readonly Cell[] | undefined {
  const day = Date.parse(String(row[0]))
  return rows.find(([first]) => Date.parse(String(first)) === day - week)
}

/** " (+4.2%)"; of what is a share already " (+3.1 points)". Nothing where there is nothing to compare with. */
function changeWords(now: Cell, before: Cell, isShare: boolean): string {
  if (typeof now !== 'number' || typeof before !== 'number') return ''
  if (isShare) return ` (${signed(now - before)} points)`
  if (before === 0) return now === 0 ? ` (${signed(0)}%)` : ' (0 before)'
  return ` (${signed((100 * (now - before)) / Math.abs(before))}%)`
}

function signed(change: number): string {
  const digits = Math.abs(change).toFixed(1)
  if (digits === '0.0') return digits
  return `${change < 0 ? '−' : '+'}${digits}`
}

/** "29 Nov 2018" for `2018-11-29`; null for what is no day. */
export function dayWords(cell: Cell): string | null {
  const day = /^\d{4}-\d\d-\d\d$/.test(String(cell)) ? Date.parse(`${cell}T00:00:00Z`) : Number.NaN
  return Number.isNaN(day) ? null : dateText(new Date(day))
}

/** What an answer is about besides its load: whether it depends on the catalogue, what of it was cut, and which load failed since. */
export interface About {
  readonly coverage: boolean
  readonly cut: string | null
  readonly failed: RunRecord | null
}

/** The small print below an answer: how fresh it is, and what of that load a careful reader should know. Each fact behind a " · ". */
export function trustLine(load: LoadRecord, { coverage, cut, failed }: About): TextReply {
  const { dataUntil, anchor, ahead, checks, plays, matched } = load.facts
  const facts = [
    typeof dataUntil === 'string' ? `Data until ${moment(new Date(anchor ?? dataUntil))}` : 'No plays loaded',
    anchor === undefined || ahead === undefined || typeof dataUntil !== 'string'
      ? null
      : `${plural(ahead, 'play')} dated later, up to ${moment(new Date(dataUntil))}`,
    failed === null ? null : staleness(load, failed),
    ...(checks?.warnings ?? []).map((finding) => `Warning: ${finding}`),
    coverage && plays !== undefined && matched !== undefined
      ? `${percent(matched, plays)} of plays match the catalogue`
      : null,
    cut,
  ]
  return text(facts.filter((fact) => fact !== null).join(' · '), 'note')
}

function staleness({ id, published }: LoadRecord, { started }: RunRecord): string {
  const served = published === null ? `load ${id}` : moment(new Date(published))
  return `The load of ${dayAndTime(new Date(started))} failed; this is the data of ${served}`
}

/** The newest attempt to load, where it failed after this load was published, so that readers expect newer data; null otherwise. */
export async function failedSince({ published }: LoadRecord, { ledger, commands }: Deps): Promise<RunRecord | null> {
  const [newest] = await ledger.runs.list({ commands: commands.load, states: ['complete', 'error'], limit: 1 })
  if (newest?.state !== 'error' || published === null) return null
  return newest.started > published ? newest : null
}
