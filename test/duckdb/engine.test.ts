import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import type { Engine } from '../../src/core/ports/engine.ts'
import { createDuckdbEngine, type DuckdbOptions } from '../../src/duckdb/engine.ts'
import { usualMemoryLimit } from '../../src/duckdb/instance.ts'
import { lengths } from '../support/soak.ts'
import { template } from '../support/templates.ts'
import { twoDays } from '../support/two-days.ts'
import { build, cell, countsOf, never, openEngine, temporaryFolder, wholeSchema, workWith } from './support.ts'

const sources = { logData: twoDays.logData, songData: twoDays.songData }

async function open(options: Partial<DuckdbOptions> = {}): Promise<{ engine: Engine; folder: string }> {
  const folder = join(await temporaryFolder(), 'loads')
  return { folder, engine: await openEngine({ folder, ...sources, ...options }) }
}

async function published(
  load: number,
  options: Partial<DuckdbOptions> = {},
): Promise<{ engine: Engine; folder: string }> {
  const opened = await open(options)
  await mkdir(opened.folder)
  await copyFile(join(await template('published-load', publishOne), '1.duckdb'), join(opened.folder, `${load}.duckdb`))
  return opened
}

/** Publishes load 1 in a folder. */
async function publishOne(folder: string): Promise<void> {
  const engine = await createDuckdbEngine({ folder, ...sources })
  await build(engine, 1)
  await engine.publish(1, workWith())
  await engine.close()
}

const endless = 'select count(*) as n from range(1000000000000) as a, range(1000000) as b'

