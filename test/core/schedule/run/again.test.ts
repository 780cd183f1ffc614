import { expect, it } from 'vitest'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import type { Answer } from '../../../../src/core/answer.ts'
import type { Command } from '../../../../src/core/command/define.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import { claimRuns } from '../../../../src/core/runner/worker.ts'
import {
  anna,
  channel,
  command,
  createWorld,
  deferred,
  type TestProcess,
  terminal,
  unfollowed,
  type World,
} from '../../../support/core.ts'
import { noting, runDue } from '../../../support/fires.ts'
import { scheduled } from '../../../support/schedule.ts'

type Acts = Readonly<Partial<Record<'load' | 'look', () => Promise<void>>>>

/** A load of two steps that can be carried on, and what is said after it; each notes what it does, before `acts`. */
function nightly(order: string[], acts: Acts = {}): readonly Command[] {
  const said = (name: 'load' | 'look') => noting(name, order, acts[name], { canContinue: async () => true })
  return [scheduleRun, said('load'), said('look')]
}

/** A bot that is killed in the middle of the load that it says, because it has it due or carries it on. */
async function killedInLoad(
  world: World,
  id: string,
  order: string[],
  say: (bot: TestProcess) => Promise<unknown>,
): Promise<void> {
  const begun = deferred()
  const stuck = () => {
    begun.resolve()
    return new Promise<never>(() => undefined)
  }
  const bot = await world.start(id, nightly(order, { load: stuck }))
  void say(bot)
  await begun.promise
  bot.die()
}

/** Somebody changes the warehouse in a terminal, which closes the load of the bot that is gone. */
async function terminalWrites(world: World, id: string): Promise<void> {
  const shell = await world.start(id, [command('write', async () => undefined)])
  expect((await shell.say('write', { place: terminal })).ok).toBe(true)
}

async function sayNightly(bot: TestProcess): Promise<void> {
  const created = '2026-11-20T12:00:00.000Z'
  await bot.ledger.schedules.add(scheduled({ lines: ['load', 'look'], place: channel, owner: anna, created }))
  await runDue(bot)
}

async function closedNight(order: string[]): Promise<World> {
  const world = await createWorld('2026-11-23T03:00:00.000Z')
  await killedInLoad(world, 'bot', order, sayNightly)
  await terminalWrites(world, 'terminal')
  return world
}

async function carriedOn({ session }: TestProcess): Promise<Answer | undefined> {
  const [recovered] = await claimRuns(session, () => unfollowed)
  return recovered?.answer
}

const carryOn = ({ session }: TestProcess) => claimRuns(session, () => unfollowed)
const whole = ['load begins', 'load', 'look begins', 'look']

it('a line that a terminal closed while its bot was dead is said again behind the steps that were done, once', async () => {
  const order: string[] = []
  const world = await closedNight(order)
  const next = await world.start('next', nightly(order))
  expect(await carriedOn(next)).toMatchObject({ ok: true, headline: expect.not.stringContaining('stopped') })
  expect(order).toEqual(whole)
  const found = await next.ledger.runs.list({ limit: 9 })
  expect(found.map((run) => `${run.line} ${run.state} ${run.attempt}`)).toEqual([
    'look complete 1',
    'load complete 2',
    'write complete 1',
    'schedule-run id=1 complete 2',
  ])
  expect(await claimRuns(next.session, () => unfollowed)).toEqual([])
})

it('is carried on like any other where the bot that says it again is killed as well', async () => {
  const order: string[] = []
  const world = await closedNight(order)
  await killedInLoad(world, 'second', order, carryOn)
  const third = await world.start('third', nightly(order))
  expect((await carriedOn(third))?.ok).toBe(true)
  expect(order).toEqual(whole)
  const [load, ...others] = await third.ledger.runs.list({ command: 'load', limit: 9 })
  expect(others).toEqual([])
  expect((await third.ledger.runs.attempts(load?.id ?? 0)).map(({ state }) => state)).toEqual([
    'error',
    'lost',
    'complete',
  ])
})

it('is not said a third time where it is closed again: that is the failure of the night', async () => {
  const order: string[] = []
  const world = await closedNight(order)
  await killedInLoad(world, 'second', order, carryOn)
  await terminalWrites(world, 'terminal once more')
  const third = await world.start('third', nightly(order))
  const answer = await carriedOn(third)
  const [again] = await third.ledger.runs.list({ command: 'load', limit: 1 })
  expect(answer?.headline).toContain('The program stopped during load at "load acts".')
  expect(JSON.stringify(answer?.details)).toContain(`load (run ${again?.id})`)
  expect(order).toEqual(['load begins'])
})

it('is not said again when the window of its schedule is over', async () => {
  const order: string[] = []
  const world = await closedNight(order)
  world.clock.advance(7 * 3_600_000)
  const answer = await carriedOn(await world.start('next', nightly(order)))
  expect(answer?.headline).toContain('The program stopped during load')
  expect(order).toEqual(['load begins'])
})

it('is not what failed where a later line fails', async () => {
  const world = await closedNight([])
  const broken = () => Promise.reject(new OpsError('bad_data', 'Line 212 is no number.'))
  const next = await world.start('next', nightly([], { look: broken }))
  const answer = await carriedOn(next)
  const [look] = await next.ledger.runs.list({ command: 'look', limit: 1 })
  expect(JSON.stringify(answer?.details)).toContain(`look (run ${look?.id})`)
})

it('is closed under its title once it has lost three bots', async () => {
  const order: string[] = []
  const world = await createWorld('2026-11-23T03:00:00.000Z')
  await killedInLoad(world, 'one', order, sayNightly)
  await killedInLoad(world, 'two', order, carryOn)
  await killedInLoad(world, 'three', order, carryOn)
  const four = await world.start('four', nightly(order))
  const claimed = await claimRuns(four.session, () => unfollowed)
  const [night, load] = await Promise.all(claimed.map(({ answer }) => answer))
  expect(night).toMatchObject({
    title: 'Daily, 23 Nov, 03:00 (UTC) · failed',
    headline: 'Daily, 23 Nov, 03:00 (UTC): The program stopped at "load".',
    failure: { code: 'interrupted', remedy: 'Continue it with run-again 1: finished steps are not repeated.' },
    next: [{ label: 'Run again', line: 'run-again 1' }],
  })
  expect(load).toMatchObject({ headline: 'The program stopped during load at "load acts".' })
  expect(order).toEqual(['load begins'])
})
