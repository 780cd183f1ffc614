import {
  CreateClusterCommand,
  DeleteClusterCommand,
  PauseClusterCommand,
  RedshiftClient,
} from '@aws-sdk/client-redshift'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import { createRedshiftCluster } from '../../../src/redshift/cluster/index.ts'
import { plain, setStage, succeeded } from './stage.ts'

const named = { ClusterIdentifier: 'sparkify' }

describe('waiting for the cluster', () => {
  it.each<[string, (redshift: RedshiftClient) => Promise<unknown>, object]>([
    ['paused', (redshift) => redshift.send(new PauseClusterCommand(named)), { code: 'cluster_state', cure: 'resume' }],
    [
      'deleted',
      (redshift) => redshift.send(new DeleteClusterCommand({ ...named, SkipFinalClusterSnapshot: true })),
      { code: 'cluster_state' },
    ],
  ])('is over at once when somebody has it %s meanwhile', async (_what, order, refusal) => {
    const { double, process, ledger, clock } = await setStage({ speed: 1_000_000 })
    const { cluster, run, perform } = process()
    const act = await cluster.spinUp(plain)
    await run(act)
    await order(new RedshiftClient(double.scene))
    for (const title of ['Wait until available', 'Ask the database']) ledger.finished.delete(title)
    const begun = clock.now().getTime()
    await expect(perform(act)).rejects.toMatchObject(refusal)
    expect(clock.now().getTime() - begun).toBeLessThan(5_000)
  })

  it('is over at once when the look itself is denied', async () => {
    const { double, process, ledger } = await setStage()
    const { cluster, run, perform } = process()
    const act = await cluster.spinUp(plain)
    await run(act)
    ledger.finished.delete('Wait until available')
    await double.fault({ kind: 'deny', action: 'redshift:DescribeClusters' })
    await expect(perform(act)).rejects.toMatchObject({
      code: 'aws_denied',
      message: expect.stringContaining('Whether cluster sparkify exists and costs money could not be asked.'),
      remedy: expect.stringContaining('"Action":"redshift:DescribeClusters"'),
    })
  })

  it('ends after 75 minutes with what exists, and with the line that waits on', async () => {
    const { process } = await setStage({ durations: { creating: 86_400 } })
    const { cluster, run } = process()
    await expect(run(cluster.spinUp(plain))).rejects.toMatchObject({
      code: 'cluster_state',
      message: expect.stringMatching(
        /^Cluster sparkify is still creating after 1 h 1\d min\. It exists, and costs money as soon as it is available\.$/,
      ),
      cure: 'spin-up',
    })
  })

  it('does not need ClusterAvailabilityStatus, which not every server reports', async () => {
    const { process } = await setStage({ availabilityStatus: false, secretArn: false })
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    expect((await cluster.describe()).state).toBe('available')
  })

  it('asks less often than a poll every ten seconds would', async () => {
    const { double, process, clock } = await setStage()
    const { cluster, run } = process()
    const begun = clock.now().getTime()
    await run(cluster.spinUp(plain))
    const seconds = (clock.now().getTime() - begun) / 1000
    expect((await succeeded(double))['redshift:DescribeClusters']).toBeLessThan(seconds / 10)
  })

  it('is not confused by another maker: a cluster made meanwhile by somebody else is refused', async () => {
    const { double, process } = await setStage()
    const { cluster, run } = process()
    const act = await cluster.spinUp(plain)
    await new RedshiftClient(double.scene).send(
      new CreateClusterCommand({
        ClusterIdentifier: 'sparkify',
        ClusterType: 'single-node',
        NodeType: 'ra3.large',
        MasterUsername: 'admin',
        ManageMasterPassword: true,
      }),
    )
    await expect(run(act)).rejects.toMatchObject({
      code: 'cluster_state',
      message: expect.stringContaining('not this bot'),
    })
  })
})

describe('asking the database', () => {
  it('goes on while the cluster blinks, for five minutes at most', async () => {
    const { process, clock } = await setStage()
    const { setting, run } = process()
    let asked = 0
    const blinking = async (): Promise<void> => {
      asked++
      if (asked < 4) throw new OpsError('cluster_state', 'The cluster does not take connections.')
    }
    await run(createRedshiftCluster({ ...setting, answers: blinking }).spinUp(plain))
    expect(asked).toBe(4)

    const silent = async (): Promise<void> => {
      throw new OpsError('aws', 'Nobody is there.')
    }
    const begun = clock.now().getTime()
    const failed = run(createRedshiftCluster({ ...setting, answers: silent }).spinUp(plain))
    await expect(failed).rejects.toMatchObject({ code: 'aws', message: 'Nobody is there.' })
    expect(clock.now().getTime() - begun).toBeGreaterThanOrEqual(300_000)
  })

  it('stops at once where it is not allowed', async () => {
    const { process } = await setStage()
    const { setting, run } = process()
    let asked = 0
    const answers = async (): Promise<void> => {
      asked++
      throw new OpsError('aws_denied', 'No.')
    }
    await expect(run(createRedshiftCluster({ ...setting, answers }).spinUp(plain))).rejects.toMatchObject({
      code: 'aws_denied',
    })
    expect(asked).toBe(1)
  })
})
