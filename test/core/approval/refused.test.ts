import { describe, expect, it } from 'vitest'
import scheduleRun from '../../../src/commands/schedule/run.ts'
import { anna, bob, channel, command, createWorld, failureOf, planOf } from '../../support/core.ts'
import { runAsked } from '../../support/fires.ts'
import { scheduled } from '../../support/schedule.ts'

const greet = command('greet', async () => undefined)
const raze = command('raze', async () => undefined, {
  role: 'admin',
  plan: async () => ({ title: 'Raze it?', facts: [], act: 'Raze', danger: true }),
})

const entered = {
  at: '2026-11-23T12:00:00.000Z',
  what: 'refused',
  run: null,
  who: bob,
  place: channel,
  plan: null,
  result: null,
}

describe('the record', () => {
  it('tells who was refused what for want of a role, once for a delivery that comes twice, and no other failure', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [greet])
    const delivery = 'trigger-1'
    await bot.say('Greet', { who: bob, delivery })
    await expect(bot.say('Greet', { who: bob, delivery })).rejects.toThrow('heard before')
    await bot.say('gret', { who: bob })
    await bot.say('greet 20')
    const { entries } = await bot.ledger.audit.list({ limit: 10 })
    expect(entries).toMatchObject([
      {
        ...entered,
        command: 'greet',
        line: 'greet',
        headline: 'greet needs an operator. You are U0BOB, viewer here. Nothing was done.',
      },
    ])
  })

  it('tells of a click whose person may not any more, and of one on somebody else’s plan', async () => {
    const { start, roles } = await createWorld()
    const bot = await start('one', [raze])
    const { id } = planOf(await bot.say('raze'))
    expect(failureOf(await bot.click(id, { who: bob })).code).toBe('not_allowed')
    roles.delete(anna.id)
    expect(failureOf(await bot.click(id)).code).toBe('not_allowed')
    const { entries } = await bot.ledger.audit.list({ limit: 10 })
    expect(entries).toMatchObject([
      { ...entered, line: 'raze' },
      { ...entered, who: anna, line: 'raze' },
    ])
  })

  it('tells of a line that a schedule was refused in somebody’s name', async () => {
    const { start, roles, clock } = await createWorld()
    roles.set(bob.id, 'admin')
    const bot = await start('one', [scheduleRun, command('drop', async () => undefined, { role: 'admin' })])
    const created = clock.now().toISOString()
    await bot.ledger.schedules.add(
      scheduled({
        place: channel,
        owner: bob,
        created,
        lines: ['drop'],
      }),
    )
    expect((await bot.say('schedule-run 1', { who: bob })).ok).toBe(true)
    roles.set(bob.id, 'operator')
    await runAsked(bot)
    const { entries } = await bot.ledger.audit.list({ limit: 10 })
    expect(entries).toMatchObject([
      { what: 'run', command: 'schedule-run', origin: { kind: 'words' }, result: 'complete' },
      { ...entered, line: 'drop', headline: expect.stringContaining('drop needs an admin.') },
      { what: 'run', origin: { kind: 'fire', schedule: 1 }, result: 'error' },
    ])
  })

  it('that cannot be written keeps nobody from hearing that they were refused', async () => {
    const { start } = await createWorld()
    const { ledger } = await start('other', [])
    const full = { ...ledger, audit: { ...ledger.audit, add: () => Promise.reject(new Error('the disk is full')) } }
    const bot = await start('one', [greet], { ledger: full })
    expect(failureOf(await bot.say('greet', { who: bob })).code).toBe('not_allowed')
    expect(bot.logged).toMatchObject([
      { level: 'error', message: 'a refusal is missing in the audit log: the disk is full' },
    ])
  })
})
