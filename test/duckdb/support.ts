import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Engine, LoadId } from '../../src/core/ports/engine.ts'
import type { Work } from '../../src/core/step.ts'
import { createDuckdbEngine, type DuckdbOptions } from '../../src/duckdb/engine.ts'
import { readLibrary } from '../../src/library.ts'

/** The library that the program ships. */
export const library = await readLibrary(new URL('../../sql/', import.meta.url))
export const wholeSchema = [...library.schema.staging, ...library.schema.star, ...library.schema.load]

/** A signal that never fires. */
export const never = new AbortController().signal

/** What a step lends; handles are kept nowhere. */
export function workWith(signal: AbortSignal = never, progress: (detail: string) => void = () => {}): Work {
  return { key: 'test', signal, handle: () => undefined, keep: async () => {}, progress }
}

/** A folder that is removed when the test has finished. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-duckdb-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files below a folder, by their paths. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** An engine that is closed when the test has finished. */
export async function openEngine(options: DuckdbOptions): Promise<Engine> {
  const engine = await createDuckdbEngine(options)
  onTestFinished(() => engine.close())
  return engine
}

const event = {
  artist: 'Harmonia',
  auth: 'Logged In',
  firstName: 'Ryan',
  gender: 'M',
  itemInSession: 0,
  lastName: 'Smith',
  length: 655.77751,
  level: 'free',
  location: 'San Jose-Sunnyvale-Santa Clara, CA',
  method: 'PUT',
  page: 'NextSong',
  registration: 1541016707796.0,
  sessionId: 583,
  song: 'Sehr kosmisch',
  status: 200,
  ts: 1542241826796,
  userAgent: '"Mozilla/5.0"',
  userId: '26',
}

/** One line of a log with some of its fields changed. */
export function logLine(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...event, ...changes })
}

const song = {
  num_songs: 1,
  artist_id: 'AR7G5I41187FB4CE6C',
  artist_latitude: null,
  artist_longitude: null,
  artist_location: 'London, England',
  artist_name: 'Adam Ant',
  song_id: 'SONHOTT12A8C13493C',
  title: 'Something Girls',
  duration: 233.40363,
  year: 1982,
}

/** One song of the catalogue with some of its fields changed. */
export function songLine(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...song, ...changes })
}

/** Rows of each warehouse table of a load. */
export async function countsOf(
  engine: Engine,
  load: LoadId,
  kind: 'candidate' | 'live' | 'held',
): Promise<Record<string, unknown>> {
  const counts: Record<string, unknown> = {}
  for (const table of [...library.tables.staging, ...library.tables.star]) {
    counts[table] = await cell(engine, load, kind, `select count(*) from ${table}`)
  }
  return counts
}

/** The first cell of an answer. */
export async function cell(
  engine: Engine,
  load: LoadId,
  kind: 'candidate' | 'live' | 'held',
  sql: string,
): Promise<unknown> {
  return (await engine.query({ kind, load }, { sql }, { maxRows: 1, signal: never })).rows[0]?.[0]
}

/** Builds a load from the engine's sources up to, and without, its publication; `carry on` where it has begun already. */
export async function build(
  engine: Engine,
  load: LoadId,
  work: Work = workWith(),
  from: 'begin' | 'carry on' = 'begin',
): Promise<void> {
  if (from === 'begin') await engine.begin(load, wholeSchema, work)
  const sources = await engine.sources(work.signal)
  await Promise.all([engine.stage(load, 'log', sources, 0, work), engine.stage(load, 'song', sources, 0, work)])
  for (const { table, statements } of library.etl) await engine.transform(load, table, statements, work)
}
