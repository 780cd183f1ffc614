import { CreateRoleCommand, IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  RedshiftClient,
} from '@aws-sdk/client-redshift'
import { ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { afterEach, describe, expect, it } from 'vitest'
import { evaluate } from '../support/aws/iam/evaluate.ts'
import { parsePolicy } from '../support/aws/iam/policy.ts'
import { createReadingRole, createReadyCluster, readingPolicy, redshiftTrust, sqlOf } from '../support/aws/scene.ts'
import { type Double, startDouble } from '../support/aws/start.ts'

let double: Double | undefined
afterEach(async () => {
  await double?.stop()
  double = undefined
})

const account = '123456789012'
const cluster = `arn:aws:redshift:us-west-2:${account}:cluster:sparkify`
const role = `arn:aws:iam::${account}:role/sparkify-s3-read`

function allow(action: string | readonly string[], resource: string, condition?: object) {
  return {
    Effect: 'Allow',
    Action: action,
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  }
}

const statements = [
  allow(['iam:CreateRole', 'iam:PutRolePolicy'], role),
  allow('redshift:CreateCluster', cluster, { StringEquals: { 'aws:RequestTag/app': 'sparkify' } }),
  allow('redshift:CreateTags', cluster),
  allow('redshift:DescribeClusters', `arn:aws:redshift:us-west-2:${account}:cluster:*`),
  allow('redshift:DeleteCluster', cluster, { StringEquals: { 'aws:ResourceTag/app': 'sparkify' } }),
  allow('iam:PassRole', role, { StringEquals: { 'iam:PassedToService': 'redshift.amazonaws.com' } }),
  allow('iam:CreateServiceLinkedRole', '*', { StringLike: { 'iam:AWSServiceName': 'redshift.amazonaws.com' } }),
  allow(
    ['secretsmanager:CreateSecret', 'secretsmanager:TagResource', 'secretsmanager:GetSecretValue'],
    `arn:aws:secretsmanager:us-west-2:${account}:secret:redshift!sparkify-*`,
  ),
  allow('redshift-data:ExecuteStatement', cluster),
  allow(['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult'], '*', {
    StringEquals: { 'redshift-data:statement-owner-iam-userid': '$' + '{aws:userid}' },
  }),
]

async function start(without: string): Promise<Double> {
  const Statement = statements
    .map((each) => ({ ...each, Action: [each.Action].flat().filter((action) => action !== without) }))
    .filter((each) => each.Action.length > 0)
  double = await startDouble({ speed: 1_000_000, principalPolicy: { Version: '2012-10-17', Statement } })
  return double
}

async function live(started: Double): Promise<void> {
  const arn = await createReadingRole(started.client, 'sparkify-s3-read', readingPolicy('udacity-dend', ['log_data']))
  const ready = await createReadyCluster(started.client, { IamRoles: [arn], Tags: [{ Key: 'app', Value: 'sparkify' }] })
  await sqlOf(started.client, ready).rows('select 1')
  const gone = { ClusterIdentifier: 'sparkify', SkipFinalClusterSnapshot: true }
  await new RedshiftClient(started.client).send(new DeleteClusterCommand(gone))
}

describe('the principal’s policy', () => {
  it('that allows just what is done lets it be done, and what was done is on record', async () => {
    const started = await start('')
    await live(started)
    const used = await started.used()
    const allowed = statements.flatMap((each) => [each.Action].flat())
    expect([...new Set(used.map((each) => each.action))].sort()).toEqual(allowed.sort())
    expect(used).toContainEqual({ action: 'iam:PassRole', resource: role })
    expect((await started.left()).clusters).toMatchObject([{ state: 'deleting' }])
  })

  it.each([
    ['redshift:CreateCluster', cluster],
    ['redshift:CreateTags', cluster],
    ['iam:PassRole', role],
    [
      'secretsmanager:CreateSecret',
      `arn:aws:secretsmanager:us-west-2:${account}:secret:redshift!sparkify-sparkify_admin-d0Ub1E`,
    ],
    [
      'secretsmanager:GetSecretValue',
      `arn:aws:secretsmanager:us-west-2:${account}:secret:redshift!sparkify-sparkify_admin-d0Ub1E`,
    ],
    ['redshift-data:DescribeStatement', '*'],
  ])('that lacks %s names it', async (action, resource) => {
    await expect(live(await start(action))).rejects.toMatchObject({
      name: expect.stringMatching(/^AccessDenied(Exception)?$/),
      message:
        `User: arn:aws:iam::${account}:user/sparkify-bot is not authorized to perform: ${action} on resource: ${resource} ` +
        `because no identity-based policy allows the ${action} action`,
    })
  })

  it('does not bind whoever arranges the scene, and is not used by them', async () => {
    const started = await start('')
    const iam = new IAMClient(started.scene)
    await iam.send(new CreateRoleCommand({ RoleName: 'other', AssumeRolePolicyDocument: redshiftTrust }))
    expect(await started.used()).toEqual([])
    const tagged = new CreateClusterCommand({
      ClusterIdentifier: 'sparkify',
      ClusterType: 'single-node',
      NodeType: 'ra3.large',
      MasterUsername: 'admin',
      ManageMasterPassword: true,
    })
    await expect(new RedshiftClient(started.client).send(tagged)).rejects.toMatchObject({ name: 'AccessDenied' })
    await new RedshiftClient(started.scene).send(tagged)
    await new RedshiftClient(started.client).send(new DescribeClustersCommand({}))
    const foreign = new DeleteClusterCommand({ ClusterIdentifier: 'sparkify', SkipFinalClusterSnapshot: true })
    await expect(new RedshiftClient(started.client).send(foreign)).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it('reports denied cluster credentials as the Data API does', async () => {
    const started = await start('')
    await createReadyCluster(started.scene)
    const named = new ExecuteStatementCommand({
      Sql: 'select 1',
      ClusterIdentifier: 'sparkify',
      Database: 'sparkify',
      DbUser: 'sparkify_admin',
    })
    await expect(new RedshiftDataClient(started.client).send(named)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('is not authorized to perform: redshift:GetClusterCredentials'),
    })
  })

  it('can be simulated', async () => {
    double = await startDouble({
      principalPolicy: { Statement: [...statements, allow('iam:SimulatePrincipalPolicy', '*')] },
    })
    const { EvaluationResults } = await new IAMClient(double.client).send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: `arn:aws:iam::${account}:user/sparkify-bot`,
        ActionNames: ['iam:PassRole', 'iam:DeleteRole'],
        ResourceArns: [role],
        ContextEntries: [
          {
            ContextKeyName: 'iam:PassedToService',
            ContextKeyType: 'string',
            ContextKeyValues: ['redshift.amazonaws.com'],
          },
        ],
      }),
    )
    expect(EvaluationResults?.map((each) => [each.EvalActionName, each.EvalDecision])).toEqual([
      ['iam:PassRole', 'allowed'],
      ['iam:DeleteRole', 'implicitDeny'],
    ])
  })
})

