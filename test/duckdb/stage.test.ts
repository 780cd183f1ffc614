import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Staged } from '../../src/core/ports/engine.ts'
import { createDuckdbEngine, type DuckdbOptions } from '../../src/duckdb/engine.ts'
import { lengths } from '../support/soak.ts'
import {
  cell,
  logLine,
  never,
  openEngine,
  songLine,
  temporaryFolder,
  wholeSchema,
  workWith,
  writeFiles,
} from './support.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

const twoSongs: Files = { 'A/a.json': songLine({ song_id: 'S1' }), 'A/B/b.json': `${songLine({ song_id: 'S2' })}\n` }

/** The engine of most tests, and where it reads; its staging tables are emptied before each. */
let shared: { readonly engine: Engine; readonly folder: string }

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-stage-'))
  const engine = await createDuckdbEngine(optionsIn(folder))
  await engine.begin(1, wholeSchema, workWith())
  shared = { engine, folder }
})

afterAll(async () => {
  await shared.engine.close()
  await rm(shared.folder, { recursive: true })
})

const optionsIn = (folder: string): DuckdbOptions => ({
  folder: join(folder, 'loads'),
  logData: join(folder, 'log_data'),
  songData: join(folder, 'song_data'),
})

async function openWith(log: Files, song: Files = twoSongs): Promise<Engine> {
  const { engine, folder } = shared
  for (const data of ['log_data', 'song_data']) await rm(join(folder, data), { recursive: true, force: true })
  await writeSources(folder, log, song)
  const tables = ['staging_events', 'staging_songs', 'source_files']
  await engine.execute(
    1,
    tables.map((table) => ({ sql: `delete from ${table}` })),
    workWith(),
  )
  return engine
}

async function openBelow(below: string, log: Files): Promise<Engine> {
  const folder = join(await temporaryFolder(), below)
  await writeSources(folder, log, twoSongs)
  const engine = await openEngine(optionsIn(folder))
  await engine.begin(1, wholeSchema, workWith())
  return engine
}

async function writeSources(folder: string, log: Files, song: Files): Promise<void> {
  await writeFiles(join(folder, 'log_data'), log)
  await writeFiles(join(folder, 'song_data'), song)
}

/** What is staged, without the fields of the source, which fields.test.ts is about. */
async function stage(engine: Engine, dataset: 'log' | 'song', maxErrors = 0): Promise<Omit<Staged, 'fields'>> {
  const { fields: _, ...staged } = await engine.stage(1, dataset, await engine.sources(never), maxErrors, workWith())
  return staged
}

async function stageLog(content: string | Uint8Array, maxErrors = 0): Promise<Omit<Staged, 'fields'>> {
  return stage(await openWith({ '2018-11-29-events.json': content }), 'log', maxErrors)
}

const good = [logLine({ itemInSession: 0 }), logLine({ itemInSession: 1 }), logLine({ itemInSession: 2 })]
const ask = (engine: Engine, sql: string): Promise<unknown> => cell(engine, 1, 'candidate', sql)

