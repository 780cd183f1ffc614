import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Staged } from '../../src/core/ports/engine.ts'
import { createSourceStore, withFetchedSources } from '../../src/fetched-sources.ts'
import { never, openEngine, wholeSchema, workWith } from '../duckdb/support.ts'
import type { DoubleOptions } from '../support/aws/options.ts'
import { startDouble } from '../support/aws/start.ts'
import { twoDays } from '../support/two-days.ts'
import { sayHere } from './here.ts'
import { rowsOf, sayJson } from './program.ts'

/*
 * The program on DuckDB with its sources in S3, of which objects are fetched.
 */

const [firstDay, lastDay] = ['2018-11-10', '2018-11-11'].map((day) => `log_data/2018/11/${day}-events.json`)

/** A bucket with the two days, a home without anything, and a line said there. */
async function openBucket(options: DoubleOptions = {}, more: Readonly<Record<string, string>> = {}) {
  const [data, home] = [mkdtempSync(join(tmpdir(), 'sparkify-data-')), mkdtempSync(join(tmpdir(), 'sparkify-home-'))]
  cpSync(twoDays.folder, data, { recursive: true })
  const double = await startDouble({
    listPageKeys: 4,
    buckets: { plays: { folder: data, region: 'us-west-2' } },
    ...options,
  })
  onTestFinished(async () => {
    await double.stop()
    for (const folder of [data, home]) rmSync(folder, { recursive: true, force: true })
  })
  const env = {
    ...double.env,
    AWS_EC2_METADATA_DISABLED: 'true',
    SPARKIFY_LOG_DATA: 's3://plays/log_data',
    SPARKIFY_SONG_DATA: 's3://plays/song_data',
    SPARKIFY_HOME: home,
    SPARKIFY_PUBLISH_LIMITS: 'off',
    ...more,
  }
  const files = (): readonly string[] =>
    ['log', 'song'].flatMap((name) => {
      const folder = join(home, 'objects', name)
      return existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : []
    })
  const say = (line: string) => sayHere(line, env)
  const done = async (line: string): Promise<string> => {
    const { status, stdout, stderr } = await say(line)
    expect([line, status, stderr]).toEqual([line, 0, expect.any(String)])
    return stdout
  }
  /** How many objects were read since the last time. */
  const fetches = async (): Promise<number> => {
    const all = (await double.calls()).filter(({ action }) => action === 's3:GetObject')
    await double.clearCalls()
    return all.length
  }
  return { double, data, home, env, files, say, done, fetches }
}

