import type { Role } from '../people.ts'
import type { Format } from '../reply.ts'
import type { TimeOrder } from '../tables.ts'
import type { QueryParam } from './query-param.ts'

/** Text of a file below the folder `sql`; `path` is relative to it, with `/`. */
export interface SqlSource {
  readonly path: string
  readonly text: string
}

/** A hint how to draw an answer: the column of the categories and up to six columns of numbers. */
export interface ChartHint {
  readonly type: 'bar' | 'line' | 'pie' | 'area'
  readonly x: string
  readonly y: readonly [string, ...string[]]
}

/**
 * The figures an answer is told in where one row says most: these columns of the last row (of those where a column holds a value), with
 * their change from the row a week before, which the first column, a day, tells.
 */
export interface HeadlineHint {
  readonly columns: readonly [string, ...string[]]
  readonly where: { readonly column: string; readonly value: string } | null
  readonly weekBefore: boolean
}

/**
 * A canned question. `sql` is one SELECT with a `:name` for each parameter and, if `timed`, for `from` and `to`. A zone `tz`
 * stands as `:tz(column)`, the minutes that its clocks are ahead of UTC at the time in that column.
 */
export interface QueryFile {
  readonly kind: 'query'
  readonly name: string
  readonly path: string
  readonly title: string
  readonly description: string
  readonly role: Role
  /** Who sees the answer where it was asked for: everybody there, or, where it names people, the asker alone. */
  readonly audience: 'asker' | 'channel'
  /**
   * It takes since, until and last, and binds `:from` (inclusive) and `:to` (exclusive) as timestamps in UTC. Their days are
   * those of its zone, if it has one.
   */
  readonly timed: boolean
  readonly params: readonly QueryParam[]
  readonly chart?: ChartHint
  readonly headline?: HeadlineHint
  /** Its rows are in the order of time, so that of more rows than are kept the newest count. */
  readonly timeOrder?: TimeOrder
  /** How columns are written for people where their type alone does not tell. */
  readonly formats: Readonly<Record<string, Format>>
  /** Whether the answer depends on the catalogue: always, never, or when a flag of the query is set. */
  readonly coverage: boolean | { readonly flag: string }
  /** Command lines, the first of which suits most. */
  readonly examples: readonly string[]
  readonly sql: string
}

/**
 * A data-quality question: `sql` is one SELECT of the offending rows. No rows: green. With `rows` they are rows of staging_events, with
 * the columns userid, sessionid, iteminsession and ts, so that the first can be found in the files. `waiver`: the argument of `etl`
 * with which a load is published though this check is red.
 */
export interface CheckFile {
  readonly kind: 'check'
  readonly name: string
  readonly title: string
  /** What a red one found, with `{column}` for a value of its first row; its title where it has none of its own. */
  readonly finding: string
  readonly severity: 'error' | 'warn'
  readonly rows: 'events' | null
  readonly waiver: 'allow-empty' | null
  readonly sql: string
}

/** How one table of the star is built from staging and from the tables before it: DELETE, then INSERT … SELECT. */
export interface TransformFile {
  readonly kind: 'transform'
  readonly name: string
  readonly table: string
  readonly statements: readonly string[]
}

/** Whether an answer with these arguments depends on the catalogue, so that its coverage must be told. */
export function dependsOnCatalogue(query: QueryFile, args: Readonly<Record<string, unknown>>): boolean {
  if (typeof query.coverage === 'boolean') return query.coverage
  const value = args[query.coverage.flag]
  return value === true || value === 'yes'
}
