import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { Place } from '../../../src/core/place.ts'
import type { ClusterDue } from '../../../src/core/ports/cluster.ts'
import type { Outbox } from '../../../src/core/ports/outbox.ts'
import type { ClusterNews } from '../../../src/core/warehouse/lease.ts'
import { anna, bob, channel, command, createWorld, deferred, terminal } from '../../support/core.ts'
import { createLeased } from '../../support/leased.ts'
import { freePolicy } from '../../support/policy.ts'

const until = new Date('2026-11-23T12:30:00.000Z')
const warn: ClusterDue = { kind: 'warn', key: 'lease-warn:1', until }

describe('the lease of a cluster', () => {
  it('warns once, in the place and to the person that spun it up, with what may be done about it', async () => {
    const world = await createWorld()
    const spinUp = command('spin-up', async () => undefined)
    const { app, say } = await world.start('one', [spinUp], { cluster: createLeased(world.clock, () => warn) })
    await say('spin-up')
    const news: ClusterNews[] = []
    for (let minute = 0; minute < 3; minute++) await app.tendCluster(async (one) => void news.push(one))
    expect(news).toHaveLength(1)
    expect(news[0]).toMatchObject({ place: channel, owner: anna })
    expect(news[0]?.answer.headline).toContain('The lease of sparkify ends at 23 Nov 2026, 12:30 UTC.')
    expect(news[0]?.answer.next.map(({ line }) => line)).toEqual(['extend 2h', 'extend 24h', 'pause'])
  })

  it.each<[string, ClusterDue, string]>([
    ['warning', warn, 'ends at'],
    [
      'reminder',
      { kind: 'remind', key: 'lease-remind:1', pausedSince: new Date('2026-11-09T12:00:00.000Z') },
      'has been paused',
    ],
    ['pause that failed', { kind: 'pause', key: 'lease-pause:1', until }, 'pause'],
  ])('tries a %s again five minutes later where Slack did not take it, and tells it once', async (_, due, words) => {
    const world = await createWorld()
    const spinUp = command('spin-up', async () => undefined)
    const { app, say } = await world.start('one', [spinUp], { cluster: createLeased(world.clock, () => due) })
    await say('spin-up')
    const down = app.tendCluster(() => Promise.reject(new Error('Slack is down')))
    await expect(down).rejects.toThrow('Slack is down')
    const news: ClusterNews[] = []
    for (let minute = 0; minute < 8; minute++) {
      await app.tendCluster(async (one) => void news.push(one))
      expect(news).toHaveLength(minute < 5 ? 0 : 1)
      world.clock.advance(60_000)
    }
    expect(news[0]?.answer.headline).toContain(words)
  })

  it('warns who asked also while the spin-up is still at its last step', async () => {
    const world = await createWorld()
    const asked = deferred()
    const end = deferred()
    const spinUp = command('spin-up', async () => {
      asked.resolve()
      await end.promise
      return undefined
    })
    const { app, say } = await world.start('one', [spinUp], { cluster: createLeased(world.clock, () => warn) })
    const running = say('spin-up')
    await asked.promise
    const news: ClusterNews[] = []
    await app.tendCluster(async (one) => void news.push(one))
    expect(news).toMatchObject([{ place: channel, owner: anna }])
    end.resolve()
    await running
  })

  it('pauses at its end in its own name, and tells what came of it', async () => {
    const world = await createWorld()
    // Whoever sits at the machine is admin, and so is the lease.
    world.roles.set('lease', 'admin')
    const due: ClusterDue = { kind: 'pause', key: 'lease-pause:1', until }
    const commands = [command('spin-up', async () => undefined), command('pause', async () => undefined)]
    const { app, say, ledger } = await world.start('one', commands, { cluster: createLeased(world.clock, () => due) })
    await say('spin-up')
    const news: ClusterNews[] = []
    await app.tendCluster(async (one) => void news.push(one))
    expect(news).toMatchObject([{ place: channel, owner: anna, answer: { headline: 'pause done.' } }])
    expect((await ledger.runs.list({ limit: 1 }))[0]).toMatchObject({ command: 'pause', who: { name: 'the lease' } })
  })

  describe('that nobody has asked for in Slack', () => {
    /** A cluster that was asked for in these places, one after the other, and whose admins are told directly. */
    async function askedIn(due: ClusterDue, places: readonly Place[], parts: Partial<Outbox> = {}) {
      const world = await createWorld()
      world.roles.set('lease', 'admin')
      const told: string[] = []
      const outbox: Outbox = {
        resolve: async (same) => same,
        obstacle: async () => null,
        post: () => Promise.reject(new Error('nothing is posted')),
        tell: async ({ id }, { headline }) => void told.push(`${id}: ${headline}`),
        ...parts,
      }
      const commands = ['spin-up', 'extend', 'pause'].map((name) => command(name, async () => undefined))
      const cluster = createLeased(world.clock, () => due)
      const bot = await world.start('one', commands, { cluster, outbox })
      world.roles.set(bob.id, 'operator')
      for (const place of places) await bot.say('extend', { place, who: bob })
      const news: ClusterNews[] = []
      const tick = async (): Promise<void> => bot.app.tendCluster(async (one) => void news.push(one))
      return { world, bot, told, news, tick }
    }

    it.each([
      ['spun up in a terminal', [terminal]],
      ['adopted', []],
    ])('warns the admins once where it was %s', async (_, places) => {
      const { told, news, tick } = await askedIn(warn, places)
      for (let minute = 0; minute < 3; minute++) await tick()
      expect(told.filter((one) => one.startsWith(anna.id))).toEqual([
        'U0ANNA: The lease of sparkify ends at 23 Nov 2026, 12:30 UTC. Unless somebody keeps it, it is paused then.',
      ])
      expect(news).toEqual([])
    })

    it('warns the newest channel in which it was asked for before', async () => {
      const { told, news, tick } = await askedIn(warn, [channel, terminal])
      await tick()
      await tick()
      expect(news).toMatchObject([{ place: channel, owner: bob }])
      expect(told).toEqual([])
    })

    it('warns the admins again five minutes later where Slack did not take it', async () => {
      let isDown = true
      const heard: string[] = []
      const tell = async ({ id }: { readonly id: string }): Promise<void> => {
        if (isDown) throw new Error('Slack is down')
        heard.push(id)
      }
      const { world, tick } = await askedIn(warn, [terminal], { tell })
      await expect(tick()).rejects.toThrow('No admin could be told.')
      isDown = false
      await tick()
      expect(heard).toEqual([])
      world.clock.advance(5 * 60_000)
      await tick()
      expect(heard).toContain(anna.id)
    })

    it('is paused at its end, and its admins are told what came of it', async () => {
      const { told, tick } = await askedIn({ kind: 'pause', key: 'lease-pause:1', until }, [terminal])
      await tick()
      expect(told).toContain('U0ANNA: pause done.')
    })

    it('is paused as a run of its newest channel', async () => {
      const { bot, news, tick } = await askedIn({ kind: 'pause', key: 'lease-pause:1', until }, [channel, terminal])
      await tick()
      expect(news).toMatchObject([{ place: channel, answer: { headline: 'pause done.' } }])
      expect((await bot.ledger.runs.list({ command: 'pause', limit: 1 }))[0]?.place).toEqual(channel)
    })
  })

  it('that cannot be looked at keeps nobody from hearing of the budget', async () => {
    const world = await createWorld()
    const cluster = createLeased(world.clock, () => {
      throw new Error('AWS is down')
    })
    const policy = { ...freePolicy, budgetUsd: 10 }
    const { app, say } = await world.start('one', [command('spin-up', async () => undefined)], { cluster, policy })
    cluster.start(12)
    await say('spin-up')
    world.clock.advance(11 * 3_600_000)
    const news: ClusterNews[] = []
    await expect(app.tendCluster(async (one) => void news.push(one))).rejects.toThrow('AWS is down')
    await expect.poll(() => news).toMatchObject([{ place: channel, owner: anna }])
  })

  it('that could not be paused for a hundred minutes is told of once, by the next bot too', async () => {
    const world = await createWorld()
    world.roles.set('lease', 'admin')
    const due: ClusterDue = { kind: 'pause', key: 'lease-pause:1', until: new Date('2026-11-23T12:30:00.000Z') }
    const pause = command('pause', async () => {
      throw new OpsError('aws', 'AWS did not answer.')
    })
    const bot = await world.start('one', [command('spin-up', async () => undefined), pause], {
      cluster: createLeased(world.clock, () => due),
    })
    await bot.say('spin-up')
    await bot.ledger.runs.told(1)
    let posted = 0
    for (let minute = 0; minute < 100; minute++) {
      await bot.app.tendCluster(async ({ answer }) => {
        posted++
        if (answer.run !== null) await bot.ledger.runs.told(answer.run.id)
      })
      world.clock.advance(60_000)
      await bot.beat()
    }
    expect(posted).toBe(1)
    bot.die()
    const next = await world.start('two', [])
    expect((await next.app.untold()).length).toBe(0)
  })

  it('asks for nothing where nothing is due', async () => {
    const world = await createWorld()
    const { app } = await world.start('one', [], { cluster: createLeased(world.clock, () => ({ kind: 'nothing' })) })
    await app.tendCluster(async () => {
      throw new Error('there is nothing to say')
    })
  })
})