describe('evaluation', () => {
  const ask = (statement: object, context = {}) =>
    evaluate([parsePolicy({ Statement: statement })], { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context })

  it.each<[object, object, string]>([
    [{ Effect: 'Allow', Action: 'S3:get*', Resource: 'arn:aws:s3:::b/?' }, {}, 'allowed'],
    [{ Effect: 'Allow', NotAction: 'iam:*', NotResource: 'arn:aws:s3:::c/*' }, {}, 'allowed'],
    [{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }, {}, 'implicitDeny'],
    [{ Effect: 'Deny', Action: '*', Resource: '*' }, {}, 'explicitDeny'],
    [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::B/k' }, {}, 'implicitDeny'],
    [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringLike: { 's3:Prefix': ['log*', 'x'] } } },
      { 's3:prefix': 'log_data' },
      'allowed',
    ],
    [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringEquals: { 's3:prefix': 'x' } } },
      {},
      'implicitDeny',
    ],
    [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringEqualsIfExists: { 's3:prefix': 'x' } } },
      {},
      'allowed',
    ],
    [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringNotEquals: { 's3:prefix': 'x' } } },
      { 's3:prefix': 'x' },
      'implicitDeny',
    ],
    [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: { Null: { 's3:prefix': 'true' } } }, {}, 'allowed'],
    [
      {
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { 'ForAllValues:StringEquals': { 'aws:tagkeys': ['a', 'b'] } },
      },
      { 'aws:tagkeys': ['a', 'c'] },
      'implicitDeny',
    ],
    [
      {
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { 'ForAnyValue:StringEquals': { 'aws:tagkeys': ['a'] } },
      },
      { 'aws:tagkeys': ['a', 'c'] },
      'allowed',
    ],
    [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { Bool: { 'aws:securetransport': true } } },
      { 'aws:securetransport': 'true' },
      'allowed',
    ],
  ])('of %j with %j is %s', (statement, context, decision) => {
    expect(ask(statement, context)).toBe(decision)
  })
})
