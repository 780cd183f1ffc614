import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import type { ClusterState } from '../../core/ports/cluster.ts'

/*
 * AWS's words for the state of a cluster. Its list is open: the documentation has states that the API reference lacks.
 * https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html
 */

const states: Readonly<Record<string, ClusterState>> = {
  creating: 'creating',
  pausing: 'pausing',
  paused: 'paused',
  resuming: 'resuming',
  'final-snapshot': 'deleting',
  deleting: 'deleting',
}

// Queries are answered in these, unless AWS reports otherwise.
const answering = ['available', 'modifying', 'rotating-keys', 'storage-full', 'updating-hsm', 'cancelling-resize']

// The last three: terraform-provider-aws#4563, airflow#69574.
const hopeless = [
  'hardware-failure',
  'incompatible-hsm',
  'incompatible-network',
  'incompatible-parameters',
  'incompatible-restore',
  'inaccessible-kms-key',
  'insufficient-capacity',
  'insufficient-vpce',
]

// States that end by themselves; AWS refuses other orders until then.
const transitions = [
  'creating',
  'pausing',
  'resuming',
  'modifying',
  'rebooting',
  'renaming',
  'resizing',
  'cancelling-resize',
  'rotating-keys',
  'updating-hsm',
  'final-snapshot',
  'deleting',
]

/** AWS's own word for the state: `available, prep-for-resize`; `available (maintenance)` while AWS maintains a running cluster. */
export function statusOf(cluster: AwsCluster): string {
  return isInMaintenance(cluster) ? `${wordOf(cluster)} (maintenance)` : wordOf(cluster)
}

/** AWS's state in our seven words; one we have no word for is on its way to being available. */
export function clusterStateOf(cluster: AwsCluster): ClusterState {
  return states[wordOf(cluster)] ?? (isRunning(cluster) ? 'available' : 'resuming')
}

/** Whether AWS maintains the cluster: it runs and is billed, and answers no queries for a while (terraform-provider-aws#47460). */
export function isInMaintenance(cluster: AwsCluster): boolean {
  return availabilityOf(cluster) === 'maintenance'
}

/** Whether the state passes by itself. */
export function isTransition(cluster: AwsCluster): boolean {
  return transitions.includes(wordOf(cluster))
}

/** Whether waiting does not help. */
export function isHopeless(cluster: AwsCluster): boolean {
  return hopeless.includes(wordOf(cluster)) || availabilityOf(cluster) === 'failed'
}

/** Whether its nodes are up: by `ClusterAvailabilityStatus` where AWS reports it, else by the state. */
function isRunning(cluster: AwsCluster): boolean {
  const reported = availabilityOf(cluster)
  if (reported === 'available') return true
  const answers = answering.includes(wordOf(cluster).split(',')[0] ?? '')
  return answers && (reported === undefined || reported === 'maintenance')
}

function wordOf({ ClusterStatus: status }: AwsCluster): string {
  return status?.toLowerCase().replaceAll('_', '-') ?? 'unknown'
}

function availabilityOf({ ClusterAvailabilityStatus: status }: AwsCluster): string | undefined {
  return status?.toLowerCase()
}
