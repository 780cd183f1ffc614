import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { generateSample, sampleOptions } from '../../src/sample/index.ts'
import { createPreparedWarehouse, type Warehouse } from './warehouse.ts'

/** A warehouse of a whole year, every day of which has plays. */
export function createYear(): Promise<Warehouse> {
  return createPreparedWarehouse('year', async ({ bot, logData, songData }) => {
    const sample = `${logData}-sample`
    await generateSample(sampleOptions({ events: 9_000, songs: 40, days: 365, start: '2018-01-01' }), sample)
    await Promise.all([logData, songData].map((folder) => rm(folder, { recursive: true })))
    await rename(join(sample, 'log_data'), logData)
    await rename(join(sample, 'song_data'), songData)
    const loaded = await bot.say('etl allow-empty=yes')
    if (!loaded.ok) throw new Error(loaded.headline)
  })
}
