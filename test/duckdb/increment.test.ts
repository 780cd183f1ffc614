import { readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type Engine,
  type LoadBefore,
  type LoadId,
  type Staged,
  type Target,
  touchedKeys,
} from '../../src/core/ports/engine.ts'
import { without } from '../../src/core/warehouse/quarantine.ts'
import { repairTexts } from '../../src/core/warehouse/repair-texts.ts'
import type { DuckdbOptions } from '../../src/duckdb/engine.ts'
import { lengths } from '../support/soak.ts'
import {
  cell,
  library,
  logLine,
  never,
  openEngine,
  songLine,
  temporaryFolder,
  wholeSchema,
  workWith,
  writeFiles,
} from './support.ts'

/** Source files by their paths below the folder, with their content. */
type Files = Readonly<Record<string, string>>

interface Place {
  readonly folder: string
  readonly options: DuckdbOptions
}

async function createPlace(): Promise<Place> {
  const folder = await temporaryFolder()
  const options = { logData: join(folder, 'log_data'), songData: join(folder, 'song_data') }
  return { folder, options: { folder: join(folder, 'loads'), ...options } }
}

/** Makes the source folders hold these files and no others; files that stay the same are not touched. */
async function arrange({ folder }: Place, files: Files, before: Files = {}): Promise<void> {
  for (const path of Object.keys(before)) if (!(path in files)) await rm(join(folder, path))
  await writeFiles(folder, Object.fromEntries(Object.entries(files).filter(([path, text]) => before[path] !== text)))
}

/** Builds and publishes a load after another; answers what staging says of it. */
async function load(
  engine: Engine,
  id: LoadId,
  since?: LoadId,
  reads: LoadBefore['reads'] = 'changes',
): Promise<Record<'log' | 'song', Omit<Staged, 'fields'>>> {
  const work = workWith()
  const sources = await engine.sources(never)
  await engine.begin(id, wholeSchema, work, since === undefined ? undefined : { load: since, reads, sources })
  const log = await engine.stage(id, 'log', sources, 1000, work)
  const song = await engine.stage(id, 'song', sources, 1000, work)
  const read = [log.read, song.read].flatMap((dataset) => (dataset === undefined ? [] : [dataset]))
  const removed = read.length === 0 ? null : read.some(({ changed, gone }) => changed + gone > 0)
  await repairTexts(id, { engine, library }, work, removed)
  for (const { table, statements } of library.etl) await engine.transform(id, table, statements, work)
  if (since !== undefined && reads === 'changes') {
    await requireSameVerdicts(engine, id, since)
    await requireSameMovers(engine, id, since)
  }
  await engine.publish(id, work)
  return { log: withoutFields(log), song: withoutFields(song) }
}

/** How many rows the checks with a key find, by their names, and how many plays are lost: of all rows, or of those that the load has touched. */
async function found(engine: Engine, target: Target, by?: LoadId): Promise<Record<string, unknown>> {
  const numbers = touchedKeys.map(async (key) => {
    const checks = library.checks.filter((check) => check.key === key)
    const sql = checks.map(({ name, sql }) => `select '${name}' as name, count(*) as n from (${sql}\n) as t`)
    if (key === 'event') sql.push(`select 'lost plays' as name, plays as n from (${library.lostPlays}\n) as t`)
    const shown = by === undefined ? target : { ...target, touched: { key, by } }
    return (await engine.query(shown, { sql: sql.join(' union all ') }, { maxRows: 100, signal: never })).rows
  })
  return Object.fromEntries((await Promise.all(numbers)).flat())
}

/** Each check that was green before must find as much in the touched rows as in all. Answers what is found. */
async function requireSameVerdicts(engine: Engine, load: LoadId, since: LoadId): Promise<Record<string, unknown>> {
  const before = await found(engine, { kind: 'live', load: since })
  const wasGreen = ([name]: readonly [string, unknown]): boolean => before[name] === 0
  const all = Object.entries(await found(engine, { kind: 'candidate', load })).filter(wasGreen)
  const touched = Object.entries(await found(engine, { kind: 'candidate', load }, load)).filter(wasGreen)
  expect(Object.fromEntries(touched)).toEqual(Object.fromEntries(all))
  return Object.fromEntries(all)
}

