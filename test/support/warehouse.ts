import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readCommands } from '../../src/commands.ts'
import type { Deps } from '../../src/core/deps.ts'
import { createDuckdbCluster, createDuckdbEngine } from '../../src/duckdb/index.ts'
import { readLibrary } from '../../src/library.ts'
import { sqlFolder } from './catalog.ts'
import { createWorld, type TestProcess, type World } from './core.ts'
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
export async function createWarehouse(parts: Partial<Deps> = {}): Promise<Warehouse> {
  const home = await mkdtemp(join(tmpdir(), 'warehouse-'))
  const logData = join(home, 'log_data')
  const songData = join(home, 'song_data')
  await cp(twoDays.logData, logData, { recursive: true })
  await cp(twoDays.songData, songData, { recursive: true })
  onTestFinished(() => rm(home, { recursive: true }))
  const world = await createWorld()
  const folder = join(home, 'loads')
  const commands = await readCommands()
  const library = await readLibrary(sqlFolder)
  const another = async (id: string): Promise<TestProcess> => {
    const engine = await createDuckdbEngine({ folder, logData, songData })
    onTestFinished(() => engine.close())
    const cluster = createDuckdbCluster({ folder, clock: world.clock })
    return world.start(id, commands, { engine, cluster, library, ...parts })
  }
  return { ...world, bot: await another('one'), logData, songData, another }
}
