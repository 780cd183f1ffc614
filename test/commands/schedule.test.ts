import '../../src/commands/schedule.ts'
import '../../src/commands/schedule/nightly.ts'
import '../../src/commands/schedule/run.ts'
import { describe, expect, it } from 'vitest'
import type { ScheduleRecord } from '../../src/core/ports/schedules.ts'
import { anna, bob, channel, failureOf } from '../support/core.ts'
import { scheduled } from '../support/schedule.ts'
import { createScheduleOffice, onlyOf } from '../support/schedule-office.ts'
import { createWarehouse } from '../support/warehouse.ts'

describe('schedule', () => {
  it('has five reasons and five lines of options for many schedules, and says how many more there are', async () => {
    const { bot } = await createScheduleOffice()
    const add = async (count: number, said: Partial<ScheduleRecord>) => {
      for (let n = 0; n < count; n++) {
        await bot.ledger.schedules.add(
          scheduled({ lines: ['greet'], place: channel, owner: anna, created: '2026-11-20T12:00:00.000Z', ...said }),
        )
      }
    }
    const texts = async () =>
      (await bot.say('schedule')).replies.flatMap((reply) => (reply.kind === 'text' ? [reply.text] : []))
    await add(5, { catchUpHours: 0 })
    await add(5, { state: { kind: 'parked', why: 'Nobody is there.' } })
    const before = await texts()
    expect(before).toHaveLength(6)
    expect(before.at(-1)?.split('\n')).toHaveLength(5)
    await add(2, { catchUpHours: 0 })
    await add(1, { state: { kind: 'parked', why: 'Nobody is there.' } })
    const { next } = await bot.say('schedule')
    const after = await texts()
    expect(after.slice(0, 6)).toEqual([
      ...[6, 7, 8, 9, 10].map((id) => `Schedule ${id} is suspended: Nobody is there.`),
      '1 more schedule is suspended; see the table.',
    ])
    expect(after.at(-1)?.split('\n').slice(4)).toEqual([
      'Schedule 5: does not run late',
      '2 more schedules have other options: see schedule export.',
    ])
    expect(next.map(({ line }) => line)).toEqual(['schedule-add day=daily time=07:00', 'schedule-export'])
  })

  it('lists all schedules with their next time, what is not usual about them; how to add one where there is none', async () => {
    const { bot, clock } = await createScheduleOffice()
    expect(await bot.say('schedule')).toMatchObject({
      ok: true,
      headline: 'No schedules yet.',
      replies: [
        { kind: 'text', text: 'No schedules yet.' },
        {
          kind: 'menu',
          groups: [
            { items: [{ line: 'schedule add "top songs 10" daily at 07:00 in #music' }, { line: 'schedule nightly' }] },
          ],
        },
      ],
      next: [
        { label: 'Nightly', line: 'schedule-nightly' },
        { label: 'Add one…', line: 'schedule-add day=daily time=07:00', form: true },
      ],
    })
    await bot.say('schedule add greet daily at 3 in <#C0DATA123|data> if=changed>5% catch-up=0')
    await bot.say('schedule add load weekdays at 7:30')
    await bot.say('schedule pause 2')
    await bot.say('schedule snooze 2 2h')
    const answer = await bot.say('schedule list')
    expect(answer).toMatchObject({
      headline: '2 schedules.',
      replies: [
        {
          kind: 'table',
          columns: ['id', 'lines', 'when', 'where', 'owner', 'state', 'next'],
          rows: [
            [1, 'greet', 'daily at 03:00 (UTC)', '#data', 'Anna', 'active', '2026-11-24T03:00:00.000Z'],
            [2, 'load', 'weekdays at 07:30 (UTC)', '#music', 'Anna', 'paused', null],
          ],
          total: 2,
          actions: [
            { label: 'Run now', line: 'schedule-run 1' },
            { label: 'Resume', line: 'schedule-resume 2' },
          ],
        },
        {
          kind: 'text',
          text: 'Schedule 1: posts when a figure changes by more than 5% or it fails · does not run late\nSchedule 2: mentions nobody until Mon, 23 Nov 2026, 14:00 UTC',
          tone: 'note',
        },
      ],
      next: [
        { label: 'Add one…', form: true },
        { label: 'Export', line: 'schedule-export' },
      ],
    })
    expect(answer.run?.line).toBe('schedule part=list')
    expect(await bot.ledger.runs.list({ command: 'schedule', listedOnly: true, limit: 5 })).toEqual([])
    clock.advance(2 * 3_600_000)
    await bot.beat()
    expect(JSON.stringify((await bot.say('schedule')).replies)).not.toContain('mentions nobody')
  })

  it('shows one schedule by its number: its next times and all its options', async () => {
    const { bot } = await createScheduleOffice()
    await bot.say('schedule add greet daily at 3')
    expect(await bot.say('schedule 1')).toMatchObject({
      headline: 'Schedule 1: greet, daily at 03:00 (UTC) in #music.',
      replies: [
        { tone: 'good' },
        { text: expect.stringMatching(/^Next times\n• Tue, 24 Nov 2026, 03:00 UTC\n/) },
        { text: 'Always posts · waits while the warehouse is paused · runs up to 6 h late if missed.' },
      ],
    })
    expect(await bot.say('schedule 2')).toMatchObject({
      ok: false,
      headline: 'There is no schedule 2. Nothing was done.',
    })
  })

  it('tells the next time in UTC, for programs, and lines with channels as people name them', async () => {
    const { bot } = await createScheduleOffice()
    await bot.ledger.schedules.add(
      scheduled({
        lines: ['share 3 channel=<#C0MUSIC|music>'],
        zone: 'America/New_York',
        place: channel,
        owner: anna,
        created: '2026-11-23T11:00:00.000Z',
      }),
    )
    const [list] = (await bot.say('schedule')).replies
    expect(list).toMatchObject({
      list: true,
      rows: [
        [
          1,
          'share 3 channel=#music',
          'daily at 03:00 (America/New_York)',
          '#music',
          'Anna',
          'active',
          '2026-11-24T08:00:00.000Z',
        ],
      ],
    })
  })

  it('says why one is suspended, with the button that resumes it', async () => {
    const { bot } = await createScheduleOffice()
    await bot.say('schedule add greet daily at 3')
    const { id } = await onlyOf(bot)
    const why = 'I cannot post in #music (is_archived). Use another channel.'
    await bot.ledger.schedules.change(id, { state: { kind: 'parked', why } })
    const answer = await bot.say('schedule')
    expect(answer.replies[0]).toMatchObject({
      rows: [[1, 'greet', expect.anything(), '#music', 'Anna', 'suspended', null]],
      actions: [{ label: 'Resume', line: 'schedule-resume 1' }],
    })
    expect(answer.replies[1]).toEqual({ kind: 'text', text: `Schedule 1 is suspended: ${why}`, tone: 'warning' })
  })

  it.each([
    [
      'schedule ad "greet" daily at 3 tz=Europe/London',
      'schedule ad',
      'Did you mean schedule add?',
      'help schedule-add',
    ],
    ['schedule remvoe 1', 'schedule remvoe', 'Did you mean schedule remove?', 'help schedule-remove'],
    ['schedule lsit', 'schedule lsit', 'Did you mean schedule list?', 'schedule'],
    [
      'schedule frobnicate',
      'schedule frobnicate',
      'schedule takes list, add, edit, export, move, nightly, pause, remove, resume, run and snooze.',
      'help schedule',
    ],
  ])('%j is not understood, and told what was meant', async (line, shown, remedy, cure) => {
    const { bot } = await createScheduleOffice()
    const answer = await bot.say(line)
    expect(answer).toMatchObject({ ok: false, exit: 2, run: null, next: [{ line: cure }] })
    expect(failureOf(answer)).toMatchObject({
      code: 'unknown_command',
      message: `I do not know "${shown}". Nothing was done.`,
      remedy,
    })
  })

  it('that is understood up to a word is refused for that word', async () => {
    const { bot } = await createScheduleOffice()
    expect(failureOf(await bot.say('schedule list all'))).toMatchObject({
      code: 'bad_argument',
      message: 'id: "all" is not a number like 12. Nothing was done.',
    })
  })

  it('is for operators', async () => {
    const { bot } = await createScheduleOffice()
    expect(failureOf(await bot.say('schedule', { who: bob })).code).toBe('not_allowed')
  })
})