/** Plays by artist must differ between two loads in the touched rows as they do in all. */
async function requireSameMovers(engine: Engine, load: LoadId, since: LoadId): Promise<void> {
  const gained = async (touched: Pick<Target, 'touched'>): Promise<ReadonlyMap<string, number>> => {
    const gains = new Map<string, number>()
    const both = [
      { kind: 'live', load: since },
      { kind: 'candidate', load },
    ] as const
    for (const target of both) {
      const wanted = { maxRows: 100, signal: never }
      const { rows } = await engine.query({ ...target, ...touched }, { sql: library.comparison.artists }, wanted)
      const sign = target.kind === 'live' ? -1 : 1
      for (const [artist, plays] of rows) {
        gains.set(String(artist), (gains.get(String(artist)) ?? 0) + sign * Number(plays))
      }
    }
    return new Map([...gains].filter(([, gain]) => gain !== 0))
  }
  expect(await gained({ touched: { key: 'event', by: load } })).toEqual(await gained({}))
}

/** What is staged but for the fields of the source, which fields.test.ts is about: they are those of the files that are read now. */
function withoutFields({ fields: _, ...staged }: Staged): Omit<Staged, 'fields'> {
  return staged
}

const tables = [...library.tables.staging, ...library.tables.star, 'text_repairs', 'source_files']

/** Every cell of every table, without the engine's own columns, and how many rows each check finds. */
async function contentOf(engine: Engine, id: LoadId): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {}
  for (const table of tables) {
    const sql = `select * exclude (c) from (select columns(name -> name not like '\\_%' escape '\\'), 0 as c from ${table}) order by all`
    const { rows } = await engine.query({ kind: 'live', load: id }, { sql }, { maxRows: 100_000, signal: never })
    content[table] = rows
  }
  const checks = library.checks.map(({ name, sql }) => `select '${name}' as name, count(*) as n from (${sql}\n) as t`)
  const sql = `${checks.join(' union all ')} order by name`
  content['checks'] = (await engine.query({ kind: 'live', load: id }, { sql }, { maxRows: 100, signal: never })).rows
  return content
}

const garbled = 'BjÃ¶rk'
const eventLine = fc
  .record({
    userId: fc.constantFrom('1', '2', '3', '03', '', 'x'),
    sessionId: fc.constantFrom(1, 2, null),
    itemInSession: fc.constantFrom(0, 1, 2),
    ts: fc.constantFrom(1_541_062_800_000, 1_541_062_800_001, 1_541_149_200_000),
    page: fc.constantFrom('NextSong', 'NextSong', 'NextSong', 'Home'),
    song: fc.constantFrom('One', 'Two', 'FÃ¼r', 'Für', null),
    artist: fc.constantFrom('Björk', garbled, 'Other'),
    length: fc.constantFrom(100, 200),
    level: fc.constantFrom('free', 'paid'),
    firstName: fc.constantFrom('Ann', 'RenÃ©e'),
    location: fc.constantFrom('Here', 'MÃ¼nchen'),
  })
  .map(logLine)
const catalogueLine = fc
  .record({
    song_id: fc.constantFrom('S1', 'S2', 'S3', 'S4', 'S5', null),
    artist_id: fc.constantFrom('A1', 'A2'),
    artist_name: fc.constantFrom('Björk', garbled, 'Other', 'Nobody'),
    title: fc.constantFrom('One', 'Two', 'FÃ¼r', 'Für'),
    duration: fc.constantFrom(100, 150, 210),
    year: fc.constantFrom(0, 1999),
  })
  .map(songLine)
const broken = fc.constantFrom('this is no JSON', '{"ts":"never"}')
const linesOf = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 12, arbitrary: line }, { weight: 1, arbitrary: broken }), { minLength: 0, maxLength: 6 })
    .map((lines) => lines.join('\n'))
const logPaths = [1, 2, 3].map((day) => `log_data/2018-11-0${day}-events.json`)
const songPaths = ['a', 'b', 'c'].map((name) => `song_data/${name}.json`)
const someOf = (paths: readonly string[], lines: fc.Arbitrary<string>): fc.Arbitrary<Files> =>
  fc.dictionary(fc.constantFrom(...paths), lines, { minKeys: 1, maxKeys: paths.length, noNullPrototype: true })
const files: fc.Arbitrary<Files> = fc
  .tuple(someOf(logPaths, linesOf(eventLine)), someOf(songPaths, linesOf(catalogueLine)))
  .map(([log, song]) => ({ ...log, ...song }))
