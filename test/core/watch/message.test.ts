import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import { type Asker, theAdmins } from '../../../src/core/people.ts'
import type { NewWatch, Observation, WatchRecord } from '../../../src/core/ports/watches.ts'
import { advance, type LifeEvent } from '../../../src/core/watch/life.ts'
import { messagesOfLife } from '../../../src/core/watch/message.ts'
import { moveWatch } from '../../../src/core/watch/move.ts'
import { anna, bob, channel, createWorld, type TestProcess, today, type World } from '../../support/core.ts'
import { delivered } from '../../support/delivered.ts'

const few: NewWatch = {
  definition: {
    kind: 'alert',
    line: 'pulse',
    column: 'plays',
    condition: { kind: 'limit', operator: '<', limit: 200 },
    days: 1,
  },
  place: channel,
  owner: anna,
  created: today,
}

const plays = (kind: 'red' | 'green', value: number, when: string): LifeEvent => {
  const facts = [['Plays', String(value)]] as const
  const observation: Observation = { kind, when, headline: `plays were ${value} on ${when}`, facts }
  return { kind: 'observed', observation }
}

async function opened(): Promise<{
  readonly bot: TestProcess
  readonly world: World
  move(event: LifeEvent): Promise<WatchRecord>
}> {
  const world = await createWorld()
  const bot = await world.start('one', [])
  let watch = await bot.ledger.watches.add(few, 50)
  return {
    bot,
    world,
    async move(event) {
      if (watch === null) throw new Error('it was changed meanwhile')
      watch = await moveWatch(watch, event, {}, bot.deps)
      if (watch === null) throw new Error('it was changed meanwhile')
      return watch
    },
  }
}

