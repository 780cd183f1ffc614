import {
  CreateNamespaceCommand,
  CreateUsageLimitCommand,
  CreateWorkgroupCommand,
  type Namespace,
  RestoreFromSnapshotCommand,
  TagResourceCommand,
  UpdateNamespaceCommand,
  UpdateUsageLimitCommand,
  UpdateWorkgroupCommand,
  type Workgroup,
} from '@aws-sdk/client-redshift-serverless'
import { OpsError } from '../../core/errors.ts'
import { list, moment, usd } from '../../core/format.ts'
import type { ClusterOperation, SpinUpOptions } from '../../core/ports/cluster.ts'
import type { PlanDraft } from '../../core/ports/plans.ts'
import { minuteMs } from '../../core/span.ts'
import type { Step, Work } from '../../core/step.ts'
import { readAwsError } from '../aws-error.ts'
import { awsStep, explainingAwsErrors, wrongState } from '../cluster/cluster-context.ts'
import { sourcePlaces } from '../cluster/policies.ts'
import { newestFinal } from '../cluster/resources.ts'
import { allowReading, createRole, loadingRoleArn, roleFact, tagsOf } from '../cluster/role.ts'
import { testConnection } from '../cluster/wait-until-ready.ts'
import type { RedshiftSettings } from '../settings.ts'
import { type ServerlessContext, taken, waitFor } from './context.ts'
import {
  computeLimits,
  namespaceSnapshots,
  ownNamespace,
  ownWorkgroup,
  rpuPrice,
  tagsOn,
  workgroupWord,
} from './resources.ts'

// Ready in 238 to 303 s: hashicorp/terraform-provider-aws#35720.
const readyMs = 30 * minuteMs
const restoredMs = 60 * minuteMs

/** Names the snapshot that a namespace was restored from, so that it is restored once. */
const restoredTag = 'sparkify:restored'

/** Role, namespace and workgroup, made or adopted. The same steps whatever is there, so that a run that was cut off finds its own. */
export async function spinUpWorkgroup(context: ServerlessContext, options: SpinUpOptions): Promise<ClusterOperation> {
  const { settings } = context
  refuseSize(options, settings)
  sourcePlaces(settings)
  return {
    plan: await explainingAwsErrors(() => planOf(context)),
    steps: [
      createRole(context),
      allowReading(context),
      createNamespace(context),
      createWorkgroup(context),
      limitUsage(context),
      restoreSnapshot(context),
      testConnection(context),
    ],
    done: `Workgroup ${settings.clusterId} is available. It idles by itself.`,
  }
}

function refuseSize({ leaseHours, nodeType, nodes }: SpinUpOptions, { clusterId }: RedshiftSettings): void {
  if (leaseHours === undefined && nodeType === undefined && nodes === undefined) return
  throw new OpsError(
    'bad_argument',
    `Workgroup ${clusterId} has no nodes and no lease: it idles by itself. Nothing was done.`,
    'Run spin-up without parameters. REDSHIFT_BASE_RPU, REDSHIFT_MAX_RPU and REDSHIFT_DAILY_RPU_HOURS bound what it costs.',
  )
}

/** Null where nothing more can cost money than can already. */
async function planOf(context: ServerlessContext): Promise<PlanDraft | null> {
  const { settings, clock } = context
  const { clusterId, region } = settings
  const { dailyRpuHours, rpuHourUsd } = settings.serverless
  const role = await roleFact(context)
  const [namespace, workgroup] = [await ownNamespace(context), await ownWorkgroup(context)]
  refuseLeaving(settings, namespace, workgroup)
  if (workgroup !== null && (await hasOurLimit(context, workgroup))) return null
  const snapshot = namespace === null ? newestFinal(await namespaceSnapshots(context)) : null
  const extras = Object.entries(settings.tags).map(([key, value]) => `${key}=${value}`)
  const dayUsd = rpuHourUsd === null ? null : dailyRpuHours * rpuHourUsd
  const now = clock.now()
  const daysLeft =
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0)).getUTCDate() - now.getUTCDate() + 1
  return {
    title: `${workgroup === null ? 'Spin up' : 'Adopt'} ${clusterId}?`,
    facts: [
      `Redshift Serverless, ${capacityWords(settings)}, ${region}, encrypted, not public.`,
      ...(namespace === null || workgroup !== null ? [] : ['Uses the namespace that exists, with its data.']),
      ...(snapshot === null ? [] : [`Restores the snapshot ${snapshot.name} of ${moment(snapshot.taken)}.`]),
      role,
      ...(extras.length === 0 ? [] : [`Tags ${list(extras)}.`]),
      `It costs ${rpuPrice(settings)} while it answers, and storage. It idles by itself, and has no lease.`,
      `At most ${dailyRpuHours} RPU-hours a day (UTC)${dayUsd === null ? '' : `: at most ${usd(dayUsd)} a day`}; then AWS refuses queries until the next.`,
    ],
    act: workgroup === null ? `Spin up ${clusterId}` : `Adopt ${clusterId}`,
    danger: false,
    mostUsd: dayUsd === null ? null : dayUsd * daysLeft,
  }
}