const paths = [...logPaths, ...songPaths]
/**
 * The next state: what the load before had, but for some files, half the time for one: its lines alone touch the rows of the others, as a
 * further name of an artist touches plays of their other songs. `back` is how many loads were taken back before it; with `renames` all
 * files stay, and an artist has a further name.
 */
const change = fc.record({
  next: files,
  kept: fc.oneof(fc.subarray(paths), fc.subarray(paths, { minLength: paths.length - 1 })),
  back: fc.constantFrom(0, 0, 1),
  renames: fc.option(fc.nat(), { freq: 1 }),
})

const lineSchema = z.looseObject({
  page: z.string().optional(),
  song: z.string().nullish(),
  artist: z.string().nullish(),
  title: z.string().nullish(),
  artist_id: z.string().nullish(),
  artist_name: z.string().nullish(),
})

/** The records of some files that can be read. */
function recordsIn(files: Files): readonly z.output<typeof lineSchema>[] {
  return Object.values(files)
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => (line.startsWith('{') ? [lineSchema.parse(JSON.parse(line))] : []))
}

/**
 * The same files and a later line of the catalogue, which gives the artist of a title another name: the one that a play of that title has.
 * So the play matches now, though neither its file nor that of its song was touched.
 */
function renamed(files: Files, which: number): Files {
  const records = recordsIn(files)
  const isKnown = (id: string, name: string): boolean =>
    records.some(({ artist_id, artist_name }) => artist_id === id && artist_name === name)
  const pairs = records.flatMap(({ title, artist_id }) =>
    records.flatMap(({ page, song, artist }) =>
      page === 'NextSong' && song === title && artist != null && artist_id != null && !isKnown(artist_id, artist)
        ? [{ artist_id, artist_name: artist }]
        : [],
    ),
  )
  const name = pairs[which % pairs.length] ?? { artist_id: 'A1', artist_name: 'Nobody' }
  return { ...files, 'song_data/later.json': songLine({ song_id: 'S9', title: 'Later', ...name }) }
}

describe('a load that begins as a copy of another', () => {
  it('equals a load in full, cell by cell, whatever files came, changed and went, in any order, also after a rollback', {
    timeout: lengths({ gate: 120_000, soak: 3_600_000 }),
  }, async () => {
    const place = await createPlace()
    const engine = await openEngine(place.options)
    const full = await openEngine({ ...place.options, folder: join(place.folder, 'full') })
    let [now, id]: [Files, LoadId] = [{}, 0]
    await fc.assert(
      fc.asyncProperty(files, fc.array(change, { minLength: 1, maxLength: 3 }), async (first, changes) => {
        await arrange(place, first, now)
        now = first
        const published = [++id]
        await load(engine, id)
        for (const [at, { next, kept, back, renames }] of changes.entries()) {
          const same = Object.fromEntries(kept.flatMap((path) => (now[path] === undefined ? [] : [[path, now[path]]])))
          const files: Files = renames === null ? { ...next, ...same } : renamed(now, renames)
          await arrange(place, files, now)
          now = files
          const staged = await load(engine, ++id, published.at(-1 - back) ?? published[0])
          published.push(id)
          if (at < changes.length - 1) continue
          const whole = await load(full, id)
          expect(await contentOf(engine, id)).toEqual(await contentOf(full, id))
          for (const dataset of ['log', 'song'] as const) {
            const { rows, rejected } = whole[dataset]
            expect(staged[dataset]).toMatchObject({ rows, rejected })
          }
        }
        await engine.retain([])
        await full.retain([])
      }),
      // At the gate there is no time to look for a smaller case.
      { numRuns: lengths({ gate: 5, soak: 600 }), endOnFailure: lengths({ gate: true, soak: false }) },
    )
  })

  it('matches the plays of other songs again: by a further name of their artist, and by the title that a song had', async () => {
    const place = await createPlace()
    const engine = await openEngine(place.options)
    const catalogue = (song_id: string, title: string, artist_id: string, artist_name: string): string =>
      songLine({ song_id, title, artist_id, artist_name })
    const plays = ['New Name', 'Old Name'].map((artist, itemInSession) =>
      logLine({ song: 'One', artist, itemInSession }),
    )
    const old: Files = {
      'log_data/a.json': plays.join('\n'),
      'song_data/a.json': catalogue('S1', 'One', 'A1', 'Old Name'),
    }
    const renamed: Files = { ...old, 'song_data/b.json': catalogue('S2', 'Two', 'A1', 'New Name') }
    const retitled: Files = { ...old, 'song_data/b.json': catalogue('S1', 'And', 'A2', 'Old Name') }
    let [now, id]: [Files, LoadId] = [{}, 0]
    for (const [next, matched] of [
      [old, [null, 'S1']],
      [renamed, ['S1', 'S1']],
      [old, [null, 'S1']],
      [retitled, [null, null]],
      [old, [null, 'S1']],
    ] as const) {
      await arrange(place, next, now)
      now = next
      await load(engine, ++id, id === 1 ? undefined : id - 1)
      const sql = 'select song_id from songplays order by item_in_session'
      const { rows } = await engine.query({ kind: 'live', load: id }, { sql }, { maxRows: 9, signal: never })
      expect([id, rows.flat()]).toEqual([id, matched])
    }
  })
})

