import type { Clock } from '../../src/core/ports/clock.ts'
import type { Cluster, LeaseAction } from '../../src/core/ports/cluster.ts'
import { billOf, type Lease, running, stopped } from '../../src/redshift/cluster/lease.ts'
import { untouchedCluster } from './cluster.ts'

/** A cluster that only has a lease, for what is asked of nothing else. It costs a dollar an hour. */
export interface LeasedCluster extends Cluster {
  /** Runs from now on, for so many hours. */
  start(hours: number): void
  /** Is paused from now on. */
  stop(): void
}

const aDollar = { hourlyUsd: 1, label: 'negotiated price' }

/** Makes one that does not run yet. `due` is what its lease asks for; `price` null: nobody knows what it costs. */
export function createLeased(
  clock: Clock,
  due: () => LeaseAction = () => ({ kind: 'nothing' }),
  price: { readonly hourlyUsd: number; readonly label: string } | null = aDollar,
): LeasedCluster {
  let lease: Lease | null = null
  return {
    ...untouchedCluster('only the lease is looked at'),
    leaseAction: async () => due(),
    async bill(from, to) {
      const end = new Date(Math.min(to.getTime(), clock.now().getTime()))
      return lease === null ? [] : billOf(lease, from, end, null)
    },
    start(hours) {
      const now = clock.now()
      lease = running(lease, now, new Date(now.getTime() + hours * 3_600_000), price)
    },
    stop() {
      lease = stopped(lease, clock.now())
    },
  }
}
