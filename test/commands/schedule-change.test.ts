import '../../src/commands/schedule/edit.ts'
import '../../src/commands/schedule/move.ts'
import '../../src/commands/schedule/pause.ts'
import '../../src/commands/schedule/remove.ts'
import '../../src/commands/schedule/resume.ts'
import '../../src/commands/schedule/snooze.ts'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import { anna, bob, channel, command, failureOf, planOf } from '../support/core.ts'
import { runDue } from '../support/fires.ts'
import { closed, createScheduleOffice, onlyOf } from '../support/schedule-office.ts'

async function withOne(line = 'schedule add greet daily at 13:00') {
  const office = await createScheduleOffice()
  await office.bot.say(line)
  office.roles.set(bob.id, 'operator')
  return office
}

describe('a schedule', () => {
  it('is paused, resumed and removed by number', async () => {
    const { bot } = await withOne()
    expect(await bot.say('schedule pause #1')).toMatchObject({
      headline: 'Schedule 1 is paused: greet, daily at 13:00 (UTC) in #music.',
    })
    expect((await onlyOf(bot)).state).toEqual({ kind: 'paused' })
    expect(await bot.say('schedule edit 1 daily at 13:00')).toMatchObject({
      replies: [{}, { text: 'It is paused. Type schedule resume 1 to start it again.' }, {}],
      next: [{ label: 'Resume it', line: 'schedule-resume 1' }, {}],
    })
    expect(await bot.say('schedule resume 1')).toMatchObject({
      headline: 'Schedule 1 is active again: greet, daily at 13:00 (UTC) in #music.',
      replies: [{}, { text: expect.stringContaining('Next times\n• Mon, 23 Nov 2026, 13:00 UTC') }, {}],
    })
    expect((await onlyOf(bot)).state).toEqual({ kind: 'active' })
    expect(await bot.say('schedule remove 1')).toMatchObject({
      headline: 'Schedule 1 was removed: greet, daily at 13:00 (UTC) in #music.',
      replies: [{}, {}, { text: 'schedule add "greet" daily at 13:00 in #music tz=UTC', tone: 'code' }],
    })
    expect(await bot.ledger.schedules.list()).toEqual([])
  })

  it('loses the yes to what somebody wants to hear now with the lines that it was given for, and with nothing less', async () => {
    const { bot } = await withOne()
    const approval = {
      plan: { title: 'Run this now?', facts: ['greet'], act: 'Run now', danger: false, mostUsd: 1 },
      by: anna,
    }
    await bot.say('schedule run 1')
    const [waiting] = await bot.ledger.runs.list({ schedule: 1, limit: 1 })
    if (waiting === undefined) throw new Error('no run waits')
    expect(waiting).toMatchObject({ worker: null, origin: { cause: 'asked' }, place: { channelName: 'music' } })
    const answer = { ok: false, exit: 1, headline: '', audience: 'nobody', run: null, replies: [], next: [] } as const
    await bot.ledger.runs.end(
      waiting.id,
      null,
      { state: 'error', ended: waiting.started, costUsd: null, answer: { ...answer, replies: [], next: [] } },
      [],
    )
    const { args, line, who, place, door } = waiting
    const after = { after: 1, args, line, who, place, door, worker: null, started: waiting.started, steps: [] }
    await bot.ledger.runs.retry(waiting.id, { ...after, approval })
    const approved = async () => (await bot.ledger.runs.get(waiting.id))?.approval
    await bot.say('schedule edit 1 if=changed')
    expect(await approved()).toEqual(approval)
    await bot.say('schedule edit 1 "greet; load"')
    expect(await approved()).toBeNull()
  })

  it.each(['pause', 'resume', 'remove', 'move', 'edit', 'snooze', 'run', 'export'])(
    '%s finds nothing under a number that there is not',
    async (action) => {
      const { bot } = await withOne()
      const before = await bot.ledger.schedules.list()
      const answer = await bot.say(`schedule ${action} 9`)
      expect(answer).toMatchObject({ ok: false, exit: 1, audience: 'asker', next: [{ line: 'schedule' }] })
      expect(failureOf(answer)).toMatchObject({
        code: 'not_found',
        message: 'There is no schedule 9. Nothing was done.',
      })
      expect(await bot.ledger.schedules.list()).toEqual(before)
    },
  )

  it('without a number is asked for', async () => {
    const { bot } = await withOne()
    expect(failureOf(await bot.say('schedule pause')).message).toBe('Which schedule? Nothing was done.')
    expect(failureOf(await bot.say('schedule remove first')).code).toBe('bad_argument')
    expect((await onlyOf(bot)).state).toEqual({ kind: 'active' })
  })

  it('that is resumed does not say what it missed while it was paused', async () => {
    const { bot, clock } = await withOne()
    await bot.say('schedule pause 1')
    clock.advance(2 * 3_600_000)
    await bot.say('schedule resume 1')
    expect((await onlyOf(bot)).since).toBe('2026-11-23T14:00:00.000Z')
    const fired: (string | undefined)[] = []
    const tick = async () => {
      for (const { run } of await runDue(bot)) fired.push(run?.line)
    }
    await tick()
    expect(fired).toEqual([])
    clock.set(new Date('2026-11-24T13:00:00.000Z'))
    await bot.beat()
    await tick()
    expect(fired).toEqual(['schedule-run id=1'])
  })

  it('that is not paused is not touched by resuming it', async () => {
    const { bot, clock } = await withOne()
    const before = await onlyOf(bot)
    clock.advance(3_600_000)
    expect(await bot.say('schedule resume 1')).toMatchObject({ ok: true, headline: 'Schedule 1 is not paused.' })
    expect(await onlyOf(bot)).toEqual(before)
  })

  it('that is parked is resumed only where the bot can post again', async () => {
    const { bot } = await withOne()
    const { id } = await onlyOf(bot)
    await bot.ledger.schedules.change(id, { state: { kind: 'parked', why: 'gone' }, place: closed })
    expect(failureOf(await bot.say('schedule resume 1')).code).toBe('slack')
    expect((await onlyOf(bot)).state).toMatchObject({ kind: 'parked' })
    await bot.ledger.schedules.change(id, { place: channel })
    await bot.say('schedule resume 1')
    expect((await onlyOf(bot)).state).toEqual({ kind: 'active' })
  })

  it('moves to another channel, and goes on there where it was parked', async () => {
    const { bot, clock } = await withOne()
    const { id } = await onlyOf(bot)
    await bot.ledger.schedules.change(id, { state: { kind: 'parked', why: 'gone' } })
    clock.advance(7_200_000)
    expect(await bot.say('schedule move 1 to <#C0DATA123|data>')).toMatchObject({
      headline: 'Schedule 1 was moved: greet, daily at 13:00 (UTC) in #data.',
    })
    expect(await onlyOf(bot)).toMatchObject({
      place: { channel: 'C0DATA123', channelName: 'data' },
      state: { kind: 'active' },
      since: '2026-11-23T14:00:00.000Z',
    })
    await bot.ledger.schedules.change(id, { state: { kind: 'parked', why: 'gone' } })
    await bot.say('schedule edit 1 in <#C0DATA123|data>')
    expect((await onlyOf(bot)).state).toEqual({ kind: 'active' })
    expect(failureOf(await bot.say('schedule move 1 in <#C0CLOSED00|closed>')).code).toBe('slack')
    expect((await onlyOf(bot)).place).toMatchObject({ channel: 'C0DATA123' })
    await bot.say('schedule move 1')
    expect((await onlyOf(bot)).place).toEqual(channel)
  })

  it('is kept by the id of a channel that was given by its name, wherever that is said', async () => {
    const { bot } = await createScheduleOffice()
    const team = { kind: 'slack', channel: 'C0TEAM0000', channelName: 'team', direct: false }
    await bot.say('schedule add greet daily at 3 in #team')
    expect((await onlyOf(bot)).place).toEqual(team)
    for (const line of ['schedule move 1 in', 'schedule edit 1 in']) {
      await bot.say(`${line} <#C0DATA123|data>`)
      await bot.say(`${line} #team`)
      expect((await onlyOf(bot)).place).toEqual(team)
    }
    await bot.say('schedule pause 1')
    await bot.ledger.schedules.change(1, { place: { kind: 'slack', channel: '#team', direct: false } })
    await bot.say('schedule resume 1')
    expect((await onlyOf(bot)).place).toEqual(team)
  })

  it('is moved and resumed only by those who may say its lines', async () => {
    const { bot } = await withOne('schedule add spin-up daily at 13:00')
    await bot.say('schedule pause 1', { who: bob })
    const paused = await onlyOf(bot)
    for (const line of ['schedule resume 1', 'schedule move 1 to <#C0DATA123>', 'schedule edit 1 hourly']) {
      expect(failureOf(await bot.say(line, { who: bob })).message).toMatch(/^spin-up needs an admin\./)
    }
    expect(await onlyOf(bot)).toEqual(paused)
  })

  it('is snoozed for a while, eight hours where none are given, and called for again', async () => {
    const { bot } = await withOne()
    expect(await bot.say('schedule snooze 1')).toMatchObject({
      headline:
        'Schedule 1 (greet) mentions nobody until Mon, 23 Nov 2026, 20:00 UTC when it fails. It still runs and posts.',
    })
    expect((await onlyOf(bot)).snoozedUntil).toBe('2026-11-23T20:00:00.000Z')
    await bot.say('schedule snooze 1 30m')
    expect((await onlyOf(bot)).snoozedUntil).toBe('2026-11-23T12:30:00.000Z')
    expect(await bot.say('schedule snooze 1 off')).toMatchObject({
      headline: 'Schedule 1 (greet) mentions people again when it fails.',
    })
    expect((await onlyOf(bot)).snoozedUntil).toBeNull()
  })
})

