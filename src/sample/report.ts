import { z } from 'zod'
import type { CatalogueSong } from './catalogue.ts'
import { isAscii } from './format.ts'
import type { LogEvent } from './session.ts'

const count = z.int().nonnegative()

/** What is known of a sample from making it, so that a load of it can be compared: see `SampleReport`. */
export const totalsSchema = z.object({
  /** Events of the log: rows of `staging_events`. */
  events: count,
  /** Files of the catalogue: rows of `staging_songs` and of `songs`. */
  songs: count,
  days: count,
  seed: count,
  /** Files of data, and their bytes, `sample.json` left out. */
  files: count,
  bytes: count,
  /** NextSong events: rows of `songplays`. */
  plays: count,
  /** Plays whose title and artist, as logged, are those of a file of the catalogue. */
  matched: count,
  /** The same with twice-encoded names repaired before they are compared. */
  matchedRepaired: count,
  /** Plays whose title or artist is twice encoded. */
  twiceEncoded: count,
  /** Listeners with an event while logged in: rows of `users`. */
  users: count,
  /** Distinct artist ids of the catalogue: rows of `artists`. */
  artists: count,
  /** Distinct times of plays: rows of `time`. */
  startTimes: count,
})

/** The totals of a sample. */
export type SampleTotals = Readonly<z.output<typeof totalsSchema>>

/** The totals, and whether the sample was made now or found. */
export type SampleReport = SampleTotals & { readonly outcome: 'written' | 'already there' }

type Counted = Pick<
  SampleTotals,
  'events' | 'plays' | 'matched' | 'matchedRepaired' | 'twiceEncoded' | 'users' | 'artists' | 'startTimes'
>

/** Counts a log while it passes by, in order of time. */
export interface Tally {
  readonly add: (event: LogEvent) => void
  readonly counted: () => Counted
}

/** A tally of nothing yet, against this catalogue. */
export function makeTally(catalogue: readonly CatalogueSong[]): Tally {
  const key = (title: string, artist: string) => `${title}\u0000${artist}`
  const known = new Set(catalogue.map(({ title, artistName }) => key(title, artistName)))
  const artists = new Set(catalogue.map(({ artistId }) => artistId)).size
  const users = new Set<number>()
  const sums = { events: 0, plays: 0, matched: 0, matchedRepaired: 0, twiceEncoded: 0, startTimes: 0 }
  let lastPlay = Number.NEGATIVE_INFINITY

  return {
    add({ at, listener, track }) {
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
