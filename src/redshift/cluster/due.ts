import type { ClusterDue } from '../../core/ports/cluster.ts'
import { leaseDue } from './lease.ts'
import { findCluster } from './look.ts'
import { explained, type Setting } from './setting.ts'
import { stateOf } from './state.ts'

/** What the lease asks for now. AWS is asked only when the time for something has come: this is called every minute. */
export async function due({ clients, settings, leases, clock }: Setting): Promise<ClusterDue> {
  const lease = await leases.get()
  const now = clock.now()
  const possible = (['available', 'paused'] as const).some((state) => leaseDue(now, state, lease).kind !== 'nothing')
  if (!possible) return { kind: 'nothing' }
  const cluster = await explained(() => findCluster(clients, settings.clusterId))
  return cluster === null ? { kind: 'nothing' } : leaseDue(now, stateOf(cluster), lease)
}
