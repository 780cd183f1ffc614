import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isoDay } from '../core/day.ts'
import { dayMs } from '../core/span.ts'
import type { CatalogueSong } from './catalogue.ts'
import { type LogEvent, pages } from './session.ts'

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
function isAscii(text: string): boolean {
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

const chunkLength = 1 << 18
const writersAtOnce = 16

/** The public log has five blank lines among its 8,056, the first of them after its first event. */
const linesPerBlank = 1_613

/**
 * Writes events, which come in order of time, to `log_data/YYYY/MM/YYYY-MM-DD-events.json` below `folder`, a file per UTC day.
 * No more than a quarter of a megabyte waits in memory; the next event is asked for when that is on its way to the disk.
 * Like the real files these are ASCII, have blank lines here and there, and no newline at their end.
 */
export async function writeLog(folder: string, events: Iterable<LogEvent>): Promise<void> {
  let lines = 0
  let path = ''
  let nextDay = Number.NEGATIVE_INFINITY
  let chunk = ''

  async function flush(): Promise<void> {
    if (chunk === '') return
    await appendFile(path, chunk, 'latin1')
    chunk = ''
  }

  for (const event of events) {
    if (event.at >= nextDay) {
      await flush()
      const date = isoDay(event.at)
      path = join(folder, 'log_data', date.slice(0, 4), date.slice(5, 7), `${date}-events.json`)
      await mkdir(dirname(path), { recursive: true })
      nextDay = Date.parse(date) + dayMs
    } else {
      chunk += lines % linesPerBlank === 1 ? '\n\n' : '\n'
    }
    chunk += logLine(event)
    lines += 1
    if (chunk.length >= chunkLength) await flush()
  }
  await flush()
}

/** Writes each song to a file of its own, `song_data/A/B/C/TRABC….json` below `folder`, sixteen at a time. */
export async function writeCatalogue(folder: string, catalogue: readonly CatalogueSong[]): Promise<void> {
  const paths = catalogue.map((song) => join(folder, 'song_data', songPath(song)))
  for (const parent of new Set(paths.map(dirname))) await mkdir(parent, { recursive: true })

  // All writers take songs from one iterator.
  const waiting = catalogue.entries()
  async function writer(): Promise<void> {
    for (const [index, song] of waiting) await writeFile(paths[index] ?? '', songDocument(song), 'latin1')
  }
  await Promise.all(Array.from({ length: writersAtOnce }, writer))
}
