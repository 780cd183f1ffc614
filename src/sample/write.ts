import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { dateOf, dayMs } from './calendar.ts'
import type { CatalogueSong } from './catalogue.ts'
import { logLine, songDocument, songPath } from './format.ts'
import type { LogEvent } from './session.ts'

/** How much was written. */
export interface Written {
  readonly files: number
  readonly bytes: number
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
export async function writeLog(folder: string, events: Iterable<LogEvent>): Promise<Written> {
  let files = 0
  let bytes = 0
  let lines = 0
  let path = ''
  let nextDay = Number.NEGATIVE_INFINITY
  let chunk = ''

  async function flush(): Promise<void> {
    if (chunk === '') return
    await appendFile(path, chunk, 'latin1')
    bytes += chunk.length
    chunk = ''
  }

  for (const event of events) {
    if (event.at >= nextDay) {
      await flush()
      const date = dateOf(event.at)
      path = join(folder, 'log_data', date.slice(0, 4), date.slice(5, 7), `${date}-events.json`)
      await mkdir(dirname(path), { recursive: true })
      nextDay = Date.parse(date) + dayMs
      files += 1
    } else {
      chunk += lines % linesPerBlank === 1 ? '\n\n' : '\n'
    }
    chunk += logLine(event)
    lines += 1
    if (chunk.length >= chunkLength) await flush()
  }
  await flush()
  return { files, bytes }
}

/** Writes each song to a file of its own, `song_data/A/B/C/TRABC….json` below `folder`, sixteen at a time. */
export async function writeCatalogue(folder: string, catalogue: readonly CatalogueSong[]): Promise<Written> {
  const paths = catalogue.map((song) => join(folder, 'song_data', songPath(song)))
  for (const parent of new Set(paths.map(dirname))) await mkdir(parent, { recursive: true })

  let bytes = 0
  // All the writers take from one iterator: whoever is done takes the next song.
  const waiting = catalogue.entries()
  async function writer(): Promise<void> {
    for (const [index, song] of waiting) {
      const text = songDocument(song)
      await writeFile(paths[index] ?? '', text, 'latin1')
      bytes += text.length
    }
  }
  await Promise.all(Array.from({ length: writersAtOnce }, writer))
  return { files: catalogue.length, bytes }
}
