import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  type Cluster,
  CreateClusterCommand,
  type CreateClusterCommandInput,
  DescribeClustersCommand,
  RedshiftClient,
} from '@aws-sdk/client-redshift'
import {
  BatchExecuteStatementCommand,
  type BatchExecuteStatementCommandInput,
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  type Field,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data'
import type { DoubleClient } from './start.ts'

/** Lets Redshift put on a role. */
export const redshiftTrust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'redshift.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** An inline policy that may list a bucket and read its objects below some prefixes. */
export function readingPolicy(bucket: string, prefixes: readonly string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: `arn:aws:s3:::${bucket}`,
        Condition: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
      },
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: prefixes.map((prefix) => `arn:aws:s3:::${bucket}/${prefix}*`),
      },
    ],
  })
}

/** A role with that policy; its ARN. */
export async function createReadingRole(client: DoubleClient, name: string, policy: string): Promise<string> {
  const iam = new IAMClient(client)
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: redshiftTrust }))
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'read', PolicyDocument: policy }))
  return Role?.Arn ?? ''
}

/** A cluster that is available with its roles in-sync, `sparkify` in a database of that name unless told otherwise. */
export async function createReadyCluster(
  client: DoubleClient,
  input: Partial<CreateClusterCommandInput> = {},
): Promise<Cluster> {
  const wish = {
    ClusterIdentifier: 'sparkify',
    ClusterType: 'single-node',
    NodeType: 'ra3.large',
    DBName: 'sparkify',
    MasterUsername: 'sparkify_admin',
    ManageMasterPassword: true,
    ...input,
  }
  await new RedshiftClient(client).send(new CreateClusterCommand(wish))
  return waitForCluster(client, wish.ClusterIdentifier ?? '', 'available')
}

/** Describes a cluster until it has a state, and where that is available, its roles are in-sync. */
export async function waitForCluster(client: DoubleClient, identifier: string, state: string): Promise<Cluster> {
  const redshift = new RedshiftClient(client)
  for (;;) {
    const { Clusters } = await redshift.send(new DescribeClustersCommand({ ClusterIdentifier: identifier }))
    const cluster = Clusters?.[0]
    const roles = cluster?.IamRoles ?? []
    const inSync = state !== 'available' || roles.every((role) => role.ApplyStatus === 'in-sync')
    if (cluster?.ClusterStatus === state && inSync) return cluster
  }
}

/** The Data API on one cluster, as the owner of its secret. */
export type Sql = {
  /** Runs one statement to its end. */
  readonly run: (sql: string, input?: Partial<ExecuteStatementCommandInput>) => Promise<DescribeStatementCommandOutput>
  /** Runs a batch to its end. */
  readonly batch: (
    sqls: readonly string[],
    input?: Partial<BatchExecuteStatementCommandInput>,
  ) => Promise<DescribeStatementCommandOutput>
  /** The rows of a query, plain values; throws the statement's error. */
  readonly rows: (
    sql: string,
    parameters?: Readonly<Record<string, string>>,
  ) => Promise<readonly (readonly unknown[])[]>
}

/** Speaks SQL to a cluster. */
export function sqlOf(client: DoubleClient, cluster: Cluster): Sql {
  const data = new RedshiftDataClient(client)
  const target = {
    ClusterIdentifier: cluster.ClusterIdentifier,
    Database: cluster.DBName,
    SecretArn: cluster.MasterPasswordSecretArn,
  }
  const settled = (Id: string | undefined) => data.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 30 }))
  const run: Sql['run'] = async (sql, input = {}) =>
    settled((await data.send(new ExecuteStatementCommand({ ...target, Sql: sql, ...input }))).Id)
  return {
    run,
    batch: async (sqls, input = {}) =>
      settled((await data.send(new BatchExecuteStatementCommand({ ...target, Sqls: [...sqls], ...input }))).Id),
    rows: async (sql, parameters = {}) => {
      const given = Object.entries(parameters).map(([name, value]) => ({ name, value }))
      const done = await run(sql, given.length > 0 ? { Parameters: given } : {})
      if (done.Status !== 'FINISHED') throw new Error(done.Error)
      const { Records } = await data.send(new GetStatementResultCommand({ Id: done.Id }))
      return (Records ?? []).map((record) => record.map(plain))
    },
  }
}

function plain(field: Field): unknown {
  return field.isNull === true
    ? null
    : (field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue)
}
