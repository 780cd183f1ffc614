import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { Engine } from '../../../src/core/ports/engine.ts'
import { Handover } from '../../../src/core/runner/session.ts'
import { eventually } from '../../slack/support/clock.ts'
import { twoDays } from '../../support/two-days.ts'
import { build, cell, countsOf, createStage, newStep, type Stage } from './support.ts'

let stage: Stage
let engine: Engine
beforeAll(async () => {
  stage = await createStage()
  engine = stage.open()
  await build(engine, 1)
  await engine.publish(1, newStep())
  await build(engine, 2)
})
afterEach(() => stage.double.clearFaults())
afterAll(() => stage.close())

const byAda = new OpsError('cancelled', 'Cancelled by Ada. Live tables are untouched.')

async function statusOf(what: string): Promise<string | undefined> {
  const statements = await stage.double.statements()
  return statements.findLast(({ sqls }) => sqls.some((sql) => sql.includes(what)))?.status
}

describe('cancelling', () => {
  it('stops the statement of a step on the cluster, and leaves the tables as they were', async () => {
    const stop = new AbortController()
    await stage.double.fault({ kind: 'statement-hangs', matching: 'as hanging_step' })
    const sql = 'delete from users where user_id in (select 1 as hanging_step)'
    const going = engine.execute(2, [{ sql }], newStep({ signal: stop.signal }))
    await eventually(async () => (await statusOf('hanging_step')) === 'STARTED')
    stop.abort(byAda)
    await expect(going).rejects.toBe(byAda)
    expect(await statusOf('hanging_step')).toBe('ABORTED')
    expect(await countsOf(engine, 2, 'candidate')).toMatchObject(twoDays.counts)
  })

  it('stops a question, whose id it has not been told yet', async () => {
    const stop = new AbortController()
    await stage.double.fault({ kind: 'statement-hangs', matching: 'hanging_question' })
    const target = { kind: 'live', load: 1 } as const
    const going = engine.query(target, { sql: 'select 1 as hanging_question' }, { maxRows: 1, signal: stop.signal })
    await eventually(async () => (await statusOf('hanging_question')) === 'STARTED')
    stop.abort()
    await expect(going).rejects.toMatchObject({ code: 'cancelled' })
    expect(await statusOf('hanging_question')).toBe('ABORTED')
  })

  it('submits nothing once it is cancelled', async () => {
    const before = (await stage.double.statements()).length
    const signal = AbortSignal.abort(byAda)
    await expect(engine.execute(2, [{ sql: 'delete from users' }], newStep({ signal }))).rejects.toBe(byAda)
    await expect(engine.publish(2, newStep({ signal }))).rejects.toBe(byAda)
    expect(await stage.double.statements()).toHaveLength(before)
  })

  it('lets the statement of a step go on when the process hands its run over, and the next one waits for it', async () => {
    const stop = new AbortController()
    const step = newStep({ signal: stop.signal })
    await stage.double.fault({ kind: 'statement-hangs', matching: 'handed_over' })
    const sql = "delete from songs where song_id = 'handed_over'"
    const going = engine.execute(2, [{ sql }], step)
    await eventually(async () => (await statusOf('handed_over')) === 'STARTED')
    stop.abort(new OpsError('interrupted', 'The bot is restarting.', '', { cause: new Handover() }))
    await expect(going).rejects.toMatchObject({ code: 'interrupted' })
    expect(await statusOf('handed_over')).toBe('STARTED')
    const cancelled = new AbortController()
    const next = stage.open().execute(2, [{ sql }], { ...step, signal: cancelled.signal })
    cancelled.abort(byAda)
    await expect(next).rejects.toBe(byAda)
    expect(await statusOf('handed_over')).toBe('ABORTED')
  })

  it('says so when somebody else stops a statement', async () => {
    await stage.double.fault({ kind: 'statement-hangs', matching: 'stopped_elsewhere' })
    const step = newStep()
    const going = engine.execute(2, [{ sql: 'delete from songs where 1 = 0 /* stopped_elsewhere */' }], step)
    await eventually(async () => (await statusOf('stopped_elsewhere')) === 'STARTED' && step.handles.size === 1)
    const stop = new AbortController()
    const other = stage.open().execute(2, [], { ...step, signal: stop.signal })
    stop.abort()
    const [first, second] = await Promise.allSettled([going, other])
    expect(first).toMatchObject({
      reason: { code: 'cancelled', message: expect.stringContaining('not through this bot') },
    })
    expect(second).toMatchObject({ reason: { code: 'cancelled', message: 'Cancelled. Live tables are untouched.' } })
  })

  it('goes on working afterwards', async () => {
    expect(await cell(engine, 1, 'live', 'select count(*) from users')).toBe(twoDays.counts.users)
  })
})