describe('the message of a firing', () => {
  it('is one message: posted when it fires, edited when it changes, closed when it is resolved', async () => {
    const { bot, move } = await opened()
    const states: { key: string; mention: readonly string[]; answer: Answer }[] = []
    const happens = async (event: LifeEvent): Promise<number> => {
      await move(event)
      const taken = await delivered(bot)
      for (const { key, mention, body } of taken) {
        if (body.kind === 'answer') states.push({ key, mention, answer: body.answer })
      }
      return taken.length
    }
    expect(await happens(plays('green', 288, '28 Nov 2018'))).toBe(0)
    expect(await happens(plays('red', 132, '29 Nov 2018'))).toBe(1)
    expect(await happens(plays('red', 132, '29 Nov 2018'))).toBe(0)
    expect(await happens({ kind: 'observed', observation: { kind: 'unknown', why: 'It is paused.' } })).toBe(0)
    expect(await happens({ kind: 'acknowledged', by: bob })).toBe(1)
    expect(await happens(plays('red', 140, '30 Nov 2018'))).toBe(1)
    expect(await happens({ kind: 'snoozed', by: bob, until: '2026-11-24T12:00:00.000Z' })).toBe(1)
    expect(await happens({ kind: 'passed' })).toBe(0)
    expect(await happens(plays('green', 300, '1 Dec 2018'))).toBe(1)
    expect(await happens(plays('red', 99, '2 Dec 2018'))).toBe(1)

    expect(states.map(({ key, answer }) => [key, answer.title, answer.headline])).toEqual([
      ['alert:1:1', 'Alert 1 is firing', 'Alert 1: plays were 132 on 29 Nov 2018'],
      ['alert:1:1', 'Alert 1 is acknowledged', 'Alert 1: plays were 132 on 29 Nov 2018'],
      ['alert:1:1', 'Alert 1 is acknowledged', 'Alert 1: plays were 140 on 30 Nov 2018'],
      ['alert:1:1', 'Alert 1 is snoozed', 'Alert 1: plays were 140 on 30 Nov 2018'],
      ['alert:1:1', 'Alert 1 is resolved', 'Alert 1: plays were 300 on 1 Dec 2018'],
      ['alert:1:2', 'Alert 1 is firing', 'Alert 1: plays were 99 on 2 Dec 2018'],
    ])
    expect(states[0]?.mention).toEqual([anna.id])
    const [fired, acknowledged, , snoozed, resolved] = states.map(({ answer }) => answer)
    expect(fired?.replies).toEqual([
      { kind: 'text', text: 'plays were 132 on 29 Nov 2018', tone: 'warning' },
      {
        kind: 'text',
        text: 'Query: pulse · When: plays<200 · Set by: Anna · Plays: 132 · Firing since: 29 Nov 2018',
        tone: 'note',
      },
    ])
    const buttons = (answer: Answer | undefined) => answer?.next.map(({ line }) => line)
    expect(buttons(fired)).toEqual(['alert-acknowledge 1', 'alert-snooze 1 for=24h', 'pulse'])
    expect(buttons(acknowledged)).toEqual(['alert-snooze 1 for=24h', 'pulse'])
    expect(buttons(snoozed)).toEqual(['alert-acknowledge 1', 'pulse'])
    expect(buttons(resolved)).toEqual(['pulse'])
    expect(resolved).toMatchObject({ ok: true, replies: [{ tone: 'good' }, {}, { tone: 'note' }] })
  })

  it('says that a person ended it, and does not call good what may be as it was', async () => {
    const { bot, move } = await opened()
    await move(plays('red', 132, '29 Nov 2018'))
    await delivered(bot)
    await move({ kind: 'ended', end: { kind: 'person', by: bob, how: 'paused' } })
    const [closed] = await delivered(bot)
    const answer = closed?.body.kind === 'answer' ? closed.body.answer : undefined
    expect(answer?.title).toBe('Alert 1 was paused')
    expect(answer?.replies[0]).toEqual({ kind: 'text', text: 'plays were 132 on 29 Nov 2018' })
    expect(answer?.replies[2]).toMatchObject({ text: expect.stringMatching(/^Bob paused it, /) })
  })

  it('calls who snoozed it when the snooze is over, once, because an edit calls nobody', async () => {
    const { bot, world, move } = await opened()
    await move(plays('red', 132, '29 Nov 2018'))
    await move({ kind: 'snoozed', by: bob, until: '2026-11-23T20:00:00.000Z' })
    await delivered(bot)
    world.clock.set(new Date('2026-11-23T20:00:30.000Z'))
    await bot.beat()
    await move({ kind: 'passed' })
    expect((await delivered(bot)).map(({ key, mention }) => [key, mention])).toEqual([
      ['alert:1:1', [anna.id]],
      ['alert:1:1:woke:2026-11-23T20:00:00.000Z', [bob.id]],
    ])
    await move({ kind: 'passed' })
    expect(await delivered(bot)).toEqual([])
  })

  it('mentions its owner, all admins where it is theirs, and nobody for what is nobody’s in Slack', async () => {
    const { bot, world, move } = await opened()
    world.roles.set('U0OLGA', 'admin')
    const watch = await move(plays('green', 288, '28 Nov 2018'))
    const life = advance({ kind: 'ok' }, plays('red', 132, '29 Nov 2018'), today)
    const mentioned = (owner: Asker) =>
      messagesOfLife({ ...watch, owner, life }, { kind: 'ok' }, bot.deps).map(({ mention }) => mention)
    expect(mentioned(bob)).toEqual([[bob.id]])
    expect(mentioned(theAdmins)).toEqual([bot.deps.directory.holders('admin')])
    expect(mentioned(theAdmins)[0]).toContain('U0OLGA')
    expect(mentioned({ kind: 'local', id: 'ada', name: 'ada' })).toEqual([[]])
  })

  it('is neither lost nor repeated where two processes judge at once', async () => {
    const { bot, move } = await opened()
    const watch = await move(plays('green', 288, '28 Nov 2018'))
    const both = await Promise.all([1, 2].map(() => moveWatch(watch, plays('red', 132, '29 Nov 2018'), {}, bot.deps)))
    expect(both.filter((one) => one !== null)).toHaveLength(1)
    expect((await delivered(bot)).map(({ key }) => key)).toEqual(['alert:1:1'])
  })
})
