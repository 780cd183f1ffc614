import { describe, expect, it } from 'vitest'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import type { ScheduleRecord } from '../../../../src/core/ports/ledger.ts'
import { claimRuns } from '../../../../src/core/runner/worker.ts'
import {
  anna,
  bob,
  channel,
  command,
  createWorld,
  deferred,
  failureOf,
  type TestProcess,
  unfollowed,
  untilAborted,
  type World,
} from '../../../support/core.ts'
import { accepted, delivered } from '../../../support/delivered.ts'
import { type Fired, runAsked, runDue } from '../../../support/fires.ts'
import { scheduled } from '../../../support/schedule.ts'

const nightly = scheduled({ lines: ['greet'], place: channel, owner: anna, created: '2026-11-20T12:00:00.000Z' })

const greet = command('greet', async () => undefined, { effect: 'read' })

/** What a tick of the clock says: each fire with its intended time and the lines that were said. */
async function tick(bot: TestProcess): Promise<readonly string[]> {
  const said: string[] = []
  for (const fired of await runDue(bot)) said.push(await wordsOf(fired, bot))
  return said
}

async function wordsOf({ run }: Fired, bot: TestProcess): Promise<string> {
  if (run?.origin.kind !== 'fire') throw new Error('a fire that was refused has no run')
  const lines = await bot.ledger.runs.list({ parent: run.id, limit: 20 })
  const said = lines.toReversed().map(({ line, answer }) => `${line} ${answer?.ok}`)
  return `${run.origin.schedule} ${run.origin.intended} ${said.join(', ')}`
}

async function at(time: string, schedule: Partial<ScheduleRecord> = {}): Promise<{ world: World; bot: TestProcess }> {
  const world = await createWorld(time)
  const bot = await world.start('one', [scheduleRun, greet])
  await bot.ledger.schedules.add({ ...nightly, ...schedule })
  return { world, bot }
}

