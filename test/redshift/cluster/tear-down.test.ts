import { AttachRolePolicyCommand, DetachRolePolicyCommand, IAMClient, UntagRoleCommand } from '@aws-sdk/client-iam'
import { PauseClusterCommand, RedshiftClient } from '@aws-sdk/client-redshift'
import { describe, expect, it } from 'vitest'
import { createRedshiftCluster } from '../../../src/redshift/cluster/redshift-cluster.ts'
import { type Process, plain, type Stage, setStage, succeeded } from './stage.ts'

const named = { ClusterIdentifier: 'sparkify' }

const ended = { from: expect.any(String), to: expect.any(String), price: expect.anything() }

const refusal = (message: string) =>
  ({ kind: 'error', action: 'redshift:DeleteCluster', code: 'InvalidClusterState', message }) as const

async function spunUp(stage: Stage): Promise<Process> {
  const process = stage.process()
  await process.run(process.cluster.spinUp(plain))
  return process
}

describe('the plan of tear-down', () => {
  it('says what goes, what it cost, what was loaded and asked, what stays until when, and wants the name typed', async () => {
    const stage = await setStage()
    const { context } = await spunUp(stage)
    await stage.clock.pass(7 * 3_600_000)
    const cluster = createRedshiftCluster({
      ...context,
      lastLoad: async () => '6,820 plays, 7 Nov 2026',
      askedToday: async () => 'ana and ben, 12 questions',
    })
    const { plan } = await cluster.tearDown({ snapshot: true })
    expect(plan).toEqual({
      title: 'Tear down sparkify?',
      facts: [
        expect.stringMatching(
          /^Deletes the cluster: Redshift ra3\.large × 1, us-west-2, created \d+ \w+ \d{4}, \d\d:\d\d UTC, about \$4 so far\.$/,
        ),
        'Last load: 6,820 plays, 7 Nov 2026.',
        'Used today by ana and ben, 12 questions.',
        expect.stringMatching(
          /^A final snapshot is kept for 7 days, until \d+ \w+ \d{4}, for about \$0\.024 per GB and month; spin-up restores it\.$/,
        ),
        'The role sparkify-s3-read is deleted last.',
      ],
      act: 'Tear down sparkify',
      typed: 'sparkify',
      danger: true,
    })
    const withoutSnapshot = await cluster.tearDown({ snapshot: false })
    expect(withoutSnapshot.plan?.facts).toContain('No snapshot is kept: the data is lost and must be loaded again.')
  })

  it('says the same a minute later, so that it can be confirmed', async () => {
    const stage = await setStage()
    const { cluster } = await spunUp(stage)
    const read = await cluster.tearDown({ snapshot: true })
    expect(read.plan?.facts[0]).toMatch(/, less than \$1 so far\.$/)
    await stage.clock.pass(60_000)
    expect((await cluster.tearDown({ snapshot: true })).plan).toEqual(read.plan)
    await stage.clock.pass(2 * 3_600_000)
    expect((await cluster.tearDown({ snapshot: true })).plan?.facts[0]).toMatch(/, about \$1 so far\.$/)
  })
})

