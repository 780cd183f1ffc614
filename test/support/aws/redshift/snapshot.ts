import { AwsError } from '../error.ts'
import type { World } from '../world.ts'
import { type Cluster, clustersIn } from './cluster.ts'

/** A manual snapshot, which is what a final snapshot is. */
export type Snapshot = {
  readonly identifier: string
  readonly cluster: string
  readonly region: string
  readonly createdAt: number
  readonly clusterCreatedAt: number
  readonly nodeType: string
  readonly nodes: number
  readonly databaseName: string
  readonly masterUsername: string
  readonly port: number
  /** Days it is kept; -1 is for ever. */
  readonly retentionDays: number
  readonly megabytes: number
  readonly tags: Map<string, string>
  /** The files of the database. */
  readonly content: Promise<Blob>
  readonly isComplete: () => boolean
}

/** The snapshots of a region that have not outlived their retention. */
export function snapshotsIn(world: World, region: string): readonly Snapshot[] {
  clustersIn(world, region)
  for (const [key, snapshot] of [...world.snapshots]) {
    const end = snapshot.createdAt + snapshot.retentionDays * 86_400_000
    if (snapshot.retentionDays >= 0 && world.clock.now() >= end) world.snapshots.delete(key)
  }
  return [...world.snapshots.values()].filter((snapshot) => snapshot.region === region)
}

/** The snapshot of that name in a region; ClusterSnapshotNotFound when there is none. */
export function snapshotNamed(world: World, region: string, identifier: string): Snapshot {
  const snapshot = snapshotsIn(world, region).find((each) => each.identifier === identifier)
  if (snapshot === undefined) {
    throw new AwsError('ClusterSnapshotNotFound', `Snapshot not found: ${identifier}`, 404)
  }
  return snapshot
}

/** Takes the final snapshot of a cluster that is about to go; it is complete when the cluster is deleting. */
export function takeFinalSnapshot(world: World, cluster: Cluster, identifier: string, retentionDays: number): void {
  if (!/^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/.test(identifier)) {
    throw new AwsError(
      'InvalidParameterValue',
      'The parameter FinalClusterSnapshotIdentifier is not a valid identifier.',
    )
  }
  const kept = snapshotsIn(world, cluster.region)
  if (kept.some((each) => each.identifier === identifier)) {
    throw new AwsError(
      'ClusterSnapshotAlreadyExists',
      `Cannot create the snapshot because a snapshot with the identifier ${identifier} already exists.`,
    )
  }
  if (kept.length >= world.options.quotas.snapshots) {
    throw new AwsError(
      'ClusterSnapshotQuotaExceeded',
      'The request would result in the user exceeding the allowed number of cluster snapshots.',
    )
  }
  world.snapshots.set(`${cluster.region}/${identifier}`, {
    identifier,
    cluster: cluster.identifier,
    region: cluster.region,
    createdAt: world.clock.now(),
    clusterCreatedAt: cluster.createdAt,
    nodeType: cluster.nodeType,
    nodes: cluster.nodes,
    databaseName: cluster.databaseName,
    masterUsername: cluster.masterUsername,
    port: cluster.port,
    retentionDays,
    megabytes: 40,
    tags: new Map(cluster.tags),
    content: cluster.storage.content(),
    isComplete: () => cluster.state !== 'final-snapshot',
  })
}
