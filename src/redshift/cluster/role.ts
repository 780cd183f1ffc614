import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  type Role,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { messageOf, OpsError } from '../../core/errors.ts'
import { list } from '../../core/format.ts'
import type { Step } from '../../core/step.ts'
import { isAwsError } from '../aws-error.ts'
import { quoted } from '../aws-failure.ts'
import { accountOf, managedTag, readingPolicyName, tagRoleLine } from '../names.ts'
import type { RedshiftSettings } from '../settings.ts'
import { awsStep, type ClusterContext, wrongState } from './cluster-context.ts'
import { readingPolicy, sourcePlaces } from './policies.ts'
import { findRole, isTagged } from './resources.ts'
import { redshiftServices, trustPolicy, trustsRedshift } from './trust-policy.ts'

/** The role by our name, if it is ours; null when there is none. Throws `cluster_state` for another owner's. */
export async function ownRole({ clients, settings }: ClusterContext): Promise<Role | null> {
  const role = await findRole(clients, settings.roleName)
  if (role === null || isTagged(role, settings.clusterId)) return role
  throw new OpsError(
    'cluster_state',
    `Role ${settings.roleName} does not belong to this bot: it lacks its tag. Nothing was changed.`,
    `Set another REDSHIFT_ROLE_NAME, use this role unchanged with REDSHIFT_ROLE_ARN=${role.Arn}, or tag it to hand it to the bot: ${tagRoleLine(settings.roleName, settings.clusterId)}`,
  )
}

/** ARN of the role that the cluster is to load with. Throws `cluster_state` when ours is gone. */
export async function loadingRoleArn(context: ClusterContext): Promise<string> {
  const { roleArn, roleName } = context.settings
  if (roleArn !== null) return roleArn
  const arn = (await ownRole(context))?.Arn
  if (arn === undefined) {
    throw wrongState(`Role ${roleName} does not exist any more.`, 'Run spin-up: it creates the role again.', 'spin-up')
  }
  return arn
}

/** Something about a role that keeps the cluster from loading with it. */
type RoleFault = 'trust' | 'boundary'

/** What is wrong with a role: Redshift may not assume it, or it lacks the configured boundary. */
export function faultsOf(role: Role, { permissionsBoundary, kind }: RedshiftSettings): readonly RoleFault[] {
  const trusts = trustsRedshift(role.AssumeRolePolicyDocument ?? '{}', accountOf(role.Arn ?? '').id, kind)
  const isBounded =
    permissionsBoundary === null || role.PermissionsBoundary?.PermissionsBoundaryArn === permissionsBoundary
  return [...(trusts ? [] : ['trust' as const]), ...(isBounded ? [] : ['boundary' as const])]
}

/** Creates the role; where it is there, repairs its trust policy and its boundary. */
export function createRole(context: ClusterContext): Step {
  const { clients, settings } = context
  return awsStep(context, { id: 'create-role', title: 'Create role' }, async () => {
    if (settings.roleArn !== null) {
      await refuseUntrusting(context, settings.roleArn)
      return { skipped: `${settings.roleArn} is used as it is` }
    }
    const found = await ownRole(context)
    if (found !== null) {
      const faults = faultsOf(found, settings)
      for (const fault of faults) await repair(context, fault)
      return faults.length === 0
        ? { skipped: `${settings.roleName} exists already` }
        : { detail: `${settings.roleName} existed; repaired its ${list(faults.map((fault) => faultWords[fault]))}` }
    }
    try {
      await clients.iam.send(
        new CreateRoleCommand({
          RoleName: settings.roleName,
          Description: `Lets the Redshift cluster ${settings.clusterId} read its sources`,
          AssumeRolePolicyDocument: JSON.stringify(trustPolicy(settings.kind)),
          Tags: tagsOf(settings),
          ...(settings.permissionsBoundary === null ? {} : { PermissionsBoundary: settings.permissionsBoundary }),
        }),
      )
    } catch (error) {
      // The SDK repeats a request whose answer was lost: the role is ours, or ownRole throws.
      if (!isAwsError(error, 'EntityAlreadyExists') || (await ownRole(context)) === null) throw error
    }
    return { detail: settings.roleName }
  })
}

/** What was repaired, in words. */
const faultWords = { trust: 'trust policy', boundary: 'permissions boundary' } as const satisfies Record<
  RoleFault,
  string
>

async function repair({ clients, settings }: ClusterContext, fault: RoleFault): Promise<void> {
  const { roleName: RoleName, permissionsBoundary } = settings
  if (fault === 'trust') {
    const PolicyDocument = JSON.stringify(trustPolicy(settings.kind))
    await clients.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }))
  } else if (permissionsBoundary !== null) {
    const command = new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: permissionsBoundary })
    await clients.iam.send(command)
  }
}

/** The company's role; null where there is none, or where the bot may not read it. */
export async function companyRole({ clients }: ClusterContext, arn: string): Promise<Role | null> {
  try {
    return await findRole(clients, arn.split('/').at(-1) ?? '')
  } catch (error) {
    if (isAwsError(error, 'AccessDenied')) return null
    throw error
  }
}

