import { hostname } from 'node:os'
import { z } from 'zod'
import { DiskFull } from '../core/errors.ts'
import type { Ledger, NoteStore } from '../core/ports/ledger.ts'
import { annotationStore } from './annotations.ts'
import { auditStore } from './audit.ts'
import { type Database, openDatabase } from './database.ts'
import { forgetExpired } from './forget.ts'
import { freshnessStore } from './freshness.ts'
import { livenessOn, machineUptime, pidIsAlive, type Uptime } from './liveness.ts'
import { loadStore } from './loads.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { messageStore } from './outbox.ts'
import { planStore } from './plans.ts'
import { processStore, readProcesses } from './processes.ts'
import { json, parseRow } from './rows.ts'
import { runStore } from './runs.ts'
import { scheduleStore } from './schedules.ts'
import { watchStore } from './watches.ts'

interface LedgerOptions {
  /** `file:` and a path whose folder exists, or `libsql://` and a host, with `?authToken=` where it wants one. */
  readonly url: string
  readonly now: () => Date
  /** Whether a file is written in a thread of its own; see `DatabaseOptions`. */
  readonly ownThread?: boolean
  /** This machine's name: pids of other machines cannot be looked up. The operating system's by default. */
  readonly host?: string
  /** This process's number on it. The operating system's by default. */
  readonly pid?: number
  readonly isAlive?: (pid: number) => boolean
  /** The time since this machine was started. The operating system's by default. */
  readonly uptime?: () => Uptime
}

/**
 * Opens the ledger, creating or upgrading its tables, and forgets what has expired. Any number of processes may have it open.
 * On a full disk on which nothing is open yet it can only be read, and every method that writes throws `DiskFull`.
 * Throws `OpsError`: `newer_state` for a ledger of a newer program, `home_in_use` for one of an older program that is still used by it,
 * `storage` when it cannot be opened, `bad_config` for an address that is not understood; every method of the ledger may throw `storage` too.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { url, now, host = hostname(), isAlive = pidIsAlive, uptime = machineUptime } = options
  const { pid = process.pid, ownThread = false } = options
  const liveness = livenessOn(host, isAlive, uptime)
  const db = await openDatabase({ url, ownThread })
  try {
    await migrate(db, migrations, async () => {
      const others = await readProcesses(db)
      // One with this very name is a predecessor: see `processes.ts`.
      return others.find((one) => !(one.host === host && one.pid === pid) && !liveness.gone(one, now())) ?? null
    })
    await forgetUnlessFull(db, now())
  } catch (error) {
    await db.close()
    throw error
  }
  return {
    runs: runStore(db, liveness),
    plans: planStore(db),
    loads: loadStore(db),
    schedules: scheduleStore(db),
    watches: watchStore(db),
    freshness: freshnessStore(db),
    processes: processStore(db, liveness, now),
    notes: noteStore(db),
    annotations: annotationStore(db),
    audit: auditStore(db),
    messages: messageStore(db),
    async claim(key, at) {
      const sql = 'insert into claims (key, at) values (?, ?) on conflict do nothing'
      return (await db.write(sql, [key, at.toISOString()])) === 1
    },
    forgetExpired: (at) => forgetExpired(db, at),
    close: () => db.close(),
  }
}

/** Forgetting frees nothing that a full disk could take. */
async function forgetUnlessFull(db: Database, at: Date): Promise<void> {
  try {
    await forgetExpired(db, at)
  } catch (error) {
    if (!(error instanceof DiskFull)) throw error
  }
}

const noteSchema = z.object({ value: json(z.unknown()) })
const keyedNoteSchema = noteSchema.extend({ key: z.string() })

/** The notes in `db`. */
function noteStore(db: Database): NoteStore {
  const get = async (key: string): Promise<unknown> => {
    const [row] = await db.read('select value from notes where key = ?', [key])
    return row === undefined ? null : parseRow(noteSchema, `Note ${key}`, row).value
  }
  return {
    get,
    async set(key, value) {
      const sql = 'insert into notes (key, value) values (?, ?) on conflict (key) do update set value = excluded.value'
      await db.write(sql, [key, JSON.stringify(value)])
    },
    async settle(key, value) {
      await db.write('insert into notes (key, value) values (?, ?) on conflict do nothing', [
        key,
        JSON.stringify(value),
      ])
      return get(key)
    },
    async list(prefix) {
      const rows = await db.read('select key, value from notes where substr(key, 1, ?) = ? order by key', [
        prefix.length,
        prefix,
      ])
      const notes = rows.map((row) => parseRow(keyedNoteSchema, 'A note', row))
      return notes.filter(({ value }) => value !== null)
    },
    async drop(key, value) {
      return (await db.write('delete from notes where key = ? and value = ?', [key, JSON.stringify(value)])) === 1
    },
  }
}
