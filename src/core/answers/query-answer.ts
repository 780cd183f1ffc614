import type { AskedQuestion } from '../answer.ts'
import type { Outcome } from '../command/define.ts'
import { isoDay } from '../day.ts'
import type { Deps } from '../deps.ts'
import { count, dayAndTime, moment, percent, plural } from '../format.ts'
import type { QueryOptions, ResultSet, Statement } from '../ports/engine.ts'
import type { LoadRecord, RunRecord } from '../ports/ledger.ts'
import { stating, type TableReply, type TextReply, text } from '../reply.ts'
import { type ComparedPeriods, comparedPeriods, type EarlierPeriod, earlierPeriods } from '../sql/compared-periods.ts'
import { dependsOnCatalogue, type QueryFile } from '../sql/files.ts'
import { type QueryArgs, statementOf } from '../sql/query-statement.ts'
import type { DataSpan, TimeWindow } from '../sql/window.ts'
import { wallClock } from '../sql/zone.ts'
import { keptName, keptRows, titleOfColumn, usualFormat } from '../tables.ts'
import { quarantineWords } from '../warehouse/quarantine.ts'
import { chartOf, comparedChart } from './chart.ts'
import { comparedTable, largestChange, notesMoved, ofTheLongestList } from './comparison.ts'
import { noteLines, notesWithin } from './day-notes.ts'
import { figuresLine, figuresOf, findingHintOf, findingIn } from './finding.ts'
import { titleOfAnswer } from './title.ts'

// More rows are only counted.
const maxRows = 1000

// As many as rows are kept. A presenter that draws fewer cuts them itself and names their number.
const maxPoints = maxRows

// Of several answers in one message: a ranking as people know it, a course of two weeks.
const briefRows = 10
const briefPoints = 14

/**
 * The answer to a query, what was asked of the engine for it, the table of its rows, and the load they are of. `isComparable`: there are data
 * of the period before, and it is not compared with them.
 */
export interface QueryAnswer {
  readonly outcome: Outcome
  readonly asked: AskedQuestion
  readonly table: TableReply
  readonly load: LoadRecord
  readonly isComparable: boolean
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
  const { data, range, zone, periodsWith, wanted, periods, statement, earlier } = questionOf(query, args, load, usual)
  const { timeOrder } = query
  const ask = (statement: Statement): Promise<ResultSet> => source.query(statement, { maxRows, timeOrder, signal })
  const [result, earlierResult] = await Promise.all([ask(statement), earlier === null ? null : ask(earlier)])
  const title = titleOfAnswer(query, args, load.facts.plays === 0 ? null : (periods?.now ?? range), periods?.before)
  const own = tableOf(title, query, result)
  const table =
    periods === null || earlierResult === null
      ? own
      : comparedTable(query, own, tableOf(title, query, earlierResult), periods)
  const cut =
    table.rows.length < table.total
      ? `the ${keptName(table)} ${count(table.rows.length)} of ${count(table.total)} rows`
      : null
  const coverage = dependsOnCatalogue(query, args)
  const failed = await failedSince(load, deps)
  const knownOf = (shown: TableReply): TableReply =>
    data.anchor === undefined ? shown : upTo(wallClock(data.anchor.getTime(), zone), shown)
  const known = knownOf(table)
  const asked = findingHintOf(query, args)
  // Beside a comparison, the change against the week before would be a second one of the same figures.
  const hint = asked?.kind === 'figures' && periods !== null ? { ...asked, weekBefore: false } : asked
  const isFull = own.rows.length < own.total || own.rows.length === statement.values?.['n']
  const found = hint === undefined ? null : findingIn(hint, knownOf(own), isFull)
  const change = periods === null ? null : largestChange(query, own, known)
  const finding = found === null && change === null ? null : [found, change].filter((one) => one !== null).join(' ')
  // Over time the newest figures matter more than the newest rows.
  const figures = hint?.kind === 'figures' && hint.row.at === 'last' && periods === null ? figuresOf(hint, known) : null
  const inBrief = { ...known, rows: [...keptRows(known.rows, briefRows, timeOrder)] }
  const about = wanted === undefined || range === null ? [] : [text(comparisonNote(range, periods), 'note')]
  const drawn = periods === null ? query.chart : comparedChart(query.chart, table)
  const windows = periods === null ? (range === null ? [] : [range]) : [periods.now, periods.before]
  const notes = await notesWithin(windows, zone, deps)
  const marks = [...notes.shown, ...(periods === null ? [] : notesMoved(notes.shown, query, periods))]
  const outcome: Outcome = {
    // Figures name their day themselves.
    headline:
      figures === null ? `${title}: ${finding ?? `${plural(table.total, 'row')}.`}` : `${query.title}, ${finding}`,
    // An empty table says so itself.
    ...(finding === null || table.rows.length === 0 ? {} : { lead: finding }),
    replies: [
      table,
      ...chartOf(drawn, table, maxPoints, finding, marks),
      ...about,
      ...noteLines(notes),
      trustLine(load, { coverage, cut, failed }),
    ],
    brief: [
      ...(figures === null
        ? [
            ...(finding === null ? [] : [text(`${query.title}: ${finding}`)]),
            ...(finding === null || inBrief.rows.length > 0 ? [inBrief] : []),
          ]
        : [text(`${query.title}, ${figuresLine(figures, ' · ')}`)]),
      ...chartOf(drawn, known, briefPoints, finding, marks),
      ...about,
      ...noteLines(notes),
      trustLine(load, { coverage, cut: null, failed }),
    ],
  }
  const { sql, values } = statement
  return {
    outcome: source.note === null ? outcome : notedFirst(source.note, outcome),
    asked: {
      engine: source.engine,
      load: load.id,
      sql,
      values: { ...values },
      ...(earlier === null ? {} : { before: { ...earlier.values } }),
    },
    table,
    load,
    isComparable: wanted === undefined && periodsWith('previous') !== null,
  }
}

