import { open } from 'node:fs/promises'
import { z } from 'zod'
import { OpsError } from '../core/errors.ts'
import type { LoadId } from '../core/ports/engine.ts'
import { openDatabase } from './database.ts'
import { connectFile } from './file-connection.ts'
import { busyTimeout } from './lane.ts'

/** A consistent copy of a ledger. */
interface LedgerSnapshot {
  /** The number of its last migration. */
  readonly version: number
  /** The loads that it keeps, whose files belong to it. */
  readonly loads: readonly LoadId[]
  /** The clusters that it has a lease of, by the keys of the leases. */
  readonly leases: readonly string[]
}

const rows = {
  runs: z.array(z.object({ run: z.number() })),
  version: z.tuple([z.object({ n: z.number() })]),
  loads: z.array(z.object({ id: z.number() })),
  leases: z.array(z.object({ key: z.string() })),
}

/**
 * Copies the ledger in the file `url` to the new file `target`, as one moment has it, while others use it. The copy knows no processes, and
 * no load that was being built. It is one file, without a write-ahead log.
 * Throws `busy` while a run is changing the warehouse, whose steps a copy could not carry on; `storage` when the disk refuses.
 */
export async function snapshotLedger(url: string, target: string): Promise<LedgerSnapshot> {
  const ledger = await openDatabase({ url })
  try {
    // SQLite takes an empty file, whose mode stays (https://www.sqlite.org/lang_vacuum.html#vacuuminto).
    await (await open(target, 'wx', 0o600)).close()
    await ledger.write('vacuum into ?', [target])
  } finally {
    await ledger.close()
  }
  // One connection, and no log: the copy is to be one file.
  const copy = connectFile(target, busyTimeout)
  try {
    await copy.execute({ sql: 'pragma journal_mode = delete' })
    const atWork = rows.runs.parse(
      (await copy.execute({ sql: `select run from attempts where writer = 1 and state = 'running'` })).rows,
    )
    if (atWork[0] !== undefined) {
      throw new OpsError(
        'busy',
        `Run ${atWork[0].run} is changing the warehouse. Nothing was backed up.`,
        'Back up when it has ended: type runs to see it.',
      )
    }
    await copy.batch([
      { sql: 'delete from processes' },
      { sql: `update loads set state = 'discarded' where state = 'building'` },
    ])
    const version = rows.version.parse((await copy.execute({ sql: 'select max(version) as n from migrations' })).rows)
    const loads = rows.loads.parse(
      (await copy.execute({ sql: `select id from loads where state <> 'discarded' order by id` })).rows,
    )
    const leases = rows.leases.parse(
      (await copy.execute({ sql: `select key from notes where key like 'lease:%' and value <> 'null'` })).rows,
    )
    return { version: version[0].n, loads: loads.map(({ id }) => id), leases: leases.map(({ key }) => key) }
  } finally {
    await copy.close()
  }
}