describe('staging what can be read', () => {
  it('reads every field of a log line under its own name', async () => {
    const engine = await openWith({ 'a.json': logLine() })
    expect(await stage(engine, 'log')).toEqual({ rows: 1, rejected: 0, reasons: [] })
    const sql = 'select * from staging_events'
    const { columns, rows } = await engine.query({ kind: 'candidate', load: 1 }, { sql }, { maxRows: 9, signal: never })
    expect(Object.fromEntries(columns.map(({ name }, i) => [name, rows[0]?.[i]]))).toEqual({
      _file: 1,
      artist: 'Harmonia',
      auth: 'Logged In',
      firstname: 'Ryan',
      gender: 'M',
      iteminsession: 0,
      lastname: 'Smith',
      length: 655.77751,
      level: 'free',
      location: 'San Jose-Sunnyvale-Santa Clara, CA',
      method: 'PUT',
      page: 'NextSong',
      registration: 1541016707796,
      sessionid: 583,
      song: 'Sehr kosmisch',
      status: 200,
      ts: 1542241826796,
      useragent: '"Mozilla/5.0"',
      userid: '26',
    })
  })

  it('reads blank lines, Windows line ends, packed files and a missing last line end', async () => {
    const engine = await openWith({
      'blank.json': `\n${good[0]}\n\n   \n${good[1]}`,
      'windows.json': `${good.join('\r\n')}\r\n`,
      'packed.json.gz': gzipSync(good.join('\n')),
      'twice-packed.json.gz': Buffer.concat([gzipSync(`${good[0]}\n`), gzipSync(`${good[1]}\n`)]),
      'empty.json': '',
    })
    expect(await stage(engine, 'log')).toEqual({ rows: 10, rejected: 0, reasons: [] })
  })

  it.each([
    ['with one record a line', good.join('\n')],
    ['with several records on a line', good.join(' ')],
  ])('reads files that DuckDB does not open, beside one %s', async (_, beside) => {
    const engine = await openWith({
      'beside.json': beside,
      'padded.json.gz': Buffer.concat([gzipSync(good.join('\n')), Buffer.alloc(512)]),
      'capitals.json.GZ': gzipSync(good.join('\n')),
      'back\\slash.json': good.join('\n'),
    })
    expect(await stage(engine, 'log')).toEqual({ rows: 12, rejected: 0, reasons: [] })
  })

  it('finds names in any spelling, in files that spell them differently and in one line', async () => {
    const lower = logLine().replaceAll(/"(\w+)":/g, (name) => name.toLowerCase())
    const upper = logLine().replaceAll(/"(\w+)":/g, (name) => name.toUpperCase())
    const engine = await openWith({ 'a.json': `${logLine()}\n${lower}\n`, 'b.json': upper })
    expect(await stage(engine, 'log')).toEqual({ rows: 3, rejected: 0, reasons: [] })
    expect(
      await ask(engine, "select count(*) from staging_events where firstname = 'Ryan' and useragent <> '' and ts > 0"),
    ).toBe(3)
  })

  it('takes the usual spelling of a name where a record holds two, also beside a record that lacks fields', async () => {
    const [usual, other] = [logLine({ userId: '26' }), '"userid":"99"']
    const both = [`{${other},${usual.slice(1)}`, `${usual.slice(0, -1)},${other}}`]
    for (const lines of [both, [...both, '{"page":"Home"}']]) {
      const engine = await openWith({ 'a.json': lines.join('\n') })
      expect(await stage(engine, 'log')).toEqual({ rows: lines.length, rejected: 0, reasons: [] })
      expect(await ask(engine, "select count(*) from staging_events where userid = '26'")).toBe(2)
    }
  })

  it('takes a field that is absent for null, and passes over fields it does not know', async () => {
    const engine = await openWith({ 'a.json': `{"page":"Home","ts":1541073600000,"extra":{"deep":[1]}}\n${logLine()}` })
    expect(await stage(engine, 'log')).toEqual({ rows: 2, rejected: 0, reasons: [] })
    expect(await ask(engine, 'select count(*) from staging_events where userid is null and ts = 1541073600000')).toBe(1)
  })

  it('reads songs on one line, over several lines, side by side and after a byte order mark', async () => {
    const engine = await openWith(
      { 'a.json': logLine() },
      {
        'pretty.json': JSON.stringify(JSON.parse(songLine({ song_id: 'S1' })), null, 2),
        'many.json': [2, 3, 4].map((n) => songLine({ song_id: `S${n}` })).join('\n'),
        'beside.json': songLine({ song_id: 'S5' }) + songLine({ song_id: 'S6' }),
        'marked.json': `\ufeff${songLine({ song_id: 'S7' })}`,
      },
    )
    expect((await stage(engine, 'song')).rows).toBe(7)
    expect(await ask(engine, 'select count(distinct song_id) from staging_songs where duration > 233')).toBe(7)
  })

  it('reads a line of 10 MB', async () => {
    const engine = await openWith({ 'a.json': `${good[0]}\n${logLine({ song: 'x'.repeat(10_000_000) })}\n${good[1]}` })
    expect((await stage(engine, 'log')).rows).toBe(3)
    expect(await ask(engine, 'select max(length(song)) from staging_events')).toBe(10_000_000)
  })

  it('reads files whatever their names hold', async () => {
    const names = [
      'sp ace',
      "quo'te",
      'dou"ble',
      'ünïcödé 🎧',
      'a[1]',
      'a*',
      'a?',
      '**',
      '{a,b}',
      '$files',
      '%s',
      '\\',
      'a1',
    ]
    const log = Object.fromEntries(names.map((name, n) => [`${name}/${name}.json`, logLine({ itemInSession: n })]))
    const engine = await openWith(log)
    expect((await stage(engine, 'log')).rows).toBe(names.length)
    expect(await ask(engine, 'select count(distinct iteminsession) from staging_events')).toBe(names.length)
  })

  it.each(["it's", 'a[1]', 'a*', '[', 'ünïcödé 🎧', '{x} $y'])(
    'works in a folder whose name holds %s',
    async (name) => {
      const engine = await openBelow(name, { 'a.json': good.join('\n') })
      expect((await stage(engine, 'log')).rows).toBe(3)
      expect((await stage(engine, 'song')).rows).toBe(2)
      await engine.publish(1, workWith())
      expect(await cell(engine, 1, 'live', 'select count(*) from staging_events')).toBe(3)
    },
  )

  it('keeps the listing of the sources with the load, once for each dataset however often it is staged', async () => {
    const engine = await openWith({ '2018/11/2018-11-29-events.json': logLine(), 'other.json': logLine() })
    for (const dataset of ['log', 'song', 'log', 'song'] as const) await stage(engine, dataset)
    const sql = 'select dataset, day, sum(bytes) as bytes, count(*) as n from source_files group by 1, 2 order by 1, 2'
    const { rows } = await engine.query({ kind: 'candidate', load: 1 }, { sql }, { maxRows: 9, signal: never })
    expect(rows).toEqual([
      ['log', '2018-11-29', logLine().length, 1],
      ['log', null, logLine().length, 1],
      ['song', null, 2 * songLine({ song_id: 'S1' }).length + 1, 2],
    ])
  })

  it('says how far it is while it reads, in percent of the bytes', async () => {
    // Files of 50 kB, of which 42 just make the two megabytes that a statement reads.
    const names = Array.from({ length: 100 }, (_, at) => `A/${100 + at}.json`)
    const fileOf = (name: string): string => songLine({ song_id: name, title: name.padEnd(50_000, 'x') })
    const song = Object.fromEntries(names.map((name) => [name, fileOf(name)]))
    const engine = await openWith({ 'a.json': logLine() }, song)
    const told: string[] = []
    const sources = await engine.sources(never)
    const work = workWith(never, (detail) => told.push(detail))
    await engine.stage(1, 'log', sources, 0, work)
    await engine.stage(1, 'song', sources, 0, work)
    expect(told).toEqual(['42%', '84%'])
    expect(await cell(engine, 1, 'candidate', 'select count(distinct left(title, 10)) from staging_songs')).toBe(100)
    const misplaced = `select count(*) from staging_songs join source_files on _number = _file and dataset = 'song'
      where not contains(path, song_id)`
    expect(await cell(engine, 1, 'candidate', misplaced)).toBe(0)
  })
})

