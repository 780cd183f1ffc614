import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { z } from 'zod'
import type { Config } from './config.ts'
import type { Clock } from './core/ports/clock.ts'
import type { Ledger } from './core/ports/ledger.ts'
import type { Log } from './core/ports/log.ts'
import { openWarehouse, type Warehouse } from './engines.ts'
import { systemClock } from './machine/clock.ts'
import { openLedger } from './store/ledger.ts'

/** What a process of the program runs on. A test that needs time, deaths and refusals at will brings its own. */
export interface Platform {
  readonly clock: Clock
  /** The names of this machine and of this process on it. */
  readonly host: string
  readonly pid: number
  /** Throws as `openLedger` of the store does. */
  openLedger(url: string): Promise<Ledger>
  openWarehouse(config: Config, ledger: Ledger, clock: Clock, log: Log): Promise<Warehouse>
}

/** The machine itself. */
export const thisMachine: Platform = {
  clock: systemClock,
  host: hostname(),
  pid: process.pid,
  openLedger: (url) => openLedger({ url, now: () => systemClock.now() }),
  openWarehouse,
}

/** The version of this program, as its package.json has it. */
export async function programVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
