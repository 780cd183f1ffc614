import { type Cluster as AwsCluster, PauseClusterCommand, ResumeClusterCommand } from '@aws-sdk/client-redshift'
import { messageOf, OpsError } from '../../core/errors.ts'
import type { ClusterState } from '../../core/ports/cluster.ts'
import type { Work } from '../../core/step.ts'
import { isAwsError } from '../aws-error.ts'
import { quoted } from '../aws-failure.ts'
import type { RedshiftSettings } from '../settings.ts'
import { running } from './lease.ts'
import { poll } from './poll.ts'
import { hence, ownCluster, priceOfCluster, type Setting, sizeOf } from './setting.ts'
import { stateOf, statusOf } from './state.ts'
import { underLease } from './under-lease.ts'

// AWS refuses a change for a while after it has called the cluster available: apache/airflow#27276, #69574 (15 minutes).
const settleMs = 15 * 60_000

/** Has a paused cluster resumed, under a new lease. Nothing to do where it is awake already. */
export async function wake(setting: Setting, cluster: AwsCluster, leaseHours: number, work: Work): Promise<void> {
  const { clients, settings, leases, clock } = setting
  const price = priceOfCluster(cluster, settings)
  const lease = running(await leases.get(), clock.now(), hence(setting, leaseHours), price)
  const order = async (): Promise<void> => {
    try {
      await clients.redshift.send(new ResumeClusterCommand({ ClusterIdentifier: settings.clusterId }))
    } catch (error) {
      throw isAwsError(error, 'InsufficientClusterCapacity') ? noCapacity(cluster, settings, error) : error
    }
  }
  await underLease(setting, lease, () => change(setting, work, 'paused', ['resuming', 'available'], order))
}

function noCapacity(cluster: AwsCluster, settings: RedshiftSettings, cause: unknown): OpsError {
  const { clusterId } = settings
  const size = sizeOf(cluster, settings)
  return new OpsError(
    'aws',
    `AWS has no capacity to resume ${clusterId} (${size}) at the moment. It stays paused; only its storage costs money.`,
    'Resume it in a while. Or move to another size: tear-down keeps a snapshot, which spin-up node-type=… restores.',
    { cause, cure: 'resume' },
  )
}

/** Has an available cluster paused. Nothing to do where it is on its way there. */
export async function sendToSleep(setting: Setting, work: Work): Promise<void> {
  const { clients, settings } = setting
  await change(setting, work, 'available', ['pausing', 'paused'], async () => {
    try {
      await clients.redshift.send(new PauseClusterCommand({ ClusterIdentifier: settings.clusterId }))
    } catch (error) {
      throw isAwsError(error, 'UnsupportedOperation') ? cannotPause(settings.clusterId, error) : error
    }
  })
}

/** Clusters with an HSM, several zones or no automated snapshots are never paused. */
function cannotPause(clusterId: string, cause: unknown): OpsError {
  return new OpsError(
    'aws',
    `AWS does not pause cluster ${clusterId}: ${quoted(messageOf(cause))} It goes on costing money.`,
    'Tear it down: a snapshot is kept, and spin-up restores it.',
    { cause, cure: 'tear-down' },
  )
}

/** Asks for the change once the cluster is in the state it starts from, until AWS takes it. */
async function change(
  setting: Setting,
  { signal, progress }: Work,
  from: ClusterState,
  reached: readonly ClusterState[],
  act: () => Promise<unknown>,
): Promise<void> {
  const { clusterId } = setting.settings
  let last = ''
  const changed = await poll(
    async () => {
      const cluster = await ownCluster(setting)
      if (cluster === null) throw new OpsError('no_cluster', `There is no cluster ${clusterId} any more.`)
      const state = stateOf(cluster)
      if (reached.includes(state)) return true
      if (state === from && (await taken(act))) return true
      last = statusOf(cluster)
      progress(`it is ${last}; AWS does not take the change yet`)
      return null
    },
    { clock: setting.clock, signal, atMostMs: settleMs },
  )
  if (changed !== null) return
  throw new OpsError(
    'cluster_state',
    `Cluster ${clusterId} is still ${last}; AWS does not take the change. It costs what it cost before.`,
    'Say it again in a while.',
  )
}

/** False where AWS says that the cluster is not in the state for it. */
async function taken(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if (isAwsError(error, 'InvalidClusterState')) return false
    throw error
  }
}
