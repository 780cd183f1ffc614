import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import { OpsError } from '../../core/errors.ts'
import type { PlanDraft } from '../../core/plan.ts'
import type { Act, SpinUpOptions } from '../../core/ports/cluster.ts'
import { list, moment, usd } from '../../core/words.ts'
import { priceOf } from '../price.ts'
import type { RedshiftSettings } from '../settings.ts'
import { createCluster, newestSnapshot, type Wish } from './create.ts'
import { usualLeaseHours } from './lease.ts'
import type { KeptSnapshot } from './look.ts'
import { adoptPlan, costFact, mostUsd, resumePlan } from './resume.ts'
import { allowReading, createRole, roleFact } from './role.ts'
import { sourcePlaces } from './role-policy.ts'
import { explained, ownCluster, type Setting, sizeOf } from './setting.ts'
import { stateOf } from './state.ts'
import { askTheDatabase, waitUntilAvailable } from './wait.ts'

/** Role and cluster, made or adopted. The same steps whatever is there, so that a run that was cut off finds its own. */
export async function spinUp(setting: Setting, options: SpinUpOptions): Promise<Act> {
  const { settings } = setting
  const wish: Wish = {
    nodeType: options.nodeType ?? settings.nodeType,
    nodes: options.nodes ?? settings.nodes,
    leaseHours: options.leaseHours ?? usualLeaseHours,
    resize: options.nodeType !== undefined || options.nodes !== undefined,
  }
  // A place that is not in S3 is refused before AWS is asked anything.
  sourcePlaces(settings)
  return {
    plan: await explained(() => planOf(setting, wish, options)),
    steps: [
      createRole(setting),
      allowReading(setting),
      createCluster(setting, wish),
      waitUntilAvailable(setting),
      askTheDatabase(setting),
    ],
    done: `Cluster ${settings.clusterId} is available.`,
  }
}

/** Null where nothing more will cost money than does already. */
async function planOf(setting: Setting, wish: Wish, options: SpinUpOptions): Promise<PlanDraft | null> {
  const { settings } = setting
  const role = await roleFact(setting)
  const cluster = await ownCluster(setting)
  if (cluster === null) return newPlan(setting, wish, role)
  refuseOtherSize(cluster, options, settings)
  switch (stateOf(cluster)) {
    case 'deleting':
      throw new OpsError(
        'cluster_state',
        `Cluster ${settings.clusterId} is being deleted. Nothing was done.`,
        'Spin up again when it is gone, in a few minutes.',
        { cure: 'status' },
      )
    case 'pausing':
      throw new OpsError(
        'cluster_state',
        `Cluster ${settings.clusterId} is pausing, which cannot be stopped. Nothing was done.`,
        'Resume it when it is paused, usually within 15 minutes.',
        { cure: 'resume' },
      )
    case 'paused':
      return resumePlan(cluster, settings, wish.leaseHours)
    default:
      return adoptPlan(setting, cluster, wish.leaseHours, [role])
  }
}

async function newPlan(setting: Setting, wish: Wish, role: string): Promise<PlanDraft> {
  const { settings } = setting
  const snapshot = await newestSnapshot(setting)
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
      'Takes 5–10 minutes. At the end of the lease it is paused, never deleted.',
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
  throw new OpsError(
    'cluster_state',
    `Cluster ${settings.clusterId} exists as ${sizeOf(cluster, settings)}; its size is not changed here. Nothing was done.`,
    'Say spin-up without a size, or tear it down first.',
    { cure: 'spin-up' },
  )
}

function restoreFact({ name, taken }: KeptSnapshot, { region }: RedshiftSettings): string {
  const start = `aws redshift delete-cluster-snapshot --region ${region} --snapshot-identifier ${name}`
  return `Restored from the snapshot ${name} of ${moment(taken)}. To start empty, delete it first: ${start}`
}

function networkFacts({ subnetGroup, securityGroups, tags }: RedshiftSettings): readonly string[] {
  const extras = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
  return [
    ...(subnetGroup === null ? [] : [`Subnet group ${subnetGroup}.`]),
    ...(securityGroups.length === 0 ? [] : [`Security groups ${list(securityGroups)}.`]),
    ...(extras.length === 0 ? [] : [`Tags ${list(extras)}.`]),
  ]
}