const [one, two, three] = logPaths
const day = (n: number, changes: object = {}): string =>
  logLine({ ts: Date.UTC(2018, 10, n, 12), sessionId: n, ...changes })
const start: Files = {
  [one ?? '']: day(1),
  [two ?? '']: `${day(2)}\n${day(2, { itemInSession: 1 })}`,
  'song_data/a.json': songLine(),
}

describe('what has changed since a load', () => {
  it('is read alone, and the rest is counted on', async () => {
    const place = await createPlace()
    const engine = await openEngine(place.options)
    await arrange(place, start)
    await load(engine, 1)
    const next: Files = { [two ?? '']: day(2), [three ?? '']: day(3), 'song_data/a.json': songLine() }
    await arrange(place, next, start)
    expect(await engine.changes(1, await engine.sources(never), never)).toEqual({
      files: [
        { path: join(place.folder, two ?? ''), bytes: day(2).length, change: 'changed' },
        { path: join(place.folder, three ?? ''), bytes: day(3).length, change: 'new' },
        { path: join(place.folder, one ?? ''), bytes: day(1).length, change: 'gone' },
      ],
      unchanged: 1,
    })
    expect(await load(engine, 2, 1)).toEqual({
      log: { rows: 2, rejected: 0, reasons: [], read: { rows: 2, new: 1, changed: 1, gone: 1 } },
      song: { rows: 1, rejected: 0, reasons: [], read: { rows: 0, new: 0, changed: 0, gone: 0 } },
    })
    const listed = (path: string, bytes: number, day: string | null) => ({
      path: basename(path),
      dataset: day === null ? 'song' : 'log',
      bytes,
      day,
      rows: 1,
      rejected: 0,
    })
    expect(await engine.loadedFiles(2, never)).toEqual([
      listed(three ?? '', day(3).length, '2018-11-03'),
      listed(two ?? '', day(2).length, '2018-11-02'),
      listed('song_data/a.json', songLine().length, null),
    ])
  })

  it('is nothing where a file was only written again, and everything where its size or its content differs', async () => {
    const place = await createPlace()
    // Long after the files were written: what their times say can be relied on.
    const engine = await openEngine({ ...place.options, now: () => Date.now() + 3_600_000 })
    await arrange(place, start)
    await load(engine, 1)
    const path = join(place.folder, one ?? '')
    const seen = async (): Promise<readonly string[]> =>
      (await engine.changes(1, await engine.sources(never), never))?.files.map(({ change }) => change) ?? []
    expect(await seen()).toEqual([])
    await utimes(path, new Date(0), new Date(0))
    expect(await seen()).toEqual([])
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('"free"', '"paid"'))
    await utimes(path, new Date(0), new Date(0))
    expect(await seen()).toEqual(['changed'])
    await writeFile(path, `${text}\n`)
    expect(await seen()).toEqual(['changed'])
    await writeFile(path, text)
    expect(await seen()).toEqual([])
    // The next load knows it by the time of now, and does not read it again.
    await load(engine, 2, 1)
    const [log] = (await engine.sources(never)).log
    expect(await cell(engine, 2, 'live', `select path || ' ' || _stamp from source_files where path = '${path}'`)).toBe(
      `${path} ${log?.stamp}`,
    )
  })

  it('is seen in a file that changed within the same moment as it was listed', async () => {
    const place = await createPlace()
    const engine = await openEngine(place.options)
    await arrange(place, start)
    await load(engine, 1)
    const text = start[one ?? ''] ?? ''
    await writeFile(join(place.folder, one ?? ''), text.replace('"free"', '"paid"'))
    await load(engine, 2, 1)
    expect(await cell(engine, 2, 'live', "select count(*) from staging_events where level = 'paid'")).toBe(1)
  })

  it('is seen in a file that was written between its listing and its reading', async () => {
    const place = await createPlace()
    // The clock of the file system is ahead, so that what was just written counts as settled.
    const engine = await openEngine({ ...place.options, now: () => Date.now() + 10_000 })
    await arrange(place, start)
    const sources = await engine.sources(never)
    await writeFile(join(place.folder, one ?? ''), (start[one ?? ''] ?? '').replace('"free"', '"paid"'))
    await engine.begin(1, wholeSchema, workWith())
    await engine.stage(1, 'log', sources, 0, workWith())
    const unhashed = "select regexp_extract(path, '[^/]+$') from source_files where _hash is null"
    expect(await cell(engine, 1, 'candidate', unhashed)).toBe(one?.replace('log_data/', ''))
    await engine.stage(1, 'song', sources, 0, workWith())
    await engine.publish(1, workWith())
    const changes = await engine.changes(1, await engine.sources(never), never)
    expect(changes?.files.map(({ change }) => change)).toEqual(['changed'])
  })

  it('finds no block of the live load damaged without saying how to load again', async () => {
    const place = await createPlace()
    const engine = await openEngine(place.options)
    await arrange(place, start)
    await load(engine, 1)
    const path = join(place.options.folder, '1.duckdb')
    const bytes = await readFile(path)
    // Behind the file's three headers: every block that holds rows or the catalogue.
    bytes.fill(0x5a, 3 * 4096 + 512)
    await writeFile(path, bytes)
    await arrange(place, { ...start, [one ?? '']: day(1) }, {})
    await expect(load(engine, 2, 1)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('load 2, which begins as a copy of the live one, is damaged'),
      fixCommand: 'etl full=yes',
    })
    await load(engine, 3)
  })

  it('may be left in place: the rows of a file that is gone stay where that is asked for', async () => {
    const place = await createPlace()
    const engine = await openEngine({ ...place.options, keepGone: true })
    await arrange(place, start)
    await load(engine, 1)
    const { [one ?? '']: _, ...next } = start
    await arrange(place, next, start)
    expect(await load(engine, 2, 1)).toMatchObject({ log: { rows: 3, read: { gone: 0 } } })
    expect(await cell(engine, 2, 'live', 'select count(*) from songplays')).toBe(3)
    expect(await load(engine, 3, 2, 'all')).toMatchObject({ log: { rows: 3 } })
    const elsewhere = await createPlace()
    await arrange(elsewhere, next)
    const moved = await openEngine({ ...elsewhere.options, folder: place.options.folder, keepGone: true })
    expect(await load(moved, 4, 3)).toMatchObject({ log: { rows: 2, read: { rows: 0, gone: 1 } } })
    await rm(join(place.options.folder, '4.duckdb'))
    const lost = moved.begin(5, wholeSchema, workWith(), {
      load: 4,
      reads: 'all',
      sources: await moved.sources(never),
    })
    await expect(lost).rejects.toMatchObject({ code: 'storage', remedy: expect.stringContaining('GONE_FILES=drop') })
  })

  it('does not keep the rows of a file that is there and left out, whatever is kept of those that are gone', async () => {
    const place = await createPlace()
    const engine = await openEngine({ ...place.options, keepGone: true })
    await arrange(place, start)
    await load(engine, 1)
    const sources = without(await engine.sources(never), [join(place.folder, one ?? '')])
    expect((await engine.changes(1, sources, never))?.files).toMatchObject([{ change: 'gone' }])
    for (const [id, reads] of [
      [2, 'changes'],
      [3, 'all'],
    ] as const) {
      await engine.begin(id, wholeSchema, workWith(), { load: 1, reads, sources })
      expect(await engine.stage(id, 'log', sources, 0, workWith())).toMatchObject({ rows: 2 })
    }
  })

  it('counts the unreadable rows of unchanged files again', async () => {
    const place = await createPlace()
    const engine = await openEngine(place.options)
    await arrange(place, { ...start, [one ?? '']: `${day(1)}\nthis is no JSON` })
    await load(engine, 1)
    await writeFile(join(place.folder, three ?? ''), day(3))
    await engine.begin(2, wholeSchema, workWith(), {
      load: 1,
      reads: 'changes',
      sources: { log: [], song: [], summary: '' },
    })
    const sources = await engine.sources(never)
    await expect(engine.stage(2, 'log', sources, 0, workWith())).rejects.toMatchObject({
      code: 'bad_data',
      message: expect.stringContaining('2018-11-01-events.json, line 2'),
      fixCommand: 'etl max-errors=1',
    })
    expect(await engine.stage(2, 'log', sources, 1, workWith())).toMatchObject({ rows: 4, rejected: 1 })
  })

  it('is known when a step is begun again after a crash, and nothing of it is left in the file that is published', async () => {
    const place = await createPlace()
    const engine = await openEngine(place.options)
    await arrange(place, start)
    await load(engine, 1)
    await writeFile(join(place.folder, three ?? ''), day(3, { song: 'New' }))
    const sources = await engine.sources(never)
    await engine.begin(2, wholeSchema, workWith(), {
      load: 1,
      reads: 'changes',
      sources: { log: [], song: [], summary: '' },
    })
    const staged = await engine.stage(2, 'log', sources, 0, workWith())
    const again = await engine.stage(2, 'log', sources, 0, workWith())
    expect(withoutFields(again)).toEqual(withoutFields(staged))
    await engine.stage(2, 'song', sources, 0, workWith())
    for (const { table, statements } of library.etl) {
      const written = await engine.transform(2, table, statements, workWith())
      expect(await engine.transform(2, table, statements, workWith())).toBe(written)
    }
    expect(await cell(engine, 2, 'candidate', "select count(*) from songplays where song_title = 'New'")).toBe(1)
    await engine.publish(2, workWith())
    const schemas = `select count(*) from duckdb_schemas() where database_name = current_database() and schema_name = 'increment'`
    expect(await cell(engine, 2, 'live', schemas)).toBe(0)
  })
})

