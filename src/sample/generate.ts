import { type CatalogueSong, makeCatalogue, makeTracks } from './catalogue.ts'
import { makeListeners } from './listeners.ts'
import { daysOf, logEvents } from './log.ts'
import type { SampleOptions, SampleTotals } from './options.ts'
import type { LogEvent } from './session.ts'
import { isAscii, writeCatalogue, writeLog } from './write.ts'

/** Counts the events of a log, which come in order of time, against this catalogue. */
function makeTally(catalogue: readonly CatalogueSong[]) {
  const key = (title: string, artist: string) => `${title}\u0000${artist}`
  const known = new Set(catalogue.map(({ title, artistName }) => key(title, artistName)))
  const artists = new Set(catalogue.map(({ artistId }) => artistId)).size
  const users = new Set<number>()
  const sums = { events: 0, plays: 0, matched: 0, matchedRepaired: 0, twiceEncoded: 0, startTimes: 0 }
  let lastPlay = Number.NEGATIVE_INFINITY

  return {
    add({ at, listener, track }: LogEvent): void {
      sums.events += 1
      if (listener !== undefined) users.add(listener.id)
      if (track === undefined) return
      const intact = isAscii(track.title) && isAscii(track.artist)
      const matches = known.has(key(track.title, track.artist))
      sums.plays += 1
      if (!intact) sums.twiceEncoded += 1
      if (matches) sums.matchedRepaired += 1
      if (matches && intact) sums.matched += 1
      if (at !== lastPlay) sums.startTimes += 1
      lastPlay = at
    },
    counted: () => ({ ...sums, users: users.size, artists }),
  }
}

/** Writes a sample below `folder`, and counts it. */
export async function writeSample(
  { events, songs, days, seed, start }: SampleOptions,
  folder: string,
): Promise<SampleTotals> {
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