/** "8 RPU, up to 32". */
export function capacityWords({ serverless: { baseRpu, maxRpu } }: RedshiftSettings): string {
  return maxRpu === null || maxRpu === baseRpu ? `${baseRpu} RPU` : `${baseRpu} RPU, up to ${maxRpu}`
}

function refuseLeaving(
  { clusterId }: RedshiftSettings,
  namespace: Namespace | null,
  workgroup: Workgroup | null,
): void {
  if (namespace?.status !== 'DELETING' && workgroup?.status !== 'DELETING') return
  throw wrongState(
    `${clusterId} is being deleted. Nothing was done.`,
    'Run spin-up again when it is deleted, in a few minutes.',
    'status',
  )
}

function serverlessTags(settings: RedshiftSettings) {
  return tagsOf(settings).map(({ Key: key, Value: value }) => ({ key, value }))
}

/** Makes the namespace, or gives the one that exists its role; waits until it takes orders. */
function createNamespace(context: ServerlessContext): Step {
  const { clients, settings } = context
  const namespaceName = settings.clusterId
  return awsStep(context, { id: 'create-namespace', title: 'Create namespace' }, async (work) => {
    const role = await loadingRoleArn(context)
    const before = await ownNamespace(context)
    refuseLeaving(settings, before, null)
    const roles = { iamRoles: [role], defaultIamRoleArn: role }
    await waitFor(context, work, readyMs, `Namespace ${namespaceName}`, async () => {
      const found = await ownNamespace(context)
      if (found !== null && hasRole(found, role) && found.status === 'AVAILABLE') return { kind: 'done', value: found }
      if (found !== null && found.status !== 'AVAILABLE') return { kind: 'waiting', state: stateOf(found.status) }
      const isTaken = await taken(() =>
        onceRoleIsKnown(work, () =>
          found === null
            ? clients.serverless.send(
                new CreateNamespaceCommand({
                  namespaceName,
                  dbName: settings.database,
                  adminUsername: settings.adminUser,
                  manageAdminPassword: true,
                  tags: serverlessTags(settings),
                  ...roles,
                }),
              )
            : clients.serverless.send(new UpdateNamespaceCommand({ namespaceName, ...roles })),
        ),
      )
      return { kind: 'waiting', state: isTaken ? 'on its way' : 'busy' }
    })
    return before === null ? { detail: namespaceName } : { skipped: `${namespaceName} exists already` }
  })
}

/** A role that was just made is refused for a while (hashicorp/terraform-provider-aws#19113): the next look tries again. */
async function onceRoleIsKnown({ progress }: Work, order: () => Promise<unknown>): Promise<void> {
  try {
    await order()
  } catch (error) {
    if (!/role .* is not valid|not authorized to assume/i.test(readAwsError(error)?.message ?? '')) throw error
    progress('waiting for AWS to accept the new role')
  }
}

/** AWS writes a role of a namespace as its ARN, or as `IamRole(applyStatus=in-sync, iamRoleArn=…)`. */
function hasRole({ iamRoles = [] }: Namespace, role: string): boolean {
  return iamRoles.some(
    (one) => one === role || one.includes(`iamRoleArn=${role})`) || one.includes(`iamRoleArn=${role},`),
  )
}

function stateOf(status: string | undefined): string {
  return status?.toLowerCase() ?? 'unknown'
}

/** Makes the workgroup, or gives the one that exists its capacity; waits until it is available. */
function createWorkgroup(context: ServerlessContext): Step {
  const { clients, settings } = context
  const workgroupName = settings.clusterId
  const { baseRpu, maxRpu, subnets } = settings.serverless
  const capacity = { baseCapacity: baseRpu, maxCapacity: maxRpu ?? baseRpu }
  return awsStep(context, { id: 'create-workgroup', title: 'Create workgroup' }, async (work) => {
    const before = await ownWorkgroup(context)
    refuseLeaving(settings, null, before)
    const ready = await waitFor(context, work, readyMs, `Workgroup ${workgroupName}`, async () => {
      const found = await ownWorkgroup(context)
      const isSame = found?.baseCapacity === capacity.baseCapacity && found.maxCapacity === capacity.maxCapacity
      if (found?.status === 'AVAILABLE' && isSame) return { kind: 'done', value: found }
      if (found !== null && found.status !== 'AVAILABLE') return { kind: 'waiting', state: workgroupWord(found) }
      const isTaken = await taken(() =>
        found === null
          ? clients.serverless.send(
              new CreateWorkgroupCommand({
                workgroupName,
                namespaceName: settings.clusterId,
                publiclyAccessible: false,
                tags: serverlessTags(settings),
                ...capacity,
                ...(subnets.length === 0 ? {} : { subnetIds: [...subnets] }),
                ...(settings.securityGroups.length === 0 ? {} : { securityGroupIds: [...settings.securityGroups] }),
              }),
            )
          : clients.serverless.send(new UpdateWorkgroupCommand({ workgroupName, ...capacity })),
      )
      return { kind: 'waiting', state: isTaken ? 'on its way' : 'busy' }
    })
    const { address, port } = ready.endpoint ?? {}
    const endpoint = address === undefined ? 'no endpoint yet' : `${address}:${port ?? 5439}`
    return { detail: `${capacityWords(settings)}, ${endpoint}` }
  })
}

