import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { generateSample, sampleOptions } from '../../src/sample/index.ts'
import { createPreparedWarehouse, type Warehouse } from './warehouse.ts'

/** A warehouse of a whole generated year, every day of which has plays. */
export function createYear(): Promise<Warehouse> {
  return createGenerated('year', { events: 9_000, songs: 40, days: 365, start: '2018-01-01' })
}

/** A warehouse of a generated month with as many people as the public one has. */
export function createMonth(): Promise<Warehouse> {
  return createGenerated('month', { events: 8_000, songs: 40, days: 30, start: '2018-11-01' })
}

function createGenerated(name: string, options: Readonly<Record<string, unknown>>): Promise<Warehouse> {
  return createPreparedWarehouse(name, async ({ bot, logData, songData }) => {
    const sample = `${logData}-sample`
    await generateSample(sampleOptions(options), sample)
    await Promise.all([logData, songData].map((folder) => rm(folder, { recursive: true })))
    await rename(join(sample, 'log_data'), logData)
    await rename(join(sample, 'song_data'), songData)
    const loaded = await bot.say('etl allow-empty=yes')
    if (!loaded.ok) throw new Error(loaded.headline)
  })
}
