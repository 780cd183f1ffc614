import {
  type Cluster,
  CreateClusterCommand,
  DeleteClusterCommand,
  PauseClusterCommand,
  RedshiftClient,
} from '@aws-sdk/client-redshift'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { Clients } from '../../../src/redshift/clients.ts'
import { createRedshiftCluster } from '../../../src/redshift/cluster/redshift-cluster.ts'
import { plain, setStage, succeeded } from './stage.ts'

const named = { ClusterIdentifier: 'sparkify' }

/** Has AWS report clusters like this. */
function reporting(report: () => Partial<Cluster>): (clients: Clients) => void {
  return ({ redshift }) =>
    redshift.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args)
        if ('Clusters' in answer.output) {
          for (const cluster of answer.output.Clusters ?? []) Object.assign(cluster, report())
        }
        return answer
      },
      { step: 'initialize' },
    )
}

describe('waiting for the cluster', () => {
  it.each<[string, (redshift: RedshiftClient) => Promise<unknown>, object]>([
    [
      'paused',
      (redshift) => redshift.send(new PauseClusterCommand(named)),
      { code: 'cluster_state', fixCommand: 'resume' },
    ],
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
    for (const title of ['Wait until available', 'Test the connection']) ledger.finished.delete(title)
    const begun = clock.now().getTime()
    await expect(perform(act)).rejects.toMatchObject(refusal)
    expect(clock.now().getTime() - begun).toBeLessThan(5_000)
  })

  it.each([
    [
      'hardware-failure',
      'tear-down',
      'Cluster sparkify is hardware-failure and does not recover from that by itself. It may still be billed.',
    ],
    ['final-snapshot', 'status', 'Cluster sparkify is being deleted.'],
    ['pausing', 'resume', 'Someone paused cluster sparkify in the meantime.'],
  ])('is over at once where it is %s, with %s', async (ClusterStatus, fixCommand, message) => {
    const { process, ledger } = await setStage({ speed: 1_000_000 })
    let report: Partial<Cluster> = {}
    const { cluster, run, perform } = process(
      {},
      reporting(() => report),
    )
    const act = await cluster.spinUp(plain)
    await run(act)
    ledger.finished.delete('Wait until available')
    report = { ClusterStatus, ClusterAvailabilityStatus: undefined }
    await expect(perform(act)).rejects.toMatchObject({ code: 'cluster_state', fixCommand, message })
  })

  it('lasts until its role is applied, and attaches one that is missing, as often as AWS cannot take that yet', async () => {
    const { double, process, ledger } = await setStage({ speed: 1_000_000 })
    const role = 'arn:aws:iam::123456789012:role/sparkify-s3-read'
    const applied = (ApplyStatus: string | undefined) => [{ IamRoleArn: role, ApplyStatus }]
    let reports: (Cluster['IamRoles'] | 'none')[] = []
    const { cluster, run, perform } = process(
      {},
      reporting(() => {
        const next = reports.shift()
        return next === undefined ? {} : { IamRoles: next === 'none' ? undefined : next }
      }),
    )
    const act = await cluster.spinUp(plain)
    await run(act)
    /** How often the step looks until it is content, and how many roles it attaches, where AWS reports these one after the other. */
    const lived = async (each: typeof reports): Promise<readonly unknown[]> => {
      ledger.finished.delete('Wait until available')
      await double.clearCalls()
      reports = [...each]
      await perform(act)
      const attached = (await succeeded(double))['redshift:ModifyClusterIamRoles'] ?? 0
      return [reports.length, attached]
    }
    expect(await lived([applied('adding'), applied('adding'), applied('in-sync')])).toEqual([0, 0])
    expect(await lived([applied('in-sync'), applied('in-sync')])).toEqual([1, 0])
    expect(await lived([applied(undefined), applied('in-sync')])).toEqual([1, 0])
    expect(await lived(['none', applied('in-sync')])).toEqual([1, 0])
    await double.fault({
      kind: 'error',
      action: 'redshift:ModifyClusterIamRoles',
      code: 'InvalidClusterState',
      message: 'The cluster is being modified.',
    })
    expect(await lived([[], [], applied('in-sync')])).toEqual([0, 1])
  })

  it('bears with a cluster that AWS does not list right after it took the order, and creates one', async () => {
    const { double, process, ledger } = await setStage()
    const { cluster, run } = process()
    const act = await cluster.spinUp(plain)
    const create = act.steps.findIndex(({ title }) => title === 'Wait until available')
    await run({ ...act, steps: act.steps.slice(0, create) })
    const unlisted = {
      kind: 'error',
      action: 'redshift:DescribeClusters',
      code: 'ClusterNotFound',
      message: 'Cluster sparkify not found.',
    } as const
    await double.fault({ ...unlisted, status: 404, times: 3 })
    await run({ ...act, steps: act.steps.slice(create) })
    expect(await succeeded(double)).toMatchObject({ 'redshift:CreateCluster': 1 })
    expect(ledger.lease?.until).not.toBeNull()
    await double.fault({ ...unlisted, status: 404, times: 1000 })
    await expect(run({ ...act, steps: act.steps.slice(create) })).rejects.toMatchObject({
      message: 'Cluster sparkify was deleted outside of this bot. No node is billed.',
    })
  })

  it('lasts as long as AWS maintains the cluster, which is running and on the bill meanwhile', async () => {
    const { double, process } = await setStage()
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    await double.maintain('sparkify', true)
    const facts = await cluster.describe()
    expect([facts.state, facts.facts]).toEqual([
      'available',
      expect.arrayContaining([['AWS status', 'available (maintenance)']]),
    ])
    const act = await cluster.resume()
    const told: string[] = []
    const wait = act.steps.find(({ title }) => title === 'Wait until available')
    await run({
      ...act,
      steps: act.steps.map((step) =>
        step !== wait
          ? step
          : {
              ...step,
              run: (work) =>
                step.run({
                  ...work,
                  progress: (detail) => {
                    told.push(detail)
                    if (told.length === 2) void double.maintain('sparkify', false)
                  },
                }),
            },
      ),
    })
    expect(told[0]).toBe('available (maintenance)')
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
      message: expect.stringContaining('AWS could not be asked whether cluster sparkify exists and is billed.'),
      remedy: expect.stringContaining('"Action":"redshift:DescribeClusters"'),
    })
  })

  it('ends after 75 minutes with what exists, and with the line that waits on', async () => {
    const { process } = await setStage({ durations: { creating: 86_400 } })
    const { cluster, run } = process()
    await expect(run(cluster.spinUp(plain))).rejects.toMatchObject({
      code: 'cluster_state',
      message: expect.stringMatching(
        /^Cluster sparkify is still creating after 1 h 1\d min\. It is billed as soon as it is available\.$/,
      ),
      fixCommand: 'spin-up',
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
      message: expect.stringContaining('does not belong to this bot'),
    })
  })
})

