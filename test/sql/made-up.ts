import type { CatalogueSong, LogEvent, Source } from './source.ts'

/** 10 November 2018, 00:15:27.796 UTC. */
export const firstMoment = 1541808927796

/** A play by user 8, paid, session 1, item 0; the test names what matters to it. */
export function event(differences: Partial<LogEvent> = {}): LogEvent {
  return {
    artist: 'Björk',
    auth: 'Logged In',
    firstName: 'Kaylee',
    gender: 'F',
    itemInSession: 0,
    lastName: 'Summers',
    length: 200,
    level: 'paid',
    location: 'Phoenix-Mesa-Scottsdale, AZ',
    method: 'PUT',
    page: 'NextSong',
    registration: 1540344794796,
    sessionId: 1,
    song: 'Undo',
    status: 200,
    ts: firstMoment,
    userAgent: '"Mozilla/5.0"',
    userId: '8',
    ...differences,
  }
}

/** The song that `event` plays, of the same duration. */
export function song(differences: Partial<CatalogueSong> = {}): CatalogueSong {
  return {
    num_songs: 1,
    artist_id: 'AR1',
    artist_latitude: null,
    artist_longitude: null,
    artist_location: 'Reykjavík',
    artist_name: 'Björk',
    song_id: 'SO1',
    title: 'Undo',
    duration: 200,
    year: 2001,
    ...differences,
  }
}

/** A source of these rows, from one log file for each day of November 2018 that is given. */
export function source(
  events: readonly LogEvent[],
  songs: readonly CatalogueSong[] = [],
  days: readonly number[] = [],
): Source {
  const files = days.map((day) => {
    const date = `2018-11-${String(day).padStart(2, '0')}`
    return { path: `log_data/2018/11/${date}-events.json`, dataset: 'log' as const, bytes: 1, day: date }
  })
  return { events, songs, files }
}
