import Sqlite from 'libsql'
import { type Connection, type Sql, type SqlArgs, type SqlResult, StatementError } from './connection.ts'

/**
 * A connection to a database file, or to a URI of SQLite, with the driver alone. `@libsql/client`, which is made for servers too, costs two
 * to three times as much for each statement: it reads the names and types of its columns before it runs it. SQLite waits `timeout`
 * milliseconds for a lock, and the thread with it. The file is opened with the first statement.
 *
 * Statements are kept for a second use, which then takes half the time. The driver (libsql 0.5.29) cannot finish one: only the garbage collector
 * does, and until then the file is open, also after `close`.
 */
export function connectFile(path: string, timeout: number): Connection {
  let db: Sqlite.Database | null = null
  const prepared: Prepared = new Map()
  let closed = false

  async function use<T>(work: (db: Sqlite.Database) => T): Promise<T> {
    if (closed) throw new StatementError(`the connection to ${path} is closed`, 'CLOSED')
    try {
      db ??= new Sqlite(path, { timeout })
      const open = db
      try {
        return work(open)
      } finally {
        // Closed within a transaction, it would keep the lock until its statements are collected.
        if (open.inTransaction) open.exec('rollback')
      }
    } catch (error) {
      throw asStatementError(error)
    }
  }

  async function disconnect(): Promise<void> {
    prepared.clear()
    db?.close()
    db = null
  }

  return {
    execute: (statement) => use((open) => run(open, prepared, statement)),
    batch: (statements) =>
      use((open) => {
        open.exec('begin immediate')
        const results = statements.map((statement) => run(open, prepared, statement))
        open.exec('commit')
        return results
      }),
    executeMultiple: (sql) =>
      use((open) => {
        open.exec(sql)
      }),
    reconnect: disconnect,
    async close() {
      closed = true
      await disconnect()
    },
  }
}

type Statement = Sqlite.Statement<[SqlArgs]>

/** Statements by their texts, the one that was used last at the end. */
type Prepared = Map<string, Statement>

// More than the program has texts; what a list is filtered by makes some of them.
const mostPrepared = 500

function run(db: Sqlite.Database, prepared: Prepared, { sql, args = [] }: Sql): SqlResult {
  for (const value of Object.values(args)) assertStorable(value)
  const statement = prepared.get(sql) ?? db.prepare<[SqlArgs]>(sql)
  prepared.delete(sql)
  // One that fails is not kept.
  const result = runPrepared(statement, args)
  prepared.set(sql, statement)
  const [oldest] = prepared.keys()
  if (prepared.size > mostPrepared && oldest !== undefined) prepared.delete(oldest)
  return result
}

function runPrepared(statement: Statement, args: SqlArgs): SqlResult {
  if (!statement.reader) {
    const { changes, lastInsertRowid } = statement.run(args)
    return { rows: [], rowsAffected: changes, lastInsertRowid: BigInt(lastInsertRowid) }
  }
  return { rows: rowsOf(statement, args), rowsAffected: 0, lastInsertRowid: undefined }
}

function rowsOf(statement: Statement, args: SqlArgs): SqlResult['rows'] {
  const found = statement.raw().safeIntegers().all(args)
  if (found.length === 0) return []
  // Asked before the statement has run, it names the columns that the table had when this connection last looked.
  const names = statement.columns().map(({ name }) => name)
  return found.map((values) => {
    const row: Record<string, unknown> = {}
    if (!Array.isArray(values)) throw new TypeError('the driver answers a row that is no list')
    for (const [i, name] of names.entries()) if (!Object.hasOwn(row, name)) row[name] = plain(values[i])
    return row
  })
}

/** Throws for a value of another type, a truth value for example, with which the driver would end the process. */
function assertStorable(value: unknown): void {
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return
  if (typeof value === 'number' && Number.isFinite(value)) return
  throw new TypeError(`SQLite cannot store ${String(value)}, a ${typeof value}`)
}

function plain(value: unknown): unknown {
  if (value instanceof Buffer) return value.buffer
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`no number holds ${value}`)
  return number
}

// By their numbers: https://www.sqlite.org/rescode.html
const codes =
  `OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY SCHEMA
  TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB`.split(/\s+/)

function asStatementError(error: unknown): unknown {
  if (error instanceof Sqlite.SqliteError) {
    // An extended code has the code in its last byte; the driver has no names for some of them.
    const code = `SQLITE_${codes[(error.rawCode ?? 1) & 0xff] ?? error.rawCode}`
    return new StatementError(`${code}: ${error.message}`, code, { cause: error })
  }
  // The driver throws a bare Error when it cannot open a file.
  if (error instanceof Error && error.message.startsWith('ConnectionFailed('))
    return new StatementError(error.message, 'SQLITE_CANTOPEN', { cause: error })
  return error
}