describe('schedule nightly', () => {
  it('adds the whole night in one go, at 03:00 in the zone of its maker', async () => {
    const { bot } = await createWarehouse()
    const answer = await bot.say('schedule nightly')
    expect(answer).toMatchObject({
      ok: true,
      headline: 'Schedule 1: etl; qa checks; pulse; top-songs last=whole-day, nightly at 03:00 (UTC) in #music.',
    })
    expect(await onlyOf(bot)).toMatchObject({
      lines: ['etl', 'qa checks', 'pulse', 'top-songs last=whole-day'],
      cron: '0 3 * * *',
      place: { channel: 'C0MUSIC' },
    })
  })

  it('takes another time, channel, zone and behaviour', async () => {
    const { bot } = await createWarehouse()
    await bot.say('schedule nightly at 4:30 in <#C0DATA123|data> tz=Europe/London paused=resume if=checks catch-up=2h')
    expect(await onlyOf(bot)).toMatchObject({
      phrase: 'nightly at 04:30',
      cron: '30 4 * * *',
      zone: 'Europe/London',
      place: { channel: 'C0DATA123' },
      whenPaused: 'resume',
      condition: { kind: 'checks' },
      catchUpHours: 2,
    })
    expect(failureOf(await bot.say('schedule nightly soon')).message).toContain('"soon"')
  })

  it('offers a deadline three hours after it, on the same day or the next, where its channel has none', async () => {
    const { bot } = await createWarehouse()
    const offered = async (line: string) =>
      (await bot.say(line)).next.find(({ label }) => label === 'Set a deadline…')?.line
    expect(await offered('schedule nightly')).toBe('freshness-by time=06:00 channel=C0MUSIC')
    expect(await offered('schedule nightly at 20:15')).toBe('freshness-by time=23:00 channel=C0MUSIC')
    expect(await offered('schedule nightly at 21:00')).toBe('freshness-by time=03:00 channel=C0MUSIC')
    await bot.say('freshness by 06:00')
    expect(await offered('schedule nightly')).toBeUndefined()
    expect(await offered('schedule nightly in <#C0DATA123|data>')).toBe('freshness-by time=06:00 channel=C0DATA123')
  })
})
