import { DeleteClusterCommand, RedshiftClient, ResumeClusterCommand } from '@aws-sdk/client-redshift'
import { describe, expect, it } from 'vitest'
import { monthOf } from '../../../src/core/cluster/bill.ts'
import { clusterAccess } from '../../../src/redshift/cluster/redshift-cluster.ts'
import { keptSnapshot, newestFinal, snapshotLine } from '../../../src/redshift/cluster/resources.ts'
import { plain, setStage, succeeded } from './stage.ts'

const hour = 3_600_000

describe('pause and resume', () => {
  it('stop and restart the bill: the price counts the hours it ran, and a new lease begins', async () => {
    const { process, clock, ledger } = await setStage()
    const { cluster, run } = process()
    expect(await cluster.costStatus()).toBe('There is no cluster sparkify, so no node is billed.')
    await run(cluster.spinUp(plain))
    const price = '$0.54 an hour (list price, March 2026)'
    expect(await cluster.costStatus()).toBe(`Cluster sparkify is available and costs ${price} while it runs.`)
    await clock.pass(2 * hour)
    const down = await cluster.pause()
    expect(down.plan).toBeNull()
    expect(await run(down)).toEqual(['✓ Pause cluster', '✓ Wait until paused'])
    expect(down.done).toBe('Cluster sparkify is paused. Its data is kept for $0.024 per GB and month.')
    expect(await cluster.costStatus()).toBe('Cluster sparkify is paused; only its storage is billed.')
    await clock.pass(10 * hour)

    const asleep = await cluster.describe()
    expect(asleep.state).toBe('paused')
    expect(Math.round((clock.now().getTime() - (asleep.since?.getTime() ?? 0)) / hour)).toBe(10)
    expect(asleep.facts).toContainEqual(['Lease', 'none while paused'])
    expect(asleep.facts).toContainEqual(['Price so far', expect.stringMatching(/^about \$1\.(0|1|2)\d$/)])

    const up = await cluster.resume()
    expect(up.plan).toMatchObject({
      title: 'Resume sparkify?',
      facts: expect.arrayContaining(['$0.54 an hour (list price, March 2026) · lease 8 h: at most $4.34']),
      act: 'Resume for $0.54 an hour',
      mostUsd: 8 * 0.543,
    })
    const resumed = clock.now().getTime()
    await run(up)
    expect(Date.parse(ledger.lease?.until ?? '')).toBeGreaterThanOrEqual(resumed + 8 * hour)
    expect(ledger.lease?.ran.map(({ to }) => to === null)).toEqual([false, true])
  })

  it('said again do nothing twice', async () => {
    const { double, process } = await setStage()
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    await run(cluster.pause())
    expect((await run(cluster.pause()))[0]).toBe('○ Pause cluster: already paused')
    await run(cluster.resume())
    const again = await cluster.resume()
    expect(again.plan).toBeNull()
    expect((await run(again))[0]).toBe('○ Resume cluster: already available')
    expect(await succeeded(double)).toMatchObject({ 'redshift:PauseCluster': 1, 'redshift:ResumeCluster': 1 })
  })

  it('try again while AWS refuses right after it called the cluster available', async () => {
    const { double, process } = await setStage()
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    const refusal = { kind: 'error', code: 'InvalidClusterState', message: 'not now', times: 4 } as const
    await double.fault({ ...refusal, action: 'redshift:PauseCluster' })
    await run(cluster.pause())
    await double.fault({ ...refusal, action: 'redshift:ResumeCluster' })
    await run(cluster.resume())
    expect((await cluster.describe()).state).toBe('available')
  })

  it('that AWS cannot carry out stay without a lease or a price, and say what helps', async () => {
    const { double, process, ledger } = await setStage()
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    const error = (action: string, code: string) => ({ kind: 'error', action, code, message: 'No.' }) as const
    await double.fault(error('redshift:PauseCluster', 'UnsupportedOperationFault'))
    await expect(run(cluster.pause())).rejects.toMatchObject({
      message: 'AWS cannot pause cluster sparkify: No. It is still billed.',
      fixCommand: 'tear-down',
    })
    await run(cluster.pause())
    await double.fault(error('redshift:ResumeCluster', 'InsufficientClusterCapacityFault'))
    await expect(run(cluster.resume())).rejects.toMatchObject({
      message: expect.stringContaining(
        'AWS has no capacity to resume sparkify (ra3.large × 1) at the moment. It stays paused',
      ),
      remedy: expect.stringContaining('tear-down keeps a snapshot'),
      fixCommand: 'resume',
    })
    expect(ledger.lease?.until).toBeNull()
    expect(ledger.lease?.ran.every(({ to }) => to !== null)).toBe(true)
  })

  it('give a lease to a cluster that somebody resumed outside of the bot, once that is confirmed', async () => {
    const { double, process, ledger } = await setStage()
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    await run(cluster.pause())
    await new RedshiftClient(double.scene).send(new ResumeClusterCommand({ ClusterIdentifier: 'sparkify' }))
    const act = await cluster.resume()
    expect(act.plan).toMatchObject({ title: 'Adopt sparkify?', mostUsd: 8 * 0.543 })
    expect(await run(act)).toContainEqual(expect.stringMatching(/^○ Resume cluster: already (resuming|available)$/))
    expect(ledger.lease).toMatchObject({ until: expect.any(String) })
    expect(ledger.lease?.ran.at(-1)?.to).toBeNull()
  })

  it('are refused where they make no sense', async () => {
    const { process } = await setStage()
    const { cluster, perform, run } = process()
    await expect(cluster.pause()).rejects.toMatchObject({ code: 'no_cluster', fixCommand: 'spin-up' })
    await expect(cluster.resume()).rejects.toMatchObject({ code: 'no_cluster' })
    await expect(cluster.extend(2)).rejects.toMatchObject({ code: 'no_cluster' })
    const up = await cluster.spinUp(plain)
    await perform({ ...up, steps: up.steps.slice(0, 3) })
    const busy = (state: string) => ({
      code: 'cluster_state',
      message: `Cluster sparkify is ${state}, and AWS accepts no other change until that ends. Nothing was changed.`,
      fixCommand: 'status',
    })
    await expect(cluster.pause()).rejects.toMatchObject(busy('creating'))
    await expect(cluster.resume()).rejects.toMatchObject(busy('creating'))
    await perform(up)
    const down = await cluster.pause()
    await run({ ...down, steps: down.steps.slice(0, 1) })
    await expect(cluster.resume()).rejects.toMatchObject(busy('pausing'))
    const pausing = 'Cluster sparkify is pausing, which cannot be stopped. Nothing was done.'
    const refused = { code: 'cluster_state', fixCommand: 'resume', message: pausing }
    await expect(cluster.spinUp(plain)).rejects.toMatchObject(refused)
    await expect(cluster.extend(2)).rejects.toMatchObject(busy('pausing'))
    await run(cluster.pause())
    const wake = await cluster.resume()
    await run({ ...wake, steps: wake.steps.slice(0, 1) })
    await expect(cluster.pause()).rejects.toMatchObject(busy('resuming'))
    await run(wake)
    const end = await cluster.tearDown({ snapshot: false })
    await run({ ...end, steps: end.steps.slice(0, 1) })
    for (const act of [() => cluster.pause(), () => cluster.resume(), () => cluster.extend(2)]) {
      await expect(act()).rejects.toMatchObject(busy('deleting'))
    }
    await expect(cluster.spinUp(plain)).rejects.toMatchObject({
      message: 'Cluster sparkify is being deleted. Nothing was done.',
      fixCommand: 'status',
    })
    expect((await cluster.tearDown({ snapshot: true })).plan).toBeNull()
  })

  it('wait an hour for AWS to pause it, and a quarter of one for it to take the order', async () => {
    const { double, process, clock } = await setStage({ durations: { pausing: 86_400 } })
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    const fault = { kind: 'error', code: 'InvalidClusterState', message: 'not now', times: 1000 } as const
    await double.fault({ ...fault, action: 'redshift:PauseCluster' })
    const begun = clock.now().getTime()
    await expect(run(cluster.pause())).rejects.toMatchObject({
      code: 'cluster_state',
      message:
        'Cluster sparkify is still available, and AWS does not accept the change. Its cost is the same as before.',
      remedy: 'Run the command again later.',
    })
    expect(Math.floor((clock.now().getTime() - begun) / 60_000)).toBe(15)
    await double.clearFaults()
    await expect(run(cluster.pause())).rejects.toMatchObject({
      code: 'cluster_state',
      message: 'Cluster sparkify is still pausing after 1 h. It is billed until it is paused.',
      fixCommand: 'pause',
    })
  })
})

