import { expect, it } from 'vitest'
import { recoverRuns } from '../src/voice.ts'
import { createWorld } from './support/core.ts'

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
  const face = { watchOf: () => unwatched }
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
