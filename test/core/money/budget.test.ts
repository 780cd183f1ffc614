import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import { tellBudget } from '../../../src/core/money/budget.ts'
import type { ClusterNews } from '../../../src/core/money/news.ts'
import { spentInMonth, spentOn, totalUsd } from '../../../src/core/money/spent.ts'
import type { Place } from '../../../src/core/place.ts'
import type { Outbox } from '../../../src/core/ports/outbox.ts'
import { anna, bob, channel, command, createWorld, terminal } from '../../support/core.ts'
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
  const news: ClusterNews[] = []
  const post = async (one: ClusterNews): Promise<void> => void news.push(one)
  return { world, cluster, bot, asks, news, post, tick: () => tellBudget(bot.deps, post) }
}

const direct: Place = { kind: 'slack', channel: 'D0ANNA', direct: true }

/** The same cluster, which Anna has asked for in one other place, and twenty hours later. */
async function alone(place: Place, parts: Partial<Outbox> = {}) {
  const world = await createWorld()
  const cluster = createLeased(world.clock)
  const told: string[] = []
  const outbox: Outbox = {
    resolve: async (same) => same,
    obstacle: async () => null,
    post: () => Promise.reject(new Error('nothing is posted')),
    tell: async ({ id }) => void told.push(id),
    ...parts,
  }
  const bot = await world.start('one', [command('extend', async () => undefined)], { cluster, policy, outbox })
  cluster.start(24)
  await bot.say('extend', { place })
  world.clock.advance(20 * hour)
  await bot.beat()
  const news: ClusterNews[] = []
  return { world, bot, told, news, tick: () => tellBudget(bot.deps, async (one) => void news.push(one)) }
}

const headlines = (news: readonly ClusterNews[]) => news.map(({ answer }) => answer.headline)

