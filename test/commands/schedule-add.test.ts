import '../../src/commands/schedule/add.ts'
import { describe, expect, it } from 'vitest'
import { createListDirectory } from '../../src/local-people.ts'
import { anna, bob, channel, command, failureOf, planOf, terminal } from '../support/core.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createLeased } from '../support/leased.ts'
import { createScheduleOffice, onlyOf } from '../support/schedule-office.ts'

describe('schedule add', () => {
  it('keeps the lines as they were said, and shows the next three times with their offset and what the clocks will do', async () => {
    const { bot } = await createScheduleOffice()
    const answer = await bot.say('schedule add “load; Greet” daily at 3am in <#C0DATA123|data> tz=europe/london')
    const headline = 'Schedule 1: load; Greet, daily at 03:00 (Europe/London) in #data.'
    expect(answer).toMatchObject({
      ok: true,
      audience: 'asker',
      headline,
      replies: [
        { kind: 'text', text: headline, tone: 'good' },
        {
          kind: 'text',
          text: 'Next times\n• Tue, 24 Nov 2026, 03:00 GMT (UTC+0)\n• Wed, 25 Nov 2026, 03:00 GMT (UTC+0)\n• Thu, 26 Nov 2026, 03:00 GMT (UTC+0)',
        },
        {
          kind: 'text',
          text: 'Clocks change on 28 March 2027 (BST): 03:00 in London will be 02:00 UTC.',
        },
        {
          kind: 'text',
          text: 'Always posts · waits while the warehouse is paused · runs up to 6 h late if missed.',
          tone: 'note',
        },
      ],
      next: [
        { label: 'Run now', line: 'schedule-run 1' },
        { label: 'All schedules', line: 'schedule' },
      ],
    })
    expect(await bot.ledger.schedules.list()).toEqual([
      {
        id: 1,
        lines: ['load', 'Greet'],
        phrase: 'daily at 03:00',
        days: 'daily',
        cron: '0 3 * * *',
        zone: 'Europe/London',
        place: { kind: 'slack', channel: 'C0DATA123', channelName: 'data', direct: false },
        owner: anna,
        condition: { kind: 'always' },
        whenPaused: 'wait',
        catchUpHours: 6,
        created: '2026-11-23T12:00:00.000Z',
        since: '2026-11-23T12:00:00.000Z',
        state: { kind: 'active' },
        approval: null,
        snoozedUntil: null,
        personal: false,
      },
    ])
  })

  it.each([
    ['if=not-empty', { condition: { kind: 'not-empty' } }],
    ['if=changed&gt;10%', { condition: { kind: 'changed', percent: 10 } }],
    ['if=“changed 2.5 %”', { condition: { kind: 'changed', percent: 2.5 } }],
    ['--if changed', { condition: { kind: 'changed', percent: 0 } }],
    ['if=Checks', { condition: { kind: 'checks' } }],
    ['paused=resume', { whenPaused: 'resume' }],
    ['catch-up=0', { catchUpHours: 0 }],
    ['catch_up=90m', { catchUpHours: 1.5 }],
    ['catch-up=2d', { catchUpHours: 48 }],
    ['state=paused', { state: { kind: 'paused' } }],
  ])('takes %s', async (option, kept) => {
    const { bot } = await createScheduleOffice()
    expect(await bot.say(`schedule add "greet" every 6h ${option}`)).toMatchObject({ ok: true })
    expect(await onlyOf(bot)).toMatchObject(kept)
  })

  it('says so where another schedule says the same there and then, and offers to remove the new one', async () => {
    const { bot } = await createScheduleOffice()
    await bot.say('schedule add "load; greet" nightly at 03:00 in <#C0DATA123|data>')
    const twice = await bot.say('schedule add "Greet" daily at 3am in <#C0DATA123|data>')
    expect(twice.replies[1]).toEqual({
      kind: 'text',
      text: 'Schedule 1 already runs this in that channel at that time. Now both do.',
      tone: 'warning',
    })
    expect(twice.next[0]).toEqual({ label: 'Remove 2', line: 'schedule-remove 2' })
    expect(await bot.ledger.schedules.list()).toHaveLength(2)
    await bot.say('schedule pause 1')
    await bot.say('schedule remove 2')
    for (const line of [
      'schedule add greet daily at 3 in <#C0DATA123|data>',
      'schedule add greet daily at 3 in <#C0MUSIC12|music>',
      'schedule add greet daily at 4 in <#C0DATA123|data>',
      'schedule add greet daily at 3 in <#C0DATA123|data> tz=Asia/Tokyo',
      'schedule add "greet; load" daily at 3 in <#C0DATA123|data>',
    ]) {
      expect(
        (await bot.say(line)).replies.filter((reply) => reply.kind === 'text' && reply.tone === 'warning'),
      ).toEqual([])
    }
  })

  it('mends a line that it does not know within the whole, instead of saying it at once', async () => {
    const { bot } = await createScheduleOffice()
    const refused = await bot.say('schedule add "load; greeet" daily at 3am in <#C0DATA123|data> if=checks')
    expect(failureOf(refused)).toMatchObject({
      message: 'I do not know "greeet". Nothing was done.',
      remedy: 'Did you mean greet? Type help to see all commands.',
    })
    expect(refused.next).toEqual([
      {
        label: 'Schedule add',
        line: 'schedule-add "load; greet" daily at 03:00 in <#C0DATA123|data> tz=UTC if=checks',
      },
    ])
    await bot.say(refused.next[0]?.line ?? '')
    expect(await onlyOf(bot)).toMatchObject({ lines: ['load', 'greet'], phrase: 'daily at 03:00' })
    expect((await bot.say('schedule add "xyzzy" daily at 3')).next).toEqual([])
    // The nearest command would not take the rest of the line.
    expect((await bot.say('schedule add "greeet n=5" daily at 3')).next).toEqual([])
  })

  it('understands lines without their quotation marks, as people type them on a phone', async () => {
    const { bot } = await createScheduleOffice()
    await bot.say('schedule add load; greet mondays at 9 in #data')
    expect(await onlyOf(bot)).toMatchObject({ lines: ['load', 'greet'], phrase: 'mondays at 09:00' })
  })

  it('takes what a form says by name', async () => {
    const { bot } = await createScheduleOffice()
    await bot.say('schedule-add lines="load; greet" day="every 6h" time=07:30 channel=C0DATA123 tz=Asia/Kolkata')
    expect(await onlyOf(bot)).toMatchObject({
      lines: ['load', 'greet'],
      phrase: 'every 6h from 01:30',
      cron: '30 1-23/6 * * *',
      zone: 'Asia/Kolkata',
      place: { channel: 'C0DATA123', direct: false },
    })
  })

  it('is in the zone of its maker’s profile unless another one is given', async () => {
    const { bot } = await createScheduleOffice({
      directory: createListDirectory([anna.id], [], { [anna.id]: 'America/New_York' }),
    })
    const answer = await bot.say('schedule add greet daily at 02:30')
    expect(answer.replies.slice(1, 3)).toMatchObject([
      { text: expect.stringContaining('• Tue, 24 Nov 2026, 02:30 EST (UTC−5)') },
      {
        text: 'Clocks change on 14 March 2027 (EDT): 02:30 in New York will be 06:30 UTC.\nOn 14 March 2027 there is no 02:30 in New York: it runs at 03:00.',
      },
    ])
    expect((await onlyOf(bot)).zone).toBe('America/New_York')
  })

  it('confirms once, when it is made, what its lines would ask each time, with the most that one time costs', async () => {
    const plan = (title: string, mostUsd: number | null) => async () => ({
      title,
      facts: ['$0.54 an hour'],
      act: 'Do it',
      danger: title === 'Wipe it?',
      mostUsd,
    })
    const { bot } = await createScheduleOffice({}, [
      command('wake', async () => undefined, { plan: plan('Wake it?', 4.34) }),
      command('wipe', async () => undefined, { plan: plan('Wipe it?', 1) }),
      command('gamble', async () => undefined, { plan: plan('Gamble?', null) }),
    ])
    const shown = planOf(await bot.say('schedule add "wake; greet; wipe" daily at 3 in #music'))
    expect(shown).toMatchObject({
      title: 'Run this on a schedule, without asking again?',
      facts: [
        'wake; greet; wipe, daily at 03:00 (UTC) in #music',
        'Wake it?',
        '$0.54 an hour',
        'Wipe it?',
        '$0.54 an hour',
      ],
      act: 'Schedule',
      danger: true,
    })
    const kept = await bot.ledger.plans.get(shown.id)
    expect(kept?.draft.mostUsd).toBeCloseTo(5.34)
    const unknown = planOf(await bot.say('schedule add "wake; gamble" daily at 3'))
    expect((await bot.ledger.plans.get(unknown.id))?.draft.mostUsd).toBeNull()
    expect(await bot.ledger.schedules.list()).toEqual([])
    await bot.click(shown.id)
    expect((await onlyOf(bot)).lines).toEqual(['wake', 'greet', 'wipe'])
  })

  it('that wakes the warehouse asks what waking it would ask, and is for those who may wake it', async () => {
    const resume = command('resume', async () => undefined, {
      role: 'admin',
      plan: async () => ({ title: 'Resume it?', facts: ['$0.54 an hour'], act: 'Resume', danger: false }),
    })
    const { bot, roles } = await createScheduleOffice({}, [resume])
    const said = 'schedule add greet daily at 3 paused=resume'
    expect(planOf(await bot.say(said)).facts).toEqual([
      'greet, daily at 03:00 (UTC) in #music',
      'Resume it?',
      '$0.54 an hour',
    ])
    roles.set(bob.id, 'operator')
    expect(failureOf(await bot.say(said, { who: bob })).message).toMatch(/^resume needs an admin\./)
  })

  it('posts where it was said, not in its thread, when no channel is named; the terminal must name one', async () => {
    const { bot } = await createScheduleOffice()
    await bot.say('schedule add greet mondays at 9', {
      place: { kind: 'slack', channel: 'C0MUSIC', channelName: 'music', direct: false, thread: '1.2' },
    })
    expect((await onlyOf(bot)).place).toEqual(channel)
    expect(failureOf(await bot.say('schedule add greet mondays at 9', { place: terminal }))).toMatchObject({
      message: 'Where should it be posted? Nothing was done.',
      remedy: 'Add in #channel.',
    })
  })

  it('is refused with the cure, before anything is asked, where the bot may not post', async () => {
    const costly = command('wake', async () => undefined, {
      plan: async () => ({ title: 'Wake it?', facts: [], act: 'Wake', danger: false }),
    })
    const { bot } = await createScheduleOffice({}, [costly])
    for (const line of ['greet', 'wake']) {
      const answer = await bot.say(`schedule add ${line} daily at 3 in <#C0CLOSED00|closed>`)
      expect(failureOf(answer)).toMatchObject({ code: 'slack', remedy: 'Type /invite @sparkify in #closed.' })
    }
    expect(await bot.ledger.schedules.list()).toEqual([])
  })

  it.each([
    ['schedule add', 'Which commands should it run? Nothing was done.'],
    ['schedule add " ; " daily at 3', 'Which commands should it run? Nothing was done.'],
    ['schedule add daily at 3', 'Which commands should it run? Nothing was done.'],
    ['schedule add greet', 'When should it run? Nothing was done.'],
    ['schedule add greet soon', 'schedule does not understand "soon". Nothing was done.'],
    ['schedule add greet daily at 3 day=mondays', 'schedule does not understand "at". Nothing was done.'],
    ['schedule add gret daily at 3', 'I do not know "gret". Nothing was done.'],
    ['schedule add "greet; greet loudly" daily at 3', 'greet does not understand "loudly". Nothing was done.'],
    ['schedule add greet daily at 25:00', '"25:00" is not a time. Nothing was done.'],
    [
      'schedule add greet daily at 3 tz=Mars/Base',
      'tz: "Mars/Base" is not a time zone like Europe/London. Nothing was done.',
    ],
    ['schedule add greet "0 3 L * *"', '"0 3 L * *": days like L are not supported. Nothing was done.'],
    ['schedule add greet "0 3 29 2 mon"', '"cron 0 3 29 2 mon" never comes. Nothing was done.'],
    ['schedule add "schedule list" daily at 3', 'schedule cannot be scheduled. Nothing was done.'],
    ['schedule add "schedule remove 1" daily at 3', 'schedule-remove cannot be scheduled. Nothing was done.'],
    [
      'schedule add greet daily at 3 if=often',
      'if: "often" is not one of always, not-empty, changed, changed>10% (or any other figure), checks. Nothing was done.',
    ],
    [
      'schedule add load daily at 3 if=not-empty',
      'No command of load returns rows, so it would never post. Nothing was done.',
    ],
    [
      'schedule add greet daily at 3 paused=last',
      'greet has no stored answer to post while the warehouse is paused. Nothing was done.',
    ],
    ['schedule add greet daily at 3 catch-up=8d', 'catch-up: "8d" is not a valid duration. Nothing was done.'],
    [
      `schedule add "${Array.from({ length: 21 }, () => 'greet').join(';')}" daily at 3`,
      'A schedule runs at most 20 commands, of 1,500 characters together. Nothing was done.',
    ],
    [
      `schedule add "greet;${' '.repeat(1490)}greet" daily at 3`,
      'A schedule runs at most 20 commands, of 1,500 characters together. Nothing was done.',
    ],
  ])('%j is refused, and nothing is kept', async (line, message) => {
    const { bot } = await createScheduleOffice()
    const answer = await bot.say(line)
    expect(answer).toMatchObject({ ok: false, exit: 2, audience: 'asker' })
    expect(failureOf(answer).message).toBe(message)
    expect(await bot.ledger.schedules.list()).toEqual([])
  })

  it('is for operators, and only for lines that they may say themselves', async () => {
    const { bot, roles } = await createScheduleOffice()
    expect(failureOf(await bot.say('schedule add greet daily at 3', { who: bob })).code).toBe('not_allowed')
    roles.set(bob.id, 'operator')
    expect(await bot.say('schedule add load daily at 3', { who: bob })).toMatchObject({ ok: true })
    expect(failureOf(await bot.say('schedule add "load; spin-up" daily at 3', { who: bob })).message).toBe(
      'spin-up needs an admin. You are U0BOB, operator here. Nothing was done.',
    )
  })

  it('confirms that it may resume a cluster that costs money, also while there is nothing to resume', async () => {
    const cluster = createLeased(createFakeClock('2026-11-23T12:00:00.000Z'))
    const { bot } = await createScheduleOffice({ cluster })
    const asked = planOf(await bot.say('schedule add greet daily at 3 paused=resume'))
    expect(asked.facts).toContain('resume, whenever sparkify does not run at that time.')
    expect(asked.facts.join(' ')).toContain('Nobody is asked again.')
    expect((await bot.click(asked.id)).ok).toBe(true)
    expect(await onlyOf(bot)).toMatchObject({ whenPaused: 'resume' })
    expect((await bot.say('schedule add greet daily at 3 paused=wait')).ok).toBe(true)
  })
})
