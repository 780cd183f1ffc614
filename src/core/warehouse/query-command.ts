import { z } from 'zod'
import { argMeta, choice, flag, integer, optionalDate, optionalSpan, optionalText } from '../command/args.ts'
import { type Command, defineCommand, type Outcome } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import type { ResultSet } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/ledger.ts'
import type { ChartReply, Reply, TableReply } from '../reply.ts'
import { dependsOnCatalogue, type QueryFile } from '../sql/files.ts'
import type { QueryParam } from '../sql/query-param.ts'
import { type QueryArgs, statementOf, zoneParam } from '../sql/query-statement.ts'
import type { DataSpan } from '../sql/window.ts'
import { zoneName } from '../sql/zone.ts'
import { count } from '../words.ts'
import { withLive } from './live.ts'
import { trustLine } from './trust.ts'

// What a channel can be shown at all; the rest of a longer answer is counted and said.
const maxRows = 1000

// A month of days, a day of hours. A face that can draw fewer cuts them itself and says so.
const maxPoints = 31

/** A query file as a command: its header's parameters are the arguments, its rows the answer. */
export function commandOfQuery(query: QueryFile): Command {
  const shape = Object.fromEntries(query.params.map((param) => [param.name, argumentOf(param)]))
  const days = zoneParam(query) === undefined ? ' (UTC)' : ''
  const window = query.timed
    ? {
        last: optionalSpan({ about: 'only the time up to the newest data, such as 24h, 7d or 4w' }),
        since: optionalDate({ about: `only from this day on${days}`, bare: false }),
        until: optionalDate({ about: `only up to this day, inclusive${days}`, bare: false }),
      }
    : {}
  return defineCommand({
    name: query.name,
    summary: query.description,
    group: 'questions',
    role: query.role,
    effect: 'read',
    audience: 'channel',
    args: z.object({ ...shape, ...window }),
    examples: query.examples,
    run: (args, { deps, signal }) => answer(query, args, deps, signal),
  })
}

function argumentOf(param: QueryParam): z.ZodType {
  const about = param.description
  switch (param.kind) {
    case 'integer':
      return integer({ about, min: param.min, max: param.max, fallback: param.default })
    case 'choice':
      return choice({ about, values: param.values, fallback: param.default })
    case 'flag':
      return flag({ about, fallback: param.default })
    case 'date':
      return optionalDate({ about, bare: false })
    case 'text':
      return optionalText({
        about,
        bare: false,
        maxLength: param.maxLength,
        accepts: `text of up to ${param.maxLength} characters`,
      })
    case 'zone':
      return zone(about, param.default)
  }
}

function zone(about: string, fallback: string): z.ZodType<string> {
  const schema = z
    .string()
    .refine((typed) => zoneName(typed) !== null)
    .transform((typed) => zoneName(typed) ?? typed)
    .default(fallback)
  argMeta.add(schema, { about, bare: false, rest: false, accepts: 'a time zone like Europe/London', fallback })
  return schema
}

function answer(query: QueryFile, args: QueryArgs, deps: Deps, signal: AbortSignal): Promise<Outcome> {
  return withLive(deps, (load) => answerFrom(load, query, args, deps, signal))
}

async function answerFrom(
  load: LoadRecord,
  query: QueryFile,
  args: QueryArgs,
  deps: Deps,
  signal: AbortSignal,
): Promise<Outcome> {
  const { statement, range } = statementOf(query, args, spanOf(load))
  const result = await deps.engine.query({ kind: 'live', load: load.id }, statement, { maxRows, signal })
  const title = range === null || load.facts.plays === 0 ? query.title : `${query.title}, ${range.label}`
  const table = tableOf(title, query, result)
  const chart = chartOf(query, table)
  const cut =
    table.rows.length < table.total ? `the first ${count(table.rows.length)} of ${count(table.total)} rows` : null
  const replies: Reply[] = [
    table,
    ...(chart === null ? [] : [chart]),
    trustLine(load, { coverage: dependsOnCatalogue(query, args), cut }),
  ]
  return { headline: headlineOf(title, table), replies }
}

function spanOf({ facts }: LoadRecord): DataSpan {
  return { oldest: new Date(facts.dataFrom ?? 0), newest: new Date(facts.dataUntil ?? 0) }
}

function tableOf(title: string, query: QueryFile, { columns, rows, total }: ResultSet): TableReply {
  return {
    kind: 'table',
    title,
    columns: columns.map(({ name }) => name),
    formats: columns.map(({ name, format }) => query.formats[name] ?? format),
    rows: rows.map((row) => [...row]),
    total,
  }
}

/** The chart that the header asks for; none where there is nothing to compare. */
function chartOf({ chart, title }: QueryFile, { columns, rows }: TableReply): ChartReply | null {
  if (chart === undefined || rows.length < 2) return null
  const x = columns.indexOf(chart.x)
  // Of a ranking the first are told, of a course of time the latest.
  const isCourse = chart.type === 'line' || chart.type === 'area'
  const points = isCourse ? rows.slice(-maxPoints) : rows.slice(0, maxPoints)
  return {
    kind: 'chart',
    type: chart.type,
    title,
    xLabel: chart.x,
    yLabel: chart.y.join(', '),
    categories: points.map((row) => String(row[x] ?? '–')),
    series: chart.y.map((name) => ({ name, values: points.map((row) => Number(row[columns.indexOf(name)])) })),
  }
}

/** The outcome in one sentence, for whoever only hears it. */
function headlineOf(title: string, { columns, rows, total }: TableReply): string {
  const [first] = rows
  if (first === undefined) return `${title}: no rows.`
  const best = first.map((cell, i) => `${columns[i]} ${cell ?? '–'}`).slice(0, 4)
  return `${title}: ${count(total)} ${total === 1 ? 'row' : 'rows'}; first ${best.join(', ')}.`
}