describe('sources in S3 on DuckDB', { timeout: 120_000 }, () => {
  it('are listed, fetched once, and read again where they are new, changed or gone', async () => {
    const { data, env, files, done, fetches } = await openBucket()
    rmSync(join(data, lastDay ?? ''))
    writeFileSync(join(data, 'log_data/notes.txt'), 'no data')
    // As in a folder, hidden ones are not looked at.
    mkdirSync(join(data, 'log_data/.checkpoints'))
    for (const name of ['.checkpoints/a.json', '._b.json', '.c']) writeFileSync(join(data, 'log_data', name), 'none')
    expect(await done('doctor all=yes')).toMatch(/Sources +1 log file, 9 song files/)
    expect(await done('etl dry-run=yes')).toContain('A load would read everything (1 log file, 9 song files')
    expect([await fetches(), files()]).toEqual([0, []])
    const first = await done('etl')
    expect(first).toContain('1 file skipped by name')
    expect([await fetches(), files().length]).toEqual([10, 10])
    expect(await done('etl')).toContain('No file has changed')
    expect(await fetches()).toBe(0)
    const packed = gzipSync(readFileSync(join(twoDays.folder, lastDay ?? '')))
    writeFileSync(join(data, `${lastDay}.gz`), packed)
    expect(await done('etl dry-run=yes')).toContain('1 new file since load')
    expect(await done('etl')).toMatch(/1 new file; \d+ of 191 events read/)
    expect([await fetches(), files().length]).toEqual([1, 11])
    expect(rowsOf((await sayJson('qa counts', env, sayHere)).answer)).toMatchObject(twoDays.counts)
    expect(await done('qa checks')).toContain('checks green')
    // Left out as it is, and read again when it is another one.
    await done(`quarantine s3://plays/${lastDay}.gz`)
    expect(await done('etl')).toContain('1 file in quarantine: 2018-11-11-events.json.gz')
    expect(files()).toHaveLength(10)
    writeFileSync(
      join(data, `${lastDay}.gz`),
      gzipSync(readFileSync(join(twoDays.folder, lastDay ?? '')), { level: 1 }),
    )
    expect(await done('etl')).toContain('Read again, because changed since')
    const held = readFileSync(join(data, firstDay ?? ''), 'utf8').split('\n')
    writeFileSync(join(data, firstDay ?? ''), [held[1], held[0], ...held.slice(2)].join('\n'))
    rmSync(join(data, `${lastDay}.gz`))
    writeFileSync(join(data, lastDay ?? ''), readFileSync(join(twoDays.folder, lastDay ?? '')))
    await fetches()
    expect(await done('etl')).toMatch(/1 new file, 1 changed, 1 gone; 191 of 191 events read/)
    expect([await fetches(), files().length]).toEqual([2, 11])
    expect(rowsOf((await sayJson('qa counts', env, sayHere)).answer)).toMatchObject(twoDays.counts)
    await done('tear-down --confirm sparkify')
    expect(files()).toEqual([])
  })

  it('keep the rows of objects that are gone where that is asked for, and name a bad row by its object', async () => {
    const { data, env, done, say } = await openBucket({}, { SPARKIFY_GONE_FILES: 'keep' })
    await done('etl')
    rmSync(join(data, lastDay ?? ''))
    for (const line of ['etl', 'etl full=yes']) {
      await done(line)
      expect(rowsOf((await sayJson('qa counts', env, sayHere)).answer)).toMatchObject(twoDays.counts)
    }
    writeFileSync(join(data, 'log_data/bad.json'), '{"userId": ')
    const { status, stdout } = await say('etl')
    expect([status, stdout]).toEqual([1, expect.stringContaining('s3://plays/log_data/bad.json, line 1')])
  })

  it('that are cut are fetched again, and half of one is never read', async () => {
    const { double, files, say, done, fetches } = await openBucket()
    await double.fault({ kind: 'cut', action: 's3:GetObject', times: 99 })
    const { status, stderr } = await say('etl')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/AWS cannot be reached/)])
    expect(files()).toEqual([])
    await double.clearFaults()
    await double.fault({ kind: 'cut', action: 's3:GetObject', times: 2 })
    await done('etl')
    expect(files()).toHaveLength(11)
    // What a process leaves that is killed while it fetches, and a machine that loses its power.
    const [one = '', two = ''] = files()
    writeFileSync(`${one}.1-abcdef00`, 'half')
    truncateSync(two, 3)
    await fetches()
    await done('etl full=yes')
    expect([await fetches(), files().length]).toEqual([1, 11])
    expect(await done('qa checks')).toContain('checks green')
  })
})

describe('a folder of fetched objects', { timeout: 120_000 }, () => {
  it('that another process clears while objects are fetched has all of them at the end', async () => {
    const { env, home, files } = await openBucket()
    Object.assign(process.env, env)
    const s3 = createSourceStore('us-west-2')
    onTestFinished(s3.close)
    const store = await s3.store()
    const places = { log: 's3://plays/log_data', song: 's3://plays/song_data' }
    const folder = join(home, 'objects')
    /** A process that begins a load of the same home, and stages the log. */
    const staging = async (loads: string, objects: typeof store): Promise<Staged> => {
      const options = { folder: join(home, loads), logData: places.log, songData: places.song, fetched: folder }
      const engine = withFetchedSources(await openEngine(options), { places, folder, store: async () => objects })
      await engine.begin(1, wholeSchema, workWith())
      return engine.stage(1, 'log', await engine.sources(never), 0, workWith())
    }
    let others = 0
    const fetch: typeof store.fetch = async (...args) => {
      await store.fetch(...args)
      if (others++ === 0) await staging('zombie', store)
    }
    expect(await staging('loads', { ...store, fetch })).toMatchObject({ rows: 191, rejected: 0 })
    expect([others > 2, files().length]).toEqual([true, 2])
  })
})

