import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import { OpsError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { ClusterState } from '../../core/ports/cluster.ts'
import { hourMs } from '../../core/span.ts'
import type { Step, StepResult, Work } from '../../core/step.ts'
import { isRefusal } from '../aws-error.ts'
import { awsFailure } from '../aws-failure.ts'
import type { Clients } from '../clients.ts'
import { tagClusterLine } from '../names.ts'
import { hourly, type Price, priceOf } from '../price.ts'
import { billedWords, ownNamespace, ownWorkgroup } from '../serverless/resources.ts'
import type { RedshiftSettings } from '../settings.ts'
import { type Lease, type LeaseStore, neverBegun, pausedSince, running } from './lease.ts'
import { callerIdentity, findCluster, isTagged } from './resources.ts'
import { clusterStateOf, statusOf } from './state.ts'

/** All that the acts on a cluster work with. */
export interface ClusterContext {
  readonly clients: Clients
  readonly settings: RedshiftSettings
  readonly clock: Clock
  readonly leases: LeaseStore
  /** Asks the database something trivial; throws while it does not answer. */
  readonly answers: (signal: AbortSignal) => Promise<void>
  /** The last load in a few words; null when there is none. */
  readonly lastLoad?: () => Promise<string | null>
  /** Whether the load that is live was published after this time. */
  readonly loadedSince?: (at: Date) => Promise<boolean>
  /** Who asked the warehouse today, in a few words; null when nobody did. */
  readonly askedToday?: () => Promise<string | null>
}

/** What AWS throws outside of a step, explained. */
export async function explainingAwsErrors<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw awsFailure(error)
  }
}

/** A step whose AWS failures include what exists now and is billed. */
export function awsStep(
  context: ClusterContext,
  { id, title }: Pick<Step, 'id' | 'title'>,
  run: (work: Work) => Promise<StepResult>,
): Step {
  return {
    id,
    title,
    async run(work) {
      try {
        return await run(work)
      } catch (error) {
        const failure = awsFailure(error)
        throw failure === error ? error : awsFailure(error, await costStatus(context))
      }
    },
  }
}

/** What exists and costs money, in a sentence, asked now; or that it could not be asked. */
export async function costStatus(context: ClusterContext): Promise<string> {
  const { clients, settings } = context
  try {
    if (settings.kind === 'serverless') {
      return billedWords(settings, await ownNamespace(context), await ownWorkgroup(context))
    }
    const cluster = await findCluster(clients, settings.clusterId)
    if (cluster === null) return `There is no cluster ${settings.clusterId}, so no node is billed.`
    if (clusterStateOf(cluster) === 'paused')
      return `Cluster ${settings.clusterId} is paused; only its storage is billed.`
    const price = priceOfCluster(cluster, settings)
    return `Cluster ${settings.clusterId} is ${statusOf(cluster)} and costs ${price === null ? 'money' : hourly(price)} while it runs.`
  } catch (error) {
    if (!(awsFailure(error) instanceof OpsError)) throw error
    return `AWS could not be asked whether cluster ${settings.clusterId} exists and is billed.`
  }
}

/** What a cluster that is there costs. */
export function priceOfCluster(cluster: AwsCluster, settings: RedshiftSettings): Price | null {
  return priceOf(cluster.NodeType ?? settings.nodeType, cluster.NumberOfNodes ?? 1, settings)
}

/** "ra3.large × 1". */
export function sizeOf(cluster: AwsCluster, settings: RedshiftSettings): string {
  return `${cluster.NodeType ?? settings.nodeType} × ${cluster.NumberOfNodes ?? 1}`
}

/**
 * The cluster, if it is ours: it bears our tag, or was restored and has a lease of ours (whether AWS copies the tags of a
 * snapshot is not documented). Null when there is none. Throws `cluster_state` for another owner's.
 */
export async function ownCluster(context: ClusterContext): Promise<AwsCluster | null> {
  const { clients, settings, leases } = context
  const cluster = await findCluster(clients, settings.clusterId)
  if (cluster === null || isTagged(cluster, settings.clusterId)) return cluster
  const lease = await leases.get()
  if (cluster.RestoreStatus !== undefined && lease !== null && lease.until !== null) return cluster
  const line = tagClusterLine(await callerIdentity(clients), settings.region, settings.clusterId)
  throw new OpsError(
    'cluster_state',
    `Cluster ${settings.clusterId} in ${settings.region} does not belong to this bot: it lacks its tag. Nothing was changed.`,
    `Set another REDSHIFT_CLUSTER_ID, or tag the cluster to hand it to the bot: ${line}`,
  )
}

/** Gives a lease to a cluster that runs without one: adopted, or resumed outside of the bot. */
export async function ensureLease(context: ClusterContext, cluster: AwsCluster, hours: number): Promise<void> {
  const { leases, clock } = context
  const lease = await leases.get()
  if (lease !== null && lease.until !== null) return
  const created = cluster.ClusterCreateTime ?? clock.now()
  const paused = pausedSince(lease)
  const from = paused !== null && paused > created ? paused : created
  await leases.set(running(lease, from, hoursFromNow(context, hours), priceOfCluster(cluster, context.settings)))
}

/** The time so many hours from now. */
export function hoursFromNow({ clock }: ClusterContext, hours: number): Date {
  return hoursAfter(clock.now(), hours)
}

/** The time so many hours after another. */
export function hoursAfter(from: Date, hours: number): Date {
  return new Date(from.getTime() + hours * hourMs)
}

/** There is nothing to act on. */
export function noCluster(clusterId: string, what = 'cluster'): OpsError {
  return new OpsError('no_cluster', `There is no ${what} ${clusterId}.`, 'Create it with spin-up.', {
    fixCommand: 'spin-up',
  })
}

/** The state of the cluster is in the way; with the command that helps. */
export function wrongState(message: string, remedy: string, fixCommand: string): OpsError {
  return new OpsError('cluster_state', message, remedy, { fixCommand })
}

/** The cluster is on its way from one state to another, and takes no orders. */
export function notNow(clusterId: string, state: ClusterState): OpsError {
  return wrongState(
    `Cluster ${clusterId} is ${state}, and AWS accepts no other change until that ends. Nothing was changed.`,
    'Run the command again when status shows that it has ended.',
    'status',
  )
}

/**
 * Stores the lease before the order that it is for, so that no cluster can be running without one. Where AWS refuses the order and
 * nothing runs, or the run is stopped before it took the order, the lease never began and nothing is billed; where nobody can know what
 * became of the order, the lease stays.
 */
export async function underLease(
  { clients, settings, leases }: ClusterContext,
  lease: Lease,
  order: () => Promise<void>,
): Promise<void> {
  await leases.set(lease)
  try {
    await order()
  } catch (error) {
    if (error instanceof OpsError || isRefusal(error)) {
      const found = await findCluster(clients, settings.clusterId)
      if (found === null || clusterStateOf(found) === 'paused') await leases.set(neverBegun(await leases.get()))
    }
    throw error
  }
}
