import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, LoadId, ResultSet, Values } from '../../src/core/ports/engine.ts'
import type { Work } from '../../src/core/step.ts'
import { readLibrary } from '../../src/library.ts'
import { describeRealData, realData } from '../support/real-data.ts'
import { twoDays } from '../support/two-days.ts'

/** Folders in the bucket's layout, which the engine under test is to load, as they are or from where it copies them to. */
export interface SourceFolders {
  readonly logData: string
  readonly songData: string
}

/** Opens an empty warehouse whose sources are these; `close` gives everything back. */
export type OpenEngine = (sources: SourceFolders) => Promise<{ readonly engine: Engine; close(): Promise<void> }>

const never = new AbortController().signal
const work: Work = { key: 'contract', signal: never, handle: () => undefined, keep: async () => {}, progress: () => {} }
const library = await readLibrary(new URL('../../sql/', import.meta.url))
const tables = [...library.tables.staging, ...library.tables.star]
const schema = [...library.schema.staging, ...library.schema.star, ...library.schema.load]

async function build(engine: Engine, load: LoadId): Promise<void> {
  await engine.begin(load, schema, work)
  const sources = await engine.sources(never)
  await engine.stage(load, 'log', sources, 0, work)
  await engine.stage(load, 'song', sources, 0, work)
  for (const { statements } of library.etl)
    await engine.execute(
      load,
      statements.map((sql) => ({ sql })),
      work,
    )
}

async function countsOf(engine: Engine, kind: 'candidate' | 'live', load: LoadId): Promise<Record<string, unknown>> {
  const counts: Record<string, unknown> = {}
  for (const table of tables) {
    const sql = `select count(*) as n from ${table}`
    counts[table] = (await engine.query({ kind, load }, { sql }, { maxRows: 1, signal: never })).rows[0]?.[0]
  }
  return counts
}