describe('loads and their files', () => {
  it('keeps one file for each load and nothing beside it once it is published', async () => {
    const { engine, folder } = await open()
    await build(engine, 7)
    await engine.publish(7, workWith())
    expect(await readdir(folder)).toEqual(['7.duckdb'])
    expect(await countsOf(engine, 7, 'live')).toMatchObject(twoDays.counts)
  })

  it('is a file of DuckDB 1.5 whose texts are VARCHAR to whoever reads them: here, elsewhere, in CSV and in Parquet', async () => {
    const { engine, folder } = await published(1)
    const texts = ['songplays', 'staging_events', 'users'].map(
      (table) => `select '${table}' as name, column_name, column_type from (describe from ${table})
        where column_name in ('level', 'location', 'song_title', 'useragent', 'gender', 'page')`,
    )
    const isText = (rows: readonly (readonly unknown[])[]): void => {
      expect(rows.length).toBeGreaterThan(0)
      for (const [table, column, type] of rows) expect([table, column, type]).toEqual([table, column, 'VARCHAR'])
    }
    const sql = `select table_name, column_name, data_type from duckdb_columns()
      where database_name = current_database() and schema_name = 'main' and column_name in ('level', 'location', 'gender', 'page')`
    isText((await engine.query({ kind: 'live', load: 1 }, { sql }, { maxRows: 50, signal: never })).rows)
    const reader = await DuckDBInstance.create(':memory:')
    const connection = await reader.connect()
    const rowsOf = async (text: string): Promise<readonly (readonly unknown[])[]> =>
      (await connection.run(text)).getRowsJS()
    await connection.run(`attach '${join(folder, '1.duckdb')}' as load (read_only); use load`)
    expect(await rowsOf(`select tags['storage_version'] from duckdb_databases() where database_name = 'load'`)).toEqual(
      [['v1.5.0+']],
    )
    isText(await rowsOf(texts.join(' union all ')))
    for (const format of ['parquet', 'csv']) {
      const path = join(folder, `plays.${format}`)
      await connection.run(`copy songplays to '${path}'`)
      isText(
        await rowsOf(`select 'songplays', column_name, column_type from (describe from '${path}')
          where column_name in ('level', 'location', 'song_title', 'user_agent')`),
      )
    }
    connection.disconnectSync()
    reader.closeSync()
  })

  it('says that a load is gone, so that the pointer is read again', async () => {
    const { engine } = await published(1)
    await expect(cell(engine, 2, 'live', 'select 1')).rejects.toMatchObject({ code: 'not_found', remedy: 'Ask again.' })
    await expect(engine.execute(2, [{ sql: 'select 1' }], workWith())).rejects.toMatchObject({
      code: 'not_found',
      fixCommand: 'etl',
    })
  })

  it('gives back the space of all loads but those that are retained', async () => {
    const { engine, folder } = await published(1)
    for (const load of [2, 4]) await engine.begin(load, wholeSchema, workWith())
    await build(engine, 3)
    await engine.retain([2, 3])
    expect((await readdir(folder)).filter((name) => name.endsWith('.duckdb'))).toEqual(['2.duckdb', '3.duckdb'])
    await expect(cell(engine, 1, 'live', 'select 1')).rejects.toMatchObject({ code: 'not_found' })
    expect(await countsOf(engine, 3, 'candidate')).toMatchObject(twoDays.counts)
  })

  it('gives back what a killed process had written of a load beside its file', async () => {
    const { engine, folder } = await published(1)
    for (const name of ['1.duckdb.wal', '2.duckdb.wal']) await writeFile(join(folder, name), 'left over')
    await engine.retain([])
    expect(await readdir(folder)).toEqual([])
  })

  it('touches no file that is not a load', async () => {
    const { engine, folder } = await published(1)
    await writeFile(join(folder, 'notes.duckdb.txt'), 'mine')
    await engine.retain([])
    expect(await readdir(folder)).toEqual(['notes.duckdb.txt'])
  })

  it('clears up what a killed process spilled to disk, and nothing of one that is alive', async () => {
    const { engine, folder } = await published(1)
    const gone = spawnSync(process.execPath, ['--version']).pid
    for (const pid of [gone, process.pid]) await mkdir(join(folder, `tmp-${pid}-0badcafe`))
    await engine.retain([1])
    expect(await readdir(folder)).toEqual(['1.duckdb', `tmp-${process.pid}-0badcafe`])
  })

  it('has nothing to give back where there is no folder yet', async () => {
    const { engine } = await open()
    await expect(engine.retain([1])).resolves.toBeUndefined()
  })

  it('lets a question that is being answered finish when its load is retired', async () => {
    const { engine } = await published(1)
    const slow = cell(engine, 1, 'live', 'select count(*) from songplays as a, songplays as b, songplays as c')
    await engine.retain([])
    expect(await slow).toBe(twoDays.counts.songplays ** 3)
  })

  it('publishes again what a crash kept from being recorded', async () => {
    const { engine } = await published(1)
    await engine.publish(1, workWith())
    expect(await countsOf(engine, 1, 'live')).toMatchObject(twoDays.counts)
  })

  it('keeps every row of one load in sight while another is built, published and retired, over and over', async () => {
    const { engine } = await published(1)
    let live = 1
    let over = false
    const readers = [1, 2].map(async () => {
      let answers = 0
      while (!over || answers === 0) {
        try {
          expect(await countsOf(engine, live, 'live')).toMatchObject(twoDays.counts)
          answers++
        } catch (error) {
          if (!(error instanceof OpsError && error.code === 'not_found')) throw error
        }
      }
    })
    for (let load = 2; load <= lengths({ gate: 4, soak: 100 }); load++) {
      await build(engine, load)
      await engine.publish(load, workWith())
      live = load
      await engine.retain([load, load - 1])
    }
    over = true
    await Promise.all(readers)
  })
})