describe('the budget of a month', () => {
  it('is told at 80 % and when it is used up, once each, where the cluster was last asked for', async () => {
    const { world, news, tick } = await running()
    for (let minute = 0; minute < 15 * 60; minute++) {
      await tick()
      world.clock.advance(60_000)
    }
    expect(headlines(news)).toEqual([
      'The warehouse has used 80.0 % of its budget: $8.00 of $10.00 in November 2026.',
      'The warehouse has used up its budget: $10.00 of $10.00 in November 2026.',
    ])
    expect(news[0]).toMatchObject({ place: channel, owner: anna, answer: { audience: 'channel', ok: true } })
    expect(news[0]?.answer.replies.at(-1)).toEqual({
      kind: 'text',
      text: 'Cluster sparkify is running: $1.00 an hour (negotiated price). Its lease ends at 24 Nov 2026, 12:00 UTC.',
    })
    expect(news[0]?.answer.next.map(({ line }) => line)).toEqual(['pause', 'cost'])
  })

  it('that was passed while the bot was down is told as used up, and not as nearly so', async () => {
    const { world, cluster, news, tick } = await running()
    world.clock.advance(12 * hour)
    cluster.stop()
    for (let again = 0; again < 3; again++) {
      await tick()
      world.clock.advance(hour)
    }
    expect(headlines(news)).toEqual(['The warehouse has used up its budget: $12.00 of $10.00 in November 2026.'])
    expect(news[0]?.answer.replies.at(-1)).toMatchObject({ text: 'Cluster sparkify does not run now.' })
    expect(news[0]?.answer.next.map(({ line }) => line)).toEqual(['cost'])
  })

  it('begins anew with the month, and when it is raised', async () => {
    const { world, cluster, bot, news, post, tick } = await running('2026-11-30T15:00:00.000Z')
    world.clock.advance(8.5 * hour)
    await tick()
    world.clock.advance(hour)
    await tick()
    expect(news).toHaveLength(1)
    world.clock.advance(8 * hour)
    await tick()
    cluster.stop()
    expect(headlines(news).at(-1)).toBe(
      'The warehouse has used 85.0 % of its budget: $8.50 of $10.00 in December 2026.',
    )
    await tellBudget({ ...bot.deps, policy: { ...policy, budgetUsd: 10.5 } }, post)
    expect(headlines(news).at(-1)).toContain('$8.50 of $10.50')
  })

  it('is told again within the hour where the bot died before it was posted', async () => {
    const { world, bot, asks, cluster, news, post } = await running()
    world.clock.advance(9 * hour)
    // As a process that is killed while Slack is asked: the post neither arrives nor fails.
    void tellBudget(bot.deps, () => new Promise(() => undefined))
    await expect.poll(() => bot.ledger.claim('budget:2026-11:80:10:2026-11-23T21:00', world.clock.now())).toBe(false)
    bot.die()
    const next = await world.start('two', asks, { cluster, policy })
    await tellBudget(next.deps, post)
    expect(news).toEqual([])
    world.clock.advance(hour)
    await tellBudget(next.deps, post)
    await tellBudget(next.deps, post)
    expect(news).toHaveLength(1)
  })

  it('is told again within the hour where Slack did not take it', async () => {
    const { world, bot, news, tick } = await running()
    world.clock.advance(9 * hour)
    const down = async (): Promise<void> => Promise.reject(new Error('Slack is down'))
    await expect(tellBudget(bot.deps, down)).rejects.toThrow('Slack is down')
    await tick()
    expect(news).toEqual([])
    world.clock.advance(hour)
    await tick()
    expect(news).toHaveLength(1)
  })

  it('is told by one of two bots that look at once', async () => {
    const { world, bot, asks, cluster, news, post } = await running()
    const two = await world.start('two', asks, { cluster, policy })
    world.clock.advance(9 * hour)
    await Promise.all([bot, two, bot, two].map(({ deps }) => tellBudget(deps, post)))
    expect(news).toHaveLength(1)
  })

  it('is told in the newest channel that can be written to, and not in a thread of it nor to a terminal', async () => {
    const { world, bot, news, post } = await running()
    const gone: Place = { kind: 'slack', channel: 'C0GONE', direct: false }
    world.roles.set(bob.id, 'admin')
    const thread: Place = { kind: 'slack', channel: 'C0TEAM', channelName: 'team', direct: false, thread: '1.2' }
    await bot.say('extend', { who: bob, place: thread })
    await bot.say('extend', { place: gone })
    await bot.say('extend', { place: terminal })
    world.clock.advance(9 * hour)
    const outbox: Outbox = {
      ...bot.deps.outbox,
      obstacle: async (place) =>
        place.kind === 'slack' && place.channel === 'C0GONE' ? new OpsError('slack', 'It is archived.') : null,
    }
    await tellBudget({ ...bot.deps, outbox }, post)
    expect(news).toMatchObject([{ owner: bob }])
    expect(news[0]?.place).toEqual({ kind: 'slack', channel: 'C0TEAM', channelName: 'team', direct: false })
  })

  it('is told in the newest channel also where it was asked for in direct messages since', async () => {
    const { world, bot, news, tick } = await running()
    await bot.say('extend', { place: direct })
    world.clock.advance(9 * hour)
    await tick()
    expect(news).toMatchObject([{ place: channel, owner: anna }])
  })

  it.each<[string, Place]>([
    ['in a terminal', terminal],
    ['in direct messages', direct],
  ])('is told to the admins where the cluster was asked for only %s, once', async (_, place) => {
    const { bot, told, tick, news } = await alone(place)
    for (let minute = 0; minute < 3; minute++) await tick()
    expect(told).toEqual([anna.id])
    expect(news).toEqual([])
    expect(await bot.ledger.notes.get('budget:2026-11:100:10')).not.toBeNull()
  })

  it('is told to whoever asked directly where no admin can be told, and tried again where nobody did', async () => {
    const unheard = { tell: () => Promise.reject(new Error('user_disabled')) }
    const asked = await alone(direct, unheard)
    await asked.tick()
    expect(asked.news).toMatchObject([{ place: direct, owner: anna }])
    const { world, bot, tick } = await alone(terminal, unheard)
    await expect(tick()).rejects.toThrow('No admin could be told.')
    await tick()
    world.clock.advance(hour)
    await expect(tick()).rejects.toThrow('No admin could be told.')
    expect(await bot.ledger.notes.get('budget:2026-11:100:10')).toBeNull()
  })

  it('is nothing to tell where there is none', async () => {
    const { world, bot, post, news } = await running()
    world.clock.advance(20 * hour)
    await tellBudget({ ...bot.deps, policy: freePolicy }, post)
    expect(news).toEqual([])
  })

  it('of nothing is used up by the first cent', async () => {
    const { world, bot, post, news } = await running()
    await tellBudget({ ...bot.deps, policy: { ...policy, budgetUsd: 0 } }, post)
    expect(news).toEqual([])
    world.clock.advance(hour)
    await tellBudget({ ...bot.deps, policy: { ...policy, budgetUsd: 0 } }, post)
    expect(headlines(news)).toEqual(['The warehouse has used up its budget: $1.00 of $0.00 in November 2026.'])
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
