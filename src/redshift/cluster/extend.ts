import { hours as inHours, moment, usd } from '../../core/format.ts'
import type { ClusterOperation } from '../../core/ports/cluster.ts'
import type { Step } from '../../core/step.ts'
import { hourly } from '../price.ts'
import {
  type ClusterContext,
  explainingAwsErrors,
  hoursAfter,
  noCluster,
  notNow,
  ownCluster,
  priceOfCluster,
  wrongState,
} from './cluster-context.ts'
import { mostUsd } from './pause-resume.ts'
import { clusterStateOf } from './state.ts'

/** Lengthens the lease of a running cluster. Throws `cluster_state` where there is none to lengthen. */
export async function extend(context: ClusterContext, hours: number): Promise<ClusterOperation> {
  const { settings, leases, clock } = context
  const { clusterId } = settings
  const cluster = await explainingAwsErrors(() => ownCluster(context))
  if (cluster === null) throw noCluster(clusterId)
  const state = clusterStateOf(cluster)
  if (state === 'paused') {
    throw wrongState(`Cluster ${clusterId} is paused and has no lease.`, 'Resume it; that starts a lease.', 'resume')
  }
  if (state === 'pausing' || state === 'deleting') throw notNow(clusterId, state)
  const until = (await leases.get())?.until ?? null
  if (until === null) {
    throw wrongState(
      `Cluster ${clusterId} has no lease, so it is never paused automatically.`,
      'Run spin-up to give it one.',
      'spin-up',
    )
  }
  const price = priceOfCluster(cluster, settings)
  const most = price === null ? null : usd(price.hourlyUsd * hours)
  const ended = new Date(until) <= clock.now()
  const longer = inHours(hours)
  return {
    plan: {
      title: `Extend the lease of ${clusterId} by ${longer}?`,
      facts: [
        `${hourly(price)}${most === null ? '' : `: at most ${most} more`}`,
        ended
          ? `It will be paused ${longer} from now.`
          : `It will be paused on ${moment(hoursAfter(new Date(until), hours))}.`,
      ],
      act: most === null ? `Extend by ${longer}` : `Extend by ${longer} for at most ${most}`,
      danger: false,
      mostUsd: mostUsd(price, hours),
    },
    steps: [lengthen(context, hours)],
    done: `The lease of ${clusterId} is extended by ${longer}.`,
  }
}

function lengthen({ settings, leases, clock }: ClusterContext, hours: number): Step {
  return {
    id: 'extend-the-lease',
    title: 'Extend the lease',
    async run(work) {
      const lease = await leases.get()
      if (lease === null || lease.until === null) {
        throw wrongState(`Cluster ${settings.clusterId} was paused in the meantime.`, 'Resume it.', 'resume')
      }
      const from = new Date(Math.max(Date.parse(lease.until), clock.now().getTime()))
      // Kept before it is stored: a step that is begun again must not extend twice.
      const until = work.handle('until') ?? hoursAfter(from, hours).toISOString()
      await work.keep('until', until)
      await leases.set({ ...lease, until })
      return { detail: `until ${moment(new Date(until))}` }
    },
  }
}