/** What every engine must do alike: the same data give the same tables, and the same question the same answer. */
export function describeEngine(name: string, open: OpenEngine): void {
  describe(`the ${name} engine`, () => {
    let engine: Engine
    let close: () => Promise<void>
    const ask = (sql: string, values: Values = {}, maxRows = 100): Promise<ResultSet> =>
      engine.query({ kind: 'live', load: 1 }, { sql, values }, { maxRows, signal: never })

    beforeAll(async () => {
      ;({ engine, close } = await open(twoDays))
      await build(engine, 1)
      await engine.publish(1, work)
    })
    afterAll(() => close())

    it('lists its sources with their sizes and the days that their names give', async () => {
      const { log, song } = await engine.sources(never)
      expect(log.map(({ day }) => day)).toEqual(log.map(({ path }) => path.slice(-22, -12)))
      expect(song).toHaveLength(twoDays.counts.staging_songs)
      expect([...log, ...song].every(({ bytes }) => bytes > 0)).toBe(true)
    })

    it('gives the totals of two real days', async () => {
      expect(await countsOf(engine, 'live', 1)).toMatchObject(twoDays.counts)
    })

    it('answers cells as plain values with the format of their column', async () => {
      const { columns, rows } = await ask(
        `select start_time, cast(start_time as date) as day, user_id, song_title, song_id,
           cast(7 as decimal(9, 2)) as price, cast(1.5 as double precision) as ratio,
           cast(9007199254740993 as bigint) as large
         from songplays where song_id is null order by start_time, songplay_id`,
        {},
        1,
      )
      expect(columns.map(({ name: column, format }) => [column, format])).toEqual([
        ['start_time', 'time'],
        ['day', 'date'],
        ['user_id', 'integer'],
        ['song_title', 'text'],
        ['song_id', 'text'],
        ['price', 'decimal'],
        ['ratio', 'decimal'],
        ['large', 'integer'],
      ])
      const [time, day, user, title, song, price, ratio, large] = rows[0] ?? []
      expect(time).toMatch(/^2018-11-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(String(time).slice(0, 10)).toBe(day)
      expect([typeof user, typeof title, song]).toEqual(['number', 'string', null])
      expect([price, ratio, large]).toEqual([7, 1.5, '9007199254740993'])
    })

    it('counts all rows of an answer and gives no more than were asked for', async () => {
      const { rows, total } = await ask('select songplay_id from songplays order by songplay_id', {}, 7)
      expect([rows.length, total]).toEqual([7, twoDays.counts.songplays])
      expect(await ask('select songplay_id from songplays where 1 = 0')).toMatchObject({ rows: [], total: 0 })
    })

    it('binds text, so that nothing in it is SQL', async () => {
      const sql = 'select count(*) as n from users where last_name = :name or :name = :name limit :rows'
      for (const typed of ["' or 1=1 --", '$1; drop table users', 'ünïcödé 🎧', '']) {
        expect((await ask(sql, { name: typed, rows: 1 })).rows).toEqual([[twoDays.counts.users]])
      }
    })

    it('says what was wrong with a statement', async () => {
      await expect(ask('select no_such_column from users')).rejects.toMatchObject({
        code: 'sql_failed',
        message: expect.stringContaining('no_such_column'),
      })
    })

    it('changes nothing when it is asked a question', async () => {
      await expect(ask('delete from users')).rejects.toMatchObject({ code: 'sql_failed' })
      expect(await countsOf(engine, 'live', 1)).toMatchObject(twoDays.counts)
    })

    it('keeps serving the old load until the new one is published, and then the new one', async () => {
      await build(engine, 2)
      await engine.execute(2, [{ sql: "delete from users where level = 'free'" }], work)
      expect(await countsOf(engine, 'live', 1)).toMatchObject(twoDays.counts)
      const [kept] = await engine.execute(2, [{ sql: "update users set level = 'paid'" }], work)
      await engine.publish(2, work)
      expect((await countsOf(engine, 'live', 2)).users).toBe(kept)
    })

    it('executes all statements or none', async () => {
      await build(engine, 3)
      const statements = [{ sql: 'delete from users' }, { sql: 'delete from no_such_table' }]
      await expect(engine.execute(3, statements, work)).rejects.toMatchObject({ code: 'sql_failed' })
      expect(await countsOf(engine, 'candidate', 3)).toMatchObject(twoDays.counts)
    })

    it('begins, stages and transforms again without a trace of the first time', async () => {
      await build(engine, 4)
      const sources = await engine.sources(never)
      expect(await engine.stage(4, 'log', sources, 0, work)).toMatchObject({
        rows: twoDays.counts.staging_events,
        rejected: 0,
        reasons: [],
      })
      await build(engine, 4)
      expect(await countsOf(engine, 'candidate', 4)).toMatchObject(twoDays.counts)
    })

    it('stops a statement when its signal is aborted, and works on', async () => {
      const stop = new AbortController()
      stop.abort()
      await expect(
        engine.query({ kind: 'candidate', load: 4 }, { sql: 'select 1 as n' }, { maxRows: 1, signal: stop.signal }),
      ).rejects.toMatchObject({ code: 'cancelled' })
      expect(await countsOf(engine, 'candidate', 4)).toMatchObject(twoDays.counts)
    })
  })

  describeRealData(`the ${name} engine on the public data`, () => {
    it('gives its published totals and no red check', async () => {
      const { engine, close } = await open(realData)
      try {
        await build(engine, 1)
        expect(await countsOf(engine, 'candidate', 1)).toMatchObject(realData.counts)
        for (const check of library.checks.filter(({ severity }) => severity === 'error')) {
          const target = { kind: 'candidate', load: 1 } as const
          const { total } = await engine.query(target, { sql: check.sql }, { maxRows: 1, signal: never })
          expect([check.name, total]).toEqual([check.name, 0])
        }
      } finally {
        await close()
      }
    })
  })
}
