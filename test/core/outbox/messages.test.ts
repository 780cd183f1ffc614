import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import {
  messagesOf,
  messagesOfPlan,
  newMessage,
  runKey,
  waysOfSchedule,
  waysTo,
} from '../../../src/core/outbox/messages.ts'
import type { Asker } from '../../../src/core/people.ts'
import type { Conversation } from '../../../src/core/place.ts'
import type { RunRecord } from '../../../src/core/ports/runs.ts'
import { anna, bob, command, createWorld, type TestProcess } from '../../support/core.ts'
import { freePolicy } from '../../support/policy.ts'
import { scheduled } from '../../support/schedule.ts'

const music: Conversation = { kind: 'slack', channel: 'C0MUSIC', channelName: 'music', direct: false }
const thread: Conversation = { ...music, thread: '1.0' }
const admins: Asker = { kind: 'local', id: 'admins', name: 'the admins' }
const now = new Date('2026-11-23T12:00:00.000Z')

/** "conversation C0MUSIC/1.0", "reader U0ANNA", "admins". */
const shown = (ways: ReturnType<typeof waysTo>) =>
  ways.map((way) => {
    if (way.kind === 'admins') return 'admins'
    return `${way.kind} ${way.place.channel}${way.place.thread === undefined ? '' : `/${way.place.thread}`}`
  })

describe('the ways of an answer', () => {
  it('lead to where it was asked for, then to its asker alone', () => {
    const alone = ['reader C0MUSIC/1.0', 'reader U0ANNA']
    expect(shown(waysTo(music, anna, 'channel', true))).toEqual([
      'conversation C0MUSIC',
      'reader C0MUSIC',
      'reader U0ANNA',
    ])
    expect(shown(waysTo(thread, anna, 'channel', false))).toEqual(['conversation C0MUSIC/1.0', ...alone])
    expect(shown(waysTo(thread, anna, 'channel', true))).toEqual([
      'conversation C0MUSIC/1.0',
      'conversation C0MUSIC',
      ...alone,
    ])
    expect(shown(waysTo(thread, anna, 'asker', true))).toEqual(alone)
    expect(shown(waysTo(music, admins, 'asker', true))).toEqual(['conversation C0MUSIC', 'admins'])
  })

  it('of a schedule lead to its channel, then to its owner, or to the admins', () => {
    expect(shown(waysOfSchedule(music, anna))).toEqual(['conversation C0MUSIC', 'reader U0ANNA'])
    expect(shown(waysOfSchedule(music, admins))).toEqual(['conversation C0MUSIC', 'admins'])
  })
})

describe('a message', () => {
  it('is of use for a day, and news for thirty', () => {
    const message = { key: 'k', content: { kind: 'text', text: 'x' }, ways: waysOfSchedule(music, anna) } as const
    expect(newMessage(message, now)).toMatchObject({
      created: now.toISOString(),
      expires: '2026-11-24T12:00:00.000Z',
      mention: [],
    })
    expect(newMessage({ ...message, mention: ['U1'] }, now, true)).toMatchObject({
      expires: '2026-12-23T12:00:00.000Z',
      mention: ['U1'],
    })
  })

  it('of a run has a key for each time that somebody had it tried', () => {
    expect([runKey({ id: 5, retries: 0 }), runKey({ id: 5, retries: 1 }), runKey({ id: 5, retries: 2 })]).toEqual([
      'run:5',
      'run:5:1',
      'run:5:2',
    ])
  })
})

describe('what has become of a plan', () => {
  const plan = { id: 'p1', card: true, place: music, asker: anna } as const
  const told = (given: Partial<Parameters<typeof messagesOfPlan>[0]>, isCalled: boolean) =>
    messagesOfPlan({ ...plan, ...given }, isCalled, now).map(({ key, ways, mention, after, open }) => [
      key,
      shown(ways).join(', '),
      mention.join(),
      after ?? null,
      open ?? null,
    ])

  it('stands on its card, behind which it waits, and calls its asker where they are to be called', () => {
    const card = ['plan:p1:card', 'conversation C0MUSIC', '', 'plan:p1', true]
    const asker = ['plan:p1:asker', 'conversation C0MUSIC, conversation U0ANNA', 'U0ANNA', null, null]
    expect(told({}, false)).toEqual([card])
    expect(told({}, true)).toEqual([card, asker])
  })

  it('reaches the asker alone where there is no card', () => {
    expect(told({ card: false }, true)).toEqual([['plan:p1:asker', 'conversation U0ANNA', 'U0ANNA', null, null]])
    expect(told({ card: false }, false)).toEqual([])
    expect(told({ card: false, asker: admins }, true)).toEqual([])
    expect(told({ place: { kind: 'terminal' } }, true)).toEqual([
      ['plan:p1:asker', 'conversation U0ANNA', 'U0ANNA', null, null],
    ])
  })
})

