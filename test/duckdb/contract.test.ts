import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDuckdbEngine } from '../../src/duckdb/engine.ts'
import { describeEngine } from '../contract/engine.ts'

describeEngine('DuckDB', async ({ logData, songData }) => {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-duckdb-'))
  const engine = await createDuckdbEngine({ folder: join(folder, 'loads'), logData, songData })
  return {
    engine,
    async close() {
      await engine.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
