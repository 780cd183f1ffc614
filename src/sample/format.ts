import type { CatalogueSong } from './catalogue.ts'
import { pages } from './pages.ts'
import type { LogEvent } from './session.ts'

/** A JSON string in ASCII alone, as both the real log and the real catalogue are written. */
function ascii(text: string): string {
  return JSON.stringify(text).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A JSON string as the log has it: `/` is escaped too. */
function logText(text: string | undefined): string {
  return text === undefined ? 'null' : ascii(text).replaceAll('/', '\\/')
}

/** A JSON number that always shows a fraction, as the log writes lengths and registrations: `1540919166796.0`. */
function float(number: number | undefined): string {
  if (number === undefined) return 'null'
  return Number.isInteger(number) ? `${number}.0` : String(number)
}

/** Whether the log can hold a name as it is spelled. */
export function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text)
}

/**
 * The fault of the real log's names: UTF-8 that was taken for Latin-1 and encoded again, twice (`Bj\u00c3\u0083\u00c2\u00b6rk`).
 * ASCII comes back as it went in.
 */
export function twiceEncoded(text: string): string {
  if (isAscii(text)) return text
  const once = Buffer.from(text, 'utf8').toString('latin1')
  return Buffer.from(once, 'utf8').toString('latin1')
}

/** One event as a line of the log: the 18 fields in the order of the real one, without the line's end. */
export function logLine({ at, page, level, session, item, listener, track }: LogEvent): string {
  const { method, status } = pages[page]
  return (
    `{"artist":${logText(track && twiceEncoded(track.artist))},"auth":"${listener ? 'Logged In' : 'Logged Out'}",` +
    `"firstName":${logText(listener?.firstName)},"gender":${logText(listener?.gender)},"itemInSession":${item},` +
    `"lastName":${logText(listener?.lastName)},"length":${float(track?.length)},"level":"${level}",` +
    `"location":${logText(listener?.location)},"method":"${method}","page":"${page}",` +
    `"registration":${float(listener?.registration)},"sessionId":${session},` +
    `"song":${logText(track && twiceEncoded(track.title))},"status":${status},"ts":${at},` +
    `"userAgent":${logText(listener?.userAgent)},"userId":"${listener?.id ?? ''}"}`
  )
}

/** One song as a file of the catalogue: the ten fields in the order and with the blanks of the real one, no line's end. */
export function songDocument(song: CatalogueSong): string {
  return (
    `{"num_songs": 1, "artist_id": "${song.artistId}", "artist_latitude": ${song.latitude}, ` +
    `"artist_longitude": ${song.longitude}, "artist_location": ${ascii(song.location)}, ` +
    `"artist_name": ${ascii(song.artistName)}, "song_id": "${song.songId}", "title": ${ascii(song.title)}, ` +
    `"duration": ${float(song.duration)}, "year": ${song.year}}`
  )
}

/** Where a song lies below `song_data/`: the track id's third, fourth and fifth letter are folders. */
export function songPath(song: CatalogueSong): string {
  const [, , a, b, c] = song.trackId
  return `${a}/${b}/${c}/${song.trackId}.json`
}
