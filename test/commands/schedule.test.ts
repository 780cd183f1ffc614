import { describe, expect, it } from 'vitest'
import schedule from '../../src/commands/schedule.ts'
import { anna, bob, channel, command, createWorld, failureOf, planOf, terminal } from '../support/core.ts'

const greet = command('greet', async () => undefined, { role: 'viewer', effect: 'read' })
const load = command('load', async () => undefined)
const spinUp = command('spin-up', async () => undefined, { role: 'admin' })

async function world() {
  const made = await createWorld()
  return { ...made, bot: await made.start('one', [schedule, greet, load, spinUp]) }
}

describe('schedule add', () => {
  it('keeps the lines as they were said, and shows the next three times in the zone of the schedule', async () => {
    const { bot } = await world()
    const answer = await bot.say('schedule add “load; Greet” daily at 3am in <#C0DATA123|data> tz=Europe/London')
    const headline = 'Schedule 1: load; Greet, daily at 03:00 (Europe/London) in #data.'
    expect(answer).toMatchObject({
      ok: true,
      audience: 'asker',
      headline,
      replies: [
        { kind: 'text', text: headline, tone: 'good' },
        {
          kind: 'text',
          text: 'Next times\n• Tue, 24 Nov 2026, 03:00 GMT\n• Wed, 25 Nov 2026, 03:00 GMT\n• Thu, 26 Nov 2026, 03:00 GMT',
        },
      ],
    })
    expect(await bot.ledger.schedules.list()).toEqual([
      {
        id: 1,
        lines: ['load', 'Greet'],
        phrase: 'daily at 03:00',
        cron: '0 3 * * *',
        zone: 'Europe/London',
        place: { kind: 'slack', channel: 'C0DATA123', channelName: 'data', direct: false },
        owner: anna,
        created: '2026-11-23T12:00:00.000Z',
        state: 'active',
      },
    ])
  })

  it('confirms once, when it is made, what its lines would ask each night', async () => {
    const { start } = await createWorld()
    const costly = command('wake', async () => undefined, {
      plan: async () => ({ title: 'Wake it?', facts: ['$0.54 an hour'], act: 'Wake', danger: false }),
    })
    const bot = await start('one', [schedule, greet, costly])
    const plan = planOf(await bot.say('schedule add "wake; greet" daily at 3 in #music'))
    expect(plan.facts).toEqual(['Wake it?', '$0.54 an hour'])
    expect(await bot.ledger.schedules.list()).toEqual([])
    await bot.click(plan.id)
    expect((await bot.ledger.schedules.list()).map(({ lines }) => lines)).toEqual([['wake', 'greet']])
  })

  it('posts where it was said when no channel is named; the terminal must name one', async () => {
    const { bot } = await world()
    await bot.say('schedule add greet mondays at 9')
    expect((await bot.ledger.schedules.list())[0]?.place).toEqual(channel)
    expect(failureOf(await bot.say('schedule add greet mondays at 9', { place: terminal }))).toMatchObject({
      message: 'Where should it be posted? Nothing was done.',
      remedy: 'Add in #channel.',
    })
  })

  it.each([
    ['schedule add', 'What should be said? Nothing was done.'],
    ['schedule add " ; " daily at 3', 'What should be said? Nothing was done.'],
    ['schedule add greet', 'When? Nothing was done.'],
    ['schedule add gret daily at 3', 'I do not know "gret". Nothing was done.'],
    ['schedule add "greet; greet loudly" daily at 3', 'greet does not understand "loudly". Nothing was done.'],
    ['schedule add greet daily at 25:00', '"25:00" is not a time of day. Nothing was done.'],
    ['schedule add greet daily at 3 tz=Mars/Base', '"Mars/Base" is not a time zone. Nothing was done.'],
    ['schedule add greet "0 3 L * *"', '"0 3 L * *": days like L are not understood here. Nothing was done.'],
    ['schedule add "schedule list" daily at 3', 'schedule cannot be said by the clock. Nothing was done.'],
  ])('%j is refused, and nothing is kept', async (line, message) => {
    const { bot } = await world()
    const answer = await bot.say(line)
    expect(answer).toMatchObject({ ok: false, exit: 2, audience: 'asker' })
    expect(failureOf(answer).message).toBe(message)
    expect(await bot.ledger.schedules.list()).toEqual([])
  })

  it('is for operators, and only for lines that they may say themselves', async () => {
    const { bot, roles } = await world()
    expect(failureOf(await bot.say('schedule add greet daily at 3', { who: bob })).code).toBe('not_allowed')
    roles.set(bob.id, 'operator')
    expect(await bot.say('schedule add load daily at 3', { who: bob })).toMatchObject({ ok: true })
    expect(failureOf(await bot.say('schedule add "load; spin-up" daily at 3', { who: bob })).message).toBe(
      'spin-up needs an admin. You are U0BOB, operator here. Nothing was done.',
    )
  })
})

