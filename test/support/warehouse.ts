import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readCommands } from '../../src/commands.ts'
import type { Deps } from '../../src/core/deps.ts'
import type { Engine } from '../../src/core/ports/engine.ts'
import { createDuckdbCluster, createDuckdbEngine } from '../../src/duckdb/index.ts'
import { shippedLibrary } from './catalog.ts'
import { openWorld, type TestProcess, today, type World, writeLedger } from './core.ts'
import { copyOfTemplate } from './templates.ts'
import { twoDays } from './two-days.ts'

/** The real bot without a face: every command, the library, and DuckDB, on a copy of the two days. */
export interface Warehouse extends World {
  readonly bot: TestProcess
  /** Folders of the source data, to be spoilt. */
  readonly logData: string
  readonly songData: string
  /** Another process on the same home. */
  another(id: string): Promise<TestProcess>
}

/** Makes a warehouse with nothing spun up or loaded, which is removed when the test ends. */
export function createWarehouse(parts: Partial<Deps> = {}): Promise<Warehouse> {
  return openCopy('warehouse', writeEmpty, parts)
}

/** Makes a warehouse with the two days loaded, by Anna's `etl` (run 1, load 1), which is removed when the test ends. */
export function createLoadedWarehouse(parts: Partial<Deps> = {}): Promise<Warehouse> {
  return createPreparedWarehouse('loaded', load, parts)
}

/** A copy of the home of such a warehouse: its ledger, its loads and its source data. */
export function copyOfLoadedHome(): Promise<string> {
  return copyOfTemplate(...templateOf('loaded', load))
}

const load = ({ bot }: Warehouse) => bot.say('etl')

/**
 * Makes a warehouse in which `prepare` was done, which is removed when the test ends. It is done once per run of the suite, without
 * `parts`; each test gets a copy, at the time at which it ended. `name` is the key among all test files.
 */
export function createPreparedWarehouse(
  name: string,
  prepare: (warehouse: Warehouse) => Promise<unknown>,
  parts: Partial<Deps> = {},
): Promise<Warehouse> {
  return openCopy(...templateOf(name, prepare), parts)
}

function templateOf(
  name: string,
  prepare: (warehouse: Warehouse) => Promise<unknown>,
): [name: string, make: (folder: string) => Promise<void>] {
  const make = async (folder: string): Promise<void> => {
    await writeEmpty(folder)
    const warehouse = await openWarehouse(folder)
    await prepare(warehouse)
    await warehouse.close()
    writeFileSync(join(folder, timeFile), warehouse.clock.now().toISOString())
  }
  return [`warehouse-${name}`, make]
}

const timeFile = 'time'

async function writeEmpty(folder: string): Promise<void> {
  await writeLedger(folder)
  cpSync(twoDays.folder, folder, { recursive: true })
  writeFileSync(join(folder, timeFile), today)
}

async function openCopy(
  name: string,
  make: (folder: string) => Promise<void>,
  parts: Partial<Deps>,
): Promise<Warehouse> {
  const warehouse = await openWarehouse(await copyOfTemplate(name, make), parts)
  onTestFinished(warehouse.close)
  return warehouse
}

async function openWarehouse(home: string, parts: Partial<Deps> = {}): Promise<Warehouse & { close(): Promise<void> }> {
  const world = openWorld(home, readFileSync(join(home, timeFile), 'utf8'))
  const folder = join(home, 'loads')
  const logData = join(home, 'log_data')
  const songData = join(home, 'song_data')
  const commands = await readCommands()
  const library = await shippedLibrary()
  const engines: Engine[] = []
  const another = async (id: string): Promise<TestProcess> => {
    const engine = await createDuckdbEngine({ folder, logData, songData })
    engines.push(engine)
    const cluster = createDuckdbCluster({ folder, fetched: join(home, 'objects'), clock: world.clock })
    return world.start(id, commands, { engine, cluster, library, ...parts })
  }
  return {
    ...world,
    bot: await another('one'),
    logData,
    songData,
    another,
    async close() {
      for (const engine of engines) await engine.close()
      await world.close()
    },
  }
}
