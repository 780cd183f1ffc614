import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Cell, type Database, insert } from './database.ts'

const eventSchema = z.object({
  artist: z.string().nullable(),
  auth: z.string(),
  firstName: z.string().nullable(),
  gender: z.string().nullable(),
  itemInSession: z.number().nullable(),
  lastName: z.string().nullable(),
  length: z.number().nullable(),
  level: z.string().nullable(),
  location: z.string().nullable(),
  method: z.string(),
  page: z.string(),
  registration: z.number().nullable(),
  sessionId: z.number().nullable(),
  song: z.string().nullable(),
  status: z.number(),
  ts: z.number().nullable(),
  userAgent: z.string().nullable(),
  userId: z.string().nullable(),
})
const songSchema = z.object({
  num_songs: z.number(),
  artist_id: z.string().nullable(),
  artist_latitude: z.number().nullable(),
  artist_longitude: z.number().nullable(),
  artist_location: z.string().nullable(),
  artist_name: z.string(),
  song_id: z.string().nullable(),
  title: z.string(),
  duration: z.number().nullable(),
  year: z.number(),
})

/** An event as the log spells it, and a song as the catalogue does. */
export type LogEvent = z.infer<typeof eventSchema>
export type CatalogueSong = z.infer<typeof songSchema>

export interface SourceFile {
  readonly path: string
  readonly dataset: 'log' | 'song'
  readonly bytes: number
  readonly day: string | null
}

/** Everything there is to load. */
export interface Source {
  readonly events: readonly LogEvent[]
  readonly songs: readonly CatalogueSong[]
  readonly files: readonly SourceFile[]
}

/** Reads log and catalogue from folders in the bucket's layout. */
export async function readSource(place: { logData: string; songData: string }): Promise<Source> {
  const [log, song] = await Promise.all([filesBelow(place.logData, 'log'), filesBelow(place.songData, 'song')])
  const [events, songs] = await Promise.all([log, song].map((files) => Promise.all(files.map(linesOf))))
  return {
    events: (events ?? []).flat().map((line) => eventSchema.parse(JSON.parse(line))),
    songs: (songs ?? []).flat().map((line) => songSchema.parse(JSON.parse(line))),
    files: [...log, ...song],
  }
}

/** Puts rows into the staging tables and the source listing as they are, by plain inserts. */
export async function stage(database: Database, source: Source): Promise<void> {
  const lower = source.events.map((event) =>
    Object.fromEntries(Object.entries(event).map(([key, value]): [string, Cell] => [key.toLowerCase(), value])),
  )
  await insert(
    database,
    'staging_events',
    Object.keys(eventSchema.shape).map((key) => key.toLowerCase()),
    lower,
  )
  await insert(database, 'staging_songs', Object.keys(songSchema.shape), source.songs)
  await insert(
    database,
    'source_files',
    ['path', 'dataset', 'bytes', 'day'],
    source.files.map((file) => ({ ...file })),
  )
}

async function filesBelow(folder: string, dataset: 'log' | 'song'): Promise<readonly SourceFile[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json')).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      return { path, dataset, bytes: (await stat(path)).size, day: /\d{4}-\d\d-\d\d/.exec(name)?.[0] ?? null }
    }),
  )
}

async function linesOf(file: SourceFile): Promise<readonly string[]> {
  return (await readFile(file.path, 'utf8')).split('\n').filter((line) => line.trim() !== '')
}