describe('extend', () => {
  it('lengthens the lease once, even when its step is begun twice', async () => {
    const { process, ledger } = await setStage()
    const { cluster, run, perform } = process()
    await run(cluster.spinUp(plain))
    const before = Date.parse(ledger.lease?.until ?? '')
    const act = await cluster.extend(4)
    expect(act.plan).toMatchObject({
      title: 'Extend the lease of sparkify by 4 h?',
      facts: [
        '$0.54 an hour (list price, March 2026): at most $2.17 more',
        expect.stringContaining('It will be paused on '),
      ],
      act: 'Extend by 4 h for at most $2.17',
      mostUsd: 4 * 0.543,
    })
    await run(act)
    ledger.finished.clear()
    await perform(await process().cluster.extend(4))
    expect(Date.parse(ledger.lease?.until ?? '') - before).toBe(4 * hour)
  })

  it('counts from now where the lease has ended already', async () => {
    const { process, ledger, clock } = await setStage()
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    await clock.pass(20 * hour)
    const act = await cluster.extend(2)
    expect(act.plan?.facts[1]).toBe('It will be paused 2 h from now.')
    await run(act)
    const left = Date.parse(ledger.lease?.until ?? '') - clock.now().getTime()
    expect(Math.abs(left - 2 * hour)).toBeLessThan(60_000)
  })

  it('is refused for a paused cluster, and for one without a lease', async () => {
    const { process, ledger } = await setStage()
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    const planned = await cluster.extend(2)
    ledger.lease = null
    const meanwhile = { code: 'cluster_state', message: 'Cluster sparkify was paused in the meantime.' }
    await expect(run(planned)).rejects.toMatchObject(meanwhile)
    expect(ledger.lease).toBeNull()
    await expect(cluster.extend(2)).rejects.toMatchObject({ code: 'cluster_state', fixCommand: 'spin-up' })
    const none = 'none: it is not paused automatically; spin-up adds a lease'
    expect((await cluster.describe()).facts).toContainEqual(['Lease', none])
    await run(cluster.pause())
    await expect(cluster.extend(2)).rejects.toMatchObject({ code: 'cluster_state', fixCommand: 'resume' })
  })
})

