import { AwsError } from '../error.ts'
import type { QueryAction, QueryCall } from '../services.ts'
import { resourceTagContext } from '../tags.ts'
import { flag, integer, optional, required, strings } from '../wire/query.ts'
import { list } from '../wire/xml.ts'
import { type Cluster, clusterKey, clusterNamed, clustersIn, enter } from './cluster.ts'
import { describeCluster } from './describe.ts'
import { passRoles } from './new-cluster.ts'
import { takeFinalSnapshot } from './snapshot.ts'

const describeClusters: QueryAction = ({ world, form, caller }) => {
  const identifier = optional(form, 'ClusterIdentifier')
  caller.allow('redshift:DescribeClusters', world.arns.cluster(caller.region, identifier ?? '*'))
  const found =
    identifier === undefined ? clustersIn(world, caller.region) : [clusterNamed(world, caller.region, identifier)]
  const clusters = found.map((cluster) => describeCluster(world, cluster))
  for (const cluster of found) cluster.seen += 1
  return { Clusters: list('Cluster', clusters) }
}

const pauseCluster: QueryAction = (call) => {
  const cluster = target(call, 'redshift:PauseCluster')
  if (cluster.state !== 'available') {
    throw new AwsError('InvalidClusterState', 'You can only pause an ACTIVE Cluster')
  }
  enter(cluster, 'pausing', call.world.clock.now())
  return { Cluster: describeCluster(call.world, cluster) }
}

const resumeCluster: QueryAction = (call) => {
  const cluster = target(call, 'redshift:ResumeCluster')
  if (cluster.state !== 'paused') throw new AwsError('InvalidClusterState', 'You can only resume a PAUSED Cluster')
  enter(cluster, 'resuming', call.world.clock.now())
  return { Cluster: describeCluster(call.world, cluster) }
}

const modifyClusterIamRoles: QueryAction = (call) => {
  const { world, form, caller } = call
  const cluster = target(call, 'redshift:ModifyClusterIamRoles')
  if (cluster.state !== 'available') throw busy('The cluster is not in the available state.')
  const added = strings(form, 'AddIamRoles')
  passRoles(world, caller, added)
  for (const arn of added) if (!cluster.roles.has(arn)) cluster.roles.set(arn, 'adding')
  for (const arn of strings(form, 'RemoveIamRoles')) if (cluster.roles.has(arn)) cluster.roles.set(arn, 'removing')
  enter(cluster, 'modifying', world.clock.now())
  return { Cluster: describeCluster(world, cluster) }
}

const deleteCluster: QueryAction = (call) => {
  const { world, form } = call
  const cluster = target(call, 'redshift:DeleteCluster')
  const skip = flag(form, 'SkipFinalClusterSnapshot') === true
  const snapshot = optional(form, 'FinalClusterSnapshotIdentifier')
  if (skip && snapshot !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'FinalClusterSnapshotIdentifier can not be specified when SkipFinalClusterSnapshot is true.',
    )
  }
  if (!skip && snapshot === undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified.',
    )
  }
  if (cluster.state !== 'available' && cluster.state !== 'paused') {
    throw busy('There is an operation running on the Cluster. Please try to delete it at a later time.')
  }
  if (snapshot === undefined) {
    enter(cluster, 'deleting', world.clock.now())
  } else {
    takeFinalSnapshot(world, cluster, snapshot, integer(form, 'FinalClusterSnapshotRetentionPeriod') ?? -1)
    enter(cluster, 'final-snapshot', world.clock.now())
  }
  return { Cluster: describeCluster(world, cluster) }
}

/** The operations on a cluster that is there. Refusals of pause, resume and delete are worded as AWS words them. */
export const lifeActions: Readonly<Record<string, QueryAction>> = {
  DescribeClusters: describeClusters,
  PauseCluster: pauseCluster,
  ResumeCluster: resumeCluster,
  ModifyClusterIamRoles: modifyClusterIamRoles,
  DeleteCluster: deleteCluster,
}

/** The cluster that a request names, once the caller is allowed to do it this. */
function target({ world, form, caller }: QueryCall, action: string): Cluster {
  const identifier = required(form, 'ClusterIdentifier')
  const tags = world.clusters.get(clusterKey(caller.region, identifier))?.tags ?? new Map()
  caller.allow(action, world.arns.cluster(caller.region, identifier), resourceTagContext(tags))
  return clusterNamed(world, caller.region, identifier)
}

function busy(message: string): AwsError {
  return new AwsError('InvalidClusterState', message)
}