describe('an audit that asks for the touched rows', () => {
  it('finds what one of all rows finds, by each check', async () => {
    const place = await createPlace()
    const engine = await openEngine(place.options)
    await arrange(place, { [one ?? '']: day(1), 'song_data/a.json': songLine() })
    await load(engine, 1)
    const item = (itemInSession: number, changes: object = {}): string =>
      day(3, { itemInSession, ts: Date.UTC(2018, 10, 3, 12, itemInSession), ...changes })
    const view = { page: 'Home', song: null, artist: null }
    const wrong = [item(0, { userId: '' }), item(1, { userId: 'x' }), item(2), item(2, { song: 'Other' })]
    const right = [item(3), item(4), item(5), item(6), item(7, view), item(8, view)]
    await writeFiles(place.folder, { [three ?? '']: [...wrong, ...right].join('\n') })
    const sources = await engine.sources(never)
    await engine.begin(2, wholeSchema, workWith(), { load: 1, reads: 'changes', sources })
    await engine.stage(2, 'log', sources, 0, workWith())
    await engine.stage(2, 'song', sources, 0, workWith())
    for (const { table, statements } of library.etl) await engine.transform(2, table, statements, workWith())
    const faults = [
      'delete from songplays where item_in_session = 3 and session_id = 3',
      'insert into songplays from songplays where item_in_session = 4',
      "update songplays set song_id = 'SO9' where item_in_session = 5",
      'delete from page_views where item_in_session = 7',
      'insert into page_views from page_views where item_in_session = 8',
      "delete from time where start_time = timestamp '2018-11-03 12:05:00'",
      "insert into time from time where start_time = timestamp '2018-11-03 12:06:00'",
      "update users set level = 'other'",
    ]
    await engine.execute(
      2,
      faults.map((sql) => ({ sql })),
      workWith(),
    )
    const offending = await requireSameVerdicts(engine, 2, 1)
    expect(Object.entries(offending).filter(([, rows]) => rows === 0)).toEqual([])
    const withKey = library.checks.filter(({ key }) => key !== null)
    expect(Object.keys(offending).toSorted()).toEqual(['lost plays', ...withKey.map(({ name }) => name)].toSorted())
  })
})
