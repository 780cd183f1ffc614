import {
  DeleteClusterCommand,
  DescribeClustersCommand,
  PauseClusterCommand,
  RedshiftClient,
} from '@aws-sdk/client-redshift'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { totalUsd } from '../../../src/core/cluster/bill.ts'
import { OpsError } from '../../../src/core/errors.ts'
import { billOf, type Lease, running, stopped } from '../../../src/redshift/cluster/lease.ts'
import { createRedshiftCluster } from '../../../src/redshift/cluster/redshift-cluster.ts'
import { createReadyCluster } from '../../support/aws/scene.ts'
import { plain, type Stage, setStage } from './stage.ts'

const hour = 3_600_000
const at = (time: string): Date => new Date(`2026-11-${time}Z`)
const large = { hourlyUsd: 0.543, label: 'list price, March 2026' }
const agreed = { hourlyUsd: 2, label: 'negotiated price' }

describe('the bill of a lease', () => {
  const first = stopped(running(null, at('07T09:00:00'), at('07T17:00:00'), large), at('07T12:00:00'))
  const lease = running(first, at('08T09:00:00'), at('08T17:00:00'), agreed)

  it('has each period at its own price, cut to what was asked for, an open one up to the end of that', () => {
    expect(billOf(lease, at('07T11:00:00'), at('08T11:00:00'), null)).toEqual([
      {
        from: at('07T11:00:00'),
        to: at('07T12:00:00'),
        usd: 0.543,
        price: '$0.54 an hour (list price, March 2026)',
        until: null,
      },
      {
        from: at('08T09:00:00'),
        to: at('08T11:00:00'),
        usd: 4,
        price: '$2.00 an hour (negotiated price)',
        until: at('08T17:00:00'),
      },
    ])
    expect(billOf(lease, at('07T12:00:00'), at('08T09:00:00'), null)).toEqual([])
  })

  it('takes the configured price for periods that have none, and invents none where it is not known', () => {
    const old: Lease = { until: null, ran: [{ from: '2026-11-07T09:00:00.000Z', to: '2026-11-07T11:00:00.000Z' }] }
    expect(billOf(old, at('01T00:00:00'), at('30T00:00:00'), agreed)).toMatchObject([{ usd: 4 }])
    const unknown = running(null, at('07T09:00:00'), at('07T17:00:00'), null)
    expect(billOf(unknown, at('01T00:00:00'), at('08T00:00:00'), null)).toMatchObject([
      { usd: null, price: 'Price unknown: set REDSHIFT_HOURLY_USD' },
    ])
    // Once somebody gives it, it holds for the times before, too.
    expect(billOf(unknown, at('01T00:00:00'), at('08T00:00:00'), agreed)).toMatchObject([{ usd: 30 }])
  })

  it('is all of the money when cut anywhere', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 50, noNaN: true })), {
      minLength: 2,
      maxLength: 12,
    })
    fc.assert(
      fc.property(gaps, fc.nat(), (periods, cut) => {
        let ms = 0
        let whole: Lease | null = null
        for (const [i, [minutes, hourlyUsd]] of periods.entries()) {
          const time = new Date(ms)
          whole = i % 2 === 0 ? running(whole, time, time, { hourlyUsd, label: '' }) : stopped(whole, time)
          ms += minutes * 60_000
        }
        const between = (from: number, to: number): number =>
          whole === null ? 0 : (totalUsd(billOf(whole, new Date(from), new Date(to), null)) ?? 0)
        const middle = cut % (ms + 1)
        expect(between(0, middle) + between(middle, ms)).toBeCloseTo(between(0, ms), 6)
      }),
    )
  })
})

