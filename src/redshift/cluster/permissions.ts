import { clusterArn, roleArn } from '../names.ts'
import type { RedshiftSettings } from '../settings.ts'
import type { PolicyDocument, PolicyStatement } from './role-policy.ts'

/** Whose permissions, in which account, for which cluster and role. The texts may be placeholders. */
export interface Scope
  extends Pick<RedshiftSettings, 'region' | 'clusterId' | 'roleName' | 'roleArn' | 'permissionsBoundary'> {
  readonly partition: string
  readonly id: string
  /** ARN of the bot's own user or role. */
  readonly principal: string
  /** What `aws:userid` of the bot looks like in each of its sessions: see `ownerPattern`. */
  readonly owner: string
}

/**
 * The pattern that `aws:userid` of one principal matches in all of its sessions: a user's id as it is, a role's with any session name.
 * IRSA, ECS and profiles make up a new session name for each process and at each refresh of credentials.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
 */
export function ownerPattern(userId: string): string {
  return userId.replace(/:.*$/, ':*')
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
          'redshift:ModifyClusterIamRoles',
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
        Condition: { StringLike: { 'redshift-data:statement-owner-iam-userid': scope.owner } },
      },
      allow('KnowItsPermissions', ['iam:SimulatePrincipalPolicy'], [principal]),
    ],
  }
}

/**
 * A role of the company is only looked at and passed on; our own is also made, given its policy, repaired and removed. With a boundary it
 * is made, and given a policy, only under that boundary: otherwise the bot could make a role that may do anything.
 */
function roleStatements(scope: Scope): readonly PolicyStatement[] {
  const arn = scope.roleArn ?? roleArn(scope, scope.roleName)
  const pass = { ...allow('HandTheRoleToRedshift', ['iam:PassRole'], [arn]), Condition: forRedshift }
  if (scope.roleArn !== null) return [allow('LookAtTheRole', ['iam:GetRole'], [arn]), pass]
  const keep = ['iam:GetRole', 'iam:TagRole', 'iam:GetRolePolicy', 'iam:UpdateAssumeRolePolicy', 'iam:DeleteRole']
  const grant = ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy']
  if (scope.permissionsBoundary === null) return [allow('KeepTheRole', [...keep, ...grant], [arn]), pass]
  const bounded = {
    ...allow('KeepTheRoleBounded', [...grant, 'iam:PutRolePermissionsBoundary'], [arn]),
    Condition: { StringEquals: { 'iam:PermissionsBoundary': scope.permissionsBoundary } },
  }
  return [allow('KeepTheRole', keep, [arn]), bounded, pass]
}

function allow(Sid: string, Action: readonly string[], Resource: readonly string[]): PolicyStatement {
  return { Sid, Effect: 'Allow', Action, Resource }
}
