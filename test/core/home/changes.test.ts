import { describe, expect, it } from 'vitest'
import { anna, channel, command, createWorld, step } from '../../support/core.ts'
import { scheduled } from '../../support/schedule.ts'

const start = async () => {
  const world = await createWorld()
  const build = command('build', async ({ perform }) => {
    await perform([step('dig')])
    return undefined
  })
  const add = command('add', async ({ deps }) => {
    await deps.ledger.schedules.add(scheduled({ place: channel, owner: anna, created: '2026-11-23T12:00:00.000Z' }))
    return undefined
  })
  const spend = command('spend', async () => undefined, {
    plan: async () => ({ title: 'Spend it?', facts: [], act: 'Spend', danger: false }),
  })
  const bot = await world.start('one', [build, add, spend])
  let told = 0
  const stop = bot.app.onChange(() => {
    told++
  })
  return { bot, told: () => told, stop }
}

describe('what this process changes', () => {
  it('is told when a run begins, moves to another step and ends', async () => {
    const { bot, told } = await start()
    await bot.say('build')
    // Opened; the step begun and finished; over.
    expect(told()).toBe(4)
  })

  it('is told of schedules and of plans', async () => {
    const { bot, told } = await start()
    await bot.say('add')
    expect(told()).toBe(3)
    await bot.say('spend')
    expect(told()).toBe(4)
  })

  it('is told after it stands in the ledger', async () => {
    const { bot } = await start()
    const states: Promise<string | undefined>[] = []
    bot.app.onChange(() => {
      states.push(bot.ledger.runs.get(1).then((run) => run?.state))
    })
    await bot.say('build')
    expect(await states[0]).toBeDefined()
    expect(await states.at(-1)).toBe('complete')
  })

  it('is not told for a look, nor to those who stopped listening', async () => {
    const { bot, told, stop } = await start()
    await bot.app.homesOf([])
    expect(told()).toBe(0)
    stop()
    await bot.say('build')
    expect(told()).toBe(0)
  })
})
