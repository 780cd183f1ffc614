import { OpsError } from '../../core/errors.ts'
import type { ClusterState } from '../../core/ports/cluster.ts'

/** There is nothing to act on. */
export function noCluster(clusterId: string): OpsError {
  return new OpsError('no_cluster', `There is no cluster ${clusterId}.`, 'Spin it up first.', { cure: 'spin-up' })
}

/** The cluster is on its way from one state to another, and takes no orders. */
export function notNow(clusterId: string, state: ClusterState): OpsError {
  return new OpsError(
    'cluster_state',
    `Cluster ${clusterId} is ${state}, and AWS takes no other order meanwhile. Nothing was changed.`,
    'Say it again when that is over; status says so.',
    { cure: 'status' },
  )
}
