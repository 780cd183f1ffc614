import '../../src/commands/cost.ts'
import { describe, expect, it } from 'vitest'
import cost from '../../src/commands/cost.ts'
import scheduleRun from '../../src/commands/schedule/run.ts'
import type { Answer } from '../../src/core/answer.ts'
import type { Asker } from '../../src/core/people.ts'
import { bob, channel, command, createWorld, failureOf, terminal } from '../support/core.ts'
import { runDue } from '../support/fires.ts'
import { createLeased } from '../support/leased.ts'
import { freePolicy } from '../support/policy.ts'
import { scheduled } from '../support/schedule.ts'

const hour = 3_600_000
const cleo: Asker = { kind: 'slack', id: 'U0CLEO', name: 'Cleo' }

/** A bot whose cluster costs a dollar an hour, or this, and runs at once, or after so many hours. */
async function office(start = '2026-11-23T12:00:00.000Z', hourlyUsd: number | null = 1, spinUpHours = 0) {
  const world = await createWorld(start)
  world.roles.set(bob.id, 'admin')
  const price = hourlyUsd === null ? null : { hourlyUsd, label: 'negotiated price' }
  const cluster = createLeased(world.clock, () => ({ kind: 'nothing' }), price)
  const awake = async () => ({ name: 'sparkify', state: 'available', since: null, facts: [] }) as const
  const pass = (hours: number): void => world.clock.advance(hours * hour)
  const asks = [
    command('spin-up', async () => {
      pass(spinUpHours)
      cluster.start(8)
    }),
    command('resume', async () => void cluster.start(8)),
    command('extend', async () => undefined),
    command('pause', async () => void cluster.stop()),
    command('load', async () => void pass(1.5), { effect: 'write' }),
    command('ask', async () => void pass(0.25), { effect: 'read' }),
    command('note', async () => void pass(0.25), { effect: 'bot' }),
  ]
  const bot = await world.start('one', [cost, scheduleRun, ...asks], {
    cluster: { ...cluster, describe: awake },
    policy: { ...freePolicy, budgetUsd: 20 },
  })
  return { world, cluster, bot, pass, say: bot.say }
}

const tables = (answer: Answer) =>
  answer.replies.flatMap((reply) => (reply.kind === 'table' ? [{ columns: reply.columns, rows: reply.rows }] : []))
const texts = (answer: Answer) => answer.replies.flatMap((reply) => (reply.kind === 'text' ? [reply.text] : []))

