import { clusterArn, roleArn } from '../names.ts'
import type { RedshiftSettings } from '../settings.ts'
import type { PolicyDocument, PolicyStatement } from './role-policy.ts'

/** Whose permissions, in which account, for which cluster and role. The texts may be placeholders. */
export interface Scope extends Pick<RedshiftSettings, 'region' | 'clusterId' | 'roleName' | 'roleArn'> {
  readonly partition: string
  readonly id: string
  /** ARN of the bot's own user or role. */
  readonly principal: string
}

const forRedshift = { StringEquals: { 'iam:PassedToService': 'redshift.amazonaws.com' } }

/**
 * All that the bot's principal needs, and nothing it does not: `docs/aws-policy.json` is this with placeholders.
 * Actions and their resources: https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export function botPolicy(scope: Scope): PolicyDocument {
  const { partition, id, region, clusterId, principal } = scope
  const cluster = clusterArn(scope, region, clusterId)
  return {
    Version: '2012-10-17',
    Statement: [
      allow('Look', ['redshift:DescribeClusters', 'redshift:DescribeClusterSnapshots'], ['*']),
      allow(
        'RunTheCluster',
        [
          'redshift:CreateCluster',
          'redshift:CreateTags',
          'redshift:PauseCluster',
          'redshift:ResumeCluster',
          'redshift:DeleteCluster',
        ],
        [cluster],
      ),
      allow(
        'RestoreTheCluster',
        ['redshift:RestoreFromClusterSnapshot'],
        [cluster, `arn:${partition}:redshift:${region}:${id}:snapshot:${clusterId}/*`],
      ),
      ...roleStatements(scope),
      {
        ...allow(
          'LetRedshiftHaveItsServiceRole',
          ['iam:CreateServiceLinkedRole'],
          [roleArn(scope, 'aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift')],
        ),
        Condition: { StringEquals: { 'iam:AWSServiceName': 'redshift.amazonaws.com' } },
      },
      allow(
        'KeepTheAdminPassword',
        ['secretsmanager:CreateSecret', 'secretsmanager:TagResource', 'secretsmanager:GetSecretValue'],
        [`arn:${partition}:secretsmanager:${region}:${id}:secret:redshift!${clusterId}-*`],
      ),
      allow('AskTheDatabase', ['redshift-data:BatchExecuteStatement'], [cluster]),
      {
        ...allow(
          'FollowItsStatements',
          ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult', 'redshift-data:CancelStatement'],
          ['*'],
        ),
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's policy language.
        Condition: { StringEquals: { 'redshift-data:statement-owner-iam-userid': '${aws:userid}' } },
      },
      allow('KnowItsPermissions', ['iam:SimulatePrincipalPolicy'], [principal]),
    ],
  }
}

/** A role of the company is only passed on; our own is also made, given its policy, and removed. */
function roleStatements(scope: Scope): readonly PolicyStatement[] {
  const arn = scope.roleArn ?? roleArn(scope, scope.roleName)
  const pass = { ...allow('HandTheRoleToRedshift', ['iam:PassRole'], [arn]), Condition: forRedshift }
  if (scope.roleArn !== null) return [pass]
  const keep = [
    'iam:GetRole',
    'iam:CreateRole',
    'iam:TagRole',
    'iam:GetRolePolicy',
    'iam:PutRolePolicy',
    'iam:DeleteRolePolicy',
    'iam:DeleteRole',
  ]
  return [allow('KeepTheRole', keep, [arn]), pass]
}

function allow(Sid: string, Action: readonly string[], Resource: readonly string[]): PolicyStatement {
  return { Sid, Effect: 'Allow', Action, Resource }
}
