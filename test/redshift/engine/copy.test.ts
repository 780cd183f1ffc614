import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Staged } from '../../../src/core/ports/engine.ts'
import type { RedshiftEngineSettings } from '../../../src/redshift/engine/redshift-engine.ts'
import { logLine, songLine } from '../../duckdb/support.ts'
import { twoDays } from '../../support/two-days.ts'
import { createFastClock } from './fast-clock.ts'
import { cell, createMemoryLog, createStage, never, newStep, noSources, type Stage, wholeSchema } from './support.ts'

let folder: string
let stage: Stage
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparkify-copy-'))
  await cp(twoDays.folder, folder, { recursive: true })
  stage = await createStage({ logData: join(folder, 'log_data'), songData: join(folder, 'song_data') })
})
afterEach(() => stage.double.clearFaults())
afterAll(async () => {
  await stage.close()
  await rm(folder, { recursive: true })
})

let load = 0

/** Stages what lies below a prefix of the bucket as a load of its own. */
async function stageFrom(
  prefix: string,
  {
    maxErrors = 0,
    dataset = 'log',
    over = {},
    isListed = false,
  }: {
    maxErrors?: number
    dataset?: 'log' | 'song'
    over?: Partial<RedshiftEngineSettings>
    isListed?: boolean
  } = {},
): Promise<Staged> {
  const place = `s3://sparkify-data/${prefix}`
  const engine = stage.open({
    settings: { ...stage.settings, logData: place, songData: place, ...over },
    clock: createFastClock(1000),
  })
  load += 1
  await engine.begin(load, wholeSchema, newStep())
  const sources = isListed ? await engine.sources(never) : noSources
  return engine.stage(load, dataset, sources, maxErrors, newStep())
}

/** Writes a file of the bucket, below the prefixes that the role may read. */
async function put(key: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, key)), { recursive: true })
  await writeFile(join(folder, key), content)
}

