/** A value as SQLite takes it; it has no truth values and no dates. */
type SqlValue = string | number | bigint | Uint8Array | null

/** Values by place, or by the names of the parameters without their sign. */
export type SqlArgs = SqlValue[] | Readonly<Record<string, SqlValue>>

/** One SQL statement and its values. */
export interface Sql {
  readonly sql: string
  readonly args?: SqlArgs
}

/** What a statement found and changed. A statement that answers rows, `returning` too, counts nothing as changed. */
export interface SqlResult {
  /** Integers are numbers, blobs are `ArrayBuffer`s; of several columns of one name it has the first. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly rowsAffected: number
  readonly lastInsertRowid: bigint | undefined
}

/**
 * A connection to a database: to a file in this thread or in another one, or to a server. Throws `StatementError` for what the database
 * refuses, and a `TypeError` or `RangeError` for a value that it cannot store or that a number cannot hold.
 */
export interface Connection {
  execute(statement: Sql): Promise<SqlResult>
  /** All statements, or none when one fails. */
  batch(statements: readonly Sql[]): Promise<readonly SqlResult[]>
  /** Several statements in one text. */
  executeMultiple(sql: string): Promise<void>
  /** Drops the connection after a failure; the next statement opens another. */
  reconnect(): Promise<void>
  /** For good. */
  close(): Promise<void>
}

/**
 * A statement that failed, or a database that cannot be reached. `code` is SQLite's without its extension
 * (https://www.sqlite.org/rescode.html), such as `SQLITE_CONSTRAINT`, or of the client for servers.
 */
export class StatementError extends Error {
  override readonly name = 'StatementError'
  readonly code: string

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