describe('what a load needs', () => {
  it('is asked of AWS: the role, and the secret of a cluster that is there', async () => {
    const { process } = await setStage()
    const { cluster, run, context } = process()
    const access = clusterAccess(context)
    const gone = {
      code: 'cluster_state',
      message: 'Role sparkify-s3-read does not exist any more.',
      fixCommand: 'spin-up',
    }
    await expect(access.roleArn()).rejects.toMatchObject(gone)
    await expect(access.secretArn()).rejects.toMatchObject({
      code: 'no_cluster',
      message: 'There is no cluster sparkify.',
    })
    await run(cluster.spinUp(plain))
    expect(await access.roleArn()).toBe('arn:aws:iam::123456789012:role/sparkify-s3-read')
    expect(await access.secretArn()).toMatch(/^arn:aws:secretsmanager:/)
  })
})

describe('a snapshot', () => {
  it.each([
    ['sparkify-final-20261107-091245', 7, true, 'until 14 Nov 2026'],
    ['sparkify-final-20261107-091245', 0, true, 'until 7 Nov 2026'],
    ['by-hand', -1, false, 'until someone deletes it'],
    ['sparkify2-final-20261107-091245', undefined, false, 'until someone deletes it'],
  ])('%s that AWS keeps for %s days', (name, days, final, until) => {
    const taken = new Date('2026-11-07T09:12:45Z')
    const snapshot = keptSnapshot('sparkify', name, { taken, megabytes: 40_000, days, complete: true })
    expect(snapshot.final).toBe(final)
    expect(snapshotLine(snapshot, 'us-west-2')).toBe(`${name}, 40.0 GB, ${until}, $0.96 a month`)
    expect(snapshotLine(snapshot, 'a-region-of-tomorrow')).toBe(`${name}, 40.0 GB, ${until}`)
  })

  it('that spin-up restores is the newest complete one of tear-down', () => {
    const of = (name: string, complete: boolean) =>
      keptSnapshot('sparkify', name, { taken: undefined, megabytes: 0, days: 7, complete })
    const [growing, byHand, newest, older] = [
      of('sparkify-final-4', false),
      of('by-hand', true),
      of('sparkify-final-2', true),
      of('sparkify-final-1', true),
    ]
    expect(newestFinal([growing, byHand, newest, older])).toBe(newest)
    expect(newestFinal([growing, byHand])).toBeNull()
  })
})

describe('status', () => {
  it('tells size, endpoint, age, price and lease of a running cluster', async () => {
    const { process, clock } = await setStage()
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    await clock.pass(hour)
    const { facts, state } = await cluster.describe()
    expect(state).toBe('available')
    expect(facts).toEqual([
      ['Engine', 'Redshift ra3.large × 1, us-west-2'],
      ['Endpoint', expect.stringMatching(/\.us-west-2\.redshift\.amazonaws\.com:5439$/)],
      ['Age', expect.stringMatching(/^1 h \d+ min$/)],
      ['Price', '$0.54 an hour (list price, March 2026)'],
      ['Price so far', expect.stringMatching(/^about \$0\.(5|6)\d$/)],
      ['This month', expect.stringMatching(/^about \$0\.\d\d$/)],
      ['Storage', '$0.024 per GB and month, also while paused'],
      ['Lease', expect.stringMatching(/^until .* UTC, then paused$/)],
    ])
  })

  it('counts the price of this month from its first day', async () => {
    const { process, clock } = await setStage()
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    const tomorrow = new Date(clock.now().getTime() + 24 * hour)
    await clock.pass(monthOf(tomorrow).to.getTime() + 10 * hour - clock.now().getTime())
    const { facts } = await cluster.describe()
    expect(facts).toContainEqual(['This month', 'about $5.43'])
    expect(facts).not.toContainEqual(['Price so far', 'about $5.43'])
  })

  it('tells of a cluster that was deleted behind the bot’s back', async () => {
    const { double, process } = await setStage({ speed: 1_000_000 })
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    const gone = { ClusterIdentifier: 'sparkify', SkipFinalClusterSnapshot: true }
    await new RedshiftClient(double.scene).send(new DeleteClusterCommand(gone))
    await cluster.describe()
    expect(await cluster.describe()).toMatchObject({
      state: 'none',
      facts: [['Note', 'it was deleted outside of the bot']],
    })
  })
})
