import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import { PauseClusterCommand, ResumeClusterCommand } from '@aws-sdk/client-redshift'
import { messageOf, OpsError } from '../../core/errors.ts'
import { hours as inHours, lasting, usd } from '../../core/format.ts'
import type { ClusterOperation, ClusterState } from '../../core/ports/cluster.ts'
import type { PlanDraft } from '../../core/ports/plans.ts'
import { minuteMs } from '../../core/span.ts'
import type { Work } from '../../core/step.ts'
import { isAwsError } from '../aws-error.ts'
import { quoted } from '../aws-failure.ts'
import { hourly, type Price, storageRate } from '../price.ts'
import { poll } from '../retries.ts'
import type { RedshiftSettings } from '../settings.ts'
import {
  awsStep,
  type ClusterContext,
  ensureLease,
  explainingAwsErrors,
  hoursFromNow,
  noCluster,
  notNow,
  ownCluster,
  priceOfCluster,
  sizeOf,
  underLease,
  wrongState,
} from './cluster-context.ts'
import { running, stopped, usualLeaseHours } from './lease.ts'
import { clusterStateOf, statusOf } from './state.ts'
import { testConnection, waitUntilAvailable } from './wait-until-ready.ts'

// "Usually under 15 minutes": https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-pause-resume-cluster.html
const pausedMs = 60 * minuteMs

/** Stops the cluster and its hourly price; nothing is lost, so nothing is confirmed. */
export async function pause(context: ClusterContext): Promise<ClusterOperation> {
  const { clusterId } = context.settings
  const cluster = await explainingAwsErrors(() => ownCluster(context))
  if (cluster === null) throw noCluster(clusterId)
  const state = clusterStateOf(cluster)
  if (state === 'deleting' || state === 'creating' || state === 'resuming') throw notNow(clusterId, state)
  return {
    plan: null,
    steps: [pauseCluster(context), waitUntilPaused(context)],
    done: `Cluster ${clusterId} is paused. Its data is kept for ${storageRate(context.settings.region)}.`,
  }
}

function pauseCluster(context: ClusterContext) {
  return awsStep(context, { id: 'pause-cluster', title: 'Pause cluster' }, async (work) => {
    const found = await ownCluster(context)
    if (found !== null && clusterStateOf(found) === 'paused') return { skipped: 'already paused' }
    await orderPause(context, work)
    return {}
  })
}

function waitUntilPaused(context: ClusterContext) {
  const { settings, clock, leases } = context
  return awsStep(context, { id: 'wait-until-paused', title: 'Wait until paused' }, async ({ signal, progress }) => {
    const begun = clock.now()
    const paused = await poll(
      async () => {
        const found = await ownCluster(context)
        if (found === null) throw noCluster(settings.clusterId)
        const state = clusterStateOf(found)
        if (state === 'paused') return true
        if (state !== 'pausing') throw notPausing(settings.clusterId, state)
        progress(state)
        return null
      },
      { clock, signal, atMostMs: pausedMs },
    )
    if (paused === null) {
      throw wrongState(
        `Cluster ${settings.clusterId} is still pausing after ${lasting(begun, clock.now())}. It is billed until it is paused.`,
        'Run pause again to keep waiting.',
        'pause',
      )
    }
    const lease = await leases.get()
    if (lease === null || lease.until !== null) await leases.set(stopped(lease, clock.now()))
    return {}
  })
}

function notPausing(clusterId: string, state: string): OpsError {
  return wrongState(
    `Cluster ${clusterId} is ${state} instead of pausing: someone changed it outside of this bot.`,
    'See status.',
    'status',
  )
}

/** Resumes a paused cluster under a new lease; where it runs already there is nothing to confirm and little to do. */
export async function resume(context: ClusterContext): Promise<ClusterOperation> {
  const { settings } = context
  const cluster = await explainingAwsErrors(() => ownCluster(context))
  if (cluster === null) throw noCluster(settings.clusterId)
  const state = clusterStateOf(cluster)
  if (state === 'deleting' || state === 'creating' || state === 'pausing') throw notNow(settings.clusterId, state)
  const plan =
    state === 'paused'
      ? resumePlan(cluster, settings, usualLeaseHours)
      : await adoptPlan(context, cluster, usualLeaseHours, [])
  return {
    plan,
    steps: [
      awsStep(context, { id: 'resume-cluster', title: 'Resume cluster' }, async (work) => {
        const found = await ownCluster(context)
        if (found === null) throw noCluster(settings.clusterId)
        if (clusterStateOf(found) !== 'paused') {
          await ensureLease(context, found, usualLeaseHours)
          return { skipped: `already ${clusterStateOf(found)}` }
        }
        await orderResume(context, found, usualLeaseHours, work)
        return {}
      }),
      waitUntilAvailable(context),
      testConnection(context),
    ],
    done: `Cluster ${settings.clusterId} is available.`,
  }
}

/** What resuming a paused cluster means, to be confirmed because it costs money. */
export function resumePlan(cluster: AwsCluster, settings: RedshiftSettings, leaseHours: number): PlanDraft {
  const price = priceOfCluster(cluster, settings)
  const size = sizeOf(cluster, settings)
  return {
    title: `Resume ${settings.clusterId}?`,
    facts: [
      `Resumes the paused cluster with its data: Redshift ${size}, ${settings.region}.`,
      costFact(price, leaseHours),
      'Takes a few minutes. When the lease ends, the cluster is paused again, never deleted.',
    ],
    act: price === null ? `Resume ${settings.clusterId}` : `Resume for ${usd(price.hourlyUsd)} an hour`,
    danger: false,
    mostUsd: mostUsd(price, leaseHours),
  }
}

