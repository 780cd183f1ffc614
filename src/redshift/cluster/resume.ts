import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import type { PlanDraft } from '../../core/plan.ts'
import type { Act } from '../../core/ports/cluster.ts'
import { hours as inHours, usd } from '../../core/words.ts'
import { hourly, type Price } from '../price.ts'
import type { RedshiftSettings } from '../settings.ts'
import { usualLeaseHours } from './lease.ts'
import { noCluster, notNow } from './refusals.ts'
import { awsStep, ensureLease, explained, ownCluster, priceOfCluster, type Setting, sizeOf } from './setting.ts'
import { stateOf } from './state.ts'
import { askTheDatabase, waitUntilAvailable } from './wait.ts'
import { wake } from './wake.ts'

/** Wakes a paused cluster under a new lease; where it is awake already there is nothing to confirm and little to do. */
export async function resume(setting: Setting): Promise<Act> {
  const { settings } = setting
  const cluster = await explained(() => ownCluster(setting))
  if (cluster === null) throw noCluster(settings.clusterId)
  const state = stateOf(cluster)
  if (state === 'deleting' || state === 'creating' || state === 'pausing') throw notNow(settings.clusterId, state)
  const plan =
    state === 'paused'
      ? resumePlan(cluster, settings, usualLeaseHours)
      : await adoptPlan(setting, cluster, usualLeaseHours, [])
  return {
    plan,
    steps: [
      awsStep(setting, { id: 'resume-cluster', title: 'Resume cluster' }, async (work) => {
        const found = await ownCluster(setting)
        if (found === null) throw noCluster(settings.clusterId)
        if (stateOf(found) !== 'paused') {
          await ensureLease(setting, found, usualLeaseHours)
          return { skipped: `it is ${stateOf(found)} already` }
        }
        await wake(setting, found, usualLeaseHours, work)
        return {}
      }),
      waitUntilAvailable(setting),
      askTheDatabase(setting),
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
      `The cluster exists and is paused: Redshift ${size}, ${settings.region}. It is resumed with its data.`,
      costFact(price, leaseHours),
      'Takes a few minutes. At the end of the lease it is paused again, never deleted.',
    ],
    act: price === null ? `Resume ${settings.clusterId}` : `Resume for ${usd(price.hourlyUsd)} an hour`,
    danger: false,
    mostUsd: mostUsd(price, leaseHours),
  }
}

/** What a lease means for a cluster that runs without one, to be confirmed because it costs money; null where it has one. `facts` are said besides. */
export async function adoptPlan(
  { settings, leases }: Setting,
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
      `The cluster exists and is adopted: Redshift ${sizeOf(cluster, settings)}, ${settings.region}.`,
      ...facts,
      costFact(price, leaseHours),
      'From now on it has a lease, at whose end it is paused, never deleted.',
    ],
    act: `Adopt ${settings.clusterId}`,
    danger: false,
    mostUsd: mostUsd(price, leaseHours),
  }
}

/** The most that so many hours can cost, as a plan tells it; null where the price is not known. */
export function mostUsd(price: Price | null, hours: number): number | null {
  return price === null ? null : price.hourlyUsd * hours
}

/** "$0.54 an hour (list price, March 2026) · lease 8 h: at most $4.34". */
export function costFact(price: Price | null, hours: number): string {
  const most = price === null ? '' : `: at most ${usd(price.hourlyUsd * hours)}`
  return `${hourly(price)} · lease ${inHours(hours)}${most}`
}
