import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import { CreateClusterCommand, RestoreFromClusterSnapshotCommand } from '@aws-sdk/client-redshift'
import { list, moment, usd } from '../../core/format.ts'
import type { ClusterOperation, SpinUpOptions } from '../../core/ports/cluster.ts'
import type { PlanDraft } from '../../core/ports/plans.ts'
import { minuteMs } from '../../core/span.ts'
import type { Step, StepResult, Work } from '../../core/step.ts'
import { isAwsError, readAwsError } from '../aws-error.ts'
import { priceOf } from '../price.ts'
import { poll } from '../retries.ts'
import type { RedshiftSettings } from '../settings.ts'
import {
  awsStep,
  type ClusterContext,
  ensureLease,
  explainingAwsErrors,
  hoursFromNow,
  ownCluster,
  sizeOf,
  underLease,
  wrongState,
} from './cluster-context.ts'
import { begun, usualLeaseHours } from './lease.ts'
import { adoptPlan, costFact, mostUsd, orderResume, resumePlan } from './pause-resume.ts'
import { sourcePlaces } from './policies.ts'
import { type ClusterSnapshot, type KeptSnapshot, keptSnapshots, newestFinal } from './resources.ts'
import { allowReading, createRole, loadingRoleArn, roleFact, tagsOf } from './role.ts'
import { clusterStateOf } from './state.ts'
import { testConnection, waitUntilAvailable } from './wait-until-ready.ts'

/** Role and cluster, made or adopted. The same steps whatever is there, so that a run that was cut off finds its own. */
export async function spinUp(context: ClusterContext, options: SpinUpOptions): Promise<ClusterOperation> {
  const { settings } = context
  const wish: ClusterSpec = {
    nodeType: options.nodeType ?? settings.nodeType,
    nodes: options.nodes ?? settings.nodes,
    leaseHours: options.leaseHours ?? usualLeaseHours,
    resize: options.nodeType !== undefined || options.nodes !== undefined,
  }
  // A place that is not in S3 is refused before AWS is asked anything.
  sourcePlaces(settings)
  return {
    plan: await explainingAwsErrors(() => planOf(context, wish, options)),
    steps: [
      createRole(context),
      allowReading(context),
      createCluster(context, wish),
      waitUntilAvailable(context),
      testConnection(context),
    ],
    done: `Cluster ${settings.clusterId} is available.`,
  }
}

/** Null where nothing more will cost money than does already. */
async function planOf(context: ClusterContext, wish: ClusterSpec, options: SpinUpOptions): Promise<PlanDraft | null> {
  const { settings } = context
  const role = await roleFact(context)
  const cluster = await ownCluster(context)
  if (cluster === null) return newPlan(context, wish, role)
  refuseOtherSize(cluster, options, settings)
  switch (clusterStateOf(cluster)) {
    case 'deleting':
      throw wrongState(
        `Cluster ${settings.clusterId} is being deleted. Nothing was done.`,
        'Run spin-up again when it is deleted, in a few minutes.',
        'status',
      )
    case 'pausing':
      throw wrongState(
        `Cluster ${settings.clusterId} is pausing, which cannot be stopped. Nothing was done.`,
        'Resume it when it is paused, usually within 15 minutes.',
        'resume',
      )
    case 'paused':
      return resumePlan(cluster, settings, wish.leaseHours)
    default:
      return adoptPlan(context, cluster, wish.leaseHours, [role])
  }
}

async function newPlan(context: ClusterContext, wish: ClusterSpec, role: string): Promise<PlanDraft> {
  const { settings } = context
  const snapshot = await newestSnapshot(context)
  const { nodeType, nodes } = snapshot === null || wish.resize ? wish : snapshot
  const price = priceOf(nodeType, nodes, settings)
  return {
    title: `Spin up ${settings.clusterId}?`,
    facts: [
      `Redshift ${nodeType} × ${nodes}, ${settings.region}, encrypted, not public.`,
      ...(snapshot === null ? [] : [restoreFact(snapshot, settings)]),
      role,
      ...networkFacts(settings),
      costFact(price, wish.leaseHours),
      'Takes 5-10 minutes. When the lease ends, the cluster is paused, never deleted.',
    ],
    act: price === null ? 'Spin up' : `Spin up for ${usd(price.hourlyUsd)} an hour`,
    danger: false,
    mostUsd: mostUsd(price, wish.leaseHours),
  }
}

function refuseOtherSize(cluster: AwsCluster, { nodeType, nodes }: SpinUpOptions, settings: RedshiftSettings): void {
  const same =
    (nodeType === undefined || nodeType === cluster.NodeType) &&
    (nodes === undefined || nodes === cluster.NumberOfNodes)
  if (same) return
  throw wrongState(
    `Cluster ${settings.clusterId} exists as ${sizeOf(cluster, settings)}, and spin-up does not resize it. Nothing was done.`,
    'Run spin-up without a size, or tear the cluster down first.',
    'spin-up',
  )
}