/** What a lease means for a cluster that runs without one, to be confirmed because it costs money; null where it has one. `facts` are added to it. */
export async function adoptPlan(
  { settings, leases }: ClusterContext,
  cluster: AwsCluster,
  leaseHours: number,
  facts: readonly string[],
): Promise<PlanDraft | null> {
  const lease = await leases.get()
  if (lease !== null && lease.until !== null) return null
  const price = priceOfCluster(cluster, settings)
  return {
    title: `Adopt ${settings.clusterId}?`,
    facts: [
      `Adopts the cluster that exists: Redshift ${sizeOf(cluster, settings)}, ${settings.region}.`,
      ...facts,
      costFact(price, leaseHours),
      'It gets a lease. When the lease ends, the cluster is paused, never deleted.',
    ],
    act: `Adopt ${settings.clusterId}`,
    danger: false,
    mostUsd: mostUsd(price, leaseHours),
  }
}

/** The most that so many hours can cost; null where the price is not known. */
export function mostUsd(price: Price | null, hours: number): number | null {
  return price === null ? null : price.hourlyUsd * hours
}

/** "$0.54 an hour (list price, March 2026) · lease 8 h: at most $4.34". */
export function costFact(price: Price | null, hours: number): string {
  const most = price === null ? '' : `: at most ${usd(price.hourlyUsd * hours)}`
  return `${hourly(price)} · lease ${inHours(hours)}${most}`
}

// AWS refuses a change for a while after it has called the cluster available: apache/airflow#27276, #69574 (15 minutes).
const settleMs = 15 * minuteMs

/** Orders AWS to resume a paused cluster, under a new lease. Nothing to do where it runs already. */
export async function orderResume(
  context: ClusterContext,
  cluster: AwsCluster,
  leaseHours: number,
  work: Work,
): Promise<void> {
  const { clients, settings, leases, clock } = context
  const price = priceOfCluster(cluster, settings)
  const lease = running(await leases.get(), clock.now(), hoursFromNow(context, leaseHours), price)
  const order = async (): Promise<void> => {
    try {
      await clients.redshift.send(new ResumeClusterCommand({ ClusterIdentifier: settings.clusterId }))
    } catch (error) {
      throw isAwsError(error, 'InsufficientClusterCapacity') ? noCapacity(cluster, settings, error) : error
    }
  }
  await underLease(context, lease, () => change(context, work, 'paused', ['resuming', 'available'], order))
}

function noCapacity(cluster: AwsCluster, settings: RedshiftSettings, cause: unknown): OpsError {
  const { clusterId } = settings
  const size = sizeOf(cluster, settings)
  return new OpsError(
    'aws',
    `AWS has no capacity to resume ${clusterId} (${size}) at the moment. It stays paused; only its storage is billed.`,
    'Run resume again later. To change the node type: tear-down keeps a snapshot, and spin-up node-type=… restores it.',
    { cause, fixCommand: 'resume' },
  )
}

/** Orders AWS to pause an available cluster. Nothing to do where it is pausing already. */
async function orderPause(context: ClusterContext, work: Work): Promise<void> {
  const { clients, settings } = context
  await change(context, work, 'available', ['pausing', 'paused'], async () => {
    try {
      await clients.redshift.send(new PauseClusterCommand({ ClusterIdentifier: settings.clusterId }))
    } catch (error) {
      throw isAwsError(error, 'UnsupportedOperation') ? cannotPause(settings.clusterId, error) : error
    }
  })
}

/** Clusters with an HSM, several zones or no automated snapshots are never paused. */
function cannotPause(clusterId: string, cause: unknown): OpsError {
  return new OpsError(
    'aws',
    `AWS cannot pause cluster ${clusterId}: ${quoted(messageOf(cause))} It is still billed.`,
    'Tear it down: a snapshot is kept, and spin-up restores it.',
    { cause, fixCommand: 'tear-down' },
  )
}

/** Asks for the change once the cluster is in the state it starts from, until AWS takes it. */
async function change(
  context: ClusterContext,
  { signal, progress }: Work,
  from: ClusterState,
  reached: readonly ClusterState[],
  act: () => Promise<unknown>,
): Promise<void> {
  const { clusterId } = context.settings
  let last = ''
  const changed = await poll(
    async () => {
      const cluster = await ownCluster(context)
      if (cluster === null) throw new OpsError('no_cluster', `There is no cluster ${clusterId} any more.`)
      const state = clusterStateOf(cluster)
      if (reached.includes(state)) return true
      if (state === from && (await taken(act))) return true
      last = statusOf(cluster)
      progress(`${last}; AWS does not accept the change yet`)
      return null
    },
    { clock: context.clock, signal, atMostMs: settleMs },
  )
  if (changed !== null) return
  throw new OpsError(
    'cluster_state',
    `Cluster ${clusterId} is still ${last}, and AWS does not accept the change. Its cost is the same as before.`,
    'Run the command again later.',
  )
}

/** False where AWS refuses because of the cluster's state. */
async function taken(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if (isAwsError(error, 'InvalidClusterState')) return false
    throw error
  }
}
