import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import { OpsError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Step, StepResult, Work } from '../../core/step.ts'
import { awsFailure } from '../aws-failure.ts'
import type { Clients } from '../clients.ts'
import { tagClusterLine } from '../names.ts'
import { hourly, type Price, priceOf } from '../price.ts'
import type { RedshiftSettings } from '../settings.ts'
import { type LeaseStore, pausedSince, running } from './lease.ts'
import { findCluster, isTagged, whoAmI } from './look.ts'
import { stateOf, statusOf } from './state.ts'

/** All that the acts on a cluster work with. */
export interface Setting {
  readonly clients: Clients
  readonly settings: RedshiftSettings
  readonly clock: Clock
  readonly leases: LeaseStore
  /** Asks the database something trivial; throws while it does not answer. */
  readonly answers: (signal: AbortSignal) => Promise<void>
  /** The last load in a few words; null when there is none. */
  readonly lastLoad?: () => Promise<string | null>
  /** Who asked the warehouse today, in a few words; null when nobody did. */
  readonly askedToday?: () => Promise<string | null>
}

/** What AWS throws outside of a step, explained. */
export async function explained<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw awsFailure(error)
  }
}

/** A step whose AWS failures say what exists now and costs money. */
export function awsStep(
  setting: Setting,
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
        throw failure === error ? error : awsFailure(error, await standing(setting))
      }
    },
  }
}

/** What exists and costs money, in a sentence, asked now; or that it could not be asked. */
export async function standing({ clients, settings }: Setting): Promise<string> {
  try {
    const cluster = await findCluster(clients, settings.clusterId)
    if (cluster === null) return `There is no cluster ${settings.clusterId}; no node costs money.`
    if (stateOf(cluster) === 'paused') return `Cluster ${settings.clusterId} is paused; only its storage costs money.`
    const price = priceOfCluster(cluster, settings)
    return `Cluster ${settings.clusterId} is ${statusOf(cluster)}, and costs ${price === null ? 'money' : hourly(price)} while it runs.`
  } catch (error) {
    if (!(awsFailure(error) instanceof OpsError)) throw error
    return `Whether cluster ${settings.clusterId} exists and costs money could not be asked.`
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
 * snapshot is not documented). Null when there is none. Throws `cluster_state` for somebody else's.
 */
export async function ownCluster(setting: Setting): Promise<AwsCluster | null> {
  const { clients, settings, leases } = setting
  const cluster = await findCluster(clients, settings.clusterId)
  if (cluster === null || isTagged(cluster, settings.clusterId)) return cluster
  const lease = await leases.get()
  if (cluster.RestoreStatus !== undefined && lease !== null && lease.until !== null) return cluster
  const line = tagClusterLine(await whoAmI(clients), settings.region, settings.clusterId)
  throw new OpsError(
    'cluster_state',
    `Cluster ${settings.clusterId} in ${settings.region} is not this bot's: it lacks its tag. Nothing was touched.`,
    `Set another REDSHIFT_CLUSTER_ID, or give it to the bot: ${line}`,
  )
}

/** Gives a lease to a cluster that runs without one: adopted, or woken outside of the bot. */
export async function ensureLease(setting: Setting, cluster: AwsCluster, hours: number): Promise<void> {
  const { leases, clock } = setting
  const lease = await leases.get()
  if (lease !== null && lease.until !== null) return
  const created = cluster.ClusterCreateTime ?? clock.now()
  const paused = pausedSince(lease)
  const from = paused !== null && paused > created ? paused : created
  await leases.set(running(lease, from, hence(setting, hours), priceOfCluster(cluster, setting.settings)))
}

/** The time so many hours from now. */
export function hence({ clock }: Setting, hours: number): Date {
  return new Date(clock.now().getTime() + hours * 3_600_000)
}
