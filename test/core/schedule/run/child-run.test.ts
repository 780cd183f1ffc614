import { describe, expect, it } from 'vitest'
import cancelCommand from '../../../../src/commands/cancel.ts'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import { anna, channel, command, createWorld, deferred } from '../../../support/core.ts'
import { runDue } from '../../../support/fires.ts'
import { scheduled } from '../../../support/schedule.ts'

const at3 = '2026-11-23T03:00:00.000Z'
const nightly = scheduled({ lines: ['load'], place: channel, owner: anna, created: '2026-11-20T12:00:00.000Z' })

describe('a line of a fire', () => {
  it('is not said where its fire is cancelled while the role of its owner is looked up', async () => {
    const world = await createWorld(at3)
    const done: string[] = []
    const bot = await world.start('one', [
      scheduleRun,
      cancelCommand,
      command('load', async () => void done.push('load')),
    ])
    await bot.ledger.schedules.add(nightly)
    const asked = deferred()
    const gate = deferred()
    const { roleOf } = bot.deps.directory
    let held = false
    Object.assign(bot.deps.directory, {
      async roleOf(who: typeof anna) {
        const [fire] = await bot.ledger.runs.list({ schedule: 1, states: ['running'], limit: 1 })
        if (fire?.steps.some(({ title, state }) => title === 'load' && state === 'in_progress') && !held) {
          held = true
          asked.resolve()
          await gate.promise
        }
        return roleOf(who)
      },
    })
    const fires = runDue(bot)
    await asked.promise
    expect((await bot.say('cancel 1')).ok).toBe(true)
    gate.resolve()
    await fires
    const run = await bot.ledger.runs.get(1)
    expect([run?.state, done]).toEqual(['cancelled', []])
    expect(run?.answer).toMatchObject({
      title: 'Daily, 23 Nov, 03:00 (UTC) · cancelled',
      headline: 'Daily, 23 Nov, 03:00 (UTC): Cancelled by Anna.',
    })
  })

  it('is stopped with its fire although the ledger cannot be read then', async () => {
    const world = await createWorld(at3)
    const helper = await world.start('helper', [])
    const begun = deferred()
    let locked = false
    const list: typeof helper.ledger.runs.list = async (filter) => {
      if (locked) throw new OpsError('storage', 'Another process keeps the ledger locked.')
      return helper.ledger.runs.list(filter)
    }
    const load = command('load', async ({ signal }) => {
      begun.resolve()
      await new Promise((_, stopped) => {
        signal.addEventListener('abort', () => {
          locked = false
          stopped(signal.reason)
        })
      })
      return undefined
    })
    const bot = await world.start('one', [scheduleRun, cancelCommand, load], {
      ledger: { ...helper.ledger, runs: { ...helper.ledger.runs, list } },
    })
    await bot.ledger.schedules.add(nightly)
    const fires = runDue(bot)
    await begun.promise
    await helper.ledger.runs.requestCancel(1, 'Anna')
    locked = true
    await bot.session.registry.stopCancelled()
    await fires
    expect((await bot.ledger.runs.get(1))?.state).toBe('cancelled')
  })
})
