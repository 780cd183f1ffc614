import { randomUUID } from 'node:crypto'
import { AwsError } from '../error.ts'
import type { Caller } from '../iam/caller.ts'
import { roleOfArn, trustsRedshift } from '../iam/role.ts'
import { createStorage } from '../sql/storage.ts'
import { requestTagContext } from '../tags.ts'
import type { World } from '../world.ts'
import { type Cluster, clusterKey, clustersIn } from './cluster.ts'
import { nodeTypes } from './node-types.ts'

/** What a cluster is to be, from CreateCluster or from a snapshot. */
export type Wish = {
  readonly identifier: string
  readonly nodeType: string
  readonly nodes: number
  readonly databaseName: string
  readonly masterUsername: string
  readonly port: number
  readonly managedPassword: boolean
  readonly secretKey: string | undefined
  readonly roles: readonly string[]
  readonly tags: ReadonlyMap<string, string>
  readonly subnetGroup: string | undefined
  readonly securityGroups: readonly string[]
}

/** Refuses a wish that AWS would refuse. The words of the refusals are AWS's where they are known. */
export function validate(world: World, region: string, wish: Wish): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(wish.identifier) || wish.identifier.length > 63) {
    throw invalid(
      'The parameter ClusterIdentifier is not a valid identifier. Identifiers must begin with a letter; must contain ' +
        'only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.',
    )
  }
  const range = nodeTypes[wish.nodeType]
  if (range === undefined) throw invalid(`Invalid node type: ${wish.nodeType}`)
  if (wish.nodes < range.least || wish.nodes > range.most) {
    throw new AwsError(
      'InvalidParameterCombination',
      `Number of nodes for node type ${wish.nodeType} must be between ${range.least} and ${range.most}`,
    )
  }
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(wish.databaseName))
    throw invalid('The parameter DBName is not a valid identifier.')
  if (!/^[a-zA-Z][\w+.@-]{0,127}$/.test(wish.masterUsername) || wish.masterUsername.toLowerCase() === 'public') {
    throw invalid('The parameter MasterUsername is not a valid identifier.')
  }
  const portFits = (wish.port >= 5431 && wish.port <= 5455) || (wish.port >= 8191 && wish.port <= 8215)
  if (!portFits) throw invalid(`The parameter Port is not valid for node type ${wish.nodeType}: ${wish.port}`)
  network(world, wish)
  const present = clustersIn(world, region)
  if (present.some((each) => each.identifier === wish.identifier)) {
    throw new AwsError('ClusterAlreadyExists', 'Cluster already exists')
  }
  const { clusters, nodes } = world.options.quotas
  if (present.length >= clusters) {
    throw new AwsError(
      'ClusterQuotaExceeded',
      'The request would exceed the allowed number of cluster instances for this account.',
    )
  }
  if (present.reduce((sum, each) => sum + each.nodes, wish.nodes) > nodes) {
    throw new AwsError(
      'NumberOfNodesQuotaExceeded',
      'The operation would exceed the number of nodes allotted to the account.',
    )
  }
}

/** Asks for what AWS does for the caller along the way: passes roles, keeps the secret, tags, and its own service role. */
export function allowAlong(world: World, caller: Caller, wish: Wish): void {
  const { arns } = world
  if (wish.tags.size > 0) {
    const resource = arns.cluster(caller.region, wish.identifier)
    caller.allow('redshift:CreateTags', resource, requestTagContext(wish.tags))
  }
  if (!world.serviceLinkedRole.exists) {
    const role = arns.role('aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift')
    caller.allow('iam:CreateServiceLinkedRole', role, { 'iam:AWSServiceName': 'redshift.amazonaws.com' })
    world.serviceLinkedRole.exists = true
  }
  passRoles(world, caller, wish.roles)
  if (wish.managedPassword) {
    const secret = arns.secret(caller.region, secretName(wish))
    caller.allow('secretsmanager:CreateSecret', secret)
    caller.allow('secretsmanager:TagResource', secret)
    if (wish.secretKey !== undefined) caller.allow('kms:DescribeKey', wish.secretKey)
  }
}

/** Hands roles to Redshift: the caller must be allowed to, and each must trust it. */
export function passRoles(world: World, caller: Caller, roles: readonly string[]): void {
  for (const arn of roles) {
    caller.allow('iam:PassRole', arn, { 'iam:PassedToService': 'redshift.amazonaws.com' })
    const role = roleOfArn(world, arn)
    const tooNew = world.newRoleRefusals.left > 0
    if (tooNew) world.newRoleRefusals.left -= 1
    if (role === undefined || tooNew || !trustsRedshift(world, role)) {
      throw invalid(
        `The IAM role ${arn} is not valid. The IAM role must delegate access to an Amazon Redshift account.`,
      )
    }
  }
}

/** Begins to create the cluster. `content` is what its database starts with; empty without. */
export function begin(world: World, region: string, wish: Wish, content?: Promise<Blob>): Cluster {
  const now = world.clock.now()
  const cluster: Cluster = {
    identifier: wish.identifier,
    region,
    nodeType: wish.nodeType,
    nodes: wish.nodes,
    databaseName: wish.databaseName,
    masterUsername: wish.masterUsername,
    port: wish.port,
    namespace: randomUUID(),
    subnetGroup: wish.subnetGroup ?? 'default',
    securityGroups: wish.securityGroups.length > 0 ? wish.securityGroups : ['sg-00000000000000000'],
    secretArn:
      wish.managedPassword && world.options.secretArn ? world.arns.secret(region, secretName(wish)) : undefined,
    createdAt: now,
    restored: content !== undefined,
    tags: new Map(wish.tags),
    roles: new Map(wish.roles.map((arn) => [arn, 'adding'])),
    storage: createStorage(content),
    maintenance: false,
    state: 'creating',
    since: now,
    seen: 0,
  }
  world.clusters.set(clusterKey(region, wish.identifier), cluster)
  return cluster
}

/** The name of a managed secret, as Redshift gives it: `redshift!cluster-user-6 characters`. */
function secretName(wish: Wish): string {
  return `redshift!${wish.identifier}-${wish.masterUsername}-d0Ub1E`
}

function network(world: World, wish: Wish): void {
  if (wish.subnetGroup === undefined && !world.options.defaultVpc) {
    throw new AwsError('InvalidVPCNetworkStateFault', 'No default VPC for this user. Specify a cluster subnet group.')
  }
  if (wish.subnetGroup !== undefined && !['default', ...world.options.subnetGroups].includes(wish.subnetGroup)) {
    throw new AwsError('ClusterSubnetGroupNotFoundFault', `Cluster subnet group ${wish.subnetGroup} not found.`)
  }
  const wrong = wish.securityGroups.find((group) => !/^sg-[0-9a-f]{8,17}$/.test(group))
  if (wrong !== undefined) throw invalid(`Invalid security group: ${wrong}`)
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message)
}