describe('schedule edit', () => {
  it('changes the time alone, from now on: what has passed today is not caught up with', async () => {
    const { bot, clock } = await withOne()
    clock.advance(3_600_000)
    expect(await bot.say('schedule edit 1 weekdays at 12:30', { who: bob })).toMatchObject({
      headline: 'Schedule 1 is changed: greet, weekdays at 12:30 (UTC) in #music.',
    })
    expect(await onlyOf(bot)).toMatchObject({
      lines: ['greet'],
      cron: '30 12 * * 1-5',
      owner: anna,
      since: '2026-11-23T13:00:00.000Z',
    })
    expect(await runDue(bot)).toEqual([])
  })

  it.each([
    ['mondays,fridays at 9', 'mondays,fridays at 04:00'],
    ['every 6h', 'every 6h from 04:00'],
    ['hourly at 0:20', 'hourly from 00:40', 'at 04:40'],
    ['weekdays at 9', 'mondays at 04:00', 'at 04:00 mondays'],
  ])('changes the time of day alone of one that runs %s', async (when, phrase, at = 'at 04:00') => {
    const { bot } = await withOne(`schedule add greet ${when}`)
    await bot.say(`schedule edit 1 ${at}`)
    expect(await onlyOf(bot)).toMatchObject({ phrase, lines: ['greet'] })
  })

  it('changes the lines, and whoever does becomes the owner', async () => {
    const { bot } = await withOne()
    await bot.say('schedule edit 1 "load; greet" mondays at 9 in <#C0DATA123|data>', { who: bob })
    expect(await onlyOf(bot)).toMatchObject({
      lines: ['load', 'greet'],
      phrase: 'mondays at 09:00',
      owner: bob,
      place: { channel: 'C0DATA123' },
    })
  })

  it('changes how it behaves, each by its name; in another zone from now on', async () => {
    const { bot, clock } = await withOne()
    const { since } = await onlyOf(bot)
    await bot.say('schedule edit 1 if=not-empty catch-up=2h', { who: bob })
    expect(await onlyOf(bot)).toMatchObject({ condition: { kind: 'not-empty' }, catchUpHours: 2, owner: anna, since })
    clock.advance(3_600_000)
    await bot.say('schedule edit 1 if=always tz=asia/tokyo')
    expect(await onlyOf(bot)).toMatchObject({
      condition: { kind: 'always' },
      zone: 'Asia/Tokyo',
      catchUpHours: 2,
      since: '2026-11-23T13:00:00.000Z',
    })
  })

  it('that makes it wake the warehouse is for those who may, in whose name it then goes', async () => {
    const { bot, roles } = await withOne()
    expect(failureOf(await bot.say('schedule edit 1 paused=resume', { who: bob })).message).toMatch(
      /^resume needs an admin/,
    )
    roles.set(bob.id, 'admin')
    await bot.say('schedule edit 1 paused=resume', { who: bob })
    expect(await onlyOf(bot)).toMatchObject({ whenPaused: 'resume', owner: bob })
    await bot.say('schedule edit 1 paused=wait')
    expect(await onlyOf(bot)).toMatchObject({ whenPaused: 'wait', owner: bob })
  })

  it('understands a time alone, on the days that it has, and lines without their quotation marks', async () => {
    const { bot } = await withOne()
    await bot.say('schedule edit 1 at 04:00')
    expect((await onlyOf(bot)).phrase).toMatch(/^\w+ at 04:00$/)
    await bot.say('schedule edit 1 load; greet')
    expect((await onlyOf(bot)).lines).toEqual(['load', 'greet'])
  })

  it('confirms other lines, other times and that it wakes the warehouse as making it did, and nothing else', async () => {
    const costly = command('wake', async () => undefined, {
      effect: 'read',
      plan: async () => ({ title: 'Wake it?', facts: ['$0.54 an hour'], act: 'Wake', danger: false }),
    })
    const { bot } = await createScheduleOffice({}, [costly])
    await bot.click(planOf(await bot.say('schedule add wake daily at 3')).id)
    expect(await bot.say('schedule edit 1 if=not-empty')).toMatchObject({ ok: true })
    const before = await onlyOf(bot)
    for (const change of ['tz=Europe/London', 'paused=resume']) {
      expect(planOf(await bot.say(`schedule edit 1 ${change}`)).facts).toContain('Wake it?')
    }
    expect(await onlyOf(bot)).toEqual(before)
    const plan = planOf(await bot.say('schedule edit 1 hourly'))
    expect(plan.facts).toEqual(['wake, hourly (UTC) in #music', 'Wake it?', '$0.54 an hour'])
    expect((await onlyOf(bot)).phrase).toBe('daily at 03:00')
    await bot.click(plan.id)
    expect(await onlyOf(bot)).toMatchObject({ phrase: 'hourly', approval: { plan: { facts: plan.facts }, by: anna } })
  })

  it.each([
    ['schedule edit 1', 'What should change? Nothing was done.'],
    ['schedule edit 1 greet soon', 'schedule does not understand "soon". Nothing was done.'],
    ['schedule edit 1 gret', 'I do not know "gret". Nothing was done.'],
    ['schedule edit 1 load if=not-empty', 'No command of load returns rows, so it would never post. Nothing was done.'],
    ['schedule edit 1 "tear-down"', 'I do not know "tear-down". Nothing was done.'],
    ['schedule edit 1 "schedule remove 1"', 'schedule-remove cannot be scheduled. Nothing was done.'],
    ['schedule edit 1 in <#C0CLOSED00|closed>', 'I cannot post in #closed (not_in_channel).'],
  ])('%j is refused, and nothing is changed', async (line, message) => {
    const { bot } = await withOne()
    const before = await onlyOf(bot)
    expect(failureOf(await bot.say(line)).message).toBe(message)
    expect(await onlyOf(bot)).toEqual(before)
  })
})

