import { describe, expect, it } from 'vitest'
import type { ClusterDue } from '../../../src/core/ports/cluster.ts'
import type { ClusterNews } from '../../../src/core/warehouse/lease.ts'
import { anna, channel, command, createWorld, deferred } from '../../support/core.ts'
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

  it('asks for nothing where nothing is due', async () => {
    const world = await createWorld()
    const { app } = await world.start('one', [], { cluster: createLeased(world.clock, () => ({ kind: 'nothing' })) })
    await app.tendCluster(async () => {
      throw new Error('there is nothing to say')
    })
  })
})
