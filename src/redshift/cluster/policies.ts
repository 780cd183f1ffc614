import { clusterArn, copyPlaceOf, managedTag, readS3Location, roleArn, workPlaceOf } from '../names.ts'
import type { RedshiftSettings } from '../settings.ts'

/** Whose permissions, in which account, for which cluster and role. The texts may be placeholders. */
interface Scope
  extends Pick<
    RedshiftSettings,
    | 'kind'
    | 'region'
    | 'clusterId'
    | 'roleName'
    | 'roleArn'
    | 'permissionsBoundary'
    | 'copyTo'
    | 'work'
    | 'logData'
    | 'songData'
    | 'jsonPaths'
  > {
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

/**
 * All that the bot's principal needs, and nothing it does not: `docs/aws-policy.json` is this with placeholders.
 * Actions and their resources: https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export function botPolicy(scope: Scope): PolicyDocument {
  const { partition, id, region, clusterId, principal } = scope
  return {
    Version: '2012-10-17',
    Statement: [
      ...(scope.kind === 'serverless' ? serverlessStatements(scope) : clusterStatements(scope)),
      ...roleStatements(scope),
      allow(
        'LetRedshiftHaveItsServiceRole',
        ['iam:CreateServiceLinkedRole'],
        [roleArn(scope, 'aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift')],
        { StringEquals: { 'iam:AWSServiceName': 'redshift.amazonaws.com' } },
      ),
      allow(
        'KeepTheAdminPassword',
        ['secretsmanager:CreateSecret', 'secretsmanager:TagResource', 'secretsmanager:GetSecretValue'],
        [`arn:${partition}:secretsmanager:${region}:${id}:secret:redshift!${clusterId}-*`],
      ),
      askTheDatabase(scope),
      allow(
        'FollowItsStatements',
        ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult', 'redshift-data:CancelStatement'],
        ['*'],
        { StringLike: { 'redshift-data:statement-owner-iam-userid': scope.owner } },
      ),
      ...copyStatements(scope),
      ...workStatements(scope),
      allow('KnowItsPermissions', ['iam:SimulatePrincipalPolicy'], [principal]),
    ],
  }
}

function clusterStatements(scope: Scope): readonly PolicyStatement[] {
  const { partition, id, region, clusterId } = scope
  const cluster = clusterArn(scope, region, clusterId)
  return [
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
  ]
}

/** ARNs of namespaces and workgroups hold an id that AWS chooses, so the policy names what is ours by its tag. */
function serverlessStatements(scope: Scope): readonly PolicyStatement[] {
  const all = [serverlessArn(scope, 'namespace'), serverlessArn(scope, 'workgroup')]
  const tagged = (where: 'Request' | 'Resource') => ({
    StringEquals: { [`aws:${where}Tag/${managedTag}`]: scope.clusterId },
  })
  const named = (names: readonly string[]) => names.map((name) => `redshift-serverless:${name}`)
  return [
    allow('Look', named(['GetNamespace', 'GetWorkgroup', 'ListTagsForResource']), all),
    allow('LookAtAll', named(['ListSnapshots', 'ListUsageLimits']), ['*']),
    allow('MakeOurs', named(['CreateNamespace', 'CreateWorkgroup', 'TagResource']), all, tagged('Request')),
    allow(
      'RunOurs',
      named([
        'UpdateNamespace',
        'UpdateWorkgroup',
        'DeleteNamespace',
        'DeleteWorkgroup',
        'RestoreFromSnapshot',
        'CreateSnapshot',
      ]),
      all,
      tagged('Resource'),
    ),
    allow('NoteWhatWasRestored', named(['TagResource']), all, tagged('Resource')),
    allow('LimitTheUsage', named(['CreateUsageLimit', 'UpdateUsageLimit', 'DeleteUsageLimit']), ['*']),
  ]
}

function serverlessArn({ partition, region, id }: Scope, what: 'namespace' | 'workgroup'): string {
  return `arn:${partition}:redshift-serverless:${region}:${id}:${what}/*`
}

function askTheDatabase(scope: Scope): PolicyStatement {
  const action = ['redshift-data:BatchExecuteStatement']
  if (scope.kind === 'provisioned') {
    return allow('AskTheDatabase', action, [clusterArn(scope, scope.region, scope.clusterId)])
  }
  const tagged = { StringEquals: { [`aws:ResourceTag/${managedTag}`]: scope.clusterId } }
  return allow('AskTheDatabase', action, [serverlessArn(scope, 'workgroup')], tagged)
}

/**
 * A role of the company is only looked at and passed on; our own is also made, given its policy, repaired and removed. With a boundary it
 * is made, and given a policy, only under that boundary: otherwise the bot could make a role that may do anything.
 */
function roleStatements(scope: Scope): readonly PolicyStatement[] {
  const arn = scope.roleArn ?? roleArn(scope, scope.roleName)
  const service = scope.kind === 'serverless' ? 'redshift-serverless.amazonaws.com' : 'redshift.amazonaws.com'
  const passed = { StringEquals: { 'iam:PassedToService': service } }
  const pass = allow('HandTheRoleToRedshift', ['iam:PassRole'], [arn], passed)
  if (scope.roleArn !== null) return [allow('LookAtTheRole', ['iam:GetRole'], [arn]), pass]
  const keep = ['iam:GetRole', 'iam:TagRole', 'iam:GetRolePolicy', 'iam:UpdateAssumeRolePolicy', 'iam:DeleteRole']
  const grant = ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy']
  if (scope.permissionsBoundary === null) return [allow('KeepTheRole', [...keep, ...grant], [arn]), pass]
  const bounded = { StringEquals: { 'iam:PermissionsBoundary': scope.permissionsBoundary } }
  const bound = allow('KeepTheRoleBounded', [...grant, 'iam:PutRolePermissionsBoundary'], [arn], bounded)
  return [allow('KeepTheRole', keep, [arn]), bound, pass]
}

/** The copy of the live load is listed, read, finished with a manifest, and removed; the role writes its Parquet. */
function copyStatements({ copyTo, partition }: Scope): readonly PolicyStatement[] {
  if (copyTo === null) return []
  const { bucket, key } = copyPlaceOf(copyTo)
  const arn = `arn:${partition}:s3:::${bucket}`
  return [
    allow('ListTheCopy', ['s3:ListBucket'], [arn], { StringLike: { 's3:prefix': [`${key}*`] } }),
    allow('KeepTheCopy', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], [`${arn}/${key}*`]),
  ]
}