describe('cost', () => {
  it('tells the running month by day and by person, to its asker alone', async () => {
    const { bot, pass, say } = await office('2026-11-22T20:00:00.000Z')
    await say('spin-up')
    pass(6.25)
    await say('extend', { who: bob })
    pass(0.5)
    const answer = await say('cost', { who: bob })
    expect(answer).toMatchObject({
      ok: true,
      exit: 0,
      audience: 'asker',
      headline: 'November 2026 so far: $6.75 for 6 h 45 min of sparkify.',
    })
    expect(tables(answer)).toEqual([
      {
        columns: ['day', 'hours', 'usd'],
        rows: [
          ['2026-11-22', 4, 4],
          ['2026-11-23', 2.75, 2.75],
        ],
      },
      {
        columns: ['person', 'hours', 'usd'],
        rows: [
          ['Anna', 6.25, 6.25],
          ['Bob', 0.5, 0.5],
        ],
      },
    ])
    expect(texts(answer)).toEqual([
      'November 2026 so far: $6.75 for 6 h 45 min of sparkify.',
      'Budget $20.00 a month: 33.8% spent, $13.25 left.',
      'If the cluster runs until its lease ends (23 Nov 2026, 04:00 UTC), the month costs $8.00.',
      '$1.00 an hour (negotiated price)\nStorage is not included. Months and days are in UTC.',
    ])
    expect(answer.replies.find((reply) => reply.kind === 'chart')).toMatchObject({
      title: 'Cost by day',
      categories: ['2026-11-22', '2026-11-23'],
      series: [{ name: 'usd', values: [4, 2.75] }],
    })
    expect(answer.next.map(({ line }) => line)).toEqual(['pause', 'cost 2026-10', 'cost 2026-11 by=command'])
    expect(await bot.ledger.runs.list({ limit: 9, listedOnly: true })).toHaveLength(2)
  })

  it('tells an earlier month, and whom a time belongs to that began in the month before it', async () => {
    const { pass, say } = await office('2026-10-31T20:00:00.000Z')
    await say('spin-up', { who: bob })
    pass(6)
    await say('pause')
    pass(40 * 24)
    const answer = await say('cost 2026-11')
    expect(answer.headline).toBe('November 2026: $2.00 for 2 h of sparkify.')
    expect(answer.replies.map(({ kind }) => kind)).not.toContain('chart')
    expect(tables(answer).map(({ rows }) => rows)).toEqual([[['2026-11-01', 2, 2]], [['Bob', 2, 2]]])
    expect(answer.next.map(({ line }) => line)).toEqual(['cost 2026-10', 'cost 2026-11 by=command', 'cost'])
    expect(texts(answer).join()).not.toContain('lease')
    expect(tables(await say('cost month=2026-10')).map(({ rows }) => rows)).toEqual([
      [['2026-10-31', 4, 4]],
      [['Bob', 4, 4]],
    ])
  })

  it('tells an earlier month of a cluster that still runs without a word on its lease', async () => {
    const { pass, say } = await office('2026-10-31T20:00:00.000Z')
    await say('spin-up')
    pass(6)
    expect(texts(await say('cost')).join()).toContain('lease ends')
    const answer = await say('cost 2026-10')
    expect(answer.headline).toBe('October 2026: $4.00 for 4 h of sparkify.')
    expect(texts(answer).join()).not.toContain('lease')
    expect(answer.next.map(({ line }) => line)).not.toContain('pause')
  })

  it('offers no pause of a cluster that is paused, and names a price once', async () => {
    const { pass, say } = await office()
    for (const asked of ['spin-up', 'resume']) {
      await say(asked)
      pass(1)
      await say('pause')
      pass(1)
    }
    const answer = await say('cost')
    expect(answer.next.map(({ line }) => line)).toEqual(['cost 2026-10', 'cost 2026-11 by=command'])
    expect(texts(answer).at(-1)).toBe(
      '$1.00 an hour (negotiated price)\nStorage is not included. Months and days are in UTC.',
    )
  })

  it('tells whom a time belongs to whose cluster took long to run', async () => {
    const { pass, say } = await office('2026-11-22T20:00:00.000Z', 1, 0.5)
    await say('spin-up', { who: bob })
    pass(2)
    expect(tables(await say('cost'))[1]?.rows).toEqual([['Bob', 2, 2]])
  })

  it('tells what is less than a cent in figures that say so', async () => {
    const { pass, say } = await office('2026-11-22T20:00:00.000Z')
    await say('spin-up')
    pass(1 / 240)
    const answer = await say('cost')
    expect(answer.headline).toMatch(/^November 2026 so far: less than \$0\.01 for less than a minute of sparkify\.$/)
    expect(tables(answer)[0]?.rows).toEqual([['2026-11-22', 0.0042, 0.0042]])
  })

  it('tells what a schedule had run under its number and its owner', async () => {
    const { world, bot, pass, say } = await office('2026-11-23T02:00:00.000Z')
    const created = world.clock.now().toISOString()
    const line = { lines: ['resume'], place: channel, owner: bob, created }
    await bot.ledger.schedules.add(scheduled(line))
    pass(1)
    await runDue(bot)
    pass(2)
    await say('extend')
    pass(1)
    expect(tables(await say('cost'))[1]?.rows).toEqual([
      ['schedule 1 (Bob)', 2, 2],
      ['Anna', 1, 1],
    ])
    await bot.ledger.schedules.change(1, { owner: cleo })
    expect(tables(await say('cost'))[1]?.rows[0]).toEqual(['schedule 1 (Cleo)', 2, 2])
    await bot.ledger.schedules.remove(1)
    expect(tables(await say('cost'))[1]?.rows[0]).toEqual(['schedule 1 (Bob)', 2, 2])
  })

  it('says which hours nobody asked for', async () => {
    const { cluster, pass, say } = await office()
    cluster.start(8)
    pass(3)
    await say('extend', { place: terminal })
    pass(1)
    expect(tables(await say('cost'))[1]?.rows).toEqual([
      ['nobody known', 3, 3],
      ['Anna', 1, 1],
    ])
  })

  it('warns where the budget is spent, and where the running lease leads beyond it', async () => {
    const { pass, say } = await office('2026-11-23T12:00:00.000Z', 4)
    await say('spin-up')
    pass(3)
    expect((await say('cost')).replies).toContainEqual({
      kind: 'text',
      tone: 'warning',
      text: 'If the cluster runs until its lease ends (23 Nov 2026, 20:00 UTC), the month costs $32.00: over budget.',
    })
    pass(3)
    expect((await say('cost')).replies).toContainEqual({
      kind: 'text',
      tone: 'warning',
      text: 'Budget $20.00 a month: 120.0% spent, $4.00 over budget.',
    })
  })

  it('does not warn where the budget is spent to the cent, or the lease will do so', async () => {
    const { pass, say } = await office('2026-11-23T12:00:00.000Z', 2.5)
    await say('spin-up')
    pass(4)
    const toned = async () => (await say('cost')).replies.flatMap((reply) => (reply.kind === 'text' ? reply : []))
    expect((await toned()).slice(1, 3)).toEqual([
      { kind: 'text', text: 'Budget $20.00 a month: 50.0% spent, $10.00 left.' },
      {
        kind: 'text',
        text: 'If the cluster runs until its lease ends (23 Nov 2026, 20:00 UTC), the month costs $20.00.',
      },
    ])
    pass(4)
    expect((await toned())[1]).toEqual({ kind: 'text', text: 'Budget $20.00 a month: 100.0% spent, $0.00 left.' })
  })

  it('counts a lease that ends in the next month up to the end of this one', async () => {
    const { pass, say } = await office('2026-11-30T20:00:00.000Z')
    await say('spin-up')
    pass(1)
    expect(texts(await say('cost'))).toContain(
      'If the cluster runs until its lease ends (1 Dec 2026, 00:00 UTC), the month costs $4.00.',
    )
  })

  it('tells hours alone where no price is known', async () => {
    const { pass, say } = await office('2026-11-22T23:00:00.000Z', null)
    await say('spin-up')
    pass(2)
    const answer = await say('cost')
    expect(answer.headline).toBe('November 2026 so far: no known price for 2 h of sparkify.')
    expect(tables(answer).map(({ rows }) => rows)).toEqual([
      [
        ['2026-11-22', 1, null],
        ['2026-11-23', 1, null],
      ],
      [['Anna', 2, null]],
    ])
    expect(texts(answer).at(-1)).toContain('Price unknown: set REDSHIFT_HOURLY_USD')
    expect(answer.replies.find((reply) => reply.kind === 'chart')).toMatchObject({
      title: 'Hours by day',
      series: [{ name: 'hours', values: [1, 1] }],
    })
    expect(texts(answer).join()).not.toContain('Budget')
  })

  it('by command, person or day says what commands used of it, what is idle, and what is left out', async () => {
    const { say } = await office()
    await say('spin-up')
    await say('load')
    await say('ask', { who: bob })
    await say('ask', { who: bob })
    await say('note')
    const byCommand = await say('cost by=command')
    expect(byCommand.headline).toBe('November 2026 so far: $2.25 for 2 h 15 min of sparkify.')
    expect(tables(byCommand)).toEqual([
      {
        columns: ['command', 'runs', 'hours in use', 'usd in use'],
        rows: [
          ['load', 1, 1.5, 1.5],
          ['ask', 2, 0.5, 0.5],
          ['idle: no command at work', 0, 0.25, 0.25],
        ],
      },
    ])
    expect(texts(byCommand).at(-1)).toContain('Not included: storage, and work on the cluster outside of this bot.')
    expect(byCommand.next.map(({ line }) => line)).toEqual(['cost 2026-11 by=person', 'cost 2026-11 by=day'])
    expect(tables(await say('cost by=person'))[0]?.rows).toEqual([
      ['Anna', 1, 1.5, 1.5, 2.25, 2.25],
      ['Bob', 2, 0.5, 0.5, null, null],
      ['idle: no command at work', 0, 0.25, 0.25, null, null],
    ])
    expect(tables(await say('cost by=day'))).toEqual([
      {
        columns: ['day', 'runs', 'hours in use', 'usd in use', 'hours up', 'usd up'],
        rows: [['2026-11-23', 3, 2, 2, 2.25, 2.25]],
      },
    ])
  })

  it('says so where nothing ran, and where nothing can cost anything', async () => {
    const { bot, say } = await office()
    const answer = await say('cost 2026-02')
    expect(answer.headline).toBe('February 2026: sparkify did not run.')
    expect(tables(answer)).toEqual([])
    expect(await say('cost 2026-02 by=command')).toMatchObject({ headline: answer.headline, replies: answer.replies })
    const { world } = await office()
    const here = await world.start('two', [cost], { cluster: { ...bot.deps.cluster, free: true } })
    expect(await here.say('cost')).toMatchObject({
      ok: true,
      headline: 'The warehouse runs on this machine and costs nothing.',
    })
  })

  it.each(['2026-12', '2027-01', '2026-13', '2026-1', 'november', '-3', 'month=2026-11-23'])(
    'refuses %s, with the form of a month, before a run is begun',
    async (month) => {
      const { say } = await office()
      const answer = await say(`cost ${month}`)
      expect(answer).toMatchObject({ ok: false, exit: 2, run: null })
      expect(failureOf(answer).code).toBe('bad_argument')
      const { message, remedy } = failureOf(answer)
      expect(`${message} ${remedy}`).toContain('a month like 2026-11')
    },
  )
})