describe('asking', () => {
  let folder: string
  let engine: Engine
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sparkify-duckdb-'))
    engine = await createDuckdbEngine({ folder, ...sources })
    await build(engine, 1)
    await engine.publish(1, workWith())
  })
  afterAll(async () => {
    await engine.close()
    await rm(folder, { recursive: true })
  })

  it('writes values that have no plain form as DuckDB does', async () => {
    const cases: readonly (readonly [sql: string, cell: unknown, format: string])[] = [
      ["timestamp '1969-12-31 23:59:59.999'", '1969-12-31T23:59:59.999Z', 'time'],
      ["timestamp '1969-12-31 23:59:59.999999'", '1969-12-31T23:59:59.999999Z', 'time'],
      ["timestamp '2018-11-01 20:57:10.796123'", '2018-11-01T20:57:10.796123Z', 'time'],
      ["timestamp 'infinity'", 'infinity', 'time'],
      ["timestamp '-infinity'", '-infinity', 'time'],
      ["timestamp_s '2018-11-01 20:57:10'", '2018-11-01T20:57:10.000Z', 'time'],
      ["timestamp_ms '2018-11-01 20:57:10.796'", '2018-11-01T20:57:10.796Z', 'time'],
      ["timestamp_ns '2018-11-01 20:57:10.796123456'", '2018-11-01T20:57:10.796123Z', 'time'],
      ["timestamptz '2018-11-01 20:57:10+02'", '2018-11-01T18:57:10.000Z', 'time'],
      ["date '2018-11-01'", '2018-11-01', 'date'],
      ...['tinyint', 'smallint', 'integer', 'utinyint', 'usmallint', 'uinteger', 'ubigint', 'uhugeint'].map(
        (type) => [`cast(7 as ${type})`, 7, 'integer'] as const,
      ),
      ['cast(9007199254740991 as bigint)', 9007199254740991, 'integer'],
      ['cast(9007199254740992 as bigint)', '9007199254740992', 'integer'],
      [
        'cast(-170141183460469231731687303715884105727 as hugeint)',
        '-170141183460469231731687303715884105727',
        'integer',
      ],
      ['cast(12.50 as decimal(9, 2))', 12.5, 'decimal'],
      ['cast(12 as decimal(20, 0))', 12, 'integer'],
      ['cast(1.5 as float)', 1.5, 'decimal'],
      ["cast('nan' as double)", 'NaN', 'decimal'],
      ['true', true, 'text'],
      ['null', null, 'integer'],
      ['[1, 2]', '[1, 2]', 'text'],
      ["'text'", 'text', 'text'],
    ]
    const sql = `select ${cases.map(([expression], i) => `${expression} as c${i}`).join(', ')}`
    const { rows, columns } = await engine.query({ kind: 'live', load: 1 }, { sql }, { maxRows: 1, signal: never })
    expect(rows[0]).toEqual(cases.map(([, expected]) => expected))
    expect(columns).toEqual(cases.map(([, , format], i) => ({ name: `c${i}`, format })))
  })

  it('thinks in UTC, sorts nulls and divides whole numbers as Redshift does', async () => {
    expect(await cell(engine, 1, 'live', 'select 5 / 2')).toBe(2)
    expect(await cell(engine, 1, 'live', 'select song_id from songplays order by song_id desc')).toBe(null)
    expect(await cell(engine, 1, 'live', "select cast(timestamptz '2018-11-01 23:30:00+00' as date)")).toBe(
      '2018-11-01',
    )
  })

  it.each([
    'delete from users',
    'create table t (n integer)',
    "copy users to 'users.csv'",
    'set threads = 1',
    "attach 'other.duckdb'",
    'select 1; delete from users',
  ])('answers nothing but a SELECT: %s', async (sql) => {
    await expect(cell(engine, 1, 'live', sql)).rejects.toMatchObject({ code: 'sql_failed' })
  })

  it('can open no file outside of its sources and loads', async () => {
    for (const sql of ["select * from read_text('/etc/hostname')", "select * from read_csv('package.json')"]) {
      await expect(cell(engine, 1, 'live', sql)).rejects.toMatchObject({
        code: 'sql_failed',
        message: expect.stringContaining('disabled by configuration'),
      })
    }
  })

  it('fails a statement that breaks in the middle of its rows', async () => {
    const sql =
      "select case when range = 2500000 then cast(error('broken') as varchar) else 'x' end from range(3000000)"
    await expect(cell(engine, 1, 'live', sql)).rejects.toMatchObject({
      code: 'sql_failed',
      message: 'The warehouse refused a statement: broken',
      cause: expect.any(Error),
    })
  })

  it('takes a quarter of the memory that the process may use, where nobody says how much', () => {
    const mayUse = vi.spyOn(process, 'constrainedMemory')
    onTestFinished(() => mayUse.mockRestore())
    const taken = [4_000, 0, 2 ** 60].map((limit) => {
      mayUse.mockReturnValue(limit)
      return usualMemoryLimit()
    })
    const ofAll = `${Math.floor(totalmem() / 4)}B`
    expect(taken).toEqual(['1000B', ofAll, ofAll])
  })

  it('says when memory and disk are not enough', async () => {
    const small = await openEngine({ folder, ...sources, memoryLimit: '20MB' })
    const sql = "select length(string_agg(md5(cast(range as varchar)), '')) from range(3000000)"
    await expect(cell(small, 1, 'live', sql)).rejects.toMatchObject({ code: 'storage' })
  })
})

