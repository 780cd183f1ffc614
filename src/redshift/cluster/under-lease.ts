import { OpsError } from '../../core/errors.ts'
import { isRefusal } from '../aws-error.ts'
import { type Lease, neverBegun } from './lease.ts'
import { findCluster } from './look.ts'
import type { Setting } from './setting.ts'
import { stateOf } from './state.ts'

/**
 * Stores the lease before the order that it is for, so that no cluster can be running without one. Where AWS refuses the order and
 * nothing runs, or the run is stopped before it took the order, the lease never began and nothing is billed; where nobody can know what
 * became of the order, the lease stays.
 */
export async function underLease(
  { clients, settings, leases }: Setting,
  lease: Lease,
  order: () => Promise<void>,
): Promise<void> {
  await leases.set(lease)
  try {
    await order()
  } catch (error) {
    if (error instanceof OpsError || isRefusal(error)) {
      const found = await findCluster(clients, settings.clusterId)
      if (found === null || stateOf(found) === 'paused') await leases.set(neverBegun(await leases.get()))
    }
    throw error
  }
}
