import { type Cluster as AwsCluster, DeleteClusterCommand, ResumeClusterCommand } from '@aws-sdk/client-redshift'
import { OpsError } from '../../core/errors.ts'
import type { Step, Work } from '../../core/step.ts'
import { isAwsError } from '../aws-error.ts'
import { finalSnapshotName } from '../names.ts'
import { stopped } from './lease.ts'
import { poll } from './poll.ts'
import { awsStep, ownCluster, type Setting } from './setting.ts'
import { isHopeless, stateOf, statusOf } from './state.ts'

/** How long a final snapshot is kept. */
export const snapshotDays = 7

// "2.5 min of retries was too short": apache/airflow#69574. A pause that has begun may take 15 minutes by itself.
const settleMs = 45 * 60_000

const deletedMs = 60 * 60_000

// apache/airflow#68922: paused clusters were refused to be deleted, and were left behind.
const refusalsBeforeWaking = 3

/** Has the cluster deleted, from whatever state it is in: one on its way to another is waited for. */
export function deleteCluster(setting: Setting, keep: boolean): Step {
  const { settings, clock } = setting
  return awsStep(setting, 'Delete cluster', async (work) => {
    if ((await ownCluster(setting)) === null) return { skipped: 'there is none' }
    const snapshot = keep ? (work.handle('snapshot') ?? finalSnapshotName(settings.clusterId, clock.now())) : null
    if (snapshot !== null) await work.keep('snapshot', snapshot)
    let refusals = 0
    let last = ''
    const ordered = await poll(
      async () => {
        const cluster = await ownCluster(setting)
        if (cluster === null || stateOf(cluster) === 'deleting') return true
        last = statusOf(cluster)
        if (isSettled(cluster)) {
          if (await ordersDeletion(setting, snapshot)) return true
          refusals++
          if (last === 'paused' && refusals >= refusalsBeforeWaking) await wakeToDelete(setting)
        }
        work.progress(`it is ${last}; AWS does not delete it yet`)
        return null
      },
      { clock, signal: work.signal, atMostMs: settleMs },
    )
    if (ordered === null) throw stillThere(settings.clusterId, last)
    return snapshot === null ? {} : { detail: `final snapshot ${snapshot}` }
  })
}

/** Waits until AWS no longer knows the cluster. */
export function waitUntilDeleted(setting: Setting): Step {
  const { settings, clock, leases } = setting
  return awsStep(setting, 'Wait until deleted', async ({ signal, progress }: Work) => {
    let last = ''
    const gone = await poll(
      async () => {
        const cluster = await ownCluster(setting)
        if (cluster === null) return true
        last = statusOf(cluster)
        if (stateOf(cluster) !== 'deleting') throw stillThere(settings.clusterId, last)
        progress(last)
        return null
      },
      { clock, signal, atMostMs: deletedMs },
    )
    if (gone === null) throw stillThere(settings.clusterId, last)
    const lease = await leases.get()
    if (lease !== null) await leases.set(stopped(lease, clock.now()))
    return {}
  })
}

function isSettled(cluster: AwsCluster): boolean {
  return stateOf(cluster) === 'available' || stateOf(cluster) === 'paused' || isHopeless(cluster)
}

/** False where AWS is not ready for it. */
async function ordersDeletion({ clients, settings }: Setting, snapshot: string | null): Promise<boolean> {
  try {
    await clients.redshift.send(
      new DeleteClusterCommand({
        ClusterIdentifier: settings.clusterId,
        ...(snapshot === null
          ? { SkipFinalClusterSnapshot: true }
          : {
              SkipFinalClusterSnapshot: false,
              FinalClusterSnapshotIdentifier: snapshot,
              FinalClusterSnapshotRetentionPeriod: snapshotDays,
            }),
      }),
    )
    return true
  } catch (error) {
    if (isAwsError(error, 'InvalidClusterState')) return false
    return isAwsError(error, 'ClusterNotFound') || Promise.reject(error)
  }
}

async function wakeToDelete({ clients, settings }: Setting): Promise<void> {
  try {
    await clients.redshift.send(new ResumeClusterCommand({ ClusterIdentifier: settings.clusterId }))
  } catch (error) {
    if (!isAwsError(error, 'InvalidClusterState')) throw error
  }
}

function stillThere(clusterId: string, state: string): OpsError {
  return new OpsError(
    'cluster_state',
    `Cluster ${clusterId} is still there: ${state}. It goes on costing money.`,
    'Tear down again: it carries on from there.',
    { cure: 'tear-down' },
  )
}
