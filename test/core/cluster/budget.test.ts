import { describe, expect, it } from 'vitest'
import { spentInMonth, spentOn, totalUsd } from '../../../src/core/cluster/bill.ts'
import { postBudgetNews } from '../../../src/core/cluster/news.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { Place } from '../../../src/core/place.ts'
import type { Sent } from '../../../src/core/ports/outbox.ts'
import { anna, bob, command, createWorld, type TestProcess, terminal } from '../../support/core.ts'
import { accepted, delivered } from '../../support/delivered.ts'
import { createLeased } from '../../support/leased.ts'
import { freePolicy } from '../../support/policy.ts'

const hour = 3_600_000
const policy = { ...freePolicy, budgetUsd: 10 }

/** A cluster of a dollar an hour that Anna has spun up in the channel for a day, under a budget of ten dollars a month. */
async function running(start = '2026-11-23T12:00:00.000Z') {
  const world = await createWorld(start)
  const cluster = createLeased(world.clock)
  const asks = ['spin-up', 'extend'].map((name) => command(name, async () => undefined))
  const bot = await world.start('one', asks, { cluster, policy })
  cluster.start(24)
  await bot.say('spin-up')
  return { world, cluster, bot, asks, news: () => newsOf(bot), tick: () => postBudgetNews(bot.deps) }
}

/** The news of the budget that can be sent now, and where each arrives. */
async function newsOf(bot: TestProcess, answer?: Parameters<typeof delivered>[1]) {
  const sent = (await delivered(bot, answer)).filter(({ key }) => key.startsWith('budget'))
  return sent.flatMap(({ body, ...rest }) => (body.kind === 'answer' ? [{ ...rest, answer: body.answer }] : []))
}
type News = Awaited<ReturnType<typeof newsOf>>

const direct: Place = { kind: 'slack', channel: 'D0ANNA', direct: true }

/** The same cluster, which Anna has asked for in one other place, and twenty hours later. */
async function alone(place: Place) {
  const world = await createWorld()
  const cluster = createLeased(world.clock)
  const bot = await world.start('one', [command('extend', async () => undefined)], { cluster, policy })
  cluster.start(24)
  await bot.say('extend', { place })
  world.clock.advance(20 * hour)
  await bot.beat()
  return { world, bot, tick: () => postBudgetNews(bot.deps) }
}

const headlines = (news: News) => news.map(({ headline }) => headline)
const refused: Sent = { kind: 'refused', code: 'is_archived', why: new OpsError('slack', 'It is archived.') }