describe('staging', () => {
  it('loads without rows left out, and takes the number of rows from the load history', async () => {
    expect(await stageFrom('log_data')).toEqual({
      rows: twoDays.counts.staging_events,
      rejected: 0,
      reasons: [],
      files: 2,
    })
    expect(await stageFrom('song_data', { dataset: 'song' })).toMatchObject({ rows: twoDays.counts.staging_songs })
  })

  it('takes the columns from a JSONPaths file', async () => {
    const keys = Object.keys(JSON.parse(logLine()))
    const jsonpaths = keys.map((key) => `$['${key}']`)
    await put('paths.json', JSON.stringify({ jsonpaths }))
    const paths = { jsonPaths: 's3://sparkify-data/paths.json' }
    expect(await stageFrom('log_data', { over: paths })).toMatchObject({ rows: twoDays.counts.staging_events })
    expect(await cell(stage.open(), load, 'candidate', 'select count(firstname) from staging_events')).toBeGreaterThan(
      0,
    )
  })

  it('replaces what an earlier attempt has staged', async () => {
    await stageFrom('log_data')
    const staged = await stage.open().stage(load, 'log', noSources, 0, newStep())
    expect(staged.rows).toBe(twoDays.counts.staging_events)
    expect(await cell(stage.open(), load, 'candidate', 'select count(*) from staging_events')).toBe(staged.rows)
  })

  it('leaves out as many rows as it may, and says which', async () => {
    await put('log_data_few/2018-11-01-events.json', [logLine(), logLine({ sessionId: 'x' }), logLine()].join('\n'))
    expect(await stageFrom('log_data_few', { maxErrors: 1 })).toEqual({
      rows: 2,
      rejected: 1,
      reasons: ["log_data_few/2018-11-01-events.json, line 2: sessionid is not a whole number: 'x' at position 1"],
      unreadable: [
        {
          file: 's3://sparkify-data/log_data_few/2018-11-01-events.json',
          line: 2,
          record: 1,
          column: 'sessionid',
          reason: "sessionid is not a whole number: 'x' at position 1",
          likely_fix: 'Fix it in the file.',
        },
      ],
      files: 1,
    })
    await expect(stageFrom('log_data_few')).rejects.toMatchObject({ code: 'bad_data' })
    // More COPY does not take.
    expect(await stageFrom('log_data_few', { maxErrors: 100_000 })).toMatchObject({ rows: 2, rejected: 1 })
  })

  it('refuses what COPY takes and what cannot be, by its keys; as many as may be are removed', async () => {
    const lines = [
      logLine(),
      logLine({ itemInSession: 1, length: 1e16 }),
      logLine({ itemInSession: 2, ts: 1541073600 }),
      logLine({ itemInSession: 3, userId: '2147483648' }),
      '{"events": []}',
    ]
    await put('log_data_odd/2018-11-01-events.json', lines.join('\n'))
    await expect(stageFrom('log_data_odd', { maxErrors: 3 })).rejects.toMatchObject({
      code: 'bad_data',
      fixCommand: 'etl max-errors=4',
      message: expect.stringMatching(
        /^user 2147483648, session 583, item 3, on 2018-11-15: userId is 2147483648, out of range: .* \(4 rows, 3 allowed\)/,
      ),
    })
    const { rows, rejected, reasons } = await stageFrom('log_data_odd', { maxErrors: 4 })
    expect([rows, rejected]).toEqual([1, 4])
    expect(reasons.slice(1)).toEqual([
      expect.stringMatching(/^user 26, session 583, item 1, on 2018-11-15: length is 1.*, out of range/),
      'user 26, session 583, item 2: ts is 1541073600, out of range: it looks like seconds, not milliseconds',
      'an event without keys: it has no value in any field of an event',
    ])
    expect(await cell(stage.open(), load, 'candidate', 'select count(*) from staging_events')).toBe(1)
    await put('log_data_all_odd/a.json', lines.slice(1).join('\n'))
    await expect(stageFrom('log_data_all_odd')).rejects.toMatchObject({ fixCommand: undefined })
  })

  it('says where and why rows cannot be read, by column and cause, with the cure and the ids', async () => {
    const lines = [
      logLine(),
      logLine({ registration: '15401O6212796.0' }),
      logLine({ registration: '1X' }),
      logLine({ gender: 'F'.repeat(65) }),
      '{"artist": ',
    ]
    await put('log_data_bad/2018-11-02-events.json', lines.join('\n'))
    const failure = await stageFrom('log_data_bad', { maxErrors: 2 }).catch((error) => error)
    expect(failure).toMatchObject({
      code: 'bad_data',
      fixCommand: 'etl max-errors=30',
      message:
        "log_data_bad/2018-11-02-events.json, line 2: registration is not a number: 'O' at position 6 " +
        '(3 rows so far, 2 allowed). Live tables are untouched.',
      remedy: 'Fix it in the file. Or leave out up to 30 such rows: etl max-errors=30.',
    })
    const [table, ids] = failure.evidence
    expect(table).toMatchObject({
      title: 'Unreadable rows',
      columns: ['column', 'rows', 'first_file', 'line', 'reason', 'likely_fix'],
    })
    expect(table.rows).toEqual([
      [
        'registration',
        2,
        's3://sparkify-data/log_data_bad/2018-11-02-events.json',
        2,
        expect.any(String),
        'Fix it in the file.',
      ],
      [
        'gender',
        1,
        's3://sparkify-data/log_data_bad/2018-11-02-events.json',
        4,
        'gender is longer than the 64 bytes allowed',
        'Shorten it, or widen gender in sql/schema/staging.sql.',
      ],
    ])
    expect(ids).toMatchObject({
      title: 'AWS ids',
      rows: [
        ['statement', expect.any(String)],
        ['query', expect.any(String)],
      ],
    })
  })

  const mistakes: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['cut_json', '{"song_id": "S1"', /not valid JSON/],
    [
      'not_utf8',
      Buffer.concat([Buffer.from('{"title": "'), Buffer.from([0xff]), Buffer.from('"}')]),
      /title is not valid UTF-8/,
    ],
    ['overflow', songLine({ year: 99999999999 }), /year: Overflow/],
    ['too_long', songLine({ title: 'ü'.repeat(2049) }), /title is longer than the 4,096 bytes allowed/],
  ]
  it.each(mistakes)('recognises %s', async (name, content, expected) => {
    await put(`song_data_${name}/1.json`, content)
    await expect(stageFrom(`song_data_${name}`, { dataset: 'song' })).rejects.toMatchObject({
      code: 'bad_data',
      message: expect.stringMatching(expected),
      // COPY reads the whole prefix, so none of its files can be put in quarantine.
      files: [],
    })
  })
})