async function hasOurLimit({ clients, settings }: ServerlessContext, workgroup: Workgroup): Promise<boolean> {
  const limits = await computeLimits(clients, workgroup)
  return limits.some(
    ({ period, breachAction, amount }) =>
      period === 'daily' && breachAction === 'deactivate' && amount === settings.serverless.dailyRpuHours,
  )
}

/** Bounds what a day can cost: there is one daily limit, and AWS refuses queries beyond it. */
function limitUsage(context: ServerlessContext): Step {
  const { clients, settings } = context
  const amount = settings.serverless.dailyRpuHours
  return awsStep(context, { id: 'limit-usage', title: 'Limit the daily usage' }, async () => {
    const workgroup = await ownWorkgroup(context)
    if (workgroup === null) throw new OpsError('no_cluster', `There is no workgroup ${settings.clusterId} any more.`)
    const words = `${amount} RPU-hours a day`
    if (await hasOurLimit(context, workgroup)) return { skipped: `${words} already` }
    const daily = (await computeLimits(clients, workgroup)).find(({ period }) => period === 'daily')
    const limit = { amount, breachAction: 'deactivate' } as const
    if (daily === undefined) {
      const about = { resourceArn: workgroup.workgroupArn, usageType: 'serverless-compute', period: 'daily' } as const
      await clients.serverless.send(new CreateUsageLimitCommand({ ...about, ...limit }))
    } else {
      await clients.serverless.send(new UpdateUsageLimitCommand({ usageLimitId: daily.usageLimitId, ...limit }))
    }
    return { detail: words }
  })
}

/**
 * Restores the newest final snapshot into a namespace that is newer than it, once: a tag of the namespace names the snapshot. A restore
 * replaces every database of the namespace, so there is none where a load was published into it meanwhile.
 */
function restoreSnapshot(context: ServerlessContext): Step {
  const { clients, settings } = context
  const { clusterId } = settings
  return awsStep(context, { id: 'restore-snapshot', title: 'Restore the snapshot' }, async (work) => {
    const snapshot = newestFinal(await namespaceSnapshots(context))
    const namespace = await ownNamespace(context)
    const isNewer = snapshot !== null && (namespace?.creationDate ?? new Date(0)) > snapshot.taken
    if (namespace === null || snapshot === null || !isNewer) return { skipped: 'there is none' }
    if ((await tagsOn(clients, namespace.namespaceArn)).has(restoredTag)) return { skipped: 'restored already' }
    if (namespace.creationDate !== undefined && (await context.loadedSince?.(namespace.creationDate))) {
      return { skipped: 'a load was published since' }
    }
    const names = { namespaceName: clusterId, workgroupName: clusterId, snapshotName: snapshot.name }
    let ordered = false
    await waitFor(context, work, restoredMs, `The restore of ${snapshot.name}`, async () => {
      const [space, group] = [await ownNamespace(context), await ownWorkgroup(context)]
      const isIdle = space?.status === 'AVAILABLE' && group?.status === 'AVAILABLE'
      if (ordered && isIdle) return { kind: 'done', value: true }
      // An earlier attempt that ordered it was cut off. AWS does not list one that has ended, and a second restore does no harm.
      if (!isIdle && work.handle('snapshot') === snapshot.name) ordered = true
      if (isIdle) {
        await work.keep('snapshot', snapshot.name)
        ordered = await taken(() =>
          clients.serverless.send(new RestoreFromSnapshotCommand({ ...names, manageAdminPassword: true })),
        )
      }
      return { kind: 'waiting', state: ordered ? 'restoring' : 'busy' }
    })
    const tags = [{ key: restoredTag, value: snapshot.name }]
    await clients.serverless.send(new TagResourceCommand({ resourceArn: namespace.namespaceArn, tags }))
    return { detail: snapshot.name }
  })
}
