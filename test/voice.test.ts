import { expect, it } from 'vitest'
import scheduleRun from '../src/commands/schedule-run.ts'
import { OpsError } from '../src/core/errors.ts'
import { recoverRuns, sayOn } from '../src/voice.ts'
import { anna, channel, command, createWorld } from './support/core.ts'
import { scheduled } from './support/schedule.ts'

const unwatched = { changed: () => undefined }

it('A bot takes nobody for gone where it looks late itself: the machine slept, and nobody could beat meanwhile', async () => {
  const world = await createWorld()
  const bot = await world.start('bot', [])
  const ticks: (() => void)[] = []
  const clock = {
    ...world.clock,
    every(_ms: number, tick: () => void) {
      ticks.push(tick)
      return () => undefined
    },
  }
  let looks = 0
  const app = {
    ...bot.app,
    recover: async () => {
      looks++
      return []
    },
  }
  const face = {
    watchOf: () => unwatched,
    deliver: async () => null,
    post: async () => null,
    takeUnsaid: () => [],
    tellPlan: async () => undefined,
  }
  await recoverRuns({ app, deps: { ...bot.deps, clock } }, face, bot.deps.log)
  expect(looks).toBe(1)
  const looksAfter = (seconds: number): number => {
    world.clock.advance(seconds * 1000)
    // The first of its timers looks for left runs.
    ticks[0]?.()
    return looks
  }
  expect([looksAfter(10), looksAfter(3600), looksAfter(10), looksAfter(30)]).toEqual([2, 2, 3, 4])
})

it('A schedule that has moved is not parked because its former channel does not take what it said there', async () => {
  const world = await createWorld('2026-11-23T03:00:00.000Z')
  const bot = await world.start('bot', [scheduleRun, command('load', async () => undefined)])
  await bot.ledger.schedules.add(
    scheduled({ lines: ['load'], place: channel, owner: anna, created: '2026-11-20T12:00:00.000Z' }),
  )
  const archived = new OpsError('slack', 'I cannot post in #music (is_archived).')
  let refused = 0
  const deliver = async () => {
    refused++
    return archived
  }
  const say = sayOn({ deliver, post: async () => null }, bot.app)
  await bot.app.fireDue(async (fired, called) => {
    const place = { ...channel, channel: 'C0NEW00000', channelName: 'new' }
    const moved = await bot.ledger.schedules.change(1, { place })
    await say({ ...fired, schedule: moved ?? fired.schedule }, called)
  })
  expect(refused).toBe(1)
  expect((await bot.ledger.schedules.get(1))?.state).toEqual({ kind: 'active' })
})