/** The bot never changes the company's role, so a fault in it is reported before anything is billed. */
async function refuseUntrusting(context: ClusterContext, arn: string): Promise<void> {
  const role = await companyRole(context, arn)
  if (role === null || !faultsOf(role, context.settings).includes('trust')) return
  throw new OpsError('cluster_state', untrustingWords(arn, context.settings.kind), trustRemedy(context.settings.kind))
}

/** That Redshift may not assume a role. */
export function untrustingWords(role: string, kind: RedshiftSettings['kind']): string {
  return `Role ${role} does not trust ${list(redshiftServices(kind))}, so the cluster cannot load with it.`
}

/** What repairs the trust policy of a role that the bot does not change. */
export function trustRemedy(kind: RedshiftSettings['kind']): string {
  return `Add to its trust policy: ${JSON.stringify(trustPolicy(kind).Statement[0])}`
}

/** Whether the role may read what the configuration names, in the words that spin-up writes. */
export async function readsSources(context: ClusterContext, role: Role): Promise<boolean> {
  const { partition } = accountOf(role.Arn ?? '')
  return (await currentPolicy(context)) === JSON.stringify(readingPolicy(context.settings, partition))
}

/** Gives the role its one policy, unless it has it already in these words. */
export function allowReading(context: ClusterContext): Step {
  const { clients, settings } = context
  return awsStep(context, { id: 'allow-reading-the-data', title: 'Allow reading the data' }, async () => {
    if (settings.roleArn !== null) return { skipped: `${settings.roleArn} is not managed by this bot` }
    const { partition } = accountOf(await loadingRoleArn(context))
    const policy = JSON.stringify(readingPolicy(settings, partition))
    const places = list(sourcePlaces(settings))
    if ((await currentPolicy(context)) === policy) return { skipped: `${places}: allowed already` }
    await clients.iam.send(
      new PutRolePolicyCommand({
        RoleName: settings.roleName,
        PolicyName: readingPolicyName,
        PolicyDocument: policy,
      }),
    )
    return { detail: places }
  })
}

/** Removes the role, if it is ours. It costs nothing, so it goes last. */
export function deleteRole(context: ClusterContext): Step {
  const { clients, settings } = context
  return awsStep(context, { id: 'delete-role', title: 'Delete role' }, async () => {
    if (settings.roleArn !== null) return { skipped: `${settings.roleArn} is not managed by this bot` }
    const role = await findRole(clients, settings.roleName)
    if (role === null) return { skipped: 'already deleted' }
    if (!isTagged(role, settings.clusterId))
      return { skipped: `${settings.roleName} does not belong to this bot and is kept` }
    await ignoring('NoSuchEntity', () =>
      clients.iam.send(new DeleteRolePolicyCommand({ RoleName: settings.roleName, PolicyName: readingPolicyName })),
    )
    try {
      await ignoring('NoSuchEntity', () => clients.iam.send(new DeleteRoleCommand({ RoleName: settings.roleName })))
    } catch (error) {
      if (!isAwsError(error, 'DeleteConflict')) throw error
      throw new OpsError(
        'aws',
        `Role ${settings.roleName} was not deleted, because policies or instance profiles were added to it outside of this bot. It costs nothing. AWS answered: ${quoted(messageOf(error))}`,
        `Remove them, then run tear-down again. To list them: ${['list-attached-role-policies', 'list-role-policies', 'list-instance-profiles-for-role'].map((list) => `aws iam ${list} --role-name ${settings.roleName}`).join('; ')}.`,
        { cause: error, fixCommand: 'tear-down' },
      )
    }
    return { detail: settings.roleName }
  })
}

/** The line about the role in a plan. */
export async function roleFact(context: ClusterContext): Promise<string> {
  const { settings } = context
  if (settings.roleArn !== null) return `Role ${settings.roleArn} is used as it is; it is never changed or deleted.`
  const adopted = (await ownRole(context)) === null ? '' : ' (exists already)'
  const boundary =
    settings.permissionsBoundary === null ? '' : ` Its permissions boundary is ${settings.permissionsBoundary}.`
  const copies = settings.copyTo === null ? '' : `, and write only to ${settings.copyTo}`
  return `Role ${settings.roleName}${adopted} can read only ${list(sourcePlaces(settings))}${copies}.${boundary}`
}

/** The tags of everything that is made here. */
export function tagsOf({ tags, clusterId }: RedshiftSettings): { Key: string; Value: string }[] {
  return Object.entries({ ...tags, [managedTag]: clusterId }).map(([Key, Value]) => ({ Key, Value }))
}

async function currentPolicy({ clients, settings }: ClusterContext): Promise<string | null> {
  try {
    const { PolicyDocument: found } = await clients.iam.send(
      new GetRolePolicyCommand({ RoleName: settings.roleName, PolicyName: readingPolicyName }),
    )
    // IAM gives documents back URL-encoded.
    return found === undefined ? null : decodeURIComponent(found)
  } catch (error) {
    if (isAwsError(error, 'NoSuchEntity')) return null
    throw error
  }
}

async function ignoring(name: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!isAwsError(error, name)) throw error
  }
}
