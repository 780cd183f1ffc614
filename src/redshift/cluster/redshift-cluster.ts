import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import { monthOf, totalUsd } from '../../core/cluster/bill.ts'
import { lasting, moment } from '../../core/format.ts'
import type { Cluster, ClusterFacts, ClusterState, LeaseAction } from '../../core/ports/cluster.ts'
import { minuteMs } from '../../core/span.ts'
import { aboutUsd, hourly, storageRate } from '../price.ts'
import {
  type ClusterContext,
  costStatus,
  explainingAwsErrors,
  noCluster,
  ownCluster,
  priceOfCluster,
  sizeOf,
} from './cluster-context.ts'
import { extend } from './extend.ts'
import {
  bill,
  billOf,
  configuredPrice,
  correctedForClock,
  dueAction,
  type Lease,
  pausedSince,
  runningSince,
  stopped,
} from './lease.ts'
import { pause, resume } from './pause-resume.ts'
import { findCluster, keptSnapshots, snapshotLine } from './resources.ts'
import { loadingRoleArn } from './role.ts'
import { spinUp } from './spin-up.ts'
import { clusterStateOf, statusOf } from './state.ts'
import { tearDown } from './tear-down.ts'
import { endpointOf } from './wait-until-ready.ts'

/**
 * A provisioned Redshift cluster with its role, as the `Cluster` of the commands. Every method asks AWS first, and throws
 * `aws`, `aws_denied` or `bad_config` where AWS refuses, `cluster_state` and `no_cluster` as the port describes.
 */
export function createRedshiftCluster(context: ClusterContext): Cluster {
  return {
    name: context.settings.clusterId,
    free: false,
    describe: () => explainingAwsErrors(() => describe(context)),
    costStatus: () => costStatus(context),
    spinUp: (options) => spinUp(context, options),
    tearDown: ({ snapshot }) => tearDown(context, snapshot),
    pause: () => pause(context),
    resume: () => resume(context),
    extend: (hours) => extend(context, hours),
    leaseAction: () => leaseAction(context),
    bill: (from, to) => bill(context, from, to),
  }
}

type Fact = readonly [label: string, value: string]

/** The cluster as AWS describes it now, with what the lease remembers. Throws what the SDK throws, and `cluster_state` for a foreign one. */
export async function describe(context: ClusterContext): Promise<ClusterFacts> {
  const { clients, settings, leases, clock } = context
  const [cluster, lease] = [await ownCluster(context), await leases.get()]
  if (cluster === null) {
    const kept = await keptSnapshots(clients, settings.clusterId)
    const lost: Fact[] = lease === null || lease.until === null ? [] : [['Note', 'it was deleted outside of the bot']]
    const snapshots = kept.map((snapshot): Fact => ['Snapshot', snapshotLine(snapshot, settings.region)])
    return { name: settings.clusterId, state: 'none', since: null, facts: [...lost, ...snapshots] }
  }
  const state = clusterStateOf(cluster)
  const status = statusOf(cluster)
  return {
    name: settings.clusterId,
    state,
    since: sinceWhen(state, lease, cluster),
    facts: [
      ['Engine', `Redshift ${sizeOf(cluster, settings)}, ${settings.region}`],
      ...(status === state ? [] : [['AWS status', status] as const]),
      ['Endpoint', endpointOf(cluster)],
      ...costs(context, cluster, lease, clock.now()),
      ['Lease', leaseLine(state, lease)],
    ],
  }
}

function costs({ settings }: ClusterContext, cluster: AwsCluster, lease: Lease | null, now: Date): readonly Fact[] {
  const price = priceOfCluster(cluster, settings)
  const created = cluster.ClusterCreateTime
  const facts: Fact[] = [['Price', hourly(price)]]
  const costSince = (label: string, since: Date): readonly Fact[] => {
    const usd = lease === null ? null : totalUsd(billOf(lease, since, now, configuredPrice(settings)))
    return usd === null ? [] : [[label, aboutUsd(usd)]]
  }
  if (created !== undefined) {
    facts.unshift(['Age', lasting(created, now)])
    facts.push(...costSince('Price so far', created), ...costSince('This month', monthOf(now).from))
  }
  return [...facts, ['Storage', `${storageRate(settings.region)}, also while paused`]]
}

/** AWS does not report when a state began; the lease knows since when the cluster runs or is paused. */
function sinceWhen(state: ClusterState, lease: Lease | null, { ClusterCreateTime: created }: AwsCluster): Date | null {
  switch (state) {
    case 'available':
      return runningSince(lease) ?? created ?? null
    case 'paused':
      return pausedSince(lease)
    case 'creating':
      return runningSince(lease)
    default:
      return null
  }
}

function leaseLine(state: ClusterState, lease: Lease | null): string {
  if (lease === null || lease.until === null) {
    return state === 'paused' ? 'none while paused' : 'none: it is not paused automatically; spin-up adds a lease'
  }
  return `until ${moment(new Date(lease.until))}, then paused`
}

// A cluster is ordered under its lease, and AWS may take a quarter of an hour to heed the order.
const heededMs = 20 * minuteMs

/** What the lease asks for now. AWS is asked only when the time for something has come: this is called every minute. */
export async function leaseAction(context: ClusterContext): Promise<LeaseAction> {
  const { clients, settings, leases, clock } = context
  const now = clock.now()
  const kept = await leases.get()
  const lease = correctedForClock(kept, now)
  if (lease !== kept) await leases.set(lease)
  const possible = (['available', 'paused'] as const).some((state) => dueAction(now, state, lease).kind !== 'nothing')
  if (!possible) return { kind: 'nothing' }
  const cluster = await explainingAwsErrors(() => findCluster(clients, settings.clusterId))
  const state = cluster === null ? 'none' : clusterStateOf(cluster)
  if (lease !== null && (state === 'none' || state === 'paused')) await closeBill(context, lease, now)
  return dueAction(now, state, lease)
}

/** AWS does not report who paused or deleted the cluster outside of the bot, nor when: it is billed up to now, and no further. */
async function closeBill({ leases }: ClusterContext, lease: Lease, now: Date): Promise<void> {
  const since = runningSince(lease)
  if (since === null || now.getTime() - since.getTime() < heededMs) return
  if ((await leases.get())?.until === lease.until) await leases.set(stopped(lease, now))
}

/** What the engine needs to know of the cluster before it can work on it. Both ask AWS at each call. */
export interface ClusterAccess {
  /** The role that COPY reads with. */
  roleArn(): Promise<string>
  /** The secret of the admin user; undefined where AWS keeps none. */
  secretArn(): Promise<string | undefined>
}

/** Throws `no_cluster`, `cluster_state`, and what AWS refuses. */
export function clusterAccess(context: ClusterContext): ClusterAccess {
  const { clients, settings } = context
  return {
    roleArn: () => explainingAwsErrors(() => loadingRoleArn(context)),
    secretArn: () =>
      explainingAwsErrors(async () => {
        const cluster = await findCluster(clients, settings.clusterId)
        if (cluster === null) throw noCluster(settings.clusterId)
        return cluster.MasterPasswordSecretArn
      }),
  }
}
