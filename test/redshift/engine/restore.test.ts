import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RedshiftEngine } from '../../../src/redshift/engine/redshift-engine.ts'
import { twoDays } from '../../support/two-days.ts'
import { createFastClock } from './fast-clock.ts'
import { build, cell, countsOf, createStage, never, newStep, type Stage } from './support.ts'

let stage: Stage
let engine: RedshiftEngine

/** Load 1 has every user, load 2 only those who pay; 2 is live. */
beforeAll(async () => {
  stage = await createStage(twoDays)
  engine = stage.open({ clock: createFastClock(1000) })
  await build(engine, 1)
  await engine.publish(1, newStep())
  await build(engine, 2)
  await engine.execute(2, [{ sql: "delete from users where level = 'free'" }], newStep())
  await engine.publish(2, newStep())
}, 120_000)
afterEach(() => stage.double.clearFaults())
afterAll(() => stage.close())

const users = (load: number) => cell(engine, load, 'live', 'select count(*) from users')
const place = async (schema: string) => (await stage.sql.rows(`select load_number from ${schema}.about_load`)).flat()

describe('a load that is made live again', { timeout: 120_000 }, () => {
  it('changes places with the live one, and both can be asked in between and afterwards', async () => {
    const paying = await users(2)
    expect(await users(1)).toBe(twoDays.counts.users)
    expect(paying).toBeLessThan(twoDays.counts.users)
    const before = (await stage.double.statements()).length
    await engine.restore(1, never)
    const batches = (await stage.double.statements()).slice(before).map(({ sqls }) => sqls.length)
    expect(Math.max(...batches)).toBeLessThanOrEqual(40)
    expect([await place('live'), await place('previous')]).toEqual([[1], [2]])
    // The ledger's pointer moves afterwards: load 2 is found until then, and is what can be gone back to.
    expect([await users(1), await users(2)]).toEqual([twoDays.counts.users, paying])
    expect(await countsOf(engine, 1, 'live')).toMatchObject(twoDays.counts)
    await engine.restore(2, never)
    expect([await place('live'), await place('previous'), await users(2)]).toEqual([[2], [1], paying])
    // Done again, nothing changes.
    await engine.restore(2, never)
    expect([await place('live'), await place('previous')]).toEqual([[2], [1]])
  })

  it('stays where it is when the exchange fails in the middle, and is exchanged by the next try', async () => {
    const paying = await users(2)
    await stage.double.fault({ kind: 'statement-fails', matching: 'rename to users', error: 'out of something' })
    await expect(engine.restore(1, never)).rejects.toMatchObject({ code: 'sql_failed' })
    expect([await place('live'), await place('previous'), await users(2)]).toEqual([[2], [1], paying])
    expect(await users(1)).toBe(twoDays.counts.users)
    await engine.restore(1, never)
    expect([await place('live'), await place('previous'), await users(1)]).toEqual([[1], [2], twoDays.counts.users])
    // What the first try has left beside the tables is gone.
    const left = await stage.sql.rows(
      "select tablename from pg_tables where schemaname = 'previous' and tablename like '%waiting'",
    )
    expect(left).toEqual([])
  })

  it('may be one that was held, while others are built; the newest held is kept, and goes where no load needs it', async () => {
    const [live] = await place('live')
    for (const load of [3, 4]) {
      await build(engine, load)
      await engine.execute(load, [{ sql: `delete from users where user_id > ${load * 10}` }], newStep())
      await engine.hold(load, newStep())
      await engine.hold(load, newStep())
      expect([await place('held'), await place('candidate'), await place('live')]).toEqual([[load], [], [live]])
    }
    const held = Number((await stage.sql.rows('select count(*) from held.users'))[0]?.[0])
    expect(held).toBeLessThan(twoDays.counts.users)
    await engine.retain([4, Number(live)])
    await engine.restore(4, never)
    expect([await place('held'), await place('live'), await place('previous')]).toEqual([[], [4], [live]])
    expect(await users(4)).toBe(held)
    await build(engine, 5)
    await engine.hold(5, newStep())
    await engine.retain([4])
    expect([await place('held'), await place('previous'), await users(4)]).toEqual([[], [], held])
  })

  it('is one that is kept: others are not found', async () => {
    await expect(engine.restore(7, never)).rejects.toMatchObject({ code: 'not_found' })
  })
})
