import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../fixtures/two-days/', import.meta.url))

/** Two real days of the log with nine songs, in the bucket's layout, and what a correct load of them gives. */
export const twoDays = {
  folder,
  logData: `${folder}log_data`,
  songData: `${folder}song_data`,
  /** Rows by table, as `qa counts` lists them. */
  counts: {
    staging_events: 191,
    staging_songs: 9,
    songplays: 160,
    users: 27,
    songs: 9,
    artists: 6,
    time: 160,
    page_views: 28,
  },
  matched: 2,
  repeatsDropped: 0,
  /** Plays of which the title or the artist was wrongly encoded. */
  repaired: 5,
} as const
