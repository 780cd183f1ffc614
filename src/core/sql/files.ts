import type { Role } from '../people.ts'
import type { TouchedKey } from '../ports/engine.ts'
import type { ChartReply } from '../reply.ts'
import type { TimeOrder } from '../tables.ts'
import type { ColumnWords } from './column-words.ts'
import type { ConditionalFinding } from './finding-hint.ts'
import type { QueryParam } from './query-param.ts'

/** Text of a file below the folder `sql`; `path` is relative to it, with `/`. */
export interface SqlSource {
  readonly path: string
  readonly text: string
}

/**
 * A hint how to draw an answer: the column of the categories and up to six columns of numbers. Of `heat` the first of them names a row of
 * cells, the second is in the cells.
 */
export interface ChartHint {
  readonly type: ChartReply['type']
  readonly x: string
  readonly y: readonly [string, ...string[]]
}

/**
 * How two periods of an answer are compared: the measures, by the columns that name a row. Without it these are all
 * figures, by the columns before the first of them.
 */
export interface ComparisonHint {
  readonly measures: readonly [string, ...string[]]
  readonly keys: readonly [string, ...string[]]
  /** Days among the keys begin weeks, so that a comparison moves them by whole weeks. */
  readonly weekly: boolean
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
  /** The first sentence of its answers; of several the last one whose parameter has that value. */
  readonly findings: readonly ConditionalFinding[]
  readonly comparison?: ComparisonHint
  /** Its rows are in the order of time, so that of more rows than are kept the newest count. */
  readonly timeOrder?: TimeOrder
  readonly columns: Readonly<Record<string, ColumnWords>>
  /** How a parameter reads in the title where its value is not the default: ", {level}" by the parameter's name, in their order. */
  readonly phrases: readonly { readonly param: string; readonly words: string }[]
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
  readonly columns: Readonly<Record<string, ColumnWords>>
  readonly waiver: 'allow-empty' | null
  /** Whether rows with one such key offend depends on the rows with that key alone; null where on others too. */
  readonly key: TouchedKey | null
  /** Who is to know when it turns red; null: nobody in particular. Only of checks that warn. */
  readonly watch: CheckWatch | null
  readonly sql: string
}

/** Whom a red check mentions, a Slack id, and where it is posted: `#data-eng` or an id; in the owner's direct messages where only they are named. */
export interface CheckWatch {
  readonly owner: string | null
  readonly channel: string | null
}

/** How one table of the star is built from staging and from the tables before it: DELETE, then INSERT … SELECT. */
export interface TransformFile {
  readonly kind: 'transform'
  readonly name: string
  readonly table: string
  readonly statements: readonly string[]
}

/** Whether an answer with these arguments depends on the catalogue, so that its coverage must be shown. */
export function dependsOnCatalogue(query: QueryFile, args: Readonly<Record<string, unknown>>): boolean {
  if (typeof query.coverage === 'boolean') return query.coverage
  const value = args[query.coverage.flag]
  return value === true || value === 'yes'
}

/** Whether an answer has one row for each day: it is in the order of time, and its rows are not named by more columns, or by weeks. */
export function hasRowPerDay({ timed, timeOrder, comparison }: QueryFile): boolean {
  const isByOne = comparison === undefined || (comparison.keys.length === 1 && !comparison.weekly)
  return timed && timeOrder !== undefined && isByOne
}
