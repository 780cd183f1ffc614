import type { Cell, Format } from '../reply.ts'
import type { Work } from '../step.ts'
import type { TimeOrder } from '../tables.ts'
import type { EventKeys, ReportedRow, RowPlace } from '../unreadable.ts'

/** Number of a load: the id of the run that began it. */
export type LoadId = number

/**
 * Which load an unqualified table name means: the one being built, the one being served, or one that is held. `new` is the one being built as well, where
 * the staging tables hold no more than this load has read itself, which is all where it is built in full.
 */
export interface Target {
  readonly kind: 'candidate' | 'live' | 'held' | 'new'
  readonly load: LoadId
  /**
   * Of tables with that key only the rows whose key the candidate `by` has touched, where it began as a copy of another load: no other row
   * differs from that load's. It may be asked of both. An engine may answer with all rows, then of either.
   */
  readonly touched?: { readonly key: TouchedKey; readonly by: LoadId }
}

/** An event by its session and item, a moment at which plays started, a user. */
export const touchedKeys = ['event', 'moment', 'user'] as const
export type TouchedKey = (typeof touchedKeys)[number]

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

/**
 * A file of source data. `day` is the date its name gives, `YYYY-MM-DD`. `stamp` is a text that differs after each change of the file;
 * null where nothing of the kind is known, or where the file changed so recently that another change may have left it as it is. `fetched`
 * is where its content lies on this machine, if the file itself is elsewhere.
 */
export interface SourceFile {
  readonly path: string
  readonly bytes: number
  readonly day: string | null
  readonly stamp: string | null
  readonly fetched?: string
}

/**
 * A file that a load was read from: `rows` were read of it, `rejected` left out. Null is what the engine does not keep.
 */
export interface LoadedFile {
  readonly path: string
  readonly dataset: 'log' | 'song'
  readonly bytes: number | null
  readonly day: string | null
  readonly rows: number | null
  readonly rejected: number | null
}

/** What became of a source file since a load was read from it. */
export type FileChange = 'new' | 'changed' | 'gone'

/** How the files differ from those that a load was read from; those `unchanged` among `files` are read again with one that is not. */
export interface SourceChanges {
  readonly files: readonly {
    readonly path: string
    readonly bytes: number
    readonly change: FileChange | 'unchanged'
  }[]
  readonly unchanged: number
  /** Why all must be read all the same, where the engine can add files and not replace them. */
  readonly full?: string
}

/**
 * What there is to load, before anything is read. `summary` describes it to people; the lists are empty where only the warehouse
 * itself can list the files; `unlisted` is why, or why not all is known. `mapping` names what decides how files are read, besides the schema: a
 * JSONPaths file with its content. `skipped` are the files that are not read because of their names, where the list is known;
 * `leftOut` the paths of those that are there and must not be in the load, not even with rows of a load before. `whole`: a load may read all that
 * there is, so none can be left out.
 */
export interface Sources {
  readonly summary: string
  readonly log: readonly SourceFile[]
  readonly song: readonly SourceFile[]
  readonly skipped?: readonly string[]
  readonly leftOut?: readonly string[]
  readonly mapping?: string
  readonly whole?: true
  readonly unlisted?: { readonly why: string; readonly remedy: string }
}

/** The kinds of JSON values that a field can have; null is one of each. */
export const valueKinds = ['text', 'number', 'boolean', 'object', 'array'] as const
export type ValueKind = (typeof valueKinds)[number]

/**
 * A field as some records of the source have it: its kinds of values, each with the first record that has one; `absent` is the first record
 * that lacks it, null where none does.
 */
export interface FieldSeen {
  readonly name: string
  readonly places: readonly { readonly kind: ValueKind | 'null'; readonly place: RowPlace }[]
  readonly absent: RowPlace | null
}

/**
 * What a staging table holds: rows, and rows left out because they could not be read, with the first reasons. `files` says how many
 * files they came from, where that was not listed before and is known now. `read` is there where the load began as a copy of another:
 * how many of the rows it read itself, and how many files were new, changed or gone. `fields` are those of records that were looked at, `unreadable`
 * the first of the rows left out.
 */
export interface Staged {
  readonly rows: number
  readonly rejected: number
  readonly reasons: readonly string[]
  readonly files?: number
  readonly read?: { readonly rows: number } & Readonly<Record<FileChange, number>>
  readonly fields?: readonly FieldSeen[]
  readonly unreadable?: readonly ReportedRow[]
}

/**
 * The load that was live before. A new one that reads `changes` begins as a copy of it; as `changes` of the engine reported them. One that
 * reads `all` begins empty, but for the rows of files that are gone from `sources` where the engine keeps those.
 */
