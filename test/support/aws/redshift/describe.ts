import { tagList } from '../tags.ts'
import { list, type XmlValue } from '../wire/xml.ts'
import type { World } from '../world.ts'
import type { Cluster, ClusterState } from './cluster.ts'
import type { Snapshot } from './snapshot.ts'

const availability: Readonly<Record<ClusterState, string>> = {
  creating: 'Modifying',
  available: 'Available',
  modifying: 'Available',
  pausing: 'Unavailable',
  paused: 'Unavailable',
  resuming: 'Unavailable',
  'final-snapshot': 'Unavailable',
  deleting: 'Unavailable',
}

/** A cluster as DescribeClusters tells it. While it is being created, what is not known yet is missing. */
export function describeCluster(world: World, cluster: Cluster): XmlValue {
  const known = cluster.state !== 'creating'
  return {
    ClusterIdentifier: cluster.identifier,
    NodeType: cluster.nodeType,
    ClusterStatus: cluster.state,
    ClusterAvailabilityStatus: world.options.availabilityStatus ? availabilityOf(cluster) : undefined,
    MasterUsername: cluster.masterUsername,
    DBName: cluster.databaseName,
    Endpoint: known ? { Address: addressOf(cluster), Port: cluster.port } : undefined,
    ClusterCreateTime: known ? new Date(cluster.createdAt) : undefined,
    AutomatedSnapshotRetentionPeriod: 1,
    VpcSecurityGroups: list(
      'VpcSecurityGroup',
      cluster.securityGroups.map((VpcSecurityGroupId) => ({ VpcSecurityGroupId, Status: 'active' })),
    ),
    ClusterSubnetGroupName: cluster.subnetGroup,
    AvailabilityZone: known ? `${cluster.region}a` : undefined,
    NumberOfNodes: cluster.nodes,
    PubliclyAccessible: false,
    Encrypted: true,
    RestoreStatus: cluster.restored ? { Status: known ? 'completed' : 'restoring' } : undefined,
    ClusterNamespaceArn: `arn:aws:redshift:${cluster.region}:${world.options.account}:namespace:${cluster.namespace}`,
    MasterPasswordSecretArn: cluster.secretArn,
    IamRoles: list(
      'ClusterIamRole',
      [...cluster.roles].map(([IamRoleArn, ApplyStatus]) => ({ IamRoleArn, ApplyStatus })),
    ),
    Tags: tagList('Tag', cluster.tags),
  }
}

/** A snapshot as DescribeClusterSnapshots tells it. */
export function describeSnapshot(world: World, snapshot: Snapshot): XmlValue {
  return {
    SnapshotIdentifier: snapshot.identifier,
    ClusterIdentifier: snapshot.cluster,
    SnapshotCreateTime: new Date(snapshot.createdAt),
    Status: snapshot.isComplete() ? 'available' : 'creating',
    Port: snapshot.port,
    ClusterCreateTime: new Date(snapshot.clusterCreatedAt),
    MasterUsername: snapshot.masterUsername,
    SnapshotType: 'manual',
    NodeType: snapshot.nodeType,
    NumberOfNodes: snapshot.nodes,
    DBName: snapshot.databaseName,
    Encrypted: true,
    OwnerAccount: world.options.account,
    TotalBackupSizeInMegaBytes: snapshot.megabytes,
    ManualSnapshotRetentionPeriod: snapshot.retentionDays,
    ManualSnapshotRemainingDays: remainingDays(world, snapshot),
    Tags: tagList('Tag', snapshot.tags),
  }
}

/** https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html */
function availabilityOf(cluster: Cluster): string {
  return cluster.maintenance && cluster.state === 'available' ? 'Maintenance' : availability[cluster.state]
}

function addressOf(cluster: Cluster): string {
  return `${cluster.identifier}.c${cluster.namespace.slice(0, 11)}.${cluster.region}.redshift.amazonaws.com`
}

function remainingDays(world: World, snapshot: Snapshot): number | undefined {
  if (snapshot.retentionDays < 0) return undefined
  const age = (world.clock.now() - snapshot.createdAt) / 86_400_000
  return Math.max(0, Math.ceil(snapshot.retentionDays - age))
}