function restoreFact({ name, taken }: KeptSnapshot, { region }: RedshiftSettings): string {
  const start = `aws redshift delete-cluster-snapshot --region ${region} --snapshot-identifier ${name}`
  return `Restores the snapshot ${name} of ${moment(taken)}. To start empty, delete it first: ${start}`
}

function networkFacts({ subnetGroup, securityGroups, tags }: RedshiftSettings): readonly string[] {
  const extras = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
  return [
    ...(subnetGroup === null ? [] : [`Subnet group ${subnetGroup}.`]),
    ...(securityGroups.length === 0 ? [] : [`Security groups ${list(securityGroups)}.`]),
    ...(extras.length === 0 ? [] : [`Tags ${list(extras)}.`]),
  ]
}

// A new role takes about a minute to be known everywhere: hashicorp/terraform-provider-aws#19113.
const newRoleMs = 2 * minuteMs

/** What is wanted of the cluster. */
interface ClusterSpec {
  readonly nodeType: string
  readonly nodes: number
  readonly leaseHours: number
  /** Whether size was asked for, so that a restored cluster gets it, and not the one of its snapshot. */
  readonly resize: boolean
}

/** Provides a cluster: adopts the one that exists, resumes a paused one, restores the newest kept snapshot, or else creates it. */
export function createCluster(context: ClusterContext, wish: ClusterSpec): Step {
  const { clients, settings, clock, leases } = context
  return awsStep(context, { id: 'create-cluster', title: 'Create cluster' }, async (work) => {
    const found = await ownCluster(context)
    if (found !== null) return adopt(context, found, wish, work)
    const snapshot = await newestSnapshot(context)
    const role = await loadingRoleArn(context)
    const { nodeType, nodes } = snapshot === null || wish.resize ? wish : snapshot
    const price = priceOf(nodeType, nodes, settings)
    const lease = begun(await leases.get(), clock.now(), hoursFromNow(context, wish.leaseHours), price)
    const network = {
      ClusterIdentifier: settings.clusterId,
      PubliclyAccessible: false,
      ManageMasterPassword: true,
      IamRoles: [role],
      DefaultIamRoleArn: role,
      ...(settings.subnetGroup === null ? {} : { ClusterSubnetGroupName: settings.subnetGroup }),
      ...(settings.securityGroups.length === 0 ? {} : { VpcSecurityGroupIds: [...settings.securityGroups] }),
    }
    const make = async (): Promise<unknown> => {
      if (snapshot === null) {
        const command = new CreateClusterCommand({ ...network, ...newCluster(context, wish) })
        return clients.redshift.send(command)
      }
      const size = wish.resize ? { NodeType: wish.nodeType, NumberOfNodes: wish.nodes } : {}
      const command = new RestoreFromClusterSnapshotCommand({ ...network, ...size, SnapshotIdentifier: snapshot.name })
      return clients.redshift.send(command)
    }
    await underLease(context, lease, () => unlessThere(context, work, make))
    return { detail: snapshot === null ? `${wish.nodeType} × ${wish.nodes}` : `restored from ${snapshot.name}` }
  })
}

/** The newest complete snapshot that tear-down kept; null when there is none. */
async function newestSnapshot({ clients, settings }: ClusterContext): Promise<ClusterSnapshot | null> {
  return newestFinal(await keptSnapshots(clients, settings.clusterId))
}

async function adopt(
  context: ClusterContext,
  found: AwsCluster,
  { leaseHours }: ClusterSpec,
  work: Work,
): Promise<StepResult> {
  if (clusterStateOf(found) === 'paused') {
    await orderResume(context, found, leaseHours, work)
    return { detail: 'resumed' }
  }
  await ensureLease(context, found, leaseHours)
  return { skipped: `${context.settings.clusterId} exists already` }
}

function newCluster({ settings }: ClusterContext, { nodeType, nodes }: ClusterSpec) {
  return {
    NodeType: nodeType,
    // The API's default is multi-node, with at least two.
    ...(nodes === 1 ? { ClusterType: 'single-node' } : { ClusterType: 'multi-node', NumberOfNodes: nodes }),
    DBName: settings.database,
    MasterUsername: settings.adminUser,
    Encrypted: true,
    Tags: tagsOf(settings),
  }
}

/** Asks for it until AWS knows the role. That it exists already is the answer to a request of ours that was sent again. */
async function unlessThere(
  context: ClusterContext,
  { signal, progress }: Work,
  make: () => Promise<unknown>,
): Promise<void> {
  let refusal: unknown
  const made = await poll(
    async () => {
      try {
        await make()
        return true
      } catch (error) {
        refusal = error
        if (isAwsError(error, 'ClusterAlreadyExists')) {
          if ((await ownCluster(context)) !== null) return true
          progress('AWS does not list the cluster yet')
          return null
        }
        if (!isRoleTooNew(error)) throw error
        progress('waiting for AWS to accept the new role')
        return null
      }
    },
    { clock: context.clock, signal, atMostMs: newRoleMs },
  )
  if (made === null) throw refusal
}

function isRoleTooNew(error: unknown): boolean {
  return /IAM role .* is not valid/i.test(readAwsError(error)?.message ?? '')
}