describe('sources in S3 that cannot be read', { timeout: 120_000 }, () => {
  const policy = (...Statement: readonly object[]): DoubleOptions => ({
    principalPolicy: { Version: '2012-10-17', Statement },
  })
  const all = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
  const unsigned = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' }
  const elsewhere = (place: string) => ({ SPARKIFY_LOG_DATA: place })
  it.each([
    ['a bucket that is denied', policy(), {}, /does not allow .* to call s3:ListBucket.*Add this statement/],
    [
      'an object that is denied',
      policy(all, { Effect: 'Deny', Action: 's3:GetObject', Resource: `arn:aws:s3:::plays/${firstDay}` }),
      {},
      /does not allow .* to call s3:GetObject on .*2018-11-10-events/,
    ],
    ['no such bucket', {}, elsewhere('s3://nobodys/log_data'), /The bucket of s3:\/\/nobodys\/log_data does not exist/],
    ['nothing there', {}, elsewhere('s3://plays/none'), /s3:\/\/plays\/none holds no \.json.*Point SPARKIFY_LOG_DATA/],
    ['another region', {}, { AWS_REGION: 'eu-west-1' }, /in another region.*SPARKIFY_DATA_REGION/],
    ['no credentials', {}, unsigned, /is not public, and no AWS credentials were found.*Set AWS_PROFILE/],
  ] as const)(
    '%s: the load and doctor report it with what to do, and nobody reads the keys',
    async (what, options, more, said) => {
      const { double, home, say } = await openBucket(options, more)
      const { status, stdout, stderr } = await say('etl')
      expect([status, stderr.replaceAll(/\s+/g, ' ')]).toEqual([1, expect.stringMatching(said)])
      const doctor = await say('doctor all=yes')
      if (what !== 'an object that is denied') expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toMatch(said)
      const log = readdirSync(home)
        .filter((file) => file.endsWith('.log'))
        .map((file) => readFileSync(join(home, file), 'utf8'))
      expect([stdout, stderr, doctor.stdout, ...log].join('\n')).not.toContain(double.env['AWS_SECRET_ACCESS_KEY'])
    },
  )

  it('are read once there are credentials, without another start', async () => {
    const { double } = await openBucket()
    Object.assign(process.env, double.env, unsigned, { AWS_EC2_METADATA_DISABLED: 'true' })
    const s3 = createSourceStore('us-west-2')
    onTestFinished(s3.close)
    const list = async () => (await s3.store()).list({ bucket: 'plays', key: 'log_data' }, never)
    await expect(list()).rejects.toMatchObject({ code: 'aws_denied' })
    Object.assign(process.env, double.env)
    expect(await list()).toHaveLength(2)
  })

  it('a public bucket needs no credentials', async () => {
    const data = mkdtempSync(join(tmpdir(), 'sparkify-public-'))
    onTestFinished(() => rmSync(data, { recursive: true, force: true }))
    cpSync(twoDays.folder, data, { recursive: true })
    const { done, env } = await openBucket(
      { buckets: { plays: { folder: data, region: 'us-west-2', isPublic: true } } },
      unsigned,
    )
    await done('etl')
    expect(rowsOf((await sayJson('qa counts', env, sayHere)).answer)).toMatchObject(twoDays.counts)
  })
})
