import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import type { ClusterState } from '../../core/ports/cluster.ts'

/*
 * AWS's words for the state of a cluster. Its list is open: the documentation speaks of states that the API's own lacks.
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

// Queries go on in these, where AWS does not say otherwise.
const answering = ['available', 'modifying', 'rotating-keys', 'storage-full', 'updating-hsm', 'cancelling-resize']

const hopeless = [
  'hardware-failure',
  'incompatible-hsm',
  'incompatible-network',
  'incompatible-parameters',
  'incompatible-restore',
]

/** AWS's own word for the state: `available, prep-for-resize`. */
export function statusOf(cluster: AwsCluster): string {
  return cluster.ClusterStatus?.toLowerCase() ?? 'unknown'
}

/** Whether it can be asked: `ClusterAvailabilityStatus` where it is reported, else what the state lets expect. */
function isAnswering(cluster: AwsCluster): boolean {
  const reported = cluster.ClusterAvailabilityStatus
  if (reported !== undefined) return reported.toLowerCase() === 'available'
  return answering.includes(statusOf(cluster).split(',')[0] ?? '')
}

/** AWS's state in our seven words; one we have no word for is on its way to being available. */
export function stateOf(cluster: AwsCluster): ClusterState {
  return states[statusOf(cluster)] ?? (isAnswering(cluster) ? 'available' : 'resuming')
}

/** Whether waiting cannot cure it. */
export function isHopeless(cluster: AwsCluster): boolean {
  return hopeless.includes(statusOf(cluster)) || cluster.ClusterAvailabilityStatus?.toLowerCase() === 'failed'
}
