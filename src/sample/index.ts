import { daysOf } from './calendar.ts'
import { makeCatalogue } from './catalogue.ts'
import { logEvents } from './events.ts'
import { publishOnce } from './folder.ts'
import { makeListeners } from './listeners.ts'
import { type SampleOptions, sampleOptions } from './options.ts'
import { makeTally, type SampleReport, type SampleTotals } from './report.ts'
import type { LogEvent } from './session.ts'
import { makeTracks } from './tracks.ts'
import { writeCatalogue, writeLog } from './write.ts'

export { firstSample, type SampleOptions, sampleDefaults, sampleOptions } from './options.ts'
export type { SampleReport, SampleTotals } from './report.ts'

async function make({ events, songs, days, seed, start }: SampleOptions, folder: string): Promise<SampleTotals> {
  const begin = Date.parse(start)
  const catalogue = makeCatalogue(seed, songs)
  const calendar = daysOf(seed, begin, days, events)
  const listeners = makeListeners(seed, begin, days, events)
  const tally = makeTally(catalogue)

  function* tallied(): Generator<LogEvent, void, undefined> {
    for (const event of logEvents(seed, calendar, listeners, makeTracks(seed, catalogue, events))) {
      tally.add(event)
      yield event
    }
  }

  const ofCatalogue = await writeCatalogue(folder, catalogue)
  const ofLog = await writeLog(folder, tallied())
  return {
    songs,
    days,
    seed,
    files: ofCatalogue.files + ofLog.files,
    bytes: ofCatalogue.bytes + ofLog.bytes,
    ...tally.counted(),
  }
}

/**
 * Writes a sample in the layout of the real bucket to the folder `out`: `log_data/YYYY/MM/YYYY-MM-DD-events.json` and
 * `song_data/A/B/C/TRABC….json`, and beside them `sample.json`, which says what it was made from. Every byte depends on
 * `options` alone. Songs, artists and people are invented; the format and its faults are those of the public Sparkify data.
 * A sample of the same options that is there already is left as it is.
 * @throws OpsError `bad_argument` for impossible options or an `out` that holds something else, `storage` when writing fails
 */
export async function generateSample(options: SampleOptions, out: string): Promise<SampleReport> {
  const valid = sampleOptions(options)
  const { totals, found } = await publishOnce(out, valid, (folder) => make(valid, folder))
  return { ...totals, outcome: found ? 'already there' : 'written' }
}