describe('asking the database', () => {
  it('goes on while the cluster blinks, for five minutes at most', async () => {
    const { process, clock } = await setStage()
    const { context, run } = process()
    let asked = 0
    const blinking = async (): Promise<void> => {
      asked++
      if (asked < 4) throw new OpsError('cluster_state', 'The cluster does not take connections.')
    }
    await run(createRedshiftCluster({ ...context, answers: blinking }).spinUp(plain))
    expect(asked).toBe(4)

    const silent = async (): Promise<void> => {
      throw new OpsError('aws', 'Nobody is there.')
    }
    const begun = clock.now().getTime()
    const failed = run(createRedshiftCluster({ ...context, answers: silent }).spinUp(plain))
    await expect(failed).rejects.toMatchObject({ code: 'aws', message: 'Nobody is there.' })
    expect(clock.now().getTime() - begun).toBeGreaterThanOrEqual(300_000)
  })

  it('stops at once where it is not allowed', async () => {
    const { process } = await setStage()
    const { context, run } = process()
    let asked = 0
    const answers = async (): Promise<void> => {
      asked++
      throw new OpsError('aws_denied', 'No.')
    }
    await expect(run(createRedshiftCluster({ ...context, answers }).spinUp(plain))).rejects.toMatchObject({
      code: 'aws_denied',
    })
    expect(asked).toBe(1)
  })
})