describe('a schedule in a channel that somebody is not in', () => {
  const board = { kind: 'slack', channel: 'C0BOARD00', channelName: 'board', direct: false } as const
  const notIn = new OpsError('not_allowed', 'You are not in #board. Nothing was done.', 'Join it.')

  async function boards() {
    const office = await createScheduleOffice({
      outbox: {
        resolve: async (place) => place,
        postingError: async (place, by) =>
          place.kind === 'slack' && place.channel === board.channel && by?.id === bob.id ? notIn : null,
        requirePosts: () => undefined,
      },
    })
    office.roles.set(bob.id, 'operator')
    await office.bot.say('schedule add load daily at 13:00', { place: board })
    return office
  }

  it.each([
    'schedule edit 1 "greet"',
    'schedule edit 1 daily at 14:00',
    'schedule edit 1 tz=Europe/London',
    'schedule edit 1 if=not-empty "greet"',
    'schedule edit 1 paused=wait "greet"',
    'schedule edit 1 catch-up=0',
    'schedule run 1',
    'schedule run 1 max-errors=5',
    'schedule resume 1',
    `schedule move 1 to ${board.channel}`,
  ])('is theirs neither to change nor to run: %s', async (line) => {
    const { bot } = await boards()
    await bot.say('schedule pause 1')
    const before = await onlyOf(bot)
    expect(failureOf(await bot.say(line, { who: bob, confirmed: true })).message).toBe(notIn.message)
    expect(await onlyOf(bot)).toEqual(before)
    expect(await bot.say(line, { confirmed: true })).toMatchObject({ ok: true })
  })

  it('can be stopped by them, and taken to a channel that they are in', async () => {
    const { bot } = await boards()
    for (const line of ['schedule snooze 1 8h', 'schedule pause 1', 'schedule move 1 to #music', 'schedule remove 1']) {
      expect(await bot.say(line, { who: bob })).toMatchObject({ ok: true })
    }
  })
})
