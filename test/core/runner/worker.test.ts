import { describe, expect, it } from 'vitest'
import scheduleRun from '../../../src/commands/schedule/run.ts'
import { OpsError } from '../../../src/core/errors.ts'
import { startWorker } from '../../../src/core/runner/worker.ts'
import { anna, channel, command, createWorld, deferred, type TestProcess, unfollowed } from '../../support/core.ts'
import { createLeased } from '../../support/leased.ts'
import { passing } from '../../support/passing.ts'
import { newRun } from '../../support/run.ts'
import { scheduled } from '../../support/schedule.ts'

/** A bot beside a load of another process, and the looks of its worker by hand. */
async function besideALoad() {
  const world = await createWorld()
  const begun = deferred()
  const stuck = command('load', async () => {
    begun.resolve()
    return new Promise<never>(() => undefined)
  })
  const other = await world.start('other', [stuck])
  void other.say('load')
  await begun.promise
  const bot = await world.start('bot', [command('load', async () => undefined)])
  const looks: (() => void)[] = []
  const { session } = bot
  const clock: typeof world.clock = {
    ...world.clock,
    every(_ms, look) {
      looks.push(look)
      return () => undefined
    },
  }
  await startWorker(() => unfollowed, { ...session, deps: { ...session.deps, clock } })
  const lookAfter = async (seconds: number, ...alive: readonly TestProcess[]): Promise<number | undefined> => {
    world.clock.advance(seconds * 1000)
    for (const process of [bot, ...alive]) await process.beat()
    looks[0]?.()
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    return (await bot.ledger.runs.get(1))?.attempt
  }
  return { world, bot, other, lookAfter }
}

describe('a worker', () => {
  it('takes nobody for gone where it looks late itself: the machine slept, and nobody could beat meanwhile', async () => {
    const { lookAfter, other } = await besideALoad()
    expect(await lookAfter(3600)).toBe(1)
    expect(await lookAfter(5)).toBe(1)
    expect(await lookAfter(4, other)).toBe(1)
    expect(await lookAfter(20)).toBe(1)
    expect(await lookAfter(11)).toBe(2)
  })

  it('takes a run that waits at once, also when it looks late, but not before its time', async () => {
    const { bot, lookAfter, world } = await besideALoad()
    const started = world.clock.now().toISOString()
    const { id } = await waiting(bot, started)
    await bot.ledger.runs.postpone(id, new Date(world.clock.now().getTime() + 50_000))
    const state = async () => (await bot.ledger.runs.get(id))?.state
    await lookAfter(40)
    expect(await state()).toBe('running')
    await lookAfter(40)
    await passing(world.clock, async () => (await state()) === 'complete')
  })
})

describe('a minute', () => {
  it('in which AWS refuses is a warning in the log, and what is due besides is inserted', async () => {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const refused = async (): Promise<never> => {
      throw new OpsError('aws', 'AWS could not be asked.')
    }
    const cluster = { ...createLeased(world.clock), leaseAction: refused }
    const greet = command('greet', async () => undefined, { effect: 'read' })
    const bot = await world.start('bot', [scheduleRun, greet], { cluster })
    await bot.ledger.schedules.add(
      scheduled({ lines: ['greet'], place: channel, owner: anna, created: '2026-11-20T12:00:00.000Z' }),
    )
    await bot.app.tick()
    expect(bot.logged.filter(({ level }) => level !== 'info')).toMatchObject([
      { level: 'warn', message: "the minute's work was not done to its end: AWS could not be asked." },
    ])
    expect(await bot.ledger.runs.list({ schedule: 1, limit: 5 })).toMatchObject([{ state: 'running', worker: null }])
  })
})

async function waiting({ ledger }: TestProcess, started: string) {
  const opened = await ledger.runs.open(
    newRun({
      key: 'schedule:1:now',
      command: 'load',
      args: {},
      line: 'load',
      origin: { kind: 'fire', schedule: 1, intended: started, cause: 'clock' },
      door: 'clock',
      worker: null,
      started,
    }),
  )
  if (opened.kind !== 'opened') throw new Error('it was not opened')
  return opened.run
}
