import { AwsError } from '../error.ts'
import type { Caller } from '../iam/caller.ts'
import { clustersIn } from '../redshift/cluster.ts'
import { databaseOf } from '../serverless/state.ts'
import type { World } from '../world.ts'
import { invalid, type SubmitInput } from './input.ts'
import type { Session } from './statement.ts'

/**
 * Who a statement is to run as: the owner of a secret, a named database user, or the caller itself. Also asks for the
 * permission that AWS uses on the caller's behalf. ValidationException in the Data API's words.
 */
export function openSession(world: World, caller: Caller, input: SubmitInput): Session {
  if (input.SessionId !== undefined) throw invalid(`Session ${input.SessionId} does not exist.`)
  if (input.ClusterIdentifier === undefined && input.WorkgroupName === undefined) {
    throw invalid('Either ClusterIdentifier, WorkgroupName or SessionId must be provided.')
  }
  if (input.Database === undefined) throw invalid('Database must be provided.')
  if (input.SecretArn !== undefined && input.DbUser !== undefined) {
    throw invalid('SecretArn and DbUser must not be provided together.')
  }
  if (input.ClusterIdentifier !== undefined && input.WorkgroupName !== undefined) {
    throw invalid('ClusterIdentifier and WorkgroupName must not be provided together.')
  }
  if (input.WorkgroupName !== undefined) {
    return sessionOfWorkgroup(world, caller, input, input.WorkgroupName, input.Database)
  }
  const identifier = input.ClusterIdentifier
  const cluster = clustersIn(world, caller.region).find((each) => each.identifier === identifier)
  if (cluster === undefined || cluster.state === 'creating') {
    throw invalid("Redshift endpoint doesn't exist in this region.")
  }
  if (cluster.state !== 'available' && cluster.state !== 'modifying') {
    throw invalid(`Redshift cluster ${cluster.identifier} is not available. Its status is ${cluster.state}.`)
  }
  if (cluster.maintenance) {
    throw invalid(`Redshift cluster ${cluster.identifier} is not available. Its status is available, maintenance.`)
  }
  const session = { cluster, database: input.Database, secretArn: input.SecretArn }
  const dbName = world.arns.dbName(caller.region, cluster.identifier, input.Database)
  if (input.SecretArn !== undefined) {
    caller.allow('secretsmanager:GetSecretValue', input.SecretArn)
    if (input.SecretArn !== cluster.secretArn) throw invalid("Secrets Manager can't find the specified secret.")
    return { ...session, dbUser: cluster.masterUsername }
  }
  if (input.DbUser !== undefined) {
    const dbUser = world.arns.dbUser(caller.region, cluster.identifier, input.DbUser)
    const context = { 'redshift:DbUser': input.DbUser, 'redshift:DbName': input.Database }
    allowCredentials(caller, 'redshift:GetClusterCredentials', dbUser, context)
    allowCredentials(caller, 'redshift:GetClusterCredentials', dbName, context)
    return { ...session, dbUser: input.DbUser }
  }
  allowCredentials(caller, 'redshift:GetClusterCredentialsWithIAM', dbName, {})
  return { ...session, dbUser: `IAM:${caller.arn.split('/').at(-1)}` }
}

/** On Serverless: the owner of the namespace's secret, or the caller itself; a database user cannot be named. */
function sessionOfWorkgroup(
  world: World,
  caller: Caller,
  { SecretArn: secretArn, DbUser }: SubmitInput,
  name: string,
  database: string,
): Session {
  if (DbUser !== undefined) throw invalid('DbUser cannot be provided with WorkgroupName.')
  const { workgroup, cluster } = databaseOf(world, caller.region, name)
  if (secretArn !== undefined) {
    caller.allow('secretsmanager:GetSecretValue', secretArn)
    if (secretArn !== workgroup.namespace.secretArn) throw invalid("Secrets Manager can't find the specified secret.")
    return { cluster, database, secretArn, dbUser: cluster.masterUsername }
  }
  allowCredentials(caller, 'redshift-serverless:GetCredentials', workgroup.arn, {})
  return { cluster, database, secretArn, dbUser: `IAM:${caller.arn.split('/').at(-1)}` }
}

/** The Data API reports denied cluster credentials as a ValidationException (measured by awslabs/mcp, redshift-mcp-server). */
function allowCredentials(caller: Caller, action: string, resource: string, context: Record<string, string>): void {
  try {
    caller.allow(action, resource, context)
  } catch (error) {
    throw error instanceof AwsError ? invalid(error.message) : error
  }
}
