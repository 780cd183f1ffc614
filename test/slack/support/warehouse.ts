import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCommands } from '../../../src/commands.ts'
import { createDuckdbCluster, createDuckdbEngine } from '../../../src/duckdb/index.ts'
import { readLibrary } from '../../../src/library.ts'
import { systemClock } from '../../../src/machine/clock.ts'
import { createTimetable } from '../../../src/scheduler/timetable.ts'
import { sqlFolder } from '../../support/catalog.ts'
import { twoDays } from '../../support/two-days.ts'
import { ada, type Office, openOffice } from './office.ts'

/** An office whose bot is the real one: every command, the library in `sql`, and DuckDB with the two days loaded. */
export async function openLoadedOffice(sql: URL | string = sqlFolder): Promise<Office> {
  const { logData, songData } = twoDays
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-loads-'))
  const engine = await createDuckdbEngine({ folder, logData, songData })
  const cluster = createDuckdbCluster({ folder, clock: systemClock })
  const parts = { engine, cluster, library: await readLibrary(sql), timetable: createTimetable() }
  const office = await openOffice({ bot: { commands: await readCommands(), parts } })
  const who = { kind: 'slack', id: ada, name: 'ada' } as const
  const loaded = await office.app.ask({
    line: 'etl',
    who,
    place: { kind: 'terminal' },
    watch: { changed: () => undefined },
  })
  if (loaded?.ok !== true) throw new Error(`nothing is loaded: ${loaded?.headline}`)
  return {
    ...office,
    async close() {
      await office.close()
      await engine.close()
      await rm(folder, { recursive: true })
    },
  }
}
