import { setTimeout as sleep, setImmediate as turnOfLoop } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { isBusy } from './storage-failure.ts'

/** A way to a database that carries one piece of work after the other. */
export interface Lane {
  run<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** Closes after what was asked before. */
  close(): Promise<void>
}

/** SQLite itself waits this long for a lock, inside a synchronous call. Other writers of this bot are done sooner. */
export const busyTimeout = 10

/**
 * The lane to a file, of whose connection it is the only user. Each write waits for the disk inside a synchronous call, so there is a
 * turn of the event loop between them; work is done in the order it was asked for. A database that another process keeps
 * locked is waited for, up to `patience` ms after the asking, without stopping the event loop.
 *
 * A connection on which a statement failed is not used again. The driver (libsql 0.5.29) leaves a statement that met
 * SQLITE_BUSY unfinished, and as long as it is, SQLite only seems to commit: the next insert is acknowledged, but no other
 * connection sees it, the write lock stays held, and the end of the process takes it back.
 */
export function fileLane(connection: Connection, patience: number): Lane {
  let last: Promise<unknown> = Promise.resolve()

  async function attempt<T>(work: (connection: Connection) => Promise<T>, deadline: number): Promise<T> {
    for (;;) {
      try {
        return await work(connection)
      } catch (error) {
        await connection.reconnect()
        if (!isBusy(error) || performance.now() >= deadline) throw error
      }
      await unlocked(connection, deadline)
    }
  }

  return {
    run(work) {
      const deadline = performance.now() + patience
      const result = last.then(() => turnOfLoop()).then(() => attempt(work, deadline))
      last = Promise.allSettled([result])
      return result
    },
    async close() {
      await last
      await connection.close()
    },
  }
}

/** Resolves when the write lock is free. Asks by `executeMultiple`, which leaves nothing behind when it fails. */
async function unlocked(connection: Connection, deadline: number): Promise<void> {
  for (let pause = 5; ; pause = Math.min(2 * pause, 50)) {
    try {
      return await connection.executeMultiple('begin immediate; commit')
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error
    }
    await sleep(pause * (0.5 + Math.random()))
  }
}

/** The lane to a server, which keeps its own order and its own locks. */
export function serverLane(connection: Connection): Lane {
  return {
    run: (work) => work(connection),
    async close() {
      await connection.close()
    },
  }
}