describe('schedule', () => {
  it('lists all schedules with their next time, and how to add one', async () => {
    const { bot } = await world()
    expect(await bot.say('schedule')).toMatchObject({ ok: true, headline: 'No schedules yet.' })
    await bot.say('schedule add greet daily at 3 in #music')
    await bot.say('schedule add load weekdays at 7:30')
    await bot.say('schedule pause 2')
    const answer = await bot.say('schedule list')
    expect(answer).toMatchObject({
      headline: '2 schedules.',
      replies: [
        {
          kind: 'table',
          columns: ['id', 'lines', 'when', 'where', 'owner', 'state', 'next'],
          rows: [
            [1, 'greet', 'daily at 03:00 (UTC)', '#music', 'Anna', 'active', '2026-11-24T03:00:00.000Z'],
            [2, 'load', 'weekdays at 07:30 (UTC)', '#music', 'Anna', 'paused', null],
          ],
          total: 2,
        },
        { kind: 'text', text: 'Add one: schedule add "etl; qa checks; top songs 10" daily at 03:00 in #music' },
      ],
    })
  })

  it('pauses, resumes and removes by number', async () => {
    const { bot } = await world()
    await bot.say('schedule add greet daily at 3')
    expect(await bot.say('schedule pause #1')).toMatchObject({
      headline: 'Schedule 1 is paused: greet, daily at 03:00 (UTC).',
    })
    expect(await bot.say('schedule resume 1')).toMatchObject({
      headline: 'Schedule 1 is active again: greet, daily at 03:00 (UTC).',
    })
    expect(await bot.say('schedule remove 1')).toMatchObject({
      headline: 'Schedule 1 is removed: greet, daily at 03:00 (UTC).',
    })
    expect(await bot.ledger.schedules.list()).toEqual([])
  })

  it.each([
    'schedule remove',
    'schedule remove 9',
    'schedule remove 1 2',
    'schedule pause first',
    'schedule resume 1e0',
  ])('%j finds nothing to change', async (line) => {
    const { bot } = await world()
    await bot.say('schedule add greet daily at 3')
    const answer = await bot.say(line)
    expect(answer).toMatchObject({ ok: false, exit: 1, audience: 'asker', next: [{ line: 'schedule list' }] })
    expect(failureOf(answer).code).toBe('not_found')
    expect(await bot.ledger.schedules.list()).toMatchObject([{ state: 'active' }])
  })

  it('that is resumed does not say what it missed while it was paused', async () => {
    const { bot, clock } = await world()
    await bot.say('schedule add greet daily at 13:00')
    await bot.say('schedule pause 1')
    clock.advance(2 * 3_600_000)
    await bot.say('schedule resume 1')
    const fired: string[] = []
    const tick = () => bot.app.fireDue(async ({ intended }) => void fired.push(intended.toISOString()))
    await tick()
    expect(fired).toEqual([])
    clock.set(new Date('2026-11-24T13:00:00.000Z'))
    await tick()
    expect(fired).toEqual(['2026-11-24T13:00:00.000Z'])
  })
})
