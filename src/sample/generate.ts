import { makeCatalogue, makeTracks } from './catalogue.ts'
import { makeListeners } from './listeners.ts'
import { daysOf, logEvents } from './log.ts'
import type { SampleOptions } from './options.ts'
import { writeCatalogue, writeLog } from './write.ts'

/** Writes a sample below `folder`. */
export async function writeSample({ events, songs, days, seed, start }: SampleOptions, folder: string): Promise<void> {
  const begin = Date.parse(start)
  const catalogue = makeCatalogue(seed, songs)
  const listeners = makeListeners(seed, begin, days, events)
  await writeCatalogue(folder, catalogue)
  await writeLog(
    folder,
    logEvents(seed, daysOf(seed, begin, days, events), listeners, makeTracks(seed, catalogue, events)),
  )
}