describe('a row that cannot be read stops the load with file, line and reason', () => {
  const cases: readonly [title: string, content: string | Uint8Array, message: RegExp][] = [
    [
      'a malformed line',
      `${good[0]}\n{"artist":\n${good[1]}`,
      /^2018-11-29-events\.json, line 2: not valid JSON \(unexpected end of data\)/,
    ],
    ['a malformed first line', `{"artist" "x"}\n${good[1]}`, /line 1: not valid JSON \(unexpected character\)/],
    ['a malformed line after blank ones', `\n${good[0]}\n\n\n{"artist"}\n`, /line 5: not valid JSON/],
    ['a line cut off at the end of the file', `${good[0]}\n${good[1]?.slice(0, 50)}`, /line 2: not valid JSON/],
    [
      'what stands behind a record on its line',
      `${good[0]} xx ${good[1]}`,
      /line 1, record 2: not valid JSON \(unexpected character\) at "xx ?" \(1 row\)/,
    ],
    [
      'a number that is none',
      `${good[0]}\n\n${logLine({ registration: '15401O6212796.0' })}`,
      /line 3: registration is "15401O6212796\.0", not a number \(1 row\)\. Live tables are untouched\.$/,
    ],
    [
      'a whole number that is none',
      logLine({ sessionId: 'x' }),
      /line 1: sessionId is "x", not a whole number \(1 row\)/,
    ],
    [
      'a whole number out of range',
      logLine({ sessionId: 3e10 }),
      /line 1: sessionId is 30000000000(\.0)?, out of range: it may be up to 2147483647/,
    ],
    ['an object for a number', logLine({ ts: { at: 1 } }), /line 1: ts is \{"at":1\}, not a whole number \(1 row\)/],
    ['an empty text for a number', logLine({ length: '' }), /line 1: length is "", not a number/],
    ['a field given twice', `${good[0]?.slice(0, -1)},"ts":1}`, /line 1: a field is given twice/],
    [
      'a file that holds an array',
      `[${good.join(',')}]`,
      /line 1: it is an element of an array; records stand one after the other, .* \(3 rows\)/,
    ],
    [
      'a file that holds an array over several lines',
      `[\n${good.join(',\n')}\n]`,
      /line 2: it is an element of an array; .* \(3 rows\)/,
    ],
    ['a line that is no object', `${good[0]}\n"text"\n`, /line 2: it holds '"text"', not a JSON object/],
    ['a line that says null', `${good[0]}\nnull\n`, /line 2: it holds "null", not a JSON object/],
    ['a file that begins as a packed one does', '\u001f{"artist":"x"}\n', /line 1: not valid JSON/],
    ['a file that is no JSON', 'user;song\n26;Sehr kosmisch\n', /line 1: not valid JSON/],
    [
      'a binary file',
      Uint8Array.from({ length: 5000 }, (_, n) => (n * 7919) % 256),
      /line 1: (the record is not valid UTF-8|not valid JSON)/,
    ],
    ['UTF-16', Buffer.from(`\ufeff${good[0]}\n`, 'utf16le'), /^2018-11-29-events\.json is UTF-16; save it as UTF-8\./],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from(`${good[0]}\n{"artist":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      /line 2: the record is not valid UTF-8/,
    ],
    ['null bytes', Buffer.concat([Buffer.from(`${good[0]}\n`), Buffer.alloc(64)]), /line 2: not valid JSON/],
    [
      'a line of 40 MB',
      `${good[0]}\n${logLine({ song: 'x'.repeat(40_000_000) })}`,
      /line 2: the record is longer than 16 MB/,
    ],
  ]
  it.each(cases)('%s', async (_, content, message) => {
    const error = await stageLog(content).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'bad_data', message: expect.stringMatching(message) })
  })

  it('names the column as the file spells it', async () => {
    await expect(
      stageLog(logLine().replace('"registration":1541016707796', '"Registration":"soon"')),
    ).rejects.toMatchObject({
      message: expect.stringContaining('line 1: Registration is "soon", not a number'),
    })
  })

  it('says how to go on without the row, and with how many', async () => {
    await expect(stageLog(`{\n${good[0]}\n}`)).rejects.toMatchObject({
      message: expect.stringContaining('(2 rows)'),
      remedy: 'Fix the data, or load without these rows: etl max-errors=2.',
      fixCommand: 'etl max-errors=2',
    })
  })

  it('quotes at most 80 characters of what it found', async () => {
    const secret = 'ä'.repeat(5_000)
    const lines = [logLine({ ts: secret }), `{"artist":"${secret}`, `"${secret}"`, logLine({ length: [secret] })]
    for (const line of lines) {
      const error = await stageLog(line).catch((thrown: unknown) => thrown)
      const quoted = /ä+/.exec(String(error))?.[0] ?? ''
      expect(quoted.length).toBeGreaterThan(0)
      expect(quoted.length).toBeLessThanOrEqual(80)
      expect(String(error).length).toBeLessThan(400)
    }
    const [longest, longer] = ['ä'.repeat(80), 'ä'.repeat(81)]
    const shown = async (ts: string): Promise<unknown> => stageLog(logLine({ ts })).catch((error: unknown) => error)
    expect(String(await shown(longest))).toContain(`ts is "${longest}", not`)
    expect(String(await shown(longer))).toContain(`ts is "${'ä'.repeat(79)}…", not`)
  })

  it('names a song file and its line as well', async () => {
    const engine = await openWith(
      { 'a.json': logLine() },
      { ...twoSongs, 'A/C/c.json': `${songLine()}\n${songLine({ year: 'MCMLXXXII' })}` },
    )
    await expect(stage(engine, 'song')).rejects.toMatchObject({
      code: 'bad_data',
      message: expect.stringContaining('A/C/c.json, line 2: year is "MCMLXXXII", not a whole number'),
    })
  })

  it.each(['a.json', 'a.json.gz'])('a file that is gone since it was listed: %s', async (name) => {
    const engine = await openWith({ [name]: name.endsWith('.gz') ? gzipSync(good.join('\n')) : good.join('\n') })
    const sources = await engine.sources(never)
    await Promise.all(sources.log.map(({ path }) => rm(path)))
    await expect(engine.stage(1, 'log', sources, 0, workWith())).rejects.toMatchObject({
      code: 'source_missing',
      message: expect.stringContaining(name),
    })
  })

  it.each([
    ['ends too early', (packed: Buffer) => packed.subarray(0, packed.length / 2)],
    ['has a wrong checksum', (packed: Buffer) => Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)])],
    ['has a second one behind zeros', (packed: Buffer) => Buffer.concat([packed, Buffer.alloc(512), packed])],
    [
      'has another one behind a megabyte of zeros',
      (packed: Buffer) => Buffer.concat([packed, Buffer.alloc(1_500_000), packed]),
    ],
    ['is not packed at all', () => Buffer.from(good.join('\n'))],
  ])('a packed file that %s', async (_, damage) => {
    const engine = await openWith({ 'a.json.gz': damage(gzipSync(`${good.join('\n')}\n`.repeat(1000))) })
    await expect(stage(engine, 'log', 1000)).rejects.toMatchObject({
      code: 'bad_data',
      message: expect.stringMatching(/^a\.json\.gz is damaged: /),
    })
  })
})

