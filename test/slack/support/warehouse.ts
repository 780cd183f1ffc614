import { cpSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCommands } from '../../../src/commands.ts'
import { createDuckdbCluster, createDuckdbEngine } from '../../../src/duckdb/index.ts'
import { readLibrary } from '../../../src/library.ts'
import { systemClock } from '../../../src/machine/clock.ts'
import { createTimetable } from '../../../src/scheduler/timetable.ts'
import { sqlFolder } from '../../support/catalog.ts'
import { writeLedger } from '../../support/core.ts'
import { template } from '../../support/templates.ts'
import { twoDays } from '../../support/two-days.ts'
import { ada, type Office, openOffice } from './office.ts'

/** An office whose bot is the real one: every command, the library in `sql`, and DuckDB with the two days loaded. */
export async function openLoadedOffice(
  sql: URL | string = sqlFolder,
  operators: readonly string[] = [],
): Promise<Office> {
  const home = await mkdtemp(join(tmpdir(), 'sparkify-slack-'))
  cpSync(await template('loaded-office', writeLoaded), home, { recursive: true })
  const office = await openIn(home, sql, operators)
  return {
    ...office,
    async close() {
      await office.close()
      // A file that was being written when the office closed may appear while the folder is removed.
      await rm(home, { recursive: true, maxRetries: 10 })
    },
  }
}

/** Has Ada load the two days in a home, as run 1. */
async function writeLoaded(folder: string): Promise<void> {
  await writeLedger(folder)
  const office = await openIn(folder, sqlFolder)
  const who = { kind: 'slack', id: ada, name: 'ada' } as const
  const loaded = await office.app.ask({ request: office.app.read('etl'), who, place: { kind: 'terminal' } })
  if (loaded?.ok !== true) throw new Error(`nothing is loaded: ${loaded?.headline}`)
  await office.ledger.processes.leave(office.deps.process)
  await office.close()
}

async function openIn(home: string, sql: URL | string, operators: readonly string[] = []): Promise<Office> {
  const folder = join(home, 'loads')
  const { logData, songData } = twoDays
  const engine = await createDuckdbEngine({ folder, logData, songData })
  const cluster = createDuckdbCluster({ folder, fetched: join(home, 'objects'), clock: systemClock })
  const parts = { engine, cluster, library: await readLibrary(sql), timetable: createTimetable() }
  const office = await openOffice({ home, operators, bot: { commands: await readCommands(), parts } })
  return {
    ...office,
    async close() {
      await office.close()
      await engine.close()
    },
  }
}