describe('several at a time', () => {
  it('admits as many statements as it is told, keeps the others waiting, and lets them go when they are called off', async () => {
    const { engine } = await published(1, { maxConcurrent: 2 })
    const stop = new AbortController()
    const ask = (sql: string, signal: AbortSignal): Promise<unknown> =>
      engine.query({ kind: 'live', load: 1 }, { sql }, { maxRows: 1, signal })
    const ended: string[] = []
    const long = [1, 2].map(() => ask(endless, stop.signal).catch((error: unknown) => ended.push(String(error))))
    const hurry = new AbortController()
    const impatient = ask('select 1', hurry.signal)
    const patient = ask('select 1', never).then(() => ended.push('patient'))
    hurry.abort(new OpsError('cancelled', 'Never mind.'))
    await expect(impatient).rejects.toMatchObject({ message: 'Never mind.' })
    expect(ended).toEqual([])
    stop.abort(new OpsError('cancelled', 'Cancelled by Anna.'))
    await Promise.all([...long, patient])
    expect(ended.toSorted()).toEqual(['OpsError: Cancelled by Anna.', 'OpsError: Cancelled by Anna.', 'patient'])
  })

  it('leaves the event loop and the file system to others while four statements run', async () => {
    const { engine } = await published(1)
    const stop = new AbortController()
    const ended: string[] = []
    const running = [1, 2, 3, 4].map(() =>
      engine
        .query({ kind: 'live', load: 1 }, { sql: endless }, { maxRows: 1, signal: stop.signal })
        .catch(() => ended.push('statement')),
    )
    for (let n = 0; n < 20; n++) {
      await readFile(new URL(import.meta.url))
      await new Promise(setImmediate)
    }
    expect(ended).toEqual([])
    stop.abort()
    await Promise.all(running)
  })

  it('asks many questions on one signal without a warning', async () => {
    const { engine } = await published(1)
    const warnings: string[] = []
    const onWarning = ({ message }: Error): unknown => warnings.push(message)
    process.on('warning', onWarning)
    const { signal } = new AbortController()
    const sql = 'select count(*) as n from users'
    await Promise.all(
      Array.from({ length: 30 }, () => engine.query({ kind: 'live', load: 1 }, { sql }, { maxRows: 1, signal })),
    )
    await new Promise(setImmediate)
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })

  it('lets others go between when it reads many rows', async () => {
    const { engine } = await published(1)
    let turns = 0
    let reading = true
    const others = (async () => {
      while (reading) {
        await new Promise(setImmediate)
        turns++
      }
    })()
    const sql = 'select range as a, range as b from range(100000)'
    const { rows } = await engine.query({ kind: 'live', load: 1 }, { sql }, { maxRows: 100_000, signal: never })
    reading = false
    await others
    expect(rows).toHaveLength(100_000)
    expect(turns).toBeGreaterThan(100_000 / 2_048)
  })

  it('stops a transform that is cancelled, leaves the tables as they were and can go on', async () => {
    const { engine } = await published(1)
    const stop = new AbortController()
    const statements = [{ sql: 'delete from users' }, { sql: `insert into users (user_id) ${endless}` }]
    const running = engine.execute(1, statements, workWith(stop.signal))
    await readFile(new URL(import.meta.url))
    stop.abort()
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    expect(await countsOf(engine, 1, 'candidate')).toMatchObject(twoDays.counts)
  })

  it('stops staging that is cancelled and can stage again', async () => {
    const { engine } = await published(1)
    const listed = await engine.sources(never)
    const stop = new AbortController()
    const running = engine.stage(1, 'log', listed, 0, workWith(stop.signal))
    stop.abort(new OpsError('cancelled', 'Cancelled by Anna.'))
    await expect(running).rejects.toMatchObject({ code: 'cancelled', message: 'Cancelled by Anna.' })
    expect(await countsOf(engine, 1, 'candidate')).toMatchObject(twoDays.counts)
    expect((await engine.stage(1, 'log', listed, 0, workWith())).rows).toBe(twoDays.counts.staging_events)
  })
})