describe('rows may be left out when they are allowed to be', () => {
  const mixed = [good[0], '{"artist":', good[1], logLine({ ts: 'soon' }), '', '[1]', good[2]].join('\n')

  it('leaves out whole rows, counts them and gives the reasons', async () => {
    const engine = await openWith({ '2018-11-29-events.json': mixed })
    const { rows, rejected, reasons } = await stage(engine, 'log', 3)
    expect([rows, rejected]).toEqual([3, 3])
    expect(reasons.map((reason) => reason.split(': ')[0])).toEqual(
      [2, 4, 6].map((n) => `2018-11-29-events.json, line ${n}`),
    )
    expect(await ask(engine, 'select count(*) from staging_events where ts is null')).toBe(0)
  })

  it('shows those of a load that is refused by column and cause, and each of them in a file', async () => {
    const engine = await openWith({
      '2018-11-28-events.json': [good[0], '{"artist":', logLine({ ts: 'soon' }), logLine({ ts: 1 })].join('\n'),
      '2018-11-29-events.json': [good[1], logLine({ ts: 'never' }), '[1]'].join('\n'),
    })
    const { evidence } = Object(await stage(engine, 'log', 1).catch((error: unknown) => error))
    expect(evidence).toMatchObject([
      {
        kind: 'table',
        title: 'Unreadable rows',
        rows: [
          ['ts', 2, '2018-11-28-events.json', 3, 'ts is "soon", not a whole number', expect.any(String)],
          [null, 1, '2018-11-28-events.json', 2, expect.stringContaining('not valid JSON'), expect.any(String)],
          ['ts', 1, '2018-11-28-events.json', 4, expect.stringContaining('out of range'), expect.any(String)],
          [null, 1, '2018-11-29-events.json', 3, expect.any(String), expect.any(String)],
        ],
      },
      { kind: 'file', name: 'unreadable-rows.csv', about: '5 unreadable rows' },
    ])
    expect(evidence[1].content.trim().split('\r\n')).toHaveLength(1 + 5)
  })

  it('refuses one more than was allowed', async () => {
    await expect(stageLog(mixed, 2)).rejects.toMatchObject({
      code: 'bad_data',
      message: expect.stringContaining('(3 rows, 2 allowed)'),
    })
  })

  it('gives no more than five reasons, from the first files', async () => {
    const engine = await openWith({ 'a.json': '{\n{\n{', 'b.json': `${good[0]}\n}\n}`, 'c.json': '{\n{\n{\n{' })
    const { rows, rejected, reasons } = await stage(engine, 'log', 100)
    expect([rows, rejected]).toEqual([1, 9])
    expect(reasons.map((reason) => reason.split(':')[0])).toEqual([
      'a.json, line 1',
      'a.json, line 2',
      'a.json, line 3',
      'b.json, line 2',
      'b.json, line 3',
    ])
  })

  it('leaves what was staged before as it was when it fails', async () => {
    const engine = await openWith({ 'a.json': good.join('\n') }, { 'bad.json': '{}{' })
    await stage(engine, 'log')
    await expect(stage(engine, 'song')).rejects.toMatchObject({ code: 'bad_data' })
    expect(await ask(engine, 'select count(*) from staging_events')).toBe(3)
    expect(await ask(engine, "select count(*) from source_files where dataset = 'song'")).toBe(0)
  })

  it('keeps exactly the readable rows, whatever lies between them', async () => {
    const engine = await openWith({})
    const { folder } = shared
    const badLine = fc.constantFrom('{"', 'xx', '[1]', 'null', '"a"', logLine({ ts: 'x' }), logLine({ length: {} }))
    const line = fc.oneof(
      fc.record({ readable: fc.constant(true), text: fc.nat(1000).map((n) => logLine({ itemInSession: n })) }),
      fc.record({ readable: fc.constant(true), text: fc.constant('{"page":"Home"}') }),
      fc.record({ readable: fc.constant(false), text: badLine }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        async (lines, end) => {
          await writeFiles(folder, { 'log_data/2018-11-29-events.json': lines.map(({ text }) => text).join(end) })
          const { rows, rejected, reasons } = await stage(engine, 'log', 100)
          const unreadable = lines.flatMap(({ readable }, n) => (readable ? [] : [n * (end === '\n\n' ? 2 : 1) + 1]))
          expect([rows, rejected]).toEqual([lines.length - unreadable.length, unreadable.length])
          const told = reasons.map((reason) => Number(/line (\d+):/.exec(reason)?.[1]))
          expect(told).toEqual(unreadable.slice(0, 5))
        },
      ),
      { numRuns: lengths({ gate: 8, soak: 250 }) },
    )
  })
})
