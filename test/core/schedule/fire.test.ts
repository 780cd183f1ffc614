import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { ScheduleRecord } from '../../../src/core/ports/ledger.ts'
import type { Due } from '../../../src/core/schedule/fire.ts'
import {
  anna,
  bob,
  channel,
  command,
  createWorld,
  deferred,
  failureOf,
  type TestProcess,
  untilAborted,
  type World,
} from '../../support/core.ts'

const nightly = {
  lines: ['greet'],
  phrase: 'daily at 03:00',
  cron: '0 3 * * *',
  zone: 'UTC',
  place: channel,
  owner: anna,
  created: '2026-11-20T12:00:00.000Z',
  state: 'active',
} as const satisfies Omit<ScheduleRecord, 'id'>

const greet = command('greet', async () => undefined)

/** What a tick of the clock says: each fire with its intended time and the lines that were said. */
async function tick(bot: TestProcess): Promise<readonly string[]> {
  const said: string[] = []
  await bot.app.fireDue(async ({ schedule, intended }: Due, answers: readonly Answer[]) => {
    said.push(
      `${schedule.id} ${intended.toISOString()} ${answers.map(({ run, ok }) => `${run?.line} ${ok}`).join(', ')}`,
    )
  })
  return said
}

async function at(time: string, schedule: Partial<ScheduleRecord> = {}): Promise<{ world: World; bot: TestProcess }> {
  const world = await createWorld(time)
  const bot = await world.start('one', [greet])
  await bot.ledger.schedules.add({ ...nightly, ...schedule })
  return { world, bot }
}

describe('a schedule', () => {
  it('says its lines at its time, once, as its owner', async () => {
    const { world, bot } = await at('2026-11-23T02:59:00.000Z')
    await tick(bot)
    world.clock.set(new Date('2026-11-23T03:00:00.000Z'))
    expect(await tick(bot)).toEqual(['1 2026-11-23T03:00:00.000Z greet true'])
    expect(await tick(bot)).toEqual([])
    world.clock.advance(60_000)
    expect(await tick(bot)).toEqual([])
    expect(await bot.ledger.runs.list({ limit: 1 })).toMatchObject([{ who: anna, place: channel }])
  })

  it('is said by one of two processes on one ledger, and not again after a restart', async () => {
    const { world, bot } = await at('2026-11-23T03:00:00.000Z')
    const two = await world.start('two', [greet])
    expect((await Promise.all([tick(bot), tick(two), tick(bot), tick(two)])).flat()).toHaveLength(1)
    expect(await tick(await world.start('three', [greet]))).toEqual([])
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
    const made = await at('2026-11-23T04:00:00.000Z', { created: '2026-11-23T03:30:00.000Z' })
    expect(await tick(made.bot)).toEqual([])
    const paused = await at('2026-11-23T03:00:00.000Z', { state: 'paused' })
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
    const bot = await world.start('one', [say('first'), say('second', fail), say('third')])
    await bot.ledger.schedules.add({ ...nightly, lines: ['first', 'second', 'third'] })
    expect(await tick(bot)).toEqual(['1 2026-11-23T03:00:00.000Z first true, second false'])
    expect(order).toEqual(['first', 'second'])
  })

  it('says what needs a confirmation without asking, as that was settled when it was made', async () => {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const plan = async () => ({ title: 'Spin up?', facts: [], act: 'Spin up', danger: false })
    const bot = await world.start('one', [command('spin-up', async () => undefined, { plan })])
    await bot.ledger.schedules.add({ ...nightly, lines: ['spin-up'] })
    expect(await tick(bot)).toEqual(['1 2026-11-23T03:00:00.000Z spin-up true'])
  })

  it('is refused when its owner may no longer say its lines', async () => {
    const { world, bot } = await at('2026-11-23T03:00:00.000Z', { owner: bob })
    world.roles.delete(bob.id)
    const codes: string[] = []
    await bot.app.fireDue(async (_due, answers) => void codes.push(...answers.map((answer) => failureOf(answer).code)))
    expect(codes).toEqual(['not_allowed'])
  })

  it('whose answer cannot be posted does not take the others with it', async () => {
    const { bot } = await at('2026-11-23T03:00:00.000Z')
    await bot.ledger.schedules.add({ ...nightly, lines: ['greet'] })
    const posted: number[] = []
    await bot.app.fireDue(async ({ schedule }) => {
      if (schedule.id === 1) throw new OpsError('slack', 'channel_not_found')
      posted.push(schedule.id)
    })
    expect(posted).toEqual([2])
    expect(bot.logged).toContainEqual({
      level: 'error',
      facts: { err: expect.any(OpsError), schedule: 1 },
      message: 'schedule 1 was not said to its end: channel_not_found',
    })
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
    const bot = await world.start('one', [load, command('greet', async () => undefined, { effect: 'read' })])
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
    expect(await tick(await world.start('two', [greet]))).toEqual(['1 2026-11-23T03:00:00.000Z greet true'])
  })

  it('that is at work when its process stops posts no failure: the next process carries the run on and tells how it ended', async () => {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const begun = deferred()
    const load = command('load', async ({ perform }) => {
      await perform([
        {
          title: 'Stage',
          run: ({ signal }) => {
            begun.resolve()
            return untilAborted(signal)
          },
        },
      ])
      return undefined
    })
    const bot = await world.start('one', [load, greet])
    await bot.ledger.schedules.add({ ...nightly, lines: ['load', 'greet'] })
    const fired = tick(bot)
    await begun.promise
    const drained = bot.app.drain(5000)
    world.clock.advance(5000)
    await drained
    expect(await fired).toEqual(['1 2026-11-23T03:00:00.000Z '])
    expect(await bot.ledger.runs.list({ limit: 5 })).toMatchObject([{ line: 'load', state: 'running' }])
  })
})

describe('any schedule, through restarts at any moments', () => {
  it.each(['UTC', 'America/New_York', 'Europe/London', 'Asia/Kolkata'])(
    'in %s loses and doubles no night when the bot is never down for more than its window',
    async (zone) => {
      // Nights around both changes of the clocks.
      const spans = fc.constantFrom('2026-10-22T12:00:00.000Z', '2027-03-10T12:00:00.000Z', '2027-03-25T12:00:00.000Z')
      const gaps = fc.array(fc.integer({ min: 1, max: 359 }), { minLength: 40, maxLength: 60 })
      await fc.assert(
        fc.asyncProperty(spans, gaps, fc.integer({ min: 0, max: 23 }), async (created, minutes, hour) => {
          const world = await createWorld(created)
          const bot = await world.start('one', [])
          const { id } = await bot.ledger.schedules.add({
            ...nightly,
            lines: [],
            created,
            cron: `30 ${hour} * * *`,
            zone,
          })
          const said: string[] = []
          for (const gap of minutes) {
            world.clock.advance(gap * 60_000)
            said.push(...(await tick(bot)))
          }
          const expected: string[] = []
          for (const time of bot.deps.timetable.times(`30 ${hour} * * *`, zone, new Date(created))) {
            if (time > world.clock.now()) break
            expected.push(`${id} ${time.toISOString()} `)
          }
          expect(said).toEqual(expected)
        }),
        { numRuns: 4 },
      )
    },
  )
})