describe('sources that cannot be read', () => {
  const failures: readonly (readonly [string, string, Partial<RedshiftEngineSettings>, object])[] = [
    ['an absent bucket', 'log_data', { logData: 's3://nobodys-bucket/log_data' }, { code: 'source_missing' }],
    [
      'a bucket in another region',
      'log_data',
      { dataRegion: 'eu-west-1' },
      { code: 'source_unreadable', remedy: expect.stringContaining('SPARKIFY_DATA_REGION') },
    ],
    [
      'a prefix the role may not list',
      'secret_data',
      {},
      { code: 'source_unreadable', remedy: expect.stringContaining('s3:ListBucket') },
    ],
    ['an empty prefix', 'log_data_none', {}, { code: 'source_missing' }],
    [
      'an absent JSONPaths file',
      'log_data',
      { jsonPaths: 's3://sparkify-data/paths-none.json' },
      { code: 'source_missing', remedy: expect.stringContaining('SPARKIFY_LOG_JSONPATHS') },
    ],
    [
      'a role that is not attached',
      'log_data',
      { roleArn: async () => 'arn:aws:iam::123456789012:role/other' },
      { code: 'aws_denied', remedy: expect.stringContaining('spin-up') },
    ],
  ]
  it.each(failures)('explains %s', async (_what, prefix, over, expected) => {
    await expect(stageFrom(prefix, { over })).rejects.toMatchObject({
      evidence: [{ title: 'AWS ids' }],
      ...expected,
    })
  })

  it('names packed objects among others, however many rows may be left out, and never offers to leave them out', async () => {
    await put('log_data_packed/a.json', logLine())
    await put('log_data_packed/a.json.gz', gzipSync(`${logLine()}\n${logLine()}\n`))
    for (const maxErrors of [0, 10, 1000]) {
      for (const isListed of [true, false]) {
        const failure = await stageFrom('log_data_packed', { maxErrors, isListed }).catch((error) => error)
        expect(failure).toMatchObject({
          code: 'source_unreadable',
          fixCommand: undefined,
          message:
            'The prefix contains compressed objects among others, which are not loaded on Redshift without SPARKIFY_WORK: s3://sparkify-data/log_data_packed/a.json.gz. Live tables are untouched.',
          remedy: expect.stringContaining('gunzip | aws s3 cp - s3://sparkify-data/log_data_packed/a.json)'),
        })
        expect(failure.remedy).not.toContain('max-errors')
      }
    }
  })

  it('reads packed objects by one COPY where there are no others, and a few of both kinds one by one', async () => {
    await put('log_data_gz/a.json.gz', gzipSync(logLine()))
    await put('log_data_gz/b.json.gz', gzipSync(logLine({ itemInSession: 1 })))
    expect(await stageFrom('log_data_gz', { isListed: true })).toMatchObject({ rows: 2, files: 2 })
    await put('log_data_gz/c.json', logLine({ itemInSession: 2 }))
    expect(await stageFrom('log_data_gz', { isListed: true })).toMatchObject({ rows: 3, files: 3 })
  })

  it('explains JSONPaths that do not fit the columns', async () => {
    await put('paths-short.json', JSON.stringify({ jsonpaths: ["$['artist']"] }))
    const over = { jsonPaths: 's3://sparkify-data/paths-short.json' }
    await expect(stageFrom('log_data/', { over })).rejects.toMatchObject({ code: 'bad_config' })
  })
})

describe('what the system views tell', () => {
  it('the files of the load, with the days of their names that exist', async () => {
    const days = ['2018-11-10', '2018-00-00', '2018-02-30', '2018-13-45']
    const files = days.map((day) => `log_data_days/${day}-events.json`)
    for (const [item, key] of files.entries()) await put(key, logLine({ itemInSession: item }))
    await stageFrom('log_data_days/')
    const sql = 'select path, day from source_files order by day nulls last, path'
    const { rows } = await stage.open().query({ kind: 'candidate', load }, { sql }, { maxRows: 9, signal: never })
    expect(rows).toEqual(files.map((key, at) => [`s3://sparkify-data/${key}`, at === 0 ? days[0] : null]))
  })

  it('nothing, where the server lacks them: rows are counted then, and no file is known', async () => {
    const bare = await createStage(twoDays, { loadHistory: false })
    try {
      const log = createMemoryLog()
      const engine = bare.open({ log })
      await engine.begin(1, wholeSchema, newStep())
      const staged = await engine.stage(1, 'log', noSources, 5, newStep())
      expect(staged).toEqual({ rows: twoDays.counts.staging_events, rejected: 0, reasons: [] })
      expect(await cell(engine, 1, 'candidate', 'select count(*) from source_files')).toBe(0)
      expect(log.lines).toContainEqual(expect.stringContaining('sys_load_history'))
    } finally {
      await bare.close()
    }
  })

  it('how far the load is', async () => {
    const slow = await createStage(twoDays, { copyMsPerFile: 100 })
    try {
      const engine = slow.open({ clock: createFastClock(200) })
      await engine.begin(1, wholeSchema, newStep())
      const step = newStep()
      await engine.stage(1, 'song', noSources, 0, step)
      expect(step.told.length).toBeGreaterThan(1)
      expect(step.told.every((line) => /^\d{1,2}%, \d of 9 files$/.test(line))).toBe(true)
      expect(new Set(step.told).size).toBeGreaterThan(1)
    } finally {
      await slow.close()
    }
  })
})
