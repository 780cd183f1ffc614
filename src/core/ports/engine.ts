import type { TimeOrder } from '../cell-words.ts'
import type { Cell, Format } from '../reply.ts'
import type { Work } from '../step.ts'
import type { EventKeys, RowPlace } from '../unreadable.ts'

/** Number of a load: the id of the run that began it. */
export type LoadId = number

/** Which load an unqualified table name means: the one being built or the one being served. */
export interface Target {
  readonly kind: 'candidate' | 'live'
  readonly load: LoadId
}

/** A value bound to a `:name`; never spliced into the text, except validated integers (Redshift takes no parameter in LIMIT). */
export type Value = string | number
export type Values = Readonly<Record<string, Value>>

/** One statement in the portable dialect of `sql/`, with its values. */
export interface Statement {
  readonly sql: string
  readonly values?: Values
}

/** Rows as plain cells. `total` counts all rows of the result, of which `rows` are those that were kept. */
export interface ResultSet {
  readonly columns: readonly { readonly name: string; readonly format: Format }[]
  readonly rows: readonly (readonly Cell[])[]
  readonly total: number
}

/** A file of source data. `day` is the date its name gives, `YYYY-MM-DD`. */
export interface SourceFile {
  readonly path: string
  readonly bytes: number
  readonly day: string | null
}

/**
 * What there is to load, before anything is read. `summary` describes it to people; the lists are empty where only the warehouse
 * itself can list the files. `skipped` are the files that are not read because of their names, where the list is known.
 */
export interface Sources {
  readonly summary: string
  readonly log: readonly SourceFile[]
  readonly song: readonly SourceFile[]
  readonly skipped?: readonly string[]
}

/**
 * What staging read: rows kept, and rows left out because they could not be read, with the first reasons. `files` says how many
 * files they came from, where that was not listed before and is known now.
 */
export interface Staged {
  readonly rows: number
  readonly rejected: number
  readonly reasons: readonly string[]
  readonly files?: number
}

/** How much of a result is wanted. */
export interface QueryOptions {
  readonly maxRows: number
  readonly timeOrder?: TimeOrder | undefined
  readonly signal: AbortSignal
}

/** A warehouse that answers SQL. Every method throws `OpsError` (`sql_failed`, `bad_data`, `source_missing`, `cancelled`, …). */
export interface Engine {
  readonly name: 'duckdb' | 'redshift'
  /** Lists the configured sources. Throws `source_missing` or `source_unreadable` with path and reason. */
  sources(signal: AbortSignal): Promise<Sources>
  /** A new, empty candidate for this load; an earlier half-built one of the same number is dropped. */
  begin(load: LoadId, schema: readonly string[], work: Work): Promise<void>
  /** Replaces one staging table of the candidate with the source's rows; more than `maxErrors` unreadable rows is `bad_data`. */
  stage(load: LoadId, dataset: 'log' | 'song', sources: Sources, maxErrors: number, work: Work): Promise<Staged>
  /** Where the first event with these keys stands in the files; null where the engine keeps no lines, or they are gone since. */
  locate(sources: Sources, event: EventKeys, signal: AbortSignal): Promise<RowPlace | null>
  /** Runs the statements on the candidate as one transaction; answers the number of rows each one wrote. */
  execute(load: LoadId, statements: readonly Statement[], work: Work): Promise<readonly number[]>
  /** One read-only statement; at most `maxRows` rows come back: the first, or the newest of a `timeOrder`. A load that is gone is `not_found`. */
  query(target: Target, statement: Statement, options: QueryOptions): Promise<ResultSet>
  /** Reads the load that is served, whole where that is cheap. Throws `not_found` where it is gone, `storage` where it is damaged. */
  verify(load: LoadId, signal: AbortSignal): Promise<void>
  /** Makes the candidate what readers of `live` get, all tables at once. The ledger's pointer moves right after. */
  publish(load: LoadId, work: Work): Promise<void>
  /** The loads that take space here, in ascending order; none where the loads themselves name their ledger. */
  stored(): Promise<readonly LoadId[]>
  /** Gives back the space of all loads but these. */
  retain(loads: readonly LoadId[]): Promise<void>
  close(): Promise<void>
}
