import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RedshiftEngine } from '../../../src/redshift/engine/redshift-engine.ts'
import { twoDays } from '../../support/two-days.ts'
import { createFastClock } from './fast-clock.ts'
import { build, cell, countsOf, createStage, never, newStep, type Stage, wholeSchema } from './support.ts'

let stage: Stage
let engine: RedshiftEngine
beforeAll(async () => {
  stage = await createStage(twoDays, { resultPageRows: 3 })
  engine = stage.open()
  await build(engine, 1)
  await engine.publish(1, newStep())
})
afterAll(() => stage.close())

const select = (sql: string, values: Readonly<Record<string, string | number>> = {}, maxRows = 100) =>
  engine.query({ kind: 'live', load: 1 }, { sql, values }, { maxRows, signal: never })

describe('asking', () => {
  it('reads as many pages as it needs, and knows the number of all rows', async () => {
    await stage.double.clearCalls()
    const { rows, total } = await select('select songplay_id from songplays order by songplay_id', {}, 7)
    expect([rows.length, total]).toEqual([7, twoDays.counts.songplays])
    const pages = (await stage.double.calls()).filter(({ action }) => action === 'redshift-data:GetStatementResult')
    expect(pages).toHaveLength(3)
    expect((await select('select user_id from users order by 1')).rows).toHaveLength(twoDays.counts.users)
  })

  it('reads to the last page where the newest rows are wanted, and keeps the rows in front of them', async () => {
    const sql = 'select songplay_id from songplays order by start_time, songplay_id'
    const { rows: all } = await select(sql, {}, 1000)
    const options = { maxRows: 7, timeOrder: { after: 1 }, signal: never }
    const { rows, total } = await engine.query({ kind: 'live', load: 1 }, { sql }, options)
    expect([rows, total]).toEqual([[...all.slice(0, 1), ...all.slice(-6)], twoDays.counts.songplays])
  })

  it('takes two calls for an answer of one page', async () => {
    await stage.double.clearCalls()
    await select('select count(*) as n from users')
    expect((await stage.double.calls()).map(({ action }) => action)).toEqual([
      'redshift-data:BatchExecuteStatement',
      'redshift-data:GetStatementResult',
    ])
  })

  it('keeps whole numbers of every size, and does not take texts that look like them for some', async () => {
    const wide = ['9007199254740993', '-9223372036854775808', '9223372036854775807']
    const { rows } = await select(
      `select ${wide.map((n) => `cast('${n}' as bigint)`).join(', ')}, cast(7 as bigint), '"longValue":9007199254740993'`,
    )
    expect(rows).toEqual([[...wide, 7, '"longValue":9007199254740993']])
  })

  it.each([
    'insert into users (user_id) values (1)',
    'delete from users',
    'create table mine (n integer)',
    'drop table users',
    "update users set level = 'paid'",
  ])('is refused by the server itself when it would change something: %s', async (sql) => {
    await expect(select(sql)).rejects.toMatchObject({
      code: 'sql_failed',
      message: 'Redshift rejected a statement: transaction is read-only.',
    })
    expect(await countsOf(engine, 1, 'live')).toMatchObject(twoDays.counts)
  })

  it('names the statement and the query that AWS knows a failure by', async () => {
    const { evidence } = await select('select nothing from users').catch((error) => error)
    expect(evidence).toMatchObject([{ kind: 'table', title: 'AWS ids', columns: ['what', 'id'] }])
    expect(evidence[0].rows).toEqual([
      ['statement', expect.stringMatching(/^[0-9a-f-]{36}$/)],
      ['query', expect.stringMatching(/^\d+$/)],
    ])
  })

  it('falls back to a plain transaction where the server does not know AUTO_COMMIT, and looks at the text itself', async () => {
    const other = stage.open()
    const target = { kind: 'live', load: 1 } as const
    const unknown = {
      kind: 'error',
      action: 'redshift-data:BatchExecuteStatement',
      code: 'ValidationException',
    } as const
    await stage.double.fault({ ...unknown, message: 'Unknown parameter in input: "ExecutionMode"' })
    const options = { maxRows: 10, signal: never }
    const { rows } = await other.query(target, { sql: 'select count(*) from users' }, options)
    expect(rows).toEqual([[twoDays.counts.users]])
    const values = { name: 'Ryan' }
    await other.query(target, { sql: 'select 1 from users where first_name = :name', values }, options)
    await expect(other.query(target, { sql: 'delete from users' }, options)).rejects.toMatchObject({
      code: 'sql_failed',
    })
    expect((await stage.double.statements()).at(-1)?.sqls).toHaveLength(3)
  })
})

describe('ping', () => {
  it('answers when the database does, and throws what stands in the way otherwise', async () => {
    const pinged = stage.open()
    await pinged.ping(never)
    await stage.double.fault({ kind: 'secret-rotated', times: 100 })
    const impatient = stage.open({ clock: createFastClock(1000) })
    await expect(impatient.ping(never)).rejects.toMatchObject({ code: 'aws_denied' })
    await stage.double.clearFaults()
  })
})