/** What a query asks of the engine of a load: its statement, and that of the earlier period where it is compared with one. */
export function questionOf(query: QueryFile, args: QueryArgs, load: LoadRecord, usual: string | undefined) {
  const data = spanOf(load)
  const asked = statementOf(query, args, data, usual)
  const { range, zone } = asked
  const periodsWith = (period: EarlierPeriod): ComparedPeriods | null =>
    range === null || load.facts.plays === 0
      ? null
      : comparedPeriods(range, period, data, zone, query.timeOrder !== undefined)
  const wanted = earlierPeriods.find((period) => period === args['compare'])
  const periods = wanted === undefined ? null : periodsWith(wanted)
  const { statement } = periods === null ? asked : statementOf(query, args, data, usual, periods.now)
  const earlier =
    periods === null ? null : statementOf(query, ofTheLongestList(query, args), data, usual, periods.before).statement
  return { data, range, zone, periodsWith, wanted, periods, statement, earlier }
}

/** An outcome that says this first. */
export function notedFirst(note: string, { headline, lead, replies = [], brief, ...rest }: Outcome): Outcome {
  const first = text(note, 'warning')
  return {
    ...rest,
    headline: `${note} ${headline}`,
    replies: [first, ...(lead === undefined ? [] : [text(lead)]), ...replies],
    ...(brief === undefined ? {} : { brief: [first, ...brief] }),
  }
}

/** What the table compares, and why with less than was asked for. */
function comparisonNote(range: TimeWindow, periods: ComparedPeriods | null): string {
  if (periods === null) return `Not compared: the data do not cover both ${range.label} and a period before it.`
  const cut = periods.isCut ? ` Both are shortened to what the data cover; ${range.label} was asked for.` : ''
  return `${periods.now.label} compared with ${periods.before.label}.${cut}`
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
  const day = isoDay(last)
  return { ...table, rows: rows.filter(([first], at) => at < timeOrder.after || String(first) <= day) }
}

function tableOf(title: string, query: QueryFile, { columns, rows, total }: ResultSet): TableReply {
  return {
    kind: 'table',
    title,
    columns: columns.map(({ name }) => name),
    labels: columns.map(({ name }) => query.columns[name]?.title ?? titleOfColumn(name)),
    formats: columns.map(({ name, format }) => query.columns[name]?.format ?? usualFormat(name, format)),
    rows: rows.map((row) => [...row]),
    total,
    ...(query.timeOrder === undefined ? {} : { timeOrder: query.timeOrder }),
  }
}

/** What an answer is about besides its load: whether it depends on the catalogue, what of it was cut, and which load failed since. */
export interface About {
  readonly coverage: boolean
  readonly cut: string | null
  readonly failed: RunRecord | null
}

/** The small print below an answer: how fresh it is, and what of that load a careful reader should know. */
export function trustLine(load: LoadRecord, { coverage, cut, failed }: About): TextReply {
  const { dataUntil, anchor, ahead, checks, plays, matched, quarantined = [] } = load.facts
  const facts = [
    [
      'freshness',
      typeof dataUntil === 'string' ? `Data until ${moment(new Date(anchor ?? dataUntil))}` : 'No plays loaded',
    ],
    [
      'dated ahead',
      anchor === undefined || ahead === undefined || typeof dataUntil !== 'string'
        ? null
        : `${plural(ahead, 'play')} dated later, up to ${moment(new Date(dataUntil))}`,
    ],
    ['failed load', failed === null ? null : staleness(load, failed)],
    ...(checks?.warnings ?? []).map((finding) => ['warnings', `Warning: ${finding}`] as const),
    [
      'coverage',
      coverage && plays !== undefined && matched !== undefined
        ? `${percent(matched, plays)} of plays match the catalogue`
        : null,
    ],
    ['left out', quarantined.length === 0 ? null : `Without ${quarantineWords(quarantined)}`],
    ['cut', cut],
  ] as const
  const stated = facts.flatMap(([about, words]) => (words === null ? [] : [{ about, text: words }]))
  return stating(stated, ' · ', 'note')
}

function staleness({ id, published }: LoadRecord, { started, answer }: RunRecord): string {
  const served = published === null ? `load ${id}` : moment(new Date(published))
  const end = answer?.failure?.code === 'held' ? 'was held' : 'failed'
  return `The load of ${dayAndTime(new Date(started))} ${end}; this is the data of ${served}`
}

/** The newest attempt to load, where it failed after this load was published, so that readers expect newer data; null otherwise. */
export async function failedSince({ published }: LoadRecord, { ledger, commands }: Deps): Promise<RunRecord | null> {
  const [newest] = await ledger.runs.list({ commands: commands.load, states: ['complete', 'error'], limit: 1 })
  if (newest?.state !== 'error' || published === null) return null
  return newest.started > published ? newest : null
}
