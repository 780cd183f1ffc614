import type { Work } from '../../core/step.ts'
import { isAwsError } from '../aws-error.ts'
import { type ClusterContext, wrongState } from '../cluster/cluster-context.ts'
import { poll } from '../retries.ts'
import type { RpuUsage, UsageStore } from './usage.ts'

/** All that the operations on a workgroup work with. */
export interface ServerlessContext extends ClusterContext {
  readonly usage: UsageStore
  /** The minutes since then that AWS charges for, oldest first. Throws `OpsError` where the database does not answer. */
  readonly readUsage: (since: string) => Promise<RpuUsage>
}

/** What a look at AWS found: the wish is fulfilled, or in what state things are. */
export type Look<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'waiting'; readonly state: string }

/** Looks again and again until it is done. Throws `cluster_state` with `what` was waited for when the time is over. */
export async function waitFor<T>(
  { clock }: Pick<ServerlessContext, 'clock'>,
  { signal, progress }: Work,
  atMostMs: number,
  what: string,
  look: () => Promise<Look<T>>,
): Promise<T> {
  let last = ''
  const found = await poll(
    async () => {
      const seen = await look()
      if (seen.kind === 'done') return { value: seen.value }
      last = seen.state
      progress(last)
      return null
    },
    { clock, signal, atMostMs },
  )
  if (found !== null) return found.value
  throw wrongState(`${what} is still ${last}.`, 'Run the command again to keep waiting.', 'status')
}

/** Gives an order; `false` where AWS refuses it because another operation runs (ConflictException). */
export async function taken(order: () => Promise<unknown>): Promise<boolean> {
  try {
    await order()
    return true
  } catch (error) {
    if (isAwsError(error, 'Conflict')) return false
    throw error
  }
}