describe('loads and their places', () => {
  it('says that a load is not there when it never was, or belongs to another ledger', async () => {
    await expect(cell(engine, 77, 'live', 'select 1')).rejects.toMatchObject({ code: 'not_found' })
    await expect(cell(engine, 77, 'candidate', 'select 1')).rejects.toMatchObject({ code: 'not_found' })
    await expect(cell(stage.open({ homeId: 'another' }), 1, 'live', 'select 1')).rejects.toMatchObject({
      code: 'not_found',
      fixCommand: 'etl',
    })
    await expect(engine.execute(77, [{ sql: 'delete from users' }], newStep())).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(engine.publish(77, newStep())).rejects.toMatchObject({ code: 'not_found' })
    await expect(engine.stage(77, 'log', { log: [], song: [], summary: '' }, 0, newStep())).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('serves the staging rows of the live load whatever a later one has staged', async () => {
    await engine.begin(2, wholeSchema, newStep())
    expect(await countsOf(engine, 1, 'live')).toMatchObject(twoDays.counts)
    expect(await cell(engine, 2, 'candidate', 'select count(*) from staging_events')).toBe(0)
  })

  it('serves the load that the pointer names before and after the pointer has moved', async () => {
    await build(engine, 3)
    await engine.execute(3, [{ sql: 'delete from users where user_id > :id', values: { id: 50 } }], newStep())
    await engine.publish(3, newStep())
    const left = await cell(engine, 3, 'live', 'select count(*) from users')
    expect(left).toBeLessThan(twoDays.counts.users)
    expect(await countsOf(engine, 1, 'live')).toMatchObject(twoDays.counts)
  })

  it('publishes once, however often it is told', async () => {
    await engine.publish(3, newStep())
    await engine.publish(3, newStep())
    expect(await countsOf(engine, 1, 'live')).toMatchObject(twoDays.counts)
  })

  it('makes the live tables anew when the schema has changed since', async () => {
    const wider = wholeSchema.map((create) =>
      create.replace('gender varchar(64)', 'gender varchar(64), nickname varchar(64)'),
    )
    await engine.begin(4, [...wider, 'create table if not exists nicknames (page varchar(64))'], newStep())
    const insert = "insert into users (user_id, nickname) values (1, :name), (2, '')"
    await engine.execute(4, [{ sql: insert, values: { name: "Rye ':o" } }], newStep())
    await engine.publish(4, newStep())
    expect(await cell(engine, 4, 'live', 'select nickname from users order by user_id')).toBe("Rye ':o")
    expect(await cell(engine, 4, 'live', 'select count(*) from nicknames')).toBe(0)
    await build(engine, 5)
    await engine.publish(5, newStep())
    expect(await countsOf(engine, 5, 'live')).toMatchObject(twoDays.counts)
    expect(await cell(engine, 4, 'live', 'select count(*) from nicknames')).toBe(0)
  })

  it('publishes more tables than fit into one transaction', async () => {
    const many = Array.from({ length: 6 }, (_, i) => `create table if not exists more_${i} (n integer)`)
    for (const load of [10, 11]) {
      await engine.begin(load, [...wholeSchema, ...many], newStep())
      await engine.execute(load, [{ sql: 'insert into more_5 (n) values (:load)', values: { load } }], newStep())
      await engine.publish(load, newStep())
    }
    expect(await cell(engine, 11, 'live', 'select n from more_5')).toBe(11)
    expect(await cell(engine, 10, 'live', 'select n from more_5')).toBe(10)
    await build(engine, 12)
    await engine.publish(12, newStep())
    await build(engine, 5)
    await engine.publish(5, newStep())
  })

  it('gives back the space of candidate and previous when nobody wants them', async () => {
    await engine.begin(6, wholeSchema, newStep())
    await engine.retain([12, 5, 6])
    expect(await cell(engine, 6, 'candidate', 'select count(*) from users')).toBe(0)
    await engine.retain([5])
    await expect(cell(engine, 6, 'candidate', 'select 1')).rejects.toMatchObject({ code: 'not_found' })
    await expect(cell(engine, 12, 'live', 'select 1')).rejects.toMatchObject({ code: 'not_found' })
    expect(await countsOf(engine, 5, 'live')).toMatchObject(twoDays.counts)
    const tables = await stage.sql.rows(
      `select table_schema || '.' || table_name from information_schema.tables
       where table_schema in ('staging', 'candidate', 'previous') order by 1`,
    )
    expect(tables.flat()).toEqual(['candidate.about_load', 'previous.about_load'])
  })

  it('leaves alone what others keep in the schemas it uses', async () => {
    await stage.sql.run('create table staging.theirs (n integer)')
    await engine.begin(7, wholeSchema, newStep())
    await engine.retain([5])
    expect(await stage.sql.rows('select count(*) from staging.theirs')).toEqual([[0]])
  })
})