describe('the budget of a month', () => {
  it('is told at 80 % and when it is used up, once each, where the cluster was last asked for', async () => {
    const { world, bot, news: newsNow, tick } = await running()
    for (let minute = 0; minute < 15 * 60; minute++) {
      await tick()
      world.clock.advance(60_000)
    }
    await bot.beat()
    const news = await newsNow()
    expect(headlines(news)).toEqual([
      'The warehouse has used 80.0% of its budget: $8.00 of $10.00 in November 2026.',
      'The warehouse has used up its budget: $10.00 of $10.00 in November 2026.',
    ])
    expect(news[0]).toMatchObject({ to: 'C0MUSIC', mention: [anna.id], answer: { audience: 'channel', ok: true } })
    expect(news[0]?.answer.replies.at(-1)).toEqual({
      kind: 'text',
      text: 'Cluster sparkify is running: $1.00 an hour (negotiated price). Its lease ends at 24 Nov 2026, 12:00 UTC.',
    })
    expect(news[0]?.answer.next.map(({ line }) => line)).toEqual(['pause', 'cost'])
  })

  it('that was passed while the bot was down is told as used up, and not as nearly so', async () => {
    const { world, cluster, news: newsNow, tick } = await running()
    world.clock.advance(12 * hour)
    cluster.stop()
    for (let again = 0; again < 3; again++) {
      await tick()
      world.clock.advance(hour)
    }
    const news = await newsNow()
    expect(headlines(news)).toEqual(['The warehouse has used up its budget: $12.00 of $10.00 in November 2026.'])
    expect(news[0]?.answer.replies.at(-1)).toMatchObject({ text: 'Cluster sparkify is not running.' })
    expect(news[0]?.answer.next.map(({ line }) => line)).toEqual(['cost'])
  })

  it('begins anew with the month, and when it is raised', async () => {
    const { world, cluster, bot, news, tick } = await running('2026-11-30T15:00:00.000Z')
    world.clock.advance(8.5 * hour)
    await tick()
    world.clock.advance(hour)
    await tick()
    expect(await news()).toHaveLength(1)
    world.clock.advance(8 * hour)
    await tick()
    cluster.stop()
    expect(headlines(await news())).toEqual([
      'The warehouse has used 85.0% of its budget: $8.50 of $10.00 in December 2026.',
    ])
    await postBudgetNews({ ...bot.deps, policy: { ...policy, budgetUsd: 10.5 } })
    expect(headlines(await news()).at(-1)).toContain('$8.50 of $10.50')
  })

  it('is told by the next bot where this one died before it was posted, or Slack did not take it', async () => {
    const { world, bot, asks, cluster, tick } = await running()
    world.clock.advance(9 * hour)
    await tick()
    expect(await newsOf(bot, () => ({ kind: 'later', afterMs: 1000, why: new Error('Slack is down') }))).toEqual([])
    bot.die()
    world.clock.advance(2000)
    const next = await world.start('two', asks, { cluster, policy })
    await postBudgetNews(next.deps)
    expect(await newsOf(next)).toHaveLength(1)
    await postBudgetNews(next.deps)
    expect(await newsOf(next)).toEqual([])
  })

  it('is told by one of two bots that look at once', async () => {
    const { world, bot, asks, cluster, news } = await running()
    const two = await world.start('two', asks, { cluster, policy })
    world.clock.advance(9 * hour)
    await Promise.all([bot, two, bot, two].map(({ deps }) => postBudgetNews(deps)))
    expect(await news()).toHaveLength(1)
  })

  it('is told in the newest channel that can be written to, and not in a thread of it nor to a terminal', async () => {
    const { world, bot, tick } = await running()
    const gone: Place = { kind: 'slack', channel: 'C0GONE', direct: false }
    world.roles.set(bob.id, 'admin')
    const thread: Place = { kind: 'slack', channel: 'C0TEAM', channelName: 'team', direct: false, thread: '1.2' }
    await bot.say('extend', { who: bob, place: thread })
    await bot.say('extend', { place: gone })
    await bot.say('extend', { place: terminal })
    world.clock.advance(9 * hour)
    let looks = 0
    const postingError = async () => {
      looks++
      return null
    }
    Object.assign(bot.deps.outbox, { postingError })
    for (let minute = 0; minute < 3; minute++) await tick()
    expect(looks).toBe(0)
    const tries: string[] = []
    const news = await newsOf(bot, ({ key }, { place, who }) => {
      if (key.startsWith('budget')) tries.push(`${place.channel} ${place.thread} ${who.name}`)
      return place.channel === 'C0GONE' ? refused : accepted
    })
    expect(tries).toEqual(['C0GONE undefined Anna', 'C0TEAM undefined Bob'])
    expect(news).toMatchObject([{ to: 'C0TEAM' }])
  })

  it('mentions who asked for the cluster last in its channel', async () => {
    const { world, bot, news, tick } = await running()
    world.roles.set(bob.id, 'admin')
    await bot.say('extend', { who: bob })
    world.clock.advance(9 * hour)
    await tick()
    expect(await news()).toMatchObject([{ to: 'C0MUSIC', mention: [bob.id] }])
  })

  it('is told in the newest channel also where it was asked for in direct messages since', async () => {
    const { world, bot, news, tick } = await running()
    await bot.say('extend', { place: direct })
    world.clock.advance(9 * hour)
    await tick()
    expect(await news()).toMatchObject([{ to: 'C0MUSIC' }])
  })

  it.each<[string, Place]>([
    ['in a terminal', terminal],
    ['in direct messages', direct],
  ])('is told to the admins where the cluster was asked for only %s, once', async (_, place) => {
    const { bot, tick } = await alone(place)
    for (let minute = 0; minute < 3; minute++) await tick()
    expect((await newsOf(bot)).map(({ to }) => to)).toEqual([anna.id])
  })

  it('is told to whoever asked directly where nobody is admin', async () => {
    const { world, bot, tick } = await alone(direct)
    world.roles.clear()
    await tick()
    expect((await newsOf(bot)).map(({ to }) => to)).toEqual(['D0ANNA'])
  })

  it('is nothing to tell where there is none', async () => {
    const { world, bot, news } = await running()
    world.clock.advance(20 * hour)
    await postBudgetNews({ ...bot.deps, policy: freePolicy })
    expect(await news()).toEqual([])
  })

  it('counts as used up where a price is not known, once a month', async () => {
    const world = await createWorld('2026-11-23T12:00:00.000Z')
    const cluster = createLeased(world.clock, undefined, null)
    const bot = await world.start('one', [command('spin-up', async () => undefined)], { cluster, policy })
    cluster.start(24)
    await bot.say('spin-up')
    for (let hours = 0; hours < 3; hours++) {
      world.clock.advance(hour)
      await postBudgetNews(bot.deps)
    }
    const news = await newsOf(bot)
    expect(headlines(news)).toEqual([
      'The price of the warehouse is unknown, so it counts as over budget: at least $0.00 of $10.00 in November 2026. Set REDSHIFT_HOURLY_USD.',
    ])
    expect(news[0]).toMatchObject({
      key: 'budget:2026-11:unknown:10',
      answer: { next: [{ line: 'pause' }, { line: 'cost' }] },
    })
  })

  it('of nothing is used up by the first cent', async () => {
    const { world, bot, news } = await running()
    await postBudgetNews({ ...bot.deps, policy: { ...policy, budgetUsd: 0 } })
    expect(await news()).toEqual([])
    world.clock.advance(hour)
    await postBudgetNews({ ...bot.deps, policy: { ...policy, budgetUsd: 0 } })
    expect(headlines(await news())).toEqual(['The warehouse has used up its budget: $1.00 of $0.00 in November 2026.'])
  })
})

describe('what was spent', () => {
  it('is what the cluster cost in the calendar month up to then', async () => {
    const { world, bot } = await running('2026-11-30T20:00:00.000Z')
    world.clock.advance(6 * hour)
    expect(await spentInMonth(bot.deps, world.clock.now())).toEqual({ usd: 2, isComplete: true })
    expect(await spentInMonth(bot.deps, new Date('2026-11-30T23:00:00.000Z'))).toEqual({ usd: 3, isComplete: true })
  })

  it('leaves out what has no known price, and is not known where nothing has one', () => {
    const time = { from: new Date(0), to: new Date(1), price: '', until: null }
    expect(totalUsd([])).toBe(0)
    expect(totalUsd([{ ...time, usd: null }])).toBeNull()
    expect(
      totalUsd([
        { ...time, usd: null },
        { ...time, usd: 2 },
      ]),
    ).toBe(2)
    expect(
      spentOn([
        { ...time, usd: 1 },
        { ...time, usd: null },
      ]),
    ).toEqual({ usd: 1, isComplete: false })
  })
})
