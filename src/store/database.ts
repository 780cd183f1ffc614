import { stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { DiskFull, OpsError } from '../core/errors.ts'
import { type Connection, type Sql, type SqlArgs, type SqlResult, StatementError } from './connection.ts'
import { connectFile } from './file-connection.ts'
import { busyTimeout, fileLane, type Lane, serverLane } from './lane.ts'
import { connectInThread } from './own-thread.ts'
import { ledgerDiskFull, storageFailure } from './storage-failure.ts'

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
  read(sql: string, args?: SqlArgs): Promise<SqlResult['rows']>
  /** Runs one changing statement; answers how many rows it changed. Writes keep the order they were asked in. */
  write(sql: string, args?: SqlArgs): Promise<number>
  /** Runs all statements, or none when one fails. */
  batch(statements: readonly Sql[]): Promise<readonly SqlResult[]>
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
  const file = pathOf(url)
  const name = file ?? hostOf(url)
  const { writing, reading } = file === null ? await serverLanes(url) : fileLanes(file, options)

  async function on<T>(lane: Lane, work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await lane.run(work)
    } catch (error) {
      throw storageFailure(name, error)
    }
  }

  const db: Database = {
    name,
    file,
    master: 'sqlite_master',
    read: async (sql, args = []) => (await on(reading, (connection) => connection.execute({ sql, args }))).rows,
    write: async (sql, args = []) =>
      (await on(writing, (connection) => connection.execute({ sql, args }))).rowsAffected,
    batch: (statements) => on(writing, (connection) => connection.batch(statements)),
    async close() {
      await reading.close()
      if (file !== null) await emptyLog(writing)
      await writing.close()
    },
  }
  if (file !== null) {
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
    if (!(error instanceof StatementError)) throw error
  }
}

/**
 * The database on a disk that has no room even for the files that SQLite keeps while it is open (`-shm`, `-wal`): read as a file that
 * nobody changes (https://www.sqlite.org/uri.html#uriimmutable), which holds as long as nobody can. The driver takes that name only in
 * `attach`. Throws `why` for whatever writes, and where the file cannot be read alone because it has a write-ahead log.
 */
async function readOnly(name: string, why: DiskFull): Promise<Database> {
  if (((await stat(`${name}-wal`).catch(() => null))?.size ?? 0) > 0) throw why
  const connection = connectFile(':memory:', busyTimeout)
  const refuse = async (): Promise<never> => {
    throw ledgerDiskFull(name, why.cause)
  }
  const file = `${pathToFileURL(name).href}?immutable=1`
  await connection.execute({ sql: 'attach ? as ledger', args: [file] })
  return {
    name,
    file: name,
    master: 'ledger.sqlite_master',
    read: async (sql, args = []) => (await connection.execute({ sql, args })).rows,
    write: refuse,
    batch: refuse,
    close: () => connection.close(),
  }
}

interface Lanes {
  readonly writing: Lane
  readonly reading: Lane
}

/** Readers have a lane of their own, so that they do not queue behind a writer that waits for the lock. */
function fileLanes(path: string, { patience = 10_000, ownThread = false }: DatabaseOptions): Lanes {
  const here = () => fileLane(connectFile(path, busyTimeout), patience)
  return {
    writing: ownThread ? fileLane(connectInThread({ path, timeout: busyTimeout }), patience) : here(),
    reading: here(),
  }
}

async function serverLanes(url: string): Promise<Lanes> {
  // The client for servers is loaded where it is needed: it takes 97 ms.
  const { connectServer } = await import('./server-connection.ts')
  try {
    const lane = serverLane(connectServer(url))
    return { writing: lane, reading: lane }
  } catch (error) {
    throw error instanceof StatementError && error.code.startsWith('URL_') ? notUnderstood(error) : error
  }
}

/** The path of a `file:` address; null for any other. Throws `bad_config` for one with more than a path on this machine. */
function pathOf(url: string): string | null {
  if (!url.startsWith('file:')) return null
  const path = /^file:(?:\/\/(?:localhost)?(?=\/))?((?!\/\/)[^?#]+)$/.exec(url)?.[1]
  if (path === undefined) throw notUnderstood()
  try {
    return decodeURIComponent(path)
  } catch (error) {
    throw notUnderstood(error)
  }
}

/** The host of an address of a server, without its secrets. */
function hostOf(url: string): string {
  return /^[^:]+:\/\/(?:[^/?#@]*@)?([^/?#]*)/.exec(url)?.[1] ?? 'given'
}

function notUnderstood(cause?: unknown): OpsError {
  const remedy = 'Give it as file:<path> or libsql://<host>.'
  return new OpsError('bad_config', 'The address of the ledger is not understood.', remedy, { cause })
}
