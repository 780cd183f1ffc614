import { describe, expect, it } from 'vitest'
import type { Place } from '../../src/core/place.ts'
import { anna, bob, channel, failureOf, terminal } from '../support/core.ts'
import { scheduled } from '../support/schedule.ts'
import { createScheduleOffice, onlyOf } from '../support/schedule-office.ts'

const ofBob: Place = { kind: 'slack', channel: 'D0BOB0001', direct: true }
const ofAnna: Place = { kind: 'slack', channel: 'D0ANNA001', direct: true }
const longAnna = { ...anna, id: 'U0ANNA001' }

/** A schedule of Anna's, an admin, in the channel; Bob is an operator. */
async function annas(line = 'schedule add load daily at 13:00') {
  const office = await createScheduleOffice()
  office.roles.set(bob.id, 'operator')
  office.roles.set(longAnna.id, 'admin')
  await office.bot.say(line)
  return office
}

describe('a schedule in direct messages', () => {
  it.each(['schedule move 1', `schedule move 1 to ${ofBob.channel}`, `schedule edit 1 in ${ofBob.channel}`])(
    'is said in the name of whoever took it there: %s',
    async (line) => {
      const { bot } = await annas()
      expect(await bot.say(line, { who: bob, place: ofBob })).toMatchObject({ ok: true })
      expect(await onlyOf(bot)).toMatchObject({ place: ofBob, owner: bob })
    },
  )

  it('is not taken there by somebody who may not say its lines', async () => {
    const { bot } = await annas('schedule add spin-up daily at 13:00')
    for (const line of ['schedule move 1', `schedule edit 1 in ${ofBob.channel}`]) {
      expect(failureOf(await bot.say(line, { who: bob, place: ofBob })).message).toMatch(/^spin-up needs an admin/)
    }
    expect(await onlyOf(bot)).toMatchObject({ place: { direct: false }, owner: anna })
  })

  it.each([
    `schedule add load daily at 13:00 in ${ofAnna.channel}`,
    `schedule add load daily at 13:00 in ${longAnna.id}`,
    `schedule nightly in ${longAnna.id}`,
    `schedule move 1 to ${ofAnna.channel}`,
    `schedule edit 1 in ${longAnna.id}`,
  ])('is nobody else’s: %s', async (line) => {
    const { bot } = await annas()
    const before = await onlyOf(bot)
    expect(failureOf(await bot.say(line, { who: bob })).code).toBe('not_allowed')
    expect(failureOf(await bot.say(line, { who: bob, place: ofBob })).code).toBe('not_allowed')
    expect(await onlyOf(bot)).toEqual(before)
  })

  it('goes by one’s own id from anywhere but a terminal, which knows nobody there', async () => {
    const { bot } = await annas()
    const line = `schedule add load daily at 13:00 in ${longAnna.id}`
    expect(await bot.say(line, { who: longAnna })).toMatchObject({ ok: true })
    const ada = { kind: 'local', id: longAnna.id, name: 'ada' } as const
    expect(failureOf(await bot.say(line, { who: ada, place: terminal })).code).toBe('not_allowed')
  })

  it.each([
    'schedule edit 1 "greet"',
    'schedule edit 1 if=not-empty "greet"',
    'schedule edit 1 daily at 14:00',
    'schedule edit 1 tz=Europe/London',
    'schedule edit 1 catch-up=0',
    'schedule edit 1 in #music',
    'schedule move 1',
    'schedule move 1 to #music',
    'schedule run 1',
    'schedule resume 1',
  ])('is changed and run by its reader alone, not even by an admin: %s', async (line) => {
    const { bot, roles } = await annas()
    await bot.say('schedule move 1', { place: ofAnna })
    await bot.say('schedule pause 1', { place: ofAnna })
    const before = await onlyOf(bot)
    for (const role of ['operator', 'admin'] as const) {
      roles.set(bob.id, role)
      for (const place of [channel, ofBob]) {
        expect(failureOf(await bot.say(line, { who: bob, place, confirmed: true }))).toMatchObject({
          code: 'not_allowed',
          message: "Schedule 1 posts in Anna's direct messages; only they can change or run it. Nothing was done.",
        })
      }
    }
    expect(await onlyOf(bot)).toEqual(before)
    expect(await bot.say(line, { place: ofAnna, confirmed: true })).toMatchObject({ ok: true })
  })

  it('is seen, paused, muted and removed by its reader and by admins', async () => {
    const { bot, roles } = await annas()
    await bot.say('schedule move 1', { place: ofAnna })
    const stops = ['schedule pause 1', 'schedule snooze 1 8h', 'schedule export 1', 'schedule remove 1']
    for (const line of stops) expect(failureOf(await bot.say(line, { who: bob })).code).toBe('not_allowed')
    const lists = ['schedule', 'schedule export']
    for (const line of lists) expect(JSON.stringify(await bot.say(line, { who: bob }))).not.toContain('load')
    roles.set(bob.id, 'admin')
    for (const line of lists) expect(JSON.stringify(await bot.say(line, { who: bob }))).toContain('load')
    for (const line of stops) expect(await bot.say(line, { who: bob })).toMatchObject({ ok: true })
  })

  it('is exported under its owner’s id, by which they can make it again anywhere', async () => {
    const { bot } = await annas()
    const created = '2026-11-23T12:00:00.000Z'
    await bot.ledger.schedules.add(scheduled({ place: ofAnna, owner: longAnna, created }))
    const { replies } = await bot.say('schedule export 2')
    expect(replies[0]).toMatchObject({ text: expect.stringContaining(`in ${longAnna.id} tz=UTC`) })
  })
})