/** With a place for manifests the bot lists the sources and the JSONPaths file, and writes there which objects COPY reads. */
function workStatements({ work, logData, songData, jsonPaths, partition }: Scope): readonly PolicyStatement[] {
  if (work === null) return []
  const { bucket, key } = workPlaceOf(work)
  const sources = sourcePlaces({ logData, songData, jsonPaths }).map(readS3Location)
  const buckets = [...new Set(sources.map((source) => source.bucket))]
  return [
    ...buckets.map((name, at) =>
      allow(
        `ListTheSources${at === 0 ? '' : at + 1}`,
        ['s3:ListBucket'],
        [`arn:${partition}:s3:::${name}`],
        prefixesIn(name, sources),
      ),
    ),
    allow('WriteTheManifests', ['s3:PutObject'], [`arn:${partition}:s3:::${bucket}/${key}*`]),
  ]
}

/** The condition that what is listed of a bucket begins with a prefix of one of these places in it. */
function prefixesIn(name: string, places: readonly { readonly bucket: string; readonly prefix: string }[]): Condition {
  const prefixes = places.flatMap(({ bucket, prefix }) => (bucket === name ? [`${prefix}*`] : []))
  return { StringLike: { 's3:prefix': prefixes } }
}

function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  Condition?: Condition,
): PolicyStatement {
  return { Sid, Effect: 'Allow', Action, Resource, ...(Condition === undefined ? {} : { Condition }) }
}

type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

/** One statement of an IAM policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow'
  readonly Principal?: Readonly<Record<string, string | readonly string[]>>
  readonly Action: readonly string[]
  readonly Resource?: readonly string[]
  readonly Condition?: Condition
}

/** An IAM policy, as its JSON is written. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/** What of the settings the policy of the role depends on. */
type RolePlaces = Pick<RedshiftSettings, 'logData' | 'songData' | 'jsonPaths' | 'copyTo' | 'work'>

/** The places the role may read, in the order of the settings. Throws `bad_config` where one is not in S3. */
export function sourcePlaces(settings: Pick<RolePlaces, 'logData' | 'songData' | 'jsonPaths'>): readonly string[] {
  const { logData, songData, jsonPaths } = settings
  const places = [logData, songData, ...(jsonPaths === null ? [] : [jsonPaths])]
  for (const place of places) readS3Location(place)
  return places
}

/**
 * What the role may do: read the configured places and write the copy, nothing else. COPY needs to list and to get
 * (https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-access-permissions.html); a JSONPaths object is only got. UNLOAD looks
 * for what it would write over, and puts.
 */
export function readingPolicy(settings: RolePlaces, partition: string): PolicyDocument {
  const read = [settings.logData, settings.songData].map(readS3Location)
  const works = settings.work === null ? [] : [workPlaceOf(settings.work)]
  const copies = settings.copyTo === null ? [] : [copyPlaceOf(settings.copyTo)]
  const listed = [...read, ...[...copies, ...works].map(({ bucket, key }) => ({ bucket, prefix: key }))]
  const buckets = [...new Set(listed.map(({ bucket }) => bucket))]
  const arn = (rest: string): string => `arn:${partition}:s3:::${rest}`
  const objects = [
    ...read.map(({ bucket, prefix }) => arn(`${bucket}/${prefix}*`)),
    ...works.map(({ bucket, key }) => arn(`${bucket}/${key}*`)),
    ...(settings.jsonPaths === null ? [] : [readS3Location(settings.jsonPaths)]).map((at) =>
      arn(`${at.bucket}/${at.prefix}`),
    ),
  ]
  return {
    Version: '2012-10-17',
    Statement: [
      ...buckets.map((bucket) => ({
        Effect: 'Allow' as const,
        Action: ['s3:ListBucket'],
        Resource: [arn(bucket)],
        Condition: prefixesIn(bucket, listed),
      })),
      { Effect: 'Allow', Action: ['s3:GetBucketLocation'], Resource: buckets.map(arn) },
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [...new Set(objects)] },
      ...copies.map(({ bucket, key }) => ({
        Effect: 'Allow' as const,
        Action: ['s3:PutObject'],
        Resource: [arn(`${bucket}/${key}*`)],
      })),
    ],
  }
}
