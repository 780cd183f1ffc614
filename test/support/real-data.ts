import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

const folder = fileURLToPath(new URL('../../../shared/data/sparkify/', import.meta.url))

/** The public data set where it lies beside the repository: the log of November 2018 and 71 songs; and its totals. */
export const realData = {
  present: existsSync(folder),
  folder,
  logData: `${folder}log_data`,
  songData: `${folder}song_data`,
  /** Rows by table, as `qa counts` lists them. */
  counts: {
    staging_events: 8056,
    staging_songs: 71,
    songplays: 6820,
    users: 97,
    songs: 71,
    artists: 69,
    time: 6813,
    page_views: 950,
  },
  matched: 1,
  repeatsDropped: 0,
  /** Plays of which the title or the artist was wrongly encoded. */
  repaired: 326,
} as const

/** A group of tests on the real data; skipped, and saying so, where it is absent. */
export function describeRealData(title: string, tests: () => void): void {
  if (realData.present) describe(title, tests)
  else describe.skip(`${title} (skipped: ../shared/data/sparkify is absent)`, tests)
}
