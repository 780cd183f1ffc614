import { AwsError } from '../error.ts'
import type { QueryAction } from '../services.ts'
import { optional, required } from '../wire/query.ts'
import { list } from '../wire/xml.ts'
import { describeSnapshot } from './describe.ts'
import { snapshotNamed, snapshotsIn } from './snapshot.ts'

const describeClusterSnapshots: QueryAction = ({ world, form, caller }) => {
  const identifier = optional(form, 'SnapshotIdentifier')
  const cluster = optional(form, 'ClusterIdentifier')
  caller.allow(
    'redshift:DescribeClusterSnapshots',
    world.arns.snapshot(caller.region, cluster ?? '*', identifier ?? '*'),
  )
  const named = identifier === undefined ? undefined : snapshotNamed(world, caller.region, identifier)
  const found = named === undefined ? snapshotsIn(world, caller.region) : [named]
  const ofCluster = found.filter((snapshot) => cluster === undefined || snapshot.cluster === cluster)
  return {
    Snapshots: list(
      'Snapshot',
      ofCluster.map((snapshot) => describeSnapshot(world, snapshot)),
    ),
  }
}

const deleteClusterSnapshot: QueryAction = ({ world, form, caller }) => {
  const identifier = required(form, 'SnapshotIdentifier')
  const owner = world.snapshots.get(`${caller.region}/${identifier}`)?.cluster
  const cluster = owner ?? optional(form, 'SnapshotClusterIdentifier') ?? '*'
  caller.allow('redshift:DeleteClusterSnapshot', world.arns.snapshot(caller.region, cluster, identifier))
  const snapshot = snapshotNamed(world, caller.region, identifier)
  if (!snapshot.isComplete()) {
    throw new AwsError('InvalidClusterSnapshotState', `The snapshot ${identifier} is not in a valid state.`)
  }
  world.snapshots.delete(`${caller.region}/${identifier}`)
  return { Snapshot: describeSnapshot(world, snapshot) }
}

/** The operations on snapshots. */
export const snapshotActions: Readonly<Record<string, QueryAction>> = {
  DescribeClusterSnapshots: describeClusterSnapshots,
  DeleteClusterSnapshot: deleteClusterSnapshot,
}
