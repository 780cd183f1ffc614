import { beforeEach, describe, expect, it } from 'vitest'
import type { FreshnessDay, LateReason } from '../../../src/core/ports/freshness.ts'
import { watchFreshness } from '../../../src/core/watch/freshness/judge.ts'
import { nightly } from '../../contract/ledger/world.ts'
import { anna, channel, createWorld, type TestProcess, type World } from '../../support/core.ts'
import { ledgerHand, loadingCommands } from './freshness-office.ts'

const on = (time: string): string => `2018-12-01T${time}:00.000Z`
const yesterday = '2018-11-30T20:00:00.000Z'
const dayEnd = on('00:00')

describe('why a day is late', () => {
  let world: World
  let bot: TestProcess
  let hand: ReturnType<typeof ledgerHand>

  beforeEach(async () => {
    world = await createWorld(yesterday)
    bot = await world.start('one', loadingCommands)
    hand = ledgerHand(bot)
    await bot.ledger.freshness.set({ time: '06:00', zone: 'UTC', place: channel, owner: anna, since: yesterday })
    await look(yesterday)
  })

  const look = async (at: string): Promise<void> => {
    world.clock.set(new Date(at))
    await watchFreshness(bot.session)
  }
  /** The bot looks at the clock from the end of the day until the deadline, which is then judged; 3 minutes are no absence. */
  const judged = async (): Promise<FreshnessDay | undefined> => {
    for (let at = Date.parse(dayEnd); at <= Date.parse(on('06:00')); at += 180_000) {
      await look(new Date(at).toISOString())
    }
    return (await bot.ledger.freshness.days(1, 1))[0]
  }
  const reason = async (): Promise<LateReason | null | undefined> => (await judged())?.reason
  const schedule = (said: Partial<typeof nightly> = {}) =>
    bot.ledger.schedules.add({ ...nightly, lines: ['etl'], zone: 'UTC', created: yesterday, since: yesterday, ...said })

  it('nobody loads', async () => {
    expect(await reason()).toEqual({ kind: 'no-schedule' })
  })

  it('a schedule that loads is paused, loads later, or did not begin', async () => {
    const { id } = await schedule({ state: { kind: 'paused' } })
    expect(await reason()).toEqual({ kind: 'schedule-off', schedule: id })
  })

  it('its schedule loads after the deadline', async () => {
    const { id } = await schedule({ cron: '0 7 * * *' })
    expect(await reason()).toEqual({ kind: 'schedule-later', schedule: id, at: on('07:00') })
  })

  it('a schedule should have loaded, and nothing began', async () => {
    const { id } = await schedule()
    expect(await reason()).toEqual({ kind: 'not-run', schedule: id })
  })

  it('the cluster was paused, by whom and when', async () => {
    const run = await hand.run('pause', '2018-11-30T21:00:00.000Z')
    await schedule()
    expect(await reason()).toEqual({ kind: 'paused', run, by: 'Anna', at: '2018-11-30T21:00:00.000Z' })
  })

  it('not the pause before it was resumed', async () => {
    await hand.run('pause', '2018-11-30T21:00:00.000Z')
    await hand.run('resume', '2018-11-30T22:00:00.000Z')
    expect(await reason()).toEqual({ kind: 'no-schedule' })
  })

  it('a load met the paused cluster', async () => {
    const run = await hand.run('pause', '2018-11-30T21:00:00.000Z')
    await hand.fail(await hand.begin(on('03:00')), on('03:01'), 'cluster_state', 'Cluster sparkify is paused.')
    expect(await reason()).toMatchObject({ kind: 'paused', run })
  })

  it('a load failed, and with which error', async () => {
    const run = await hand.begin(on('03:00'))
    await hand.fail(run, on('03:01'), 'checks_red', '2 checks red.')
    expect(await reason()).toEqual({ kind: 'failed', run, error: '2 checks red.' })
  })

  it('the error of a run in direct messages is not repeated in a channel', async () => {
    const place = { kind: 'slack', channel: 'D0ANNA000', direct: true } as const
    const run = await hand.begin(on('03:00'), {}, { place })
    await hand.fail(run, on('03:01'), 'checks_red', '2 checks red.')
    expect(await reason()).toEqual({ kind: 'failed', run, error: '' })
  })

  it('a load is held, and does not refresh', async () => {
    const run = await hand.begin(on('03:00'), hand.factsOf(dayEnd))
    await bot.ledger.loads.hold(run, run, bot.id)
    await hand.fail(run, on('03:01'), 'held', 'Load is held.')
    expect(await reason()).toEqual({ kind: 'held', run })
  })

  it('a load was still running, whatever became of it later', async () => {
    const run = await hand.begin(on('05:30'), hand.factsOf(dayEnd))
    expect(await reason()).toEqual({ kind: 'running', run, since: on('05:30') })
    await hand.publish(run, on('06:20'))
    await look(on('06:21'))
    expect(await bot.ledger.freshness.days(1, 1)).toMatchObject([
      { met: on('06:20'), load: run, reason: { kind: 'running' } },
    ])
  })

  it('a load was cancelled', async () => {
    const run = await hand.begin(on('03:00'))
    await hand.end(run, on('03:05'), 'cancelled', {
      ok: false,
      exit: 1,
      headline: 'Stopped.',
      audience: 'channel',
      run: null,
      replies: [],
      next: [],
    })
    expect(await reason()).toEqual({ kind: 'cancelled', run })
  })

  it('the source is late: a load after the day found it complete up to then', async () => {
    const run = await hand.begin(on('03:00'), {
      plays: 1,
      dataUntil: '2018-11-29T21:59:00.000Z',
      filesUntil: '2018-11-30T00:00:00.000Z',
    })
    await hand.publish(run, on('03:05'))
    expect(await reason()).toEqual({ kind: 'source-late', load: run, until: '2018-11-30T00:00:00.000Z' })
  })

  it('a day without events is live where a log file is named after it', async () => {
    const run = await hand.begin(on('03:00'), { plays: 1, dataUntil: '2018-11-29T21:59:00.000Z', filesUntil: dayEnd })
    await hand.publish(run, on('03:05'))
    expect(await judged()).toMatchObject({ met: on('03:05'), load: run, reason: null })
  })

  it('a rollback took the day away, and the load that brings it back resolves it', async () => {
    const old = await hand.begin('2018-11-30T03:00:00.000Z', hand.factsOf('2018-11-30T00:00:00.000Z'))
    await hand.publish(old, '2018-11-30T03:05:00.000Z')
    const run = await hand.begin(on('03:00'), hand.factsOf(dayEnd))
    await hand.publish(run, on('03:05'))
    await hand.restore(old, on('04:00'))
    expect(await reason()).toEqual({ kind: 'rolled-back', load: run, to: old, at: on('04:00') })
    await hand.restore(run, on('07:00'))
    await look(on('07:01'))
    expect(await bot.ledger.freshness.days(1, 1)).toMatchObject([{ met: on('07:00'), load: run }])
  })

  it('a tear-down took everything away', async () => {
    const run = await hand.begin(on('03:00'), hand.factsOf(dayEnd))
    await hand.publish(run, on('03:05'))
    await bot.ledger.loads.discardAll(on('05:00'))
    expect(await reason()).toEqual({ kind: 'rolled-back', load: run, to: null, at: on('05:00') })
  })

  it('a rollback after the deadline changes nothing', async () => {
    const old = await hand.begin('2018-11-30T03:00:00.000Z', hand.factsOf('2018-11-30T00:00:00.000Z'))
    await hand.publish(old, '2018-11-30T03:05:00.000Z')
    const run = await hand.begin(on('03:00'), hand.factsOf(dayEnd))
    await hand.publish(run, on('03:05'))
    expect((await judged())?.met).toBe(on('03:05'))
    await hand.restore(old, on('06:30'))
    await look(on('06:31'))
    expect(await bot.ledger.freshness.days(1, 1)).toMatchObject([{ met: on('03:05'), reason: null }])
  })
})
