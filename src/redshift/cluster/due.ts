import type { ClusterDue } from '../../core/ports/cluster.ts'
import { type Lease, leaseDue, runningSince, sinceNow, stopped } from './lease.ts'
import { findCluster } from './look.ts'
import { explained, type Setting } from './setting.ts'
import { stateOf } from './state.ts'

// A cluster is ordered under its lease, and AWS may take a quarter of an hour to heed the order.
const heededMs = 20 * 60_000

/** What the lease asks for now. AWS is asked only when the time for something has come: this is called every minute. */
export async function due(setting: Setting): Promise<ClusterDue> {
  const { clients, settings, leases, clock } = setting
  const now = clock.now()
  const kept = await leases.get()
  const lease = sinceNow(kept, now)
  if (lease !== kept) await leases.set(lease)
  const possible = (['available', 'paused'] as const).some((state) => leaseDue(now, state, lease).kind !== 'nothing')
  if (!possible) return { kind: 'nothing' }
  const cluster = await explained(() => findCluster(clients, settings.clusterId))
  const state = cluster === null ? 'none' : stateOf(cluster)
  if (lease !== null && (state === 'none' || state === 'paused')) await closeBill(setting, lease, now)
  return leaseDue(now, state, lease)
}

/** Whoever paused or deleted the cluster outside of the bot, and when, AWS does not tell: it is billed up to here, and no further. */
async function closeBill({ leases }: Setting, lease: Lease, now: Date): Promise<void> {
  const since = runningSince(lease)
  if (since === null || now.getTime() - since.getTime() < heededMs) return
  if ((await leases.get())?.until === lease.until) await leases.set(stopped(lease, now))
}
