import { stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { type Client, createClient, type InArgs, LibsqlError } from '@libsql/client/sqlite3'
import { DiskFull, OpsError } from '../core/errors.ts'
import { busyTimeout, type Connection, fileLane, type Lane, type LaneResult, serverLane } from './lane.ts'
import { connectInThread } from './own-thread.ts'
import { ledgerDiskFull, storageFailure } from './storage-failure.ts'

/** One SQL statement and its values, by name or by place. */
export interface Sql {
  readonly sql: string
  readonly args?: InArgs
}

/**
 * A connection to the ledger's database. A failing disk, network or database is an `OpsError` (`storage`).
 * Each call is one statement or one atomic batch, so no transaction is ever open while JavaScript waits.
 */
export interface Database {
  /** The database as people know it: a path, or the address of a server without its secrets. */
  readonly name: string
  /** The path of a database file; null for one on a server. */
  readonly file: string | null
  /** The table in which the database lists what it consists of. */
  readonly master: 'sqlite_master' | 'ledger.sqlite_master'
  read(sql: string, args?: InArgs): Promise<LaneResult['rows']>
  /** Runs one changing statement; answers how many rows it changed. Writes keep the order they were asked in. */
  write(sql: string, args?: InArgs): Promise<number>
  /** Runs all statements, or none when one fails. */
  batch(statements: readonly Sql[]): Promise<readonly LaneResult[]>
  /** Closes after what was asked before. */
  close(): Promise<void>
}

/**
 * Where the database is, and how many milliseconds to wait for another process to unlock it (10,000 unless given). `ownThread`: a file
 * is written in a thread of its own, so that a slow disk does not hold the event loop; it takes 40 ms to start.
 */
export interface DatabaseOptions {
  readonly url: string
  readonly patience?: number
  readonly ownThread?: boolean
}

/**
 * Opens a database: `file:` for one machine, `libsql://` for several. Throws `OpsError` (`storage`, or `bad_config` for an
 * address that is not understood).
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url } = options
  const { writing, reading } = url.startsWith('file:') ? fileLanes(options) : await serverLanes(url)
  const name = nameOf(url)

  async function on<T>(lane: Lane, work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await lane.run(work)
    } catch (error) {
      throw storageFailure(name, error)
    }
  }

  const db: Database = {
    name,
    file: pathOf(url),
    master: 'sqlite_master',
    read: async (sql, args = []) => (await on(reading, (connection) => connection.execute({ sql, args }))).rows,
    write: async (sql, args = []) =>
      (await on(writing, (connection) => connection.execute({ sql, args }))).rowsAffected,
    batch: (statements) =>
      on(writing, (connection) => connection.batch(statements.map(({ sql, args = [] }) => ({ sql, args })))),
    async close() {
      await reading.close()
      if (db.file !== null) await emptyLog(writing)
      await writing.close()
    },
  }
  if (url.startsWith('file:')) {
    try {
      // Readers of a file in WAL mode never wait for a writer. The mode stays; `synchronous` is FULL by default.
      await db.write('pragma journal_mode = wal')
    } catch (error) {
      await db.close()
      if (error instanceof DiskFull) return readOnly(name, error)
      throw error
    }
  }
  return db
}

/**
 * Moves the write-ahead log into the database file: the driver leaves it where it is (libsql 0.5.29). It stays while another process reads or
 * writes, and on a disk that takes nothing; the next to open the database reads it.
 */
async function emptyLog(writing: Lane): Promise<void> {
  try {
    await writing.run((connection) => connection.executeMultiple('pragma wal_checkpoint(truncate)'))
  } catch (error) {
    if (!(error instanceof LibsqlError)) throw error
  }
}

/**
 * The database on a disk that has no room even for the files that SQLite keeps while it is open (`-shm`, `-wal`): read as a file that
 * nobody changes (https://www.sqlite.org/uri.html#uriimmutable), which holds as long as nobody can. The driver takes that name only in
 * `attach`. Throws `why` for whatever writes, and where the file cannot be read alone because it has a write-ahead log.
 */
async function readOnly(name: string, why: DiskFull): Promise<Database> {
  if (((await stat(`${name}-wal`).catch(() => null))?.size ?? 0) > 0) throw why
  const client = createClient({ url: ':memory:', concurrency: 1 })
  const refuse = async (): Promise<never> => {
    throw ledgerDiskFull(name, why.cause)
  }
  const file = `${pathToFileURL(name).href}?immutable=1`
  await client.execute({ sql: 'attach ? as ledger', args: [file] })
  return {
    name,
    file: name,
    master: 'ledger.sqlite_master',
    read: async (sql, args = []) => (await client.execute({ sql, args })).rows,
    write: refuse,
    batch: refuse,
    async close() {
      client.close()
    },
  }
}

/** Readers have a lane of their own, so that they do not queue behind a writer that waits for the lock. */
function fileLanes({ url, patience = 10_000, ownThread = false }: DatabaseOptions): {
  readonly writing: Lane
  readonly reading: Lane
} {
  const open = () => createClient({ url, concurrency: 1, timeout: busyTimeout })
  const here = () => fileLane(connect(url, open), patience)
  const reading = here()
  return { writing: ownThread ? fileLane(connectInThread({ url, timeout: busyTimeout }), patience) : here(), reading }
}

async function serverLanes(url: string): Promise<{ readonly writing: Lane; readonly reading: Lane }> {
  // The driver for all addresses includes the client for servers, which other starts do not need.
  const { createClient } = await import('@libsql/client')
  const lane = serverLane(connect(url, () => createClient({ url })))
  return { writing: lane, reading: lane }
}

/** A connection in this thread. Throws `bad_config` for an address that is not understood, and `storage`. */
function connect(url: string, open: () => Client): Connection {
  try {
    const client = open()
    return {
      execute: (statement) => client.execute(statement),
      batch: (statements) => client.batch([...statements], 'write'),
      executeMultiple: (sql) => client.executeMultiple(sql),
      reconnect: async () => client.reconnect(),
      close: async () => client.close(),
    }
  } catch (error) {
    if (error instanceof LibsqlError && error.code.startsWith('URL_')) {
      const remedy = 'Give it as file:<path> or libsql://<host>.'
      throw new OpsError('bad_config', 'The address of the ledger is not understood.', remedy, { cause: error })
    }
    throw storageFailure(nameOf(url), error)
  }
}

/** The path of a `file:` address, the host of any other. */
function nameOf(url: string): string {
  return pathOf(url) ?? /^[^:]+:\/\/(?:[^/?#@]*@)?([^/?#]*)/.exec(url)?.[1] ?? 'given'
}

/** The path of a `file:` address; null for any other. */
function pathOf(url: string): string | null {
  const path = /^file:(?:\/\/)?([^?#]*)/.exec(url)?.[1]
  return path === undefined ? null : decodeURIComponent(path)
}
