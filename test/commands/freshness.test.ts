import '../../src/commands/freshness.ts'
import '../../src/commands/freshness/acknowledge.ts'
import '../../src/commands/freshness/by.ts'
import '../../src/commands/freshness/pause.ts'
import '../../src/commands/freshness/remove.ts'
import '../../src/commands/freshness/resume.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import acknowledge from '../../src/commands/freshness/acknowledge.ts'
import by from '../../src/commands/freshness/by.ts'
import pause from '../../src/commands/freshness/pause.ts'
import remove from '../../src/commands/freshness/remove.ts'
import resume from '../../src/commands/freshness/resume.ts'
import freshness from '../../src/commands/freshness.ts'
import { placeWords } from '../../src/core/place.ts'
import type { Outbox, OutboxMessage } from '../../src/core/ports/outbox.ts'
import { watchFreshness } from '../../src/core/watch/freshness/judge.ts'
import { ledgerHand, loadingCommands } from '../core/watch/freshness-office.ts'
import { anna, bob, channel, createWorld, failureOf, type TestProcess, terminal, type World } from '../support/core.ts'
import { createLoadedWarehouse } from '../support/warehouse.ts'

const commands = [freshness, by, pause, resume, remove, acknowledge, ...loadingCommands]
const minuteMs = 60_000

