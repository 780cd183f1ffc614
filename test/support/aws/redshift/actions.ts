import type { QueryAction } from '../services.ts'
import { optional } from '../wire/query.ts'
import { list } from '../wire/xml.ts'
import { createCluster, restoreFromClusterSnapshot } from './create.ts'
import { lifeActions } from './life.ts'
import { nodeTypes } from './node-types.ts'
import { snapshotActions } from './snapshots.ts'
import { taggingActions } from './tagging.ts'

const describeOrderableClusterOptions: QueryAction = ({ form, caller }) => {
  caller.allow('redshift:DescribeOrderableClusterOptions', '*')
  const wanted = optional(form, 'NodeType')
  const options = Object.entries(nodeTypes).flatMap(([NodeType, { least }]) => {
    const zones = list('AvailabilityZone', [{ Name: `${caller.region}a` }])
    const option = (ClusterType: string) => ({ ClusterVersion: '1.0', ClusterType, NodeType, AvailabilityZones: zones })
    return least === 1 ? [option('single-node'), option('multi-node')] : [option('multi-node')]
  })
  const shown = options.filter((option) => wanted === undefined || option.NodeType === wanted)
  return { OrderableClusterOptions: list('OrderableClusterOption', shown) }
}

/** The operations of Redshift that the double knows. https://docs.aws.amazon.com/redshift/latest/APIReference/ */
export const redshiftActions: Readonly<Record<string, QueryAction>> = {
  CreateCluster: createCluster,
  RestoreFromClusterSnapshot: restoreFromClusterSnapshot,
  DescribeOrderableClusterOptions: describeOrderableClusterOptions,
  ...lifeActions,
  ...snapshotActions,
  ...taggingActions,
}
