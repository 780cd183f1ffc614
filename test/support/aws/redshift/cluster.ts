import { AwsError } from '../error.ts'
import type { Storage } from '../sql/storage.ts'
import type { World } from '../world.ts'

/** The states of a cluster that the double passes through. */
export type ClusterState =
  | 'creating'
  | 'available'
  | 'modifying'
  | 'pausing'
  | 'paused'
  | 'resuming'
  | 'final-snapshot'
  | 'deleting'

/** A provisioned cluster. Times are milliseconds since 1970. */
export type Cluster = {
  readonly identifier: string
  readonly region: string
  readonly nodeType: string
  readonly nodes: number
  readonly databaseName: string
  readonly masterUsername: string
  readonly port: number
  readonly namespace: string
  readonly subnetGroup: string
  readonly securityGroups: readonly string[]
  readonly secretArn: string | undefined
  readonly createdAt: number
  readonly restored: boolean
  readonly tags: Map<string, string>
  /** ARNs of the roles and how far each is applied. */
  readonly roles: Map<string, 'adding' | 'in-sync' | 'removing'>
  readonly storage: Storage
  /** Whether AWS maintains it: it runs and answers nothing. */
  maintenance: boolean
  state: ClusterState
  /** When the state began. */
  since: number
  /** How many Describe calls have seen the state. */
  seen: number
}

/** What statements run on: a cluster, or a workgroup of Serverless. */
export type Database = Pick<
  Cluster,
  'identifier' | 'region' | 'databaseName' | 'masterUsername' | 'roles' | 'storage'
> & {
  /** Its capacity in RPU; undefined for a cluster. */
  readonly rpu?: number
}

/** Puts a cluster into a state, from now on. */
export function enter(cluster: Cluster, state: ClusterState, at: number): void {
  cluster.state = state
  cluster.since = at
  cluster.seen = 0
}

/** The clusters of a region, each advanced to where the clock and the Describe calls have brought it. */
export function clustersIn(world: World, region: string): readonly Cluster[] {
  for (const cluster of [...world.clusters.values()]) settle(world, cluster)
  return [...world.clusters.values()].filter((cluster) => cluster.region === region)
}

/** The cluster of that name in a region; ClusterNotFound when there is none. */
export function clusterNamed(world: World, region: string, identifier: string): Cluster {
  const cluster = clustersIn(world, region).find((each) => each.identifier === identifier)
  if (cluster === undefined) throw new AwsError('ClusterNotFound', `Cluster ${identifier} not found.`, 404)
  return cluster
}

/** Where a cluster is kept: names are unique in a region. */
export function clusterKey(region: string, identifier: string): string {
  return `${region}/${identifier}`
}

const successors = {
  creating: 'available',
  modifying: 'available',
  pausing: 'paused',
  resuming: 'available',
  'final-snapshot': 'deleting',
  deleting: 'gone',
} as const

function settle(world: World, cluster: Cluster): void {
  while (cluster.state !== 'available' && cluster.state !== 'paused') {
    const passed = passedAt(world, cluster, cluster.state)
    if (passed === undefined) return
    const next = successors[cluster.state]
    if (next === 'gone') {
      world.clusters.delete(clusterKey(cluster.region, cluster.identifier))
      cluster.storage.close().catch(world.crash)
      return
    }
    enter(cluster, next, passed)
  }
  if (cluster.state === 'available' && passedAt(world, cluster, 'adding') !== undefined) settleRoles(cluster)
}

/** When a phase ended; undefined while it lasts. */
function passedAt(world: World, cluster: Cluster, phase: keyof World['options']['durations']): number | undefined {
  const end = cluster.since + (world.options.durations[phase] * 1000) / world.options.speed
  return world.clock.now() >= end && cluster.seen >= world.options.describes ? end : undefined
}

function settleRoles(cluster: Cluster): void {
  for (const [arn, state] of [...cluster.roles]) {
    if (state === 'adding') cluster.roles.set(arn, 'in-sync')
    if (state === 'removing') cluster.roles.delete(arn)
  }
}
