import { AwsError } from '../error.ts'
import type { QueryAction } from '../services.ts'
import { requestTagContext } from '../tags.ts'
import { flag, integer, optional, required, strings, tags } from '../wire/query.ts'
import { describeCluster } from './describe.ts'
import { allowAlong, begin, validate, type Wish } from './new-cluster.ts'
import { snapshotNamed } from './snapshot.ts'

/** CreateCluster. https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html */
export const createCluster: QueryAction = ({ world, form, caller }) => {
  const wish: Wish = {
    ...common(form),
    identifier: required(form, 'ClusterIdentifier'),
    nodeType: required(form, 'NodeType'),
    nodes: nodesOf(form),
    databaseName: optional(form, 'DBName') ?? 'dev',
    masterUsername: required(form, 'MasterUsername'),
    port: integer(form, 'Port') ?? 5439,
    tags: tags(form),
  }
  caller.allow(
    'redshift:CreateCluster',
    world.arns.cluster(caller.region, wish.identifier),
    requestTagContext(wish.tags),
  )
  if (flag(form, 'Encrypted') === false) {
    throw new AwsError('InvalidParameterValue', 'Encrypted cannot be false. All new clusters must be encrypted.')
  }
  if (integer(form, 'AutomatedSnapshotRetentionPeriod') === 0) {
    throw new AwsError(
      'InvalidParameterValue',
      `The automated snapshot retention period cannot be 0 for ${wish.nodeType}.`,
    )
  }
  password(form)
  validate(world, caller.region, wish)
  allowAlong(world, caller, wish)
  return { Cluster: describeCluster(world, begin(world, caller.region, wish)) }
}

/** RestoreFromClusterSnapshot: a new cluster that starts with the snapshot's tables. */
export const restoreFromClusterSnapshot: QueryAction = ({ world, form, caller }) => {
  const identifier = required(form, 'ClusterIdentifier')
  const name = required(form, 'SnapshotIdentifier')
  const snapshot = world.snapshots.get(`${caller.region}/${name}`)
  caller.allow('redshift:RestoreFromClusterSnapshot', world.arns.cluster(caller.region, identifier))
  const source = world.arns.snapshot(caller.region, snapshot?.cluster ?? identifier, name)
  caller.allow('redshift:RestoreFromClusterSnapshot', source)
  const found = snapshotNamed(world, caller.region, name)
  if (!found.isComplete()) {
    throw new AwsError('InvalidClusterSnapshotState', `The snapshot ${name} is not in a valid state.`)
  }
  const wish: Wish = {
    ...common(form),
    identifier,
    nodeType: optional(form, 'NodeType') ?? found.nodeType,
    nodes: integer(form, 'NumberOfNodes') ?? found.nodes,
    databaseName: found.databaseName,
    masterUsername: found.masterUsername,
    port: integer(form, 'Port') ?? found.port,
    tags: found.tags,
  }
  validate(world, caller.region, wish)
  allowAlong(world, caller, { ...wish, tags: new Map() })
  return { Cluster: describeCluster(world, begin(world, caller.region, wish, found.content)) }
}

function common(form: URLSearchParams) {
  return {
    managedPassword: flag(form, 'ManageMasterPassword') === true,
    secretKey: optional(form, 'MasterPasswordSecretKmsKeyId'),
    roles: strings(form, 'IamRoles'),
    subnetGroup: optional(form, 'ClusterSubnetGroupName'),
    securityGroups: strings(form, 'VpcSecurityGroupIds'),
  }
}

/** The service's default type is multi-node, so a single node has to be asked for. */
function nodesOf(form: URLSearchParams): number {
  const type = optional(form, 'ClusterType') ?? 'multi-node'
  const nodes = integer(form, 'NumberOfNodes')
  if (type === 'single-node') {
    if (nodes === undefined || nodes === 1) return 1
    throw new AwsError('InvalidParameterCombination', 'Number of nodes for cluster type single-node must be 1')
  }
  if (nodes === undefined || nodes < 2) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Number of nodes for cluster type multi-node must be greater than or equal to 2',
    )
  }
  return nodes
}

function password(form: URLSearchParams): void {
  const given = optional(form, 'MasterUserPassword')
  const managed = flag(form, 'ManageMasterPassword') === true
  if (managed && given !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'You cannot specify MasterUserPassword when ManageMasterPassword is true.',
    )
  }
  if (managed) return
  if (given === undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'You must specify MasterUserPassword or set ManageMasterPassword to true.',
    )
  }
  const fits = given.length >= 8 && given.length <= 64 && /[a-z]/.test(given) && /[A-Z]/.test(given) && /\d/.test(given)
  if (!fits || /['"\\/@ ]/.test(given)) {
    throw new AwsError(
      'InvalidParameterValue',
      'The parameter MasterUserPassword must be between 8 and 64 characters and contain at least one uppercase letter, ' +
        'one lowercase letter, and one number.',
    )
  }
}