export interface LoadBefore {
  readonly load: LoadId
  readonly reads: 'changes' | 'all'
  readonly sources: Sources
}

/** A load and the bytes that it takes. */
export interface StoredLoad {
  readonly load: LoadId
  readonly bytes: number
}

/** What the copies of loads take in S3 and on this machine, in bytes. */
interface StoredCopies {
  readonly there: number
  readonly here: number
}

/**
 * Copies of loads outside of the warehouse, as Parquet in S3 and as a file on this machine, which answer while the warehouse does not. One
 * is kept; every method can be called again. Throws `OpsError` as `Engine` does, and `aws_denied` where S3 refuses.
 */
export interface Copies {
  /** Where they lie: `s3://bucket/prefix`. */
  readonly place: string
  /** Copies the tables that these CREATE statements make from the live load; answers the bytes of their Parquet. Copies before stay. */
  make(load: LoadId, schema: readonly string[], work: Work): Promise<number>
  /** One read-only statement on a copy; fetched where it is not on this machine. `not_found` where it is nowhere. */
  query(load: LoadId, statement: Statement, options: QueryOptions): Promise<ResultSet>
  stored(signal: AbortSignal): Promise<StoredCopies>
  /** Removes all copies but that of this load; null: that one too. */
  retain(load: LoadId | null, signal: AbortSignal): Promise<void>
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
  /** Names where the source data lie. */
  readonly source: string
  /** Lists the configured sources. Throws `source_missing` or `source_unreadable` with path and reason. */
  sources(signal: AbortSignal): Promise<Sources>
  /** How the files differ from those that a load was read from; null where the engine does not know, and reads all of them. */
  changes(load: LoadId, sources: Sources, signal: AbortSignal): Promise<SourceChanges | null>
  /** The files that a load was read from, the newest days first; null where the engine keeps no list. A load that is gone is `not_found`. */
  loadedFiles(load: LoadId, signal: AbortSignal): Promise<readonly LoadedFile[] | null>
  /** A text that differs after each change of what a listed file holds; null where the engine cannot know. */
  contentOf(file: SourceFile, signal: AbortSignal): Promise<string | null>
  /** A new candidate for this load; an earlier half-built one of the same number is dropped. */
  begin(load: LoadId, schema: readonly string[], work: Work, before?: LoadBefore): Promise<void>
  /**
   * Makes one staging table of the candidate hold the source's rows: reads what is new or changed, removes what is gone. More than
   * `maxErrors` unreadable rows, those of unchanged files included, is `bad_data`.
   */
  stage(load: LoadId, dataset: 'log' | 'song', sources: Sources, maxErrors: number, work: Work): Promise<Staged>
  /** Where the first event with these keys stands in the files; null where the engine keeps no lines, or they are gone since. */
  locate(sources: Sources, event: EventKeys, signal: AbortSignal): Promise<RowPlace | null>
  /** Runs the statements on the candidate as one transaction; answers the number of rows each one wrote. */
  execute(load: LoadId, statements: readonly Statement[], work: Work): Promise<readonly number[]>
  /**
   * Fills a table of the star on the candidate with the statements of its transform, as one transaction: all of it, or the rows whose
   * keys this load has touched where it began as a copy. Answers the number of rows written.
   */
  transform(load: LoadId, table: string, statements: readonly string[], work: Work): Promise<number>
  /** One read-only statement; at most `maxRows` rows come back: the first, or the newest of a `timeOrder`. A load that is gone is `not_found`. */
  query(target: Target, statement: Statement, options: QueryOptions): Promise<ResultSet>
  /** Reads the load that is served, whole where that is cheap. Throws `not_found` where it is gone, `storage` where it is damaged. */
  verify(load: LoadId, signal: AbortSignal): Promise<void>
  /** Makes the candidate what readers of `live` get, all tables at once. The ledger's pointer moves right after. */
  publish(load: LoadId, work: Work): Promise<void>
  /** How many published loads are kept, the live one included. */
  readonly keeps: number
  /** Keeps the candidate as the load that is held, for readers in any process, in place of one that was held before. */
  hold(load: LoadId, work: Work): Promise<void>
  /**
   * Makes sure that a kept load, published before or held, can be what readers of `live` get. The ledger's pointer moves right after.
   * Throws where it cannot.
   */
  restore(load: LoadId, signal: AbortSignal): Promise<void>
  /** The loads that take space here, in ascending order; none where the loads themselves name their ledger. */
  stored(): Promise<readonly StoredLoad[]>
  /** Gives back the space of all loads but these. */
  retain(loads: readonly LoadId[]): Promise<void>
  /** Null where no copies are made. */
  readonly copies: Copies | null
  close(): Promise<void>
}