describe('the bill of a cluster', () => {
  const all = ({ clock }: Stage): [Date, Date] => [new Date(0), new Date(clock.now().getTime() + 1000 * hour)]

  it('is what its nodes cost while they ran, up to now, and asks AWS nothing', async () => {
    const stage = await setStage()
    const { cluster, run } = stage.process()
    await run(cluster.spinUp({ ...plain, nodeType: 'ra3.4xlarge', nodes: 2 }))
    await stage.clock.pass(2 * hour)
    await run(cluster.pause())
    await stage.clock.pass(10 * hour)
    await run(cluster.resume())
    await stage.clock.pass(hour)
    const asked = (await stage.double.calls()).length
    const bills = await cluster.bill(...all(stage))
    expect(await stage.double.calls()).toHaveLength(asked)
    expect(bills.map(({ from, to }) => Math.round(((to.getTime() - from.getTime()) / hour) * 2) / 2)).toEqual([2, 1])
    for (const { from, to, usd } of bills) {
      expect(usd).toBeCloseTo((6.52 * (to.getTime() - from.getTime())) / hour, 9)
    }
    expect(bills.at(-1)?.to.getTime()).toBeLessThanOrEqual(stage.clock.now().getTime())
    expect(bills.map(({ until }) => until?.toISOString() ?? null)).toEqual([null, stage.ledger.lease?.until])
  })

  it('counts the real size of a restored cluster, and of an adopted one from its creation on', async () => {
    const restored = await setStage()
    const { cluster, run } = restored.process()
    await run(cluster.spinUp({ ...plain, nodeType: 'ra3.4xlarge', nodes: 2 }))
    await run(cluster.tearDown({ snapshot: true }))
    await run(cluster.spinUp(plain))
    expect((await cluster.bill(...all(restored))).map(({ price }) => price)).toEqual([
      '$6.52 an hour (list price, March 2026)',
      '$6.52 an hour (list price, March 2026)',
    ])

    const adopted = await setStage({ speed: 1_000_000 })
    const Tags = [{ Key: 'sparkify:managed', Value: 'sparkify' }]
    const size = { NodeType: 'ra3.4xlarge', ClusterType: 'multi-node', NumberOfNodes: 3 }
    await createReadyCluster(adopted.double.scene, { Tags, ...size })
    const adopter = adopted.process()
    const act = await adopter.cluster.spinUp(plain)
    expect(act.plan?.mostUsd).toBeCloseTo(8 * 3 * 3.26, 9)
    await adopter.perform({ ...act, steps: act.steps.slice(0, 3) })
    expect(await adopter.cluster.bill(...all(adopted))).toMatchObject([
      { price: '$9.78 an hour (list price, March 2026)' },
    ])
  })

  it('counts an adopted cluster from its creation on, though one of its name was paused before', async () => {
    const stage = await setStage({ speed: 1_000_000 })
    const { cluster, run } = stage.process()
    await run(cluster.spinUp(plain))
    await run(cluster.pause())
    const ClusterIdentifier = 'sparkify'
    const order = new DeleteClusterCommand({ ClusterIdentifier, SkipFinalClusterSnapshot: true })
    const aws = new RedshiftClient(stage.double.scene)
    await aws.send(order)
    const there = async () => (await aws.send(new DescribeClustersCommand({}))).Clusters
    await expect.poll(there).toEqual([])
    const gone = stage.clock.now()
    await createReadyCluster(stage.double.scene, { Tags: [{ Key: 'sparkify:managed', Value: 'sparkify' }] })
    await run(cluster.spinUp(plain))
    const [first, second, ...others] = await cluster.bill(...all(stage))
    expect(others).toEqual([])
    expect(first?.to.getTime()).toBeLessThan(gone.getTime())
    expect(second?.from.getTime()).toBeGreaterThan(gone.getTime())
  })

  it('has nothing of a cluster that AWS refused to make or to wake', async () => {
    const stage = await setStage()
    const { cluster, run } = stage.process()
    const refusal = { kind: 'error', code: 'InsufficientClusterCapacity', message: 'none left', times: 1 } as const
    await stage.double.fault({ ...refusal, action: 'redshift:CreateCluster' })
    await expect(run(cluster.spinUp(plain))).rejects.toMatchObject({ code: 'aws' })
    await stage.clock.pass(5 * hour)
    expect(await cluster.bill(...all(stage))).toEqual([])

    await run(cluster.spinUp(plain))
    await run(cluster.pause())
    await stage.double.fault({ ...refusal, action: 'redshift:ResumeCluster' })
    await expect(run(cluster.resume())).rejects.toMatchObject({ code: 'aws' })
    await stage.clock.pass(5 * hour)
    expect(await cluster.bill(...all(stage))).toMatchObject([{ until: null }])
    expect(stage.ledger.lease?.until).toBeNull()
  })

  it('has nothing of a cluster whose waking was cancelled while AWS did not take the order', async () => {
    const stage = await setStage()
    const { cluster, run, perform } = stage.process()
    await run(cluster.spinUp(plain))
    await run(cluster.pause())
    const before = stage.ledger.lease
    const refusal = { kind: 'error', code: 'InvalidClusterState', message: 'not now', times: 1_000 } as const
    await stage.double.fault({ ...refusal, action: 'redshift:ResumeCluster' })
    const stop = new AbortController()
    const act = await cluster.resume()
    stage.ledger.finished.clear()
    const waking = perform(act, stop.signal)
    await expect.poll(() => stage.ledger.lease?.until ?? null).not.toBeNull()
    stop.abort(new OpsError('cancelled', 'Anna stopped it.'))
    await expect(waking).rejects.toMatchObject({ code: 'cancelled' })
    expect(stage.ledger.lease).toEqual(before)
  })

  it('stays open where the connection broke, because the order may have been heard', async () => {
    const stage = await setStage()
    const { cluster, run } = stage.process()
    await stage.double.fault({ kind: 'drop', when: 'before', action: 'redshift:CreateCluster', times: 100 })
    await expect(run(cluster.spinUp(plain))).rejects.toMatchObject({ code: 'aws' })
    expect(stage.ledger.lease?.until).not.toBeNull()
  })

  it.each(['paused', 'deleted'])(
    'of one that was %s outside of the bot ends when the lease is looked at',
    async (how) => {
      const stage = await setStage()
      const { cluster, run } = stage.process()
      await run(cluster.spinUp({ ...plain, leaseHours: 2 }))
      const outside = new RedshiftClient(stage.double.scene)
      const ClusterIdentifier = 'sparkify'
      if (how === 'paused') await outside.send(new PauseClusterCommand({ ClusterIdentifier }))
      else await outside.send(new DeleteClusterCommand({ ClusterIdentifier, SkipFinalClusterSnapshot: true }))
      await stage.clock.pass(2 * hour)
      // As each minute, and AWS is not done with the order at the first.
      for (let minute = 0; minute < 3; minute++) {
        expect(await cluster.leaseAction()).toEqual({ kind: 'nothing' })
        await stage.clock.pass(60_000)
      }
      const bills = await cluster.bill(...all(stage))
      await stage.clock.pass(100 * hour)
      expect(await cluster.bill(...all(stage))).toEqual(bills)
      expect(bills).toMatchObject([{ until: null }])
    },
  )
})

it('The bill of a cluster goes on where it was resumed while its lease was looked at', async () => {
  const stage = await setStage()
  const { cluster, run, context } = stage.process()
  await run(cluster.spinUp({ ...plain, leaseHours: 2 }))
  await run(cluster.pause())
  const resumed = running(null, stage.clock.now(), new Date(stage.clock.now().getTime() + 8 * hour), large)
  const over = { ...resumed, until: new Date(stage.clock.now().getTime() + hour).toISOString() }
  stage.ledger.lease = over
  await stage.clock.pass(2 * hour)
  let looks = 0
  const leases = {
    ...context.leases,
    get: async () => {
      looks += 1
      if (looks === 2) stage.ledger.lease = resumed
      return stage.ledger.lease
    },
  }
  expect(await createRedshiftCluster({ ...context, leases }).leaseAction()).toEqual({ kind: 'nothing' })
  expect([looks, stage.ledger.lease]).toEqual([2, resumed])
})

describe('the most that a plan can cost', () => {
  it('is null where the price is not known', async () => {
    const { process } = await setStage()
    const { plan } = await process({ nodeType: 'dc2.large' }).cluster.spinUp(plain)
    expect(plan).toMatchObject({ mostUsd: null })
  })
})
