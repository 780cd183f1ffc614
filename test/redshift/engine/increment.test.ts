import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadBefore, Staged } from '../../../src/core/ports/engine.ts'
import type { RedshiftEngine } from '../../../src/redshift/engine/redshift-engine.ts'
import { workPlaceOf } from '../../../src/redshift/names.ts'
import { createObjectStore } from '../../../src/redshift/object-store.ts'
import { logLine } from '../../duckdb/support.ts'
import { twoDays } from '../../support/two-days.ts'
import { createFastClock } from './fast-clock.ts'
import { createStage, library, never, newStep, noSources, rowsOf, type Stage, wholeSchema } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'sparkify-increment-'))
const lastDay = 'log_data/2018/11/2018-11-11-events.json'
const notes = new Map<string, unknown>()
let stage: Stage
let client: S3Client
let engine: RedshiftEngine

function put(key: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, key)), { recursive: true })
  writeFileSync(join(folder, key), content)
}

beforeAll(async () => {
  cpSync(twoDays.folder, folder, { recursive: true })
  rmSync(join(folder, lastDay))
  put('log_data/notes.txt', 'no data')
  const statements = [
    { Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetObject'], Resource: '*' },
    { Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::*/log_data/denied.json' },
  ]
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const sources = { logData: join(folder, 'log_data'), songData: join(folder, 'song_data') }
  stage = await createStage(sources, { listPageKeys: 3 }, policy)
  client = new S3Client(stage.double.client)
  engine = stage.open({
    clock: createFastClock(1000),
    objects: {
      store: createObjectStore(client),
      work: workPlaceOf('s3://sparkify-data/work'),
      notes: { get: async (key) => notes.get(key) ?? null, set: async (key, value) => void notes.set(key, value) },
    },
  })
}, 120_000)
afterAll(async () => {
  client.destroy()
  await stage.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Builds a load; the statements of its staging, and what staging the log came to. */
async function build(
  load: number,
  before?: LoadBefore,
  maxErrors = 0,
): Promise<{ log: Staged; sqls: readonly string[] }> {
  await engine.begin(load, wholeSchema, newStep(), before)
  const sources = await engine.sources(never)
  const already = (await stage.double.statements()).length
  const log = await engine.stage(load, 'log', sources, maxErrors, newStep())
  await engine.stage(load, 'song', sources, maxErrors, newStep())
  const all = (await stage.double.statements()).slice(already).flatMap((statement) => statement.sqls)
  // How often it is asked how far a COPY is depends on the machine.
  const sqls = all.filter((sql) => !sql.includes("status = 'running'"))
  for (const { table, statements } of library.etl) await engine.transform(load, table, statements, newStep())
  return { log, sqls }
}

const contents = (load: number) =>
  rowsOf(engine, load, [...library.tables.staging, ...library.tables.star, 'source_files'])

const changes = async (load: number) => engine.changes(load, await engine.sources(never), never)

describe('a load that adds what is new', { timeout: 120_000 }, () => {
  it('lists the sources in pages, with their ETags and days, and names what is no data', async () => {
    const { log, song, skipped, summary } = await engine.sources(never)
    expect(log).toEqual([
      {
        path: expect.stringMatching(/^s3:.*2018-11-10-events\.json$/),
        bytes: expect.any(Number),
        day: '2018-11-10',
        stamp: expect.stringMatching(/^"/),
      },
    ])
    expect([song.length, skipped]).toEqual([9, ['log_data/notes.txt']])
    expect(summary).toMatch(/^1 log file, 9 song files, /)
    await expect(changes(1)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('reads the new objects alone, packed ones too, and equals a load in full, cell by cell', async () => {
    await build(1)
    await engine.publish(1, newStep())
    expect(await changes(1)).toEqual({ files: [], unchanged: 10 })
    const files = (await engine.loadedFiles(1, never)) ?? []
    expect(files[0]).toEqual({
      path: expect.stringMatching(/^s3:.*-events\.json$/),
      dataset: 'log',
      bytes: null,
      day: expect.stringMatching(/^2018-11-1/),
      rows: null,
      rejected: null,
    })
    expect(files.filter(({ dataset }) => dataset === 'song')).toHaveLength(9)
    expect(await engine.loadedFiles(99, never)).toBeNull()
    put(`${lastDay}.gz`, gzipSync(readFileSync(join(twoDays.folder, lastDay))))
    expect(await changes(1)).toMatchObject({
      files: [{ path: expect.stringMatching(/\.gz$/), change: 'new' }],
      unchanged: 10,
    })
    const added = await build(2, { load: 1, reads: 'changes', sources: noSources })
    expect(added.log).toMatchObject({
      rows: twoDays.counts.staging_events,
      read: { new: 1, changed: 0, gone: 0 },
      rejected: 0,
    })
    expect(added.log.read?.rows).toBeLessThan(twoDays.counts.staging_events)
    expect(added.sqls.filter((sql) => sql.startsWith('copy '))).toEqual([
      expect.stringMatching(/log-gzip\.manifest'.* manifest gzip /),
    ])
    const incremental = await contents(2)
    await engine.publish(2, newStep())
    const full = await build(3)
    expect(full.sqls.filter((sql) => sql.startsWith('copy '))).toHaveLength(3)
    expect(await contents(3)).toEqual(incremental)
  })

  it('counts the rows that its base has left out', async () => {
    put('log_data/bad1.json', logLine({ sessionId: 'x' }))
    await expect(build(4)).rejects.toMatchObject({
      code: 'bad_data',
      files: [{ file: expect.stringMatching(/^s3:/), rows: 1 }],
    })
    expect((await build(4, undefined, 1)).log.rejected).toBe(1)
    await engine.publish(4, newStep())
    put('log_data/bad2.json', logLine({ sessionId: 'y' }))
    await expect(build(5, { load: 4, reads: 'changes', sources: noSources }, 1)).rejects.toMatchObject({
      code: 'bad_data',
    })
    const { log } = await build(5, { load: 4, reads: 'changes', sources: noSources }, 2)
    expect([log.rejected, log.reasons.length]).toEqual([2, 2])
  })

  it('fails where an object vanishes, or is denied, between its list and COPY; the live load stays', async () => {
    await engine.begin(6, wholeSchema, newStep(), { load: 4, reads: 'changes', sources: noSources })
    put('log_data/short-lived.json', logLine())
    const sources = await engine.sources(never)
    rmSync(join(folder, 'log_data/short-lived.json'))
    await expect(engine.stage(6, 'log', sources, 9, newStep())).rejects.toMatchObject({ code: 'source_missing' })
    put('log_data/denied.json', logLine())
    const denied = engine.stage(6, 'log', await engine.sources(never), 9, newStep())
    await expect(denied).rejects.toMatchObject({ code: 'source_unreadable' })
    rmSync(join(folder, 'log_data/denied.json'))
    const { rows } = await engine.query(
      { kind: 'live', load: 4 },
      { sql: 'select count(*) from songplays' },
      { maxRows: 1, signal: never },
    )
    expect(rows).toEqual([[twoDays.counts.songplays]])
  })

  it('is none where an object has changed, is gone, or changed while it was read: then all is read', async () => {
    const sources = await engine.sources(never)
    await engine.begin(7, wholeSchema, newStep())
    appendFileSync(join(folder, 'log_data/bad1.json'), `\n${logLine()}`)
    await engine.stage(7, 'log', sources, 9, newStep())
    await engine.stage(7, 'song', sources, 9, newStep())
    await engine.publish(7, newStep())
    expect(await changes(7)).toMatchObject({ full: '1 object of load 7, the last full load, has changed or is gone' })
    rmSync(join(folder, 'log_data/bad2.json'))
    expect(await changes(7)).toMatchObject({
      full: '2 objects of load 7, the last full load, have changed or are gone',
    })
  })

  it('reads what it was to read when its step is begun again, whatever is listed by then', async () => {
    await engine.begin(8, wholeSchema, newStep())
    await engine.stage(8, 'log', await engine.sources(never), 9, newStep())
    // What another step, of an attempt before, was to read is not what this one is to read.
    put('log_data/sooner.json', logLine({ itemInSession: 98 }))
    const sources = await engine.sources(never)
    const step = newStep()
    await engine.stage(8, 'log', sources, 9, step)
    put('log_data/later.json', logLine({ itemInSession: 99 }))
    await engine.stage(8, 'log', await engine.sources(never), 9, step)
    await engine.stage(8, 'song', sources, 9, newStep())
    await engine.publish(8, newStep())
    expect(await changes(8)).toMatchObject({ files: [{ path: expect.stringContaining('later.json'), change: 'new' }] })
  })

  it('knows nothing of its files where its base does not know its own', async () => {
    await build(9, undefined, 9)
    await engine.publish(9, newStep())
    await stage.sql.run(`delete from live.source_files where dataset = 'log'`)
    put('log_data/2018/11/2018-11-12-events.json', logLine({ itemInSession: 77 }))
    await build(10, { load: 9, reads: 'changes', sources: noSources }, 9)
    const known = { sql: `select dataset, count(*) from source_files group by dataset order by dataset` }
    const { rows } = await engine.query({ kind: 'candidate', load: 10 }, known, { maxRows: 9, signal: never })
    expect(rows).toEqual([['song', 9]])
  })

  it('reads an object that has changed again by one manifest with all that came with it, in as many statements', async () => {
    await build(11, undefined, 9)
    await engine.publish(11, newStep())
    for (let at = 0; at < 25; at++) put(`log_data/many/${at}.json`, logLine({ sessionId: 500 + at }))
    const added = await build(12, { load: 11, reads: 'changes', sources: noSources }, 9)
    await engine.publish(12, newStep())
    put('log_data/many/3.json', `${logLine({ sessionId: 600 })}\n${logLine({ sessionId: 601 })}`)
    rmSync(join(folder, 'log_data/many/4.json'))
    expect((await changes(12))?.full).toBeUndefined()
    const again = await build(13, { load: 12, reads: 'changes', sources: noSources }, 9)
    expect(again.log.read).toEqual({ rows: 25, new: 0, changed: 1, gone: 1 })
    expect(again.sqls).toHaveLength(added.sqls.length)
    const incremental = await contents(13)
    await engine.publish(13, newStep())
    await build(14, undefined, 9)
    expect(await contents(14)).toEqual(incremental)
  })

  it('a listing that is cut is no listing', async () => {
    await stage.double.fault({ kind: 'drop', action: 's3:ListBucket', when: 'answer', times: 9 })
    await expect(engine.sources(never)).rejects.toMatchObject({ code: 'aws' })
    await stage.double.clearFaults()
  })
})