describe('freshness', () => {
  let world: World
  let bot: TestProcess
  let hand: ReturnType<typeof ledgerHand>

  beforeEach(async () => {
    world = await createWorld('2018-11-30T12:00:00.000Z')
    bot = await world.start('one', commands)
    hand = ledgerHand(bot)
  })

  const at = async (time: string, process = bot): Promise<void> => {
    world.clock.set(new Date(`${time}:00.000Z`))
    await watchFreshness(process.session)
  }
  const message = (day: string, id = 1): Promise<OutboxMessage | null> =>
    bot.ledger.messages.find(`freshness:${id}:${day}`)
  const words = async (day: string): Promise<string> => {
    const content = (await message(day))?.content
    if (content?.kind !== 'answer') return ''
    return content.answer.replies.map((reply) => (reply.kind === 'text' ? reply.text : reply.kind)).join('\n')
  }
  const load = async (time: string, covers: string): Promise<number> => {
    const ended = `${time}:00.000Z`
    const run = await hand.begin(
      new Date(Date.parse(ended) - 5 * minuteMs).toISOString(),
      hand.factsOf(`${covers}:00.000Z`),
    )
    await hand.publish(run, ended)
    return run
  }

  it('is by the clocks of who sets it, is that of the channel where it is named by nothing, and is asked for where there are several', async () => {
    const directory = { ...bot.deps.directory, zoneOf: async () => 'Europe/Vienna' }
    const vienna = await world.start('two', commands, { directory })
    await vienna.say('freshness by 06:00')
    expect(await bot.ledger.freshness.list()).toMatchObject([{ zone: 'Europe/Vienna', owner: anna }])
    const other = { kind: 'slack', channel: 'C0OTHER', direct: false } as const
    expect((await bot.say('freshness acknowledge', { place: other })).headline).toBe(
      'Freshness 1 has no late day to acknowledge.',
    )
    expect((await bot.say('freshness resume', { place: other })).headline).toBe('Freshness 1 is not paused.')
    const third = { ...other, channel: 'C0THIRD' }
    await bot.say('freshness by 07:00 tz=UTC', { place: other })
    expect(failureOf(await bot.say('freshness pause', { place: third }))).toMatchObject({
      code: 'not_found',
      message: 'Which freshness? Nothing was done.',
    })
    await bot.say('freshness pause', { place: other })
    expect(failureOf(await bot.say('freshness remove 3'))).toMatchObject({
      message: 'There is no freshness 3. Nothing was done.',
    })
    expect((await bot.ledger.freshness.list()).map(({ id, isPaused }) => [id, isPaused])).toEqual([
      [1, false],
      [2, true],
    ])
  })

  it('set by the name of its channel is that of the channel, of which the one that was set last stays', async () => {
    const resolve: Outbox['resolve'] = async (place) =>
      place.kind === 'slack' && place.channel === '#music'
        ? { ...place, channel: 'C0MUSIC000', channelName: 'music' }
        : place
    const slack = await world.start('two', commands, {
      outbox: { resolve, postingError: async () => null, requirePosts: () => undefined },
    })
    const known = async () => (await bot.ledger.freshness.list()).map(({ time, place }) => [time, placeWords(place)])
    await slack.say('freshness by 06:00 tz=UTC in #music')
    world.clock.set(new Date('2018-11-30T12:10:00.000Z'))
    await bot.say('freshness by 07:00 tz=UTC in #music', { place: terminal })
    expect(await known()).toEqual([
      ['06:00', '#music'],
      ['07:00', '#music'],
    ])
    await at('2018-11-30T12:11', slack)
    expect(await known()).toEqual([['07:00', '#music']])
    expect((await bot.ledger.freshness.list())[0]?.place).toMatchObject({ channel: 'C0MUSIC000' })
    world.clock.set(new Date('2018-11-30T12:20:00.000Z'))
    await slack.say('freshness by 08:00 tz=UTC in #music')
    await at('2018-11-30T12:21', slack)
    expect(await known()).toEqual([['08:00', '#music']])
  })

  it('is set for a channel, as people write a time, and set again in its place', async () => {
    const set = await bot.say('freshness by 6am tz=Europe/London in #music')
    expect(set.headline).toMatch(/^Freshness 1: each day by 06:00 \(Europe\/London\) in #?\S+\.$/)
    expect((await bot.say('freshness by 06:00 tz=Europe/London')).headline).toBe(
      'Freshness 2: each day by 06:00 (Europe/London) in #music.',
    )
    const again = await bot.say('freshness by 7:30 tz=UTC')
    expect(again.headline).toBe(
      'Freshness 2: each day by 07:30 (UTC) in #music. It was by 06:00 (Europe/London) in #music.',
    )
    expect((await bot.ledger.freshness.list()).map(({ id, time, zone }) => [id, time, zone])).toEqual([
      [1, '06:00', 'Europe/London'],
      [2, '07:30', 'UTC'],
    ])
    expect((await bot.say('freshness')).headline).toBe('2 deadlines.')
    const one = await bot.say('freshness 2')
    expect(one.headline).toBe('Freshness 2: each day by 07:30 (UTC) in #music.')
    // Wherever it is pressed, it changes this one.
    expect(one.next[0]).toEqual({
      label: 'Change…',
      line: 'freshness-by time=07:30 tz=UTC channel=C0MUSIC',
      form: true,
    })
  })

  it.each([
    ['freshness by', 'By what time? Nothing was done.'],
    ['freshness by 00:00', 'At 00:00 the day has only just ended. Nothing was done.'],
    ['freshness by 25:00', 'freshness-by does not understand "25:00". Nothing was done.'],
    ['freshness pause', 'No freshness is set. Nothing was done.'],
    ['freshness remove 7', 'There is no freshness 7. Nothing was done.'],
  ])('refuses %s', async (line, said) => {
    expect(failureOf(await bot.say(line)).message).toBe(said)
  })

  it('suggests the nearest command', async () => {
    const { code, remedy } = failureOf(await bot.say('freshnes by 06:00'))
    expect([code, remedy]).toEqual(['unknown_command', expect.stringContaining('freshness')])
  })

  it('is set by operators, in Slack channels, and needs a channel in a terminal', async () => {
    expect(failureOf(await bot.say('freshness by 06:00', { who: bob })).code).toBe('not_allowed')
    expect(failureOf(await bot.say('freshness by 06:00', { place: terminal })).message).toContain(
      'Where should it be posted?',
    )
    expect((await bot.say('freshness', { who: bob })).headline).toBe('No freshness is set.')
  })

  it('posts a missed day at its deadline, once, whoever looks, and resolves it in the same message', async () => {
    await bot.say('freshness by 06:00 tz=Europe/London')
    await load('2018-11-30T03:00', '2018-11-30T00:00')
    await at('2018-12-01T05:59')
    expect(await message('2018-11-30')).toBeNull()
    const other = await world.start('two', commands)
    world.clock.set(new Date('2018-12-01T06:00:00.000Z'))
    await Promise.all([watchFreshness(bot.session), watchFreshness(other.session)])
    await at('2018-12-01T06:01', other)
    const posted = await message('2018-11-30')
    expect([posted?.version, posted?.open, posted?.created]).toEqual([1, true, '2018-12-01T06:00:00.000Z'])
    expect(posted?.ways[0]).toMatchObject({ kind: 'conversation', place: channel })
    expect(posted?.mention).toEqual([anna.id])
    expect(await words('2018-11-30')).toMatch(
      /^30 Nov 2018 is not live\. It was due 1 Dec 2018, 06:00 GMT\.\nWhy: No schedule loads, and nobody loaded after that day\.\nLive at the deadline: load \d+, /,
    )
    await bot.say('freshness acknowledge')
    expect(await words('2018-11-30')).toContain('Acknowledged by Anna, 1 Dec 2018, 06:01 GMT.')
    await load('2018-12-01T07:12', '2018-12-01T00:00')
    await at('2018-12-01T07:13')
    const resolved = await message('2018-11-30')
    expect([resolved?.id, resolved?.version, resolved?.open]).toEqual([posted?.id, 3, undefined])
    expect(await words('2018-11-30')).toMatch(
      /^30 Nov 2018 has been live since 1 Dec 2018, 07:12 GMT \(load \d+\), 1 h 12 min late\.\nWhy: /,
    )
    await at('2018-12-01T08:00')
    expect((await message('2018-11-30'))?.version).toBe(3)
    const shown = await bot.say('freshness')
    expect(shown.replies).toContainEqual(
      expect.objectContaining({ text: '0 of the last 1 day in time · next: 1 Dec 2018, due 2 Dec 2018, 06:00 GMT' }),
    )
  })

  it('posts nothing for a day that was live in time, and counts it', async () => {
    await bot.say('freshness by 06:00 tz=UTC')
    await load('2018-12-01T06:00', '2018-12-01T00:00')
    await at('2018-12-01T06:00')
    expect(await message('2018-11-30')).toBeNull()
    expect(await bot.ledger.freshness.days(1, 9)).toMatchObject([
      { day: '2018-11-30', met: '2018-12-01T06:00:00.000Z', reason: null },
    ])
  })

  it('raises nothing while it is paused, and goes on with the next deadline', async () => {
    await bot.say('freshness by 06:00 tz=UTC')
    await bot.say('freshness pause')
    await at('2018-12-01T06:00')
    await at('2018-12-02T06:00')
    await at('2018-12-02T09:00')
    expect(await bot.ledger.freshness.days(1, 9)).toEqual([])
    expect(await message('2018-11-30')).toBeNull()
    await bot.say('freshness resume')
    await at('2018-12-02T09:01')
    expect(await bot.ledger.freshness.days(1, 9)).toEqual([])
    await at('2018-12-03T06:00')
    expect((await bot.ledger.freshness.days(1, 9)).map(({ day }) => day)).toEqual(['2018-12-02'])
  })

  it('counts a changed deadline from its next time on, also where it has passed today already', async () => {
    await bot.say('freshness by 14:00 tz=UTC')
    world.clock.set(new Date('2018-12-01T12:00:00.000Z'))
    await bot.say('freshness by 11:00 tz=UTC')
    await at('2018-12-01T12:01')
    await at('2018-12-01T14:00')
    expect(await bot.ledger.freshness.days(1, 9)).toEqual([])
    await at('2018-12-02T11:00')
    // And a day that was judged is not judged again at a later time.
    await bot.say('freshness by 13:00 tz=UTC')
    let judged = 0
    const { freshness: store } = bot.ledger
    const judge: typeof store.judge = async (...day) => {
      judged++
      return store.judge(...day)
    }
    const counting = await world.start('two', commands, { ledger: { ...bot.ledger, freshness: { ...store, judge } } })
    await at('2018-12-02T13:00', counting)
    expect(judged).toBe(0)
    expect((await bot.ledger.freshness.days(1, 9)).map(({ day, deadline }) => [day, deadline])).toEqual([
      ['2018-12-01', '2018-12-02T11:00:00.000Z'],
    ])
  })

  it('judges what passed while the bot was down by what was live then, and posts the newest with the others', async () => {
    await bot.say('freshness by 06:00 tz=UTC')
    await at('2018-11-30T20:00')
    await load('2018-12-02T05:00', '2018-12-02T00:00')
    await at('2018-12-04T09:00')
    expect((await bot.ledger.freshness.days(1, 9)).map(({ day, met }) => [day, met])).toEqual([
      ['2018-12-03', null],
      ['2018-12-02', null],
      ['2018-12-01', '2018-12-02T05:00:00.000Z'],
      ['2018-11-30', '2018-12-02T05:00:00.000Z'],
    ])
    expect(await message('2018-12-02')).toBeNull()
    expect(await words('2018-12-03')).toContain(
      'Why: The bot was not running from 30 Nov 2018, 20:00 UTC to 4 Dec 2018, 09:00 UTC.',
    )
    expect(await words('2018-12-03')).toContain('Missed before, and not posted: 2 Dec 2018')
  })

  it('is judged rightly while the clock is wrong', async () => {
    await bot.say('freshness by 06:00 tz=UTC')
    await at('2019-11-30T12:00')
    await at('2018-11-30T12:05')
    await load('2018-12-01T05:00', '2018-12-01T00:00')
    await at('2018-12-01T06:00')
    await at('2018-12-02T06:00')
    expect(
      (await bot.ledger.freshness.days(1, 60))
        .filter(({ deadline }) => deadline < '2018-12-03')
        .map(({ day, met }) => [day, met]),
    ).toEqual([
      ['2018-12-01', null],
      ['2018-11-30', '2018-12-01T05:00:00.000Z'],
    ])
  })

  it('resolves and closes the message of a late day, however old it is', async () => {
    await bot.say('freshness by 06:00 tz=UTC')
    await bot.say('freshness by 06:00 tz=UTC in #music')
    await at('2018-12-01T06:00')
    for (const id of [1, 2]) await bot.say(`freshness pause ${id}`)
    await at('2019-03-01T12:00')
    await bot.say('freshness remove 2')
    expect((await message('2018-11-30', 2))?.open).toBeUndefined()
    expect((await message('2018-11-30'))?.open).toBe(true)
    await load('2019-03-02T05:00', '2019-03-02T00:00')
    await at('2019-03-02T05:01')
    expect((await message('2018-11-30'))?.open).toBeUndefined()
    expect(await words('2018-11-30')).toContain('30 Nov 2018 has been live since 2 Mar 2019, 05:00 UTC')
  })

  it('that is removed closes its messages and forgets its days', async () => {
    await bot.say('freshness by 06:00 tz=UTC')
    await at('2018-12-01T06:00')
    await bot.say('freshness remove 1')
    expect(await words('2018-11-30')).toContain('Anna removed this deadline; 30 Nov 2018 is not watched any more.')
    expect((await message('2018-11-30'))?.open).toBeUndefined()
    expect(await bot.ledger.freshness.days(1, 9)).toEqual([])
    await at('2018-12-02T06:00')
    expect(await message('2018-12-01')).toBeNull()
    // Its number, which is in the keys of its messages, is not given again.
    expect((await bot.say('freshness by 06:00 tz=UTC')).headline).toContain('Freshness 2')
  })
})

describe('freshness of a real load', () => {
  it('is judged by the tick, shown by status and Home, and met by a load of the next days', async () => {
    const { bot, clock } = await createLoadedWarehouse()
    expect((await bot.ledger.loads.live())?.facts.filesUntil).toBe('2018-11-12T00:00:00.000Z')
    await bot.say('freshness by 06:00 tz=UTC')
    clock.set(new Date('2026-11-24T06:00:00.000Z'))
    await bot.app.tick()
    expect(await bot.ledger.freshness.days(1, 9)).toMatchObject([
      { day: '2026-11-23', met: null, reason: { kind: 'no-schedule' } },
    ])
    const line =
      'by 06:00 (UTC) · 23 Nov 2026: missed, not live yet · 0 of the last 1 day in time · next: 24 Nov 2026, due 25 Nov 2026, 06:00 UTC'
    const [table] = (await bot.say('status')).replies
    expect(table).toMatchObject({ kind: 'table', rows: expect.arrayContaining([['Freshness', line]]) })
    const [home] = await bot.app.homesOf([anna])
    expect(home?.sections[0]?.entries).toContainEqual(expect.objectContaining({ words: [`Fresh ${line}`] }))
    clock.set(new Date('2026-11-25T05:00:00.000Z'))
    await bot.say('etl full=yes')
    clock.set(new Date('2026-11-25T06:00:00.000Z'))
    await bot.app.tick()
    expect((await bot.ledger.freshness.days(1, 1))[0]?.reason).toEqual({
      kind: 'source-late',
      load: expect.any(Number),
      until: '2018-11-12T00:00:00.000Z',
    })
  })
})