describe('the end of a run', () => {
  const greet = command('greet', async () => undefined, { effect: 'read' })
  const etl = command('etl', async () => undefined, { loads: true })

  async function office(): Promise<{ bot: TestProcess; run: RunRecord; answer: Answer }> {
    const world = await createWorld('2026-11-23T12:00:00.000Z')
    const policy = { ...freePolicy, oncall: ['S0ONCALL', anna.id] }
    const bot = await world.start('one', [greet, etl], { policy })
    const answer = await bot.say('greet', { place: music })
    const [run] = await bot.ledger.runs.list({ limit: 1 })
    if (run === undefined) throw new Error('no run')
    return { bot, run, answer }
  }

  it('calls its asker where it took more than a minute', async () => {
    const { bot, run, answer } = await office()
    const callsAfter = async (ms: number, who: Asker = anna) => {
      const ended = new Date(Date.parse(run.started) + ms).toISOString()
      const over: Answer = { ...answer, run: answer.run === null ? null : { ...answer.run, ended } }
      return (await messagesOf({ ...run, who }, over, bot.deps)).map(({ mention }) => mention)
    }
    expect(await callsAfter(60_000)).toEqual([[]])
    expect(await callsAfter(60_001)).toEqual([[anna.id]])
    expect(await callsAfter(60_001, admins)).toEqual([[]])
  })

  it('is no message in a terminal, nor for the line of a schedule; by the clock it is one under its occasion where it failed', async () => {
    const { bot, run, answer } = await office()
    expect(await messagesOf({ ...run, place: { kind: 'terminal' } }, answer, bot.deps)).toEqual([])
    expect(await messagesOf({ ...run, door: 'parent' }, answer, bot.deps)).toEqual([])
    const report = { ways: waysOfSchedule(music, anna), mention: [bob.id], occasion: 'lease:1' }
    const [good] = await messagesOf(run, answer, bot.deps, report)
    const [bad] = await messagesOf(run, { ...answer, ok: false }, bot.deps, report)
    expect([good?.key, bad?.key]).toEqual([`run:${run.id}`, 'lease:1'])
    expect(bad).toMatchObject({ mention: [bob.id], ways: report.ways, expires: '2026-12-23T12:00:00.000Z' })
  })

  it('of a schedule calls its owner and who is on call once each, where it failed and nobody snoozes it', async () => {
    const { bot, run, answer } = await office()
    const { id } = await bot.ledger.schedules.add(
      scheduled({ place: music, owner: anna, created: '2026-11-20T12:00:00.000Z' }),
    )
    const origin = { kind: 'fire', schedule: id, intended: run.started, cause: 'clock' } as const
    const told = async (given: Partial<Answer>, who: Asker = anna) =>
      (await messagesOf({ ...run, origin, who }, { ...answer, ...given }, bot.deps)).map(({ key, mention }) => [
        key,
        ...mention,
      ])
    expect(await told({ ok: true })).toEqual([[`run:${run.id}`]])
    expect(await told({ ok: false })).toEqual([[`run:${run.id}`, anna.id, 'S0ONCALL']])
    expect(await told({ ok: false }, bob)).toEqual([[`run:${run.id}`, bob.id, 'S0ONCALL', anna.id]])
    expect(await told({ audience: 'nobody' })).toEqual([])
    const snooze = (until: string) => bot.ledger.schedules.change(id, { snoozedUntil: until })
    await snooze('2026-11-23T12:00:00.001Z')
    expect(await told({ ok: false })).toEqual([[`run:${run.id}`]])
    await snooze('2026-11-23T12:00:00.000Z')
    expect(await told({ ok: false })).toEqual([[`run:${run.id}`, anna.id, 'S0ONCALL']])
  })
})