describe('a schedule', () => {
  it('that was changed before the clock was set back runs at its next time, and no occurrence twice', async () => {
    const { world, bot } = await at('2026-11-23T03:00:00.000Z')
    expect(await tick(bot)).toEqual(['1 2026-11-23T03:00:00.000Z greet true'])
    await bot.ledger.schedules.change(1, { since: '2026-11-23T03:00:00.000Z' })
    world.clock.jump(-48 * 3_600_000)
    expect(await tick(bot)).toEqual([])
    world.clock.advance(24 * 3_600_000)
    expect(await tick(bot)).toEqual(['1 2026-11-22T03:00:00.000Z greet true'])
    world.clock.advance(24 * 3_600_000)
    expect(await tick(bot)).toEqual([])
    world.clock.advance(24 * 3_600_000)
    expect(await tick(bot)).toEqual(['1 2026-11-24T03:00:00.000Z greet true'])
    expect(bot.logged).toContainEqual(expect.objectContaining({ message: expect.stringContaining('set back') }))
  })

  it('says its lines at its time, once, as its owner', async () => {
    const { world, bot } = await at('2026-11-23T02:59:00.000Z')
    await tick(bot)
    world.clock.set(new Date('2026-11-23T03:00:00.000Z'))
    expect(await tick(bot)).toEqual(['1 2026-11-23T03:00:00.000Z greet true'])
    expect(await tick(bot)).toEqual([])
    world.clock.advance(60_000)
    expect(await tick(bot)).toEqual([])
    expect(await bot.ledger.runs.list({ limit: 5 })).toMatchObject([
      { line: 'greet', who: anna, place: channel, origin: { kind: 'line', at: 0 } },
      { line: 'schedule-run id=1', who: anna, place: channel, origin: { kind: 'fire', schedule: 1, cause: 'clock' } },
    ])
  })

  it('is said by one of two processes on one ledger, and not again after a restart', async () => {
    const { world, bot } = await at('2026-11-23T03:00:00.000Z')
    const two = await world.start('two', [scheduleRun, greet])
    expect((await Promise.all([tick(bot), tick(two), tick(bot), tick(two)])).flat()).toHaveLength(1)
    expect(await tick(await world.start('three', [scheduleRun, greet]))).toEqual([])
  })

  it('that was missed is caught up with once, the newest time only, within six hours', async () => {
    const hourly = await at('2026-11-23T08:20:00.000Z', { cron: '0 * * * *' })
    expect(await tick(hourly.bot)).toEqual(['1 2026-11-23T08:00:00.000Z greet true'])
    expect(await tick(hourly.bot)).toEqual([])
    const late = await at('2026-11-23T08:59:00.000Z')
    expect(await tick(late.bot)).toEqual(['1 2026-11-23T03:00:00.000Z greet true'])
    const tooLate = await at('2026-11-23T09:00:00.000Z')
    expect(await tick(tooLate.bot)).toEqual([])
  })

  it('does not say what came before it was made, nor anything while it is paused', async () => {
    const made = await at('2026-11-23T04:00:00.000Z', { since: '2026-11-23T03:30:00.000Z' })
    expect(await tick(made.bot)).toEqual([])
    const paused = await at('2026-11-23T03:00:00.000Z', { state: { kind: 'paused' } })
    expect(await tick(paused.bot)).toEqual([])
  })

  it('says its lines in order and stops at the first that fails', async () => {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const order: string[] = []
    const say = (name: string, act: () => void = () => undefined) =>
      command(name, async () => {
        order.push(name)
        act()
        return undefined
      })
    const fail = () => {
      throw new OpsError('bad_data', 'Line 3 is no JSON.')
    }
    const bot = await world.start('one', [scheduleRun, say('first'), say('second', fail), say('third')])
    await bot.ledger.schedules.add({ ...nightly, lines: ['first', 'second', 'third'] })
    expect(await tick(bot)).toEqual(['1 2026-11-23T03:00:00.000Z first true, second false'])
    expect(order).toEqual(['first', 'second'])
  })

  it('says what needs a confirmation without asking, as that was settled when it was made', async () => {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const plan = async () => ({ title: 'Spin up?', facts: [], act: 'Spin up', danger: false })
    const bot = await world.start('one', [scheduleRun, command('spin-up', async () => undefined, { plan })])
    await bot.ledger.schedules.add({ ...nightly, lines: ['spin-up'] })
    expect(await tick(bot)).toEqual(['1 2026-11-23T03:00:00.000Z spin-up true'])
  })

  it('is refused, once, when its owner may no longer say its lines and nobody is admin', async () => {
    const { world, bot } = await at('2026-11-23T03:00:00.000Z', { owner: bob })
    world.roles.delete(bob.id)
    world.roles.clear()
    for (let minute = 0; minute < 3; minute++) {
      expect(await runDue(bot)).toEqual([])
      world.clock.advance(60_000)
      await bot.beat()
    }
    expect((await delivered(bot)).map(({ body }) => body)).toMatchObject([
      { answer: { failure: { code: 'not_allowed' } } },
    ])
    const { entries } = await bot.ledger.audit.list({ limit: 10 })
    expect(entries.map(({ what }) => what)).toEqual(['refused'])
  })

  it('that was asked for while no bot heard it is said within its window, and forgotten after it', async () => {
    const { world, bot } = await at('2026-11-23T12:00:00.000Z')
    const asked = async () => {
      const said: string[] = []
      for (const fired of await runAsked(bot)) said.push(await wordsOf(fired, bot))
      return said
    }
    await bot.say('schedule-run 1')
    world.clock.advance(6 * 3_600_000)
    await bot.beat()
    expect(await asked()).toEqual(['1 2026-11-23T12:00:00.000Z greet true'])
    await bot.say('schedule-run 1')
    world.clock.advance(6 * 3_600_000 + 1000)
    await bot.beat()
    const late = await runAsked(bot)
    expect(late.map(({ answer }) => [answer.headline, answer.audience])).toEqual([
      ['Schedule 1 was not run: the bot was not running in time.', 'nobody'],
    ])
    expect(await bot.ledger.runs.list({ command: 'greet', limit: 5 })).toHaveLength(1)
  })

  it('that is being said already is not asked for a second time', async () => {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const begun = deferred()
    const gate = deferred()
    const slow = command('greet', async () => {
      begun.resolve()
      await gate.promise
      return undefined
    })
    const bot = await world.start('one', [scheduleRun, slow])
    await bot.ledger.schedules.add(nightly)
    const firing = tick(bot)
    await begun.promise
    const answer = await bot.say('schedule-run 1')
    expect(failureOf(answer)).toMatchObject({ code: 'busy', message: expect.stringContaining('now at "greet"') })
    gate.resolve()
    expect(await firing).toHaveLength(1)
    expect(await runAsked(bot)).toEqual([])
  })

  it('whose answer cannot be posted does not take the others with it', async () => {
    const { bot } = await at('2026-11-23T03:00:00.000Z')
    await bot.ledger.schedules.add({ ...nightly, lines: ['greet'] })
    const why = new OpsError('slack', 'I cannot post there.', 'Invite me.')
    await runDue(bot)
    await delivered(bot, ({ schedule }) => (schedule === 1 ? { kind: 'refused', code: 'is_archived', why } : accepted))
    const states = (await bot.ledger.schedules.list()).map(({ state }) => state.kind)
    expect(states).toEqual(['parked', 'active'])
  })

  it('whose schedule has moved since is not parked because its former channel does not take what it said', async () => {
    const { bot } = await at('2026-11-23T03:00:00.000Z')
    await runDue(bot)
    await bot.ledger.schedules.change(1, { place: { kind: 'slack', channel: 'C0NEW00000', direct: false } })
    const why = new OpsError('slack', 'I cannot post in #music (is_archived).')
    await delivered(bot, () => ({ kind: 'refused', code: 'is_archived', why }))
    expect((await bot.ledger.schedules.get(1))?.state).toEqual({ kind: 'active' })
  })

  it('that is at work does not hold up the next', async () => {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const gate = deferred()
    const begun = deferred()
    const load = command('load', async () => {
      begun.resolve()
      await gate.promise
      return undefined
    })
    const bot = await world.start('one', [
      scheduleRun,
      load,
      command('greet', async () => undefined, { effect: 'read' }),
    ])
    await bot.ledger.schedules.add({ ...nightly, lines: ['load'] })
    await bot.ledger.schedules.add({ ...nightly, cron: '5 3 * * *' })
    const first = tick(bot)
    await begun.promise
    world.clock.advance(300_000)
    await bot.beat()
    expect(await tick(bot)).toEqual(['2 2026-11-23T03:05:00.000Z greet true'])
    gate.resolve()
    expect(await first).toEqual(['1 2026-11-23T03:00:00.000Z load true'])
  })

  it('is left to the next process by one that is about to stop', async () => {
    const { world, bot } = await at('2026-11-23T03:00:00.000Z')
    await bot.app.drain(0)
    expect(await tick(bot)).toEqual([])
    expect(await tick(await world.start('two', [scheduleRun, greet]))).toEqual([
      '1 2026-11-23T03:00:00.000Z greet true',
    ])
  })

  it('that is at work when its process stops posts no failure: the next process carries the run on and tells how it ended', async () => {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const begun = deferred()
    const load = command('load', async ({ perform }) => {
      await perform([
        {
          id: 'Stage',
          title: 'Stage',
          run: ({ signal }) => {
            begun.resolve()
            return untilAborted(signal)
          },
        },
      ])
      return undefined
    })
    const bot = await world.start('one', [scheduleRun, load, greet])
    await bot.ledger.schedules.add({ ...nightly, lines: ['load', 'greet'] })
    const fired = tick(bot)
    await begun.promise
    const drained = bot.app.drain(5000)
    world.clock.advance(5000)
    await drained
    expect(await fired).toEqual([])
    const left = await bot.ledger.runs.list({ limit: 5, states: ['running'] })
    expect(left.map(({ line }) => line)).toEqual(['load', 'schedule-run id=1'])
    bot.die()
    const next = await world.start('two', [scheduleRun, command('load', async () => undefined), greet])
    const [carriedOn] = await claimRuns(next.session, () => unfollowed)
    expect((await carriedOn?.answer)?.ok).toBe(true)
    const lines = await next.ledger.runs.list({ limit: 5 })
    expect(lines.map(({ line, state, attempt }) => [line, state, attempt])).toEqual([
      ['greet', 'complete', 1],
      ['load', 'complete', 1],
      ['schedule-run id=1', 'complete', 1],
    ])
  })
})
