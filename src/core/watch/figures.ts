import { type RowSource, spanOf } from '../answers/query-answer.ts'
import type { Catalog } from '../command/catalog.ts'
import { nearest } from '../command/suggest.ts'
import { isoDay } from '../day.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { list } from '../format.ts'
import type { ResultSet } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/loads.ts'
import type { Cell, Format } from '../reply.ts'
import { hasRowPerDay, type QueryFile } from '../sql/files.ts'
import { type QueryArgs, statementOf, zoneParam } from '../sql/query-statement.ts'
import { wholeDays } from '../sql/window.ts'
import { numericFormats, titleOfColumn, usualFormat } from '../tables.ts'

/** The query of an alert's line, with its arguments and the zone of its days. */
export interface WatchedQuery {
  readonly query: QueryFile
  readonly args: QueryArgs
  readonly zone: string
}

/** The whole days of a load by the clocks of a zone, `YYYY-MM-DD`. */
export interface WholeDays {
  readonly first: string
  readonly last: string
}

/**
 * The figures of one column: one a day, of whole days alone, or a single one, as of the last whole day where the query has a period.
 */
export type WatchedFigures = {
  readonly column: string
  /** "plays per listener". */
  readonly title: string
  readonly format: Format
} & (
  | { readonly kind: 'days'; readonly valueOn: (day: string) => number | null }
  | { readonly kind: 'single'; readonly value: number | null }
)

/** The query that a line asks. Throws what is wrong with the line, and `bad_argument` where it is no query. */
export function watchedQuery(line: string, catalog: Catalog, { library }: Pick<Deps, 'library'>): WatchedQuery {
  const { command, given } = catalog.read(line)
  const query = library.queries.find(({ name }) => name === command.name)
  if (query === undefined) throw notWatchable(`${command.name} is no query`, library)
  const args = command.args.parse(given)
  const param = zoneParam(query)
  const zone = param === undefined ? undefined : args[param.name]
  return { query, args, zone: typeof zone === 'string' ? zone : (param?.default ?? 'UTC') }
}

/** The whole days that a load has in a zone; null where it has none. */
export function wholeDaysOf(load: LoadRecord, zone: string): WholeDays | null {
  if ((load.facts.plays ?? 0) === 0) return null
  const data = spanOf(load)
  const days = wholeDays(data, (data.anchor ?? data.newest).getTime() + 1, zone)
  return days === null ? null : { first: isoDay(days.first), last: isoDay(days.last) }
}

/**
 * Asks for the figures of a column from a day on. A query with a row a day is asked for all days from then to the last whole one; any other
 * one with a single row, for its period up to that day. Throws `bad_argument` where it has neither, or no such figures, naming what can be watched.
 */
export async function readFigures(
  { query, args, zone }: WatchedQuery,
  column: string,
  days: WholeDays | null,
  since: string | null,
  source: RowSource,
  { library, signal }: Pick<Deps, 'library'> & { readonly signal: AbortSignal },
): Promise<WatchedFigures> {
  const { since: _since, until: _until, last: _last, compare: _compare, ...own } = args
  const isCourse = hasRowPerDay(query)
  const period = isCourse
    ? { ...own, ...(since === null || days === null ? {} : { since, until: days.last }) }
    : { ...args, compare: undefined, ...(days === null || args['until'] !== undefined ? {} : { until: days.last }) }
  const { statement } = statementOf(query, query.timed ? period : own, spanOf(source.load), zone)
  const result = await source.query(statement, { maxRows: 1000, timeOrder: query.timeOrder, signal })
  const at = columnIn(query, result, column)
  const format = result.columns[at]?.format ?? 'text'
  const known = {
    column,
    title: query.columns[column]?.title ?? titleOfColumn(column),
    format: query.columns[column]?.format ?? usualFormat(column, format),
  }
  const course = isCourse ? valuesByDay(result, query.timeOrder?.after ?? 0, at) : null
  if (course !== null) {
    // A day before the first whole one, or behind the last, is partial.
    const isWhole = (day: string): boolean => days !== null && day >= days.first && day <= days.last
    return { ...known, kind: 'days', valueOn: (day) => (isWhole(day) ? (course.get(day) ?? null) : null) }
  }
  const [only, ...more] = result.rows
  if (!isCourse && more.length === 0 && result.total <= 1) {
    return { ...known, kind: 'single', value: figureOf(only?.[at] ?? null) }
  }
  throw notWatchable(`${query.name} has several rows, and none for each day`, library)
}

function notWatchable(why: string, { queries }: Deps['library']): OpsError {
  const names = list(queries.filter(hasRowPerDay).map(({ name }) => name))
  return new OpsError(
    'bad_argument',
    `${why}, so there is no figure to watch. Nothing was done.`,
    names === ''
      ? 'Use a query that answers a single row.'
      : `${names} have a row for each day; any query that answers a single row works, too.`,
    { field: 'query' },
  )
}

/** The figures by their days; null where the rows are not of one day each. */
function valuesByDay({ rows }: ResultSet, after: number, at: number): ReadonlyMap<string, number | null> | null {
  const values = new Map<string, number | null>()
  for (const row of rows.slice(after)) {
    const day = row[0]
    if (typeof day !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(day) || values.has(day)) return null
    values.set(day, figureOf(row[at] ?? null))
  }
  return values
}

/** Whole numbers beyond 2^53 come as text. */
function figureOf(cell: Cell): number | null {
  const value = cell === null || typeof cell === 'boolean' ? Number.NaN : Number(cell)
  return Number.isFinite(value) ? value : null
}

/** Where the column stands. Throws `bad_argument` with the figures that the query has. */
function columnIn(query: QueryFile, { columns }: ResultSet, column: string): number {
  const isFigure = ({ name, format }: ResultSet['columns'][number]): boolean =>
    numericFormats.has(usualFormat(name, format)) && usualFormat(name, format) !== 'id'
  const at = columns.findIndex(({ name }) => name === column)
  const found = columns[at]
  if (found !== undefined && isFigure(found)) return at
  const names = columns.filter(isFigure).map(({ name }) => name)
  const meant = found === undefined ? nearest(column, names) : null
  throw new OpsError(
    'bad_argument',
    `${query.name} has no figure "${column}". Nothing was done.`,
    `${meant === null ? '' : `Did you mean ${meant}? `}It has ${list(names)}.`,
    { field: 'when' },
  )
}
