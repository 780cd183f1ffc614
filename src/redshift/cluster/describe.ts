import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import { monthOf } from '../../core/money/month.ts'
import { totalUsd } from '../../core/money/spent.ts'
import type { ClusterFacts, ClusterState } from '../../core/ports/cluster.ts'
import { lasting, moment } from '../../core/words.ts'
import { aboutUsd, hourly, storageRate } from '../price.ts'
import { billOf, configuredPrice } from './bill.ts'
import { type Lease, pausedSince, runningSince } from './lease.ts'
import { keptSnapshots } from './look.ts'
import { ownCluster, priceOfCluster, type Setting, sizeOf } from './setting.ts'
import { snapshotLine } from './snapshot-line.ts'
import { stateOf, statusOf } from './state.ts'
import { endpointOf } from './wait.ts'

type Fact = readonly [label: string, value: string]

/** The cluster as AWS tells it now, with what the lease remembers. Throws what the SDK throws, and `cluster_state` for a foreign one. */
export async function describe(setting: Setting): Promise<ClusterFacts> {
  const { clients, settings, leases, clock } = setting
  const [cluster, lease] = [await ownCluster(setting), await leases.get()]
  if (cluster === null) {
    const kept = await keptSnapshots(clients, settings.clusterId)
    const lost: Fact[] = lease === null || lease.until === null ? [] : [['Note', 'it was deleted outside of the bot']]
    const snapshots = kept.map((snapshot): Fact => ['Snapshot', snapshotLine(snapshot, settings.region)])
    return { name: settings.clusterId, state: 'none', since: null, facts: [...lost, ...snapshots] }
  }
  const state = stateOf(cluster)
  const status = statusOf(cluster)
  return {
    name: settings.clusterId,
    state,
    since: sinceWhen(state, lease, cluster),
    facts: [
      ['Engine', `Redshift ${sizeOf(cluster, settings)}, ${settings.region}`],
      ...(status === state ? [] : [['AWS says', status] as const]),
      ['Endpoint', endpointOf(cluster)],
      ...costs(setting, cluster, lease, clock.now()),
      ['Lease', leaseLine(state, lease)],
    ],
  }
}

function costs({ settings }: Setting, cluster: AwsCluster, lease: Lease | null, now: Date): readonly Fact[] {
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

/** AWS does not tell when a state began; the lease knows of running and being paused. */
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
    return state === 'paused' ? 'none while paused' : 'none: it is not paused by itself; spin-up gives it one'
  }
  return `until ${moment(new Date(lease.until))}, then paused`
}
