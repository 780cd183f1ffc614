import { type Cluster as AwsCluster, DeleteClusterCommand, ResumeClusterCommand } from '@aws-sdk/client-redshift'
import { OpsError } from '../../core/errors.ts'
import type { Step, Work } from '../../core/step.ts'
import { isAwsError, readAwsError } from '../aws-error.ts'
import { quoted } from '../aws-failure.ts'
import { finalSnapshotName } from '../names.ts'
import { running, stopped } from './lease.ts'
import { poll } from './poll.ts'
import { awsStep, hence, ownCluster, priceOfCluster, type Setting } from './setting.ts'
import { isTransition, stateOf, statusOf } from './state.ts'
import { underLease } from './under-lease.ts'

/** How long a final snapshot is kept. */
export const snapshotDays = 7

// A pause that has begun may take 15 minutes by itself, a resize longer.
const transitionMs = 45 * 60_000

// "2.5 min of retries was too short", 15 minutes were enough: apache/airflow#69574.
const refusedMs = 15 * 60_000

const deletedMs = 60 * 60_000

// Paused clusters were refused to be deleted, and were left behind: apache/airflow#68922.
const refusalsBeforeWaking = 3

// Enough to delete it once it is available: where tear-down is interrupted, the cluster is paused again soon.
const wakingLeaseHours = 1

/** What AWS answered to the order to delete. */
type Answer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'name-in-use'; readonly reason: string }

/** Has the cluster deleted, from whatever state it is in: AWS is asked unless the state is about to pass by itself. */
export function deleteCluster(setting: Setting, keep: boolean): Step {
  const { settings, clock } = setting
  const { clusterId } = settings
  return awsStep(setting, { id: 'delete-cluster', title: 'Delete cluster' }, async (work) => {
    if ((await ownCluster(setting)) === null) return { skipped: 'there is none' }
    const name = async (): Promise<string> => {
      const fresh = finalSnapshotName(clusterId, clock.now())
      await work.keep('snapshot', fresh)
      return fresh
    }
    let snapshot = keep ? (work.handle('snapshot') ?? (await name())) : null
    let seen = { status: '', since: clock.now(), refusals: 0 }
    let last: AwsCluster = {}
    let answer: Answer | null = null
    const ordered = await poll(
      async () => {
        const cluster = await ownCluster(setting)
        if (cluster === null || stateOf(cluster) === 'deleting') return true
        last = cluster
        const status = statusOf(cluster)
        if (status !== seen.status) seen = { status, since: clock.now(), refusals: 0 }
        if (!isTransition(cluster)) {
          // Had our own order taken that name, the cluster would be on its way by now.
          if (answer?.kind === 'name-in-use') snapshot = await name()
          answer = await orderDeletion(setting, snapshot)
          if (answer.kind === 'taken') return true
          const refusedFor = clock.now().getTime() - seen.since.getTime()
          if (refusedFor >= refusedMs || isLasting(answer.reason)) throw notDeleted(clusterId, cluster, answer)
          seen = { ...seen, refusals: seen.refusals + 1 }
          if (status === 'paused' && seen.refusals >= refusalsBeforeWaking) await wakeToDelete(setting, cluster)
        }
        work.progress(`it is ${status}; AWS does not delete it yet`)
        return null
      },
      { clock, signal: work.signal, atMostMs: transitionMs },
    )
    if (ordered === null) throw notDeleted(clusterId, last, answer)
    return snapshot === null ? {} : { detail: `final snapshot ${snapshot}` }
  })
}

/** Waits until AWS no longer knows the cluster. */
export function waitUntilDeleted(setting: Setting): Step {
  const { settings, clock, leases } = setting
  return awsStep(
    setting,
    { id: 'wait-until-deleted', title: 'Wait until deleted' },
    async ({ signal, progress }: Work) => {
      let last: AwsCluster = {}
      const gone = await poll(
        async () => {
          const cluster = await ownCluster(setting)
          if (cluster === null) return true
          last = cluster
          if (stateOf(cluster) !== 'deleting') throw notDeleted(settings.clusterId, cluster, null)
          progress(statusOf(cluster))
          return null
        },
        { clock, signal, atMostMs: deletedMs },
      )
      if (gone === null) throw notDeleted(settings.clusterId, last, null)
      const lease = await leases.get()
      if (lease !== null) await leases.set(stopped(lease, clock.now()))
      return {}
    },
  )
}

/** Asks AWS to delete it. Throws what waiting does not change. */
async function orderDeletion({ clients, settings }: Setting, snapshot: string | null): Promise<Answer> {
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
    return { kind: 'taken' }
  } catch (error) {
    const reason = readAwsError(error)?.message ?? ''
    if (isAwsError(error, 'ClusterNotFound')) return { kind: 'taken' }
    if (isAwsError(error, 'InvalidClusterState')) return { kind: 'refused', reason }
    if (isAwsError(error, 'ClusterSnapshotAlreadyExists')) return { kind: 'name-in-use', reason }
    throw error
  }
}

/** Resumes a paused cluster so that it can be deleted. It costs money from then on, so it gets a lease and a bill period first. */
async function wakeToDelete(setting: Setting, cluster: AwsCluster): Promise<void> {
  const { clients, settings, clock, leases } = setting
  const until = hence(setting, wakingLeaseHours)
  const lease = running(await leases.get(), clock.now(), until, priceOfCluster(cluster, settings))
  try {
    await underLease(setting, lease, async () => {
      await clients.redshift.send(new ResumeClusterCommand({ ClusterIdentifier: settings.clusterId }))
    })
  } catch (error) {
    if (!isAwsError(error, 'InvalidClusterState')) throw error
  }
}

/** A cluster registered with the Glue Data Catalog is refused for as long as it is registered: cloud-custodian#10863. */
function isLasting(reason: string): boolean {
  return /Glue Data Catalog|Lakehouse/i.test(reason)
}

function notDeleted(clusterId: string, cluster: AwsCluster, answer: Answer | null): OpsError {
  const said = answer === null || answer.kind === 'taken' ? '' : ` AWS says: ${quoted(answer.reason)}`
  const message = `Cluster ${clusterId} is not deleted; it is ${statusOf(cluster)}.${said}`
  const next =
    'Fix what AWS names, or delete the cluster in the Redshift console; AWS Support can help where that fails.'
  switch (stateOf(cluster)) {
    case 'available':
      return new OpsError(
        'cluster_state',
        `${message} It goes on costing money.`,
        `Pause it to stop its price. ${next}`,
        {
          cure: 'pause',
        },
      )
    case 'paused':
      return new OpsError('cluster_state', `${message} Only its storage costs money.`, next, { cure: 'status' })
    default:
      return new OpsError('cluster_state', `${message} It may go on costing money.`, next, { cure: 'status' })
  }
}