describe('tear-down', () => {
  it('removes the cluster first and the role last, and leaves nothing', async () => {
    const stage = await setStage()
    const { cluster, run } = await spunUp(stage)
    const act = await cluster.tearDown({ snapshot: false })
    expect(act.forgetsLoads).toBe(true)
    expect(await run(act)).toEqual([
      '✓ Delete cluster',
      '✓ Wait until deleted',
      '✓ Delete role: sparkify-s3-read',
      '✓ Verify that nothing is left: nothing is billed',
    ])
    expect(act.done).toBe('Cluster sparkify is deleted. Nothing of it is billed.')
    expect(await stage.double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
    const actions = (await stage.double.calls()).map(({ action }) => action)
    expect(actions.indexOf('redshift:DeleteCluster')).toBeLessThan(actions.indexOf('iam:DeleteRole'))
  })

  it('keeps a final snapshot for seven days, and says so wherever it is asked', async () => {
    const stage = await setStage()
    const { cluster, run } = await spunUp(stage)
    const act = await cluster.tearDown({ snapshot: true })
    expect(act.forgetsLoads).toBeUndefined()
    expect(act.done).toMatch(/^Cluster sparkify is deleted\. Still billed: its final snapshot, until \d+ \w+ \d{4}\.$/)
    const steps = await run(act)
    const { snapshots } = await stage.double.left()
    expect(snapshots).toMatchObject([
      { identifier: expect.stringMatching(/^sparkify-final-\d{8}-\d{6}$/), retentionDays: 7 },
    ])
    const line = new RegExp(
      `${snapshots[0]?.identifier}, 40\\.0 MB, until \\d+ \\w+ \\d{4}, less than \\$0\\.01 a month`,
    )
    expect(steps.at(-1)).toMatch(line)
    expect(await cluster.describe()).toMatchObject({
      state: 'none',
      facts: [['Snapshot', expect.stringMatching(line)]],
    })
    const again = await cluster.tearDown({ snapshot: true })
    expect(again.plan).toBeNull()
    expect(again.done).toMatch(/^There is no cluster sparkify\. Still billed: sparkify-final-/)
  })

  it('with nothing there says so', async () => {
    const { process } = await setStage()
    const { cluster, run } = process()
    const act = await cluster.tearDown({ snapshot: true })
    expect(act).toMatchObject({ plan: null, done: 'There is no cluster sparkify. Nothing of it is billed.' })
    expect(await run(act)).toEqual([
      '○ Delete cluster: there is none',
      '✓ Wait until deleted',
      '○ Delete role: already deleted',
      '✓ Verify that nothing is left: nothing is billed',
    ])
  })

  it.each(['creating', 'pausing', 'paused', 'resuming'])(
    'of a cluster that is %s waits until AWS takes it',
    async (state) => {
      const stage = await setStage()
      const { cluster, run, perform } = stage.process()
      const up = await cluster.spinUp(plain)
      if (state === 'creating') {
        await perform({ ...up, steps: up.steps.slice(0, 3) })
      } else {
        await run(up)
        const down = await cluster.pause()
        await run(state === 'pausing' ? { ...down, steps: down.steps.slice(0, 1) } : down)
        if (state === 'resuming') {
          const wake = await cluster.resume()
          await run({ ...wake, steps: wake.steps.slice(0, 1) })
        }
      }
      expect((await stage.double.left()).clusters).toMatchObject([{ state }])
      await run(cluster.tearDown({ snapshot: false }))
      expect(await stage.double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
    },
  )

  it('wakes a paused cluster that AWS does not delete asleep', async () => {
    const stage = await setStage()
    const { cluster, run } = await spunUp(stage)
    await run(cluster.pause())
    await stage.double.fault({
      kind: 'error',
      action: 'redshift:DeleteCluster',
      code: 'InvalidClusterState',
      message: 'Cannot delete a paused cluster.',
      times: 3,
    })
    await run(cluster.tearDown({ snapshot: false }))
    expect(await succeeded(stage.double)).toMatchObject({ 'redshift:ResumeCluster': 1, 'redshift:DeleteCluster': 1 })
    expect((await stage.double.left()).clusters).toEqual([])
    // It ran twice, and both times are on the bill.
    expect(stage.ledger.lease).toEqual({ until: null, ran: [ended, ended] })
  })

  it('gives a cluster that it wakes a lease and a bill period first, so that one that is interrupted is paused again', async () => {
    const stage = await setStage()
    const { cluster, run, perform } = await spunUp(stage)
    await run(cluster.pause())
    await stage.double.fault({ ...refusal('Cannot delete a paused cluster.'), times: 3 })
    await stage.double.fault({ kind: 'drop', action: 'redshift:ResumeCluster', when: 'answer', times: 1 })
    const stop = new AbortController()
    const act = await cluster.tearDown({ snapshot: false })
    stage.ledger.finished.clear()
    const [first, ...rest] = act.steps
    if (first === undefined) throw new Error('tear-down has steps')
    const watched = {
      ...first,
      run: (work: Parameters<typeof first.run>[0]) =>
        first.run({
          ...work,
          progress: (detail) => {
            if (detail.includes('resuming')) stop.abort(new Error('the process ends'))
          },
        }),
    }
    await expect(perform({ ...act, steps: [watched, ...rest] }, stop.signal)).rejects.toThrow('the process ends')
    expect((await stage.double.left()).clusters).toMatchObject([{ state: 'resuming' }])
    expect(stage.ledger.lease).toMatchObject({
      until: expect.any(String),
      ran: [ended, { to: null, price: { hourlyUsd: 0.543 } }],
    })
    const { until, ran } = stage.ledger.lease ?? { until: null, ran: [] }
    expect(Math.round((Date.parse(until ?? '') - Date.parse(ran.at(-1)?.from ?? '')) / 60_000)).toBe(60)
    await stage.clock.pass(3 * 3_600_000)
    // The first look after it lets the double pass to the next state.
    await stage.process().cluster.leaseAction()
    expect(await stage.process().cluster.leaseAction()).toMatchObject({ kind: 'pause' })
    const bills = await stage.process().cluster.bill(new Date(0), stage.clock.now())
    expect(bills.at(-1)).toMatchObject({ usd: expect.closeTo(3 * 0.543, 1) })
  })

  it('shows the reason of AWS that does not pass at once, and advises something else than tear-down', async () => {
    const stage = await setStage()
    const { cluster, run } = await spunUp(stage)
    const words = 'The cluster is registered with the AWS Glue Data Catalog. Deregister its namespace first.'
    await stage.double.fault({ ...refusal(words), times: 1000 })
    const before = stage.clock.now().getTime()
    const failed = run(cluster.tearDown({ snapshot: false }))
    await expect(failed).rejects.toMatchObject({
      code: 'cluster_state',
      message: `Cluster sparkify was not deleted; it is available. AWS answered: ${words} It is still billed.`,
      remedy: expect.stringContaining('Pause it to stop its hourly cost.'),
      fixCommand: 'pause',
    })
    expect(stage.clock.now().getTime() - before).toBeLessThan(60_000)
  })

  it('stops waiting after a quarter of an hour where the state does not change and AWS goes on refusing', async () => {
    const stage = await setStage()
    const { cluster, run } = await spunUp(stage)
    await stage.double.fault({ ...refusal('There is an operation running on the Cluster.'), times: 1000 })
    const before = stage.clock.now().getTime()
    await expect(run(cluster.tearDown({ snapshot: false }))).rejects.toMatchObject({
      message: expect.stringContaining('AWS answered: There is an operation running on the Cluster.'),
      fixCommand: 'pause',
    })
    const minutes = (stage.clock.now().getTime() - before) / 60_000
    expect(minutes).toBeGreaterThan(14)
    expect(minutes).toBeLessThan(17)
  })

  it('takes another name where a snapshot has that one', async () => {
    const stage = await setStage()
    const { cluster, run } = await spunUp(stage)
    await stage.double.fault({
      kind: 'error',
      action: 'redshift:DeleteCluster',
      code: 'ClusterSnapshotAlreadyExists',
      message: 'Cannot create the snapshot because a snapshot with the identifier already exists.',
    })
    const [deleted] = await run(cluster.tearDown({ snapshot: true }))
    const { snapshots } = await stage.double.left()
    expect(deleted).toBe(`✓ Delete cluster: final snapshot ${snapshots[0]?.identifier}`)
  })

  it('leaves a role that somebody gave more policies, says why, and takes it when that is undone', async () => {
    const stage = await setStage()
    const { cluster, run } = await spunUp(stage)
    const iam = new IAMClient(stage.double.scene)
    const extra = { RoleName: 'sparkify-s3-read', PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' }
    await iam.send(new AttachRolePolicyCommand(extra))
    await expect(run(cluster.tearDown({ snapshot: false }))).rejects.toMatchObject({
      code: 'aws',
      message: expect.stringContaining('policies or instance profiles were added to it'),
      remedy: expect.stringContaining('aws iam list-attached-role-policies --role-name sparkify-s3-read'),
    })
    expect(await stage.double.left()).toMatchObject({ clusters: [], roles: ['sparkify-s3-read'] })
    await iam.send(new DetachRolePolicyCommand(extra))
    await run(cluster.tearDown({ snapshot: false }))
    expect((await stage.double.left()).roles).toEqual([])
  })

  it('leaves a role that is not the bot’s any more', async () => {
    const stage = await setStage()
    const { cluster, run } = await spunUp(stage)
    const act = await cluster.tearDown({ snapshot: false })
    const tag = { RoleName: 'sparkify-s3-read', TagKeys: ['sparkify:managed'] }
    await new IAMClient(stage.double.scene).send(new UntagRoleCommand(tag))
    expect(await run(act)).toContain('○ Delete role: sparkify-s3-read does not belong to this bot and is kept')
    expect((await stage.double.left()).roles).toEqual(['sparkify-s3-read'])
  })

  it('names a full quota of snapshots, and what still costs money', async () => {
    const stage = await setStage({ quotas: { snapshots: 0 } })
    const { cluster, run } = await spunUp(stage)
    await expect(run(cluster.tearDown({ snapshot: true }))).rejects.toMatchObject({
      code: 'aws',
      message: expect.stringMatching(
        /quota of snapshots is used up.*Cluster sparkify is available and costs \$0\.54 an hour/,
      ),
      remedy: expect.stringContaining('tear-down snapshot=no'),
    })
  })

  it('says what goes on costing money when the cluster comes to no rest', async () => {
    const stage = await setStage({ durations: { pausing: 86_400 } })
    const { cluster, run } = await spunUp(stage)
    await new RedshiftClient(stage.double.scene).send(new PauseClusterCommand(named))
    await expect(run(cluster.tearDown({ snapshot: false }))).rejects.toMatchObject({
      code: 'cluster_state',
      message: 'Cluster sparkify was not deleted; it is pausing. It may still be billed.',
      fixCommand: 'status',
    })
  })
})
