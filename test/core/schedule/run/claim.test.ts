import { describe, expect, it } from 'vitest'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import { anna, channel, command, createWorld, deferred, type TestProcess } from '../../../support/core.ts'
import { delivered } from '../../../support/delivered.ts'
import { runDue } from '../../../support/fires.ts'
import { scheduled } from '../../../support/schedule.ts'

/** A schedule that is due; Slack is asked about its channel with `postingError`. */
async function due(postingError: (bot: TestProcess) => Promise<null>) {
  const world = await createWorld('2026-11-23T03:00:00.000Z')
  const said: string[] = []
  const greet = command('greet', async () => {
    said.push('greet')
    return undefined
  })
  const bot: TestProcess = await world.start('one', [scheduleRun, greet], {
    outbox: {
      resolve: async (place) => place,
      postingError: () => postingError(bot),
      requirePosts: () => undefined,
    },
  })
  await bot.ledger.schedules.add(
    scheduled({ lines: ['greet'], place: channel, owner: anna, created: '2026-11-20T12:00:00.000Z' }),
  )
  return { world, bot, said }
}

describe('a fire that is looked for again while Slack is slow to say whether its channel can be posted in', () => {
  it('is said and told once', async () => {
    const both = deferred()
    let looked = 0
    const { bot, said } = await due(async () => {
      if (++looked === 2) both.resolve()
      await both.promise
      return null
    })
    await Promise.all([runDue(bot), runDue(bot)])
    expect([said, (await delivered(bot)).length]).toEqual([['greet'], 1])
    const [line, fire] = await bot.ledger.runs.list({ limit: 5 })
    expect([line?.attempt, fire?.attempt]).toEqual([1, 1])
  })

  it('is told once also where it is over by the time of the second answer', async () => {
    const first = deferred()
    let looked = 0
    const { bot, said } = await due(async () => {
      if (++looked === 2) await first.promise
      return null
    })
    const one = runDue(bot).then(() => first.resolve())
    await Promise.all([one, runDue(bot)])
    expect([said, (await delivered(bot)).length]).toEqual([['greet'], 1])
  })
})

describe('a fire that is due', () => {
  it('is left to the next process by one that begins to stop while it asks Slack', async () => {
    const { bot, said } = await due(async (one) => {
      await one.app.drain(0)
      return null
    })
    await runDue(bot)
    expect(said).toEqual([])
    expect(await bot.ledger.runs.list({ limit: 5 })).toEqual([])
  })
})
