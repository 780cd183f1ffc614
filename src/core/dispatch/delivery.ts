import type { Deps } from '../deps.ts'
import { DiskFull } from '../errors.ts'

/**
 * Whether a delivery is heard for the first time, by whichever process. What comes in none cannot come twice. On a full disk every
 * delivery counts as the first: a question may be answered twice then, and a change is refused.
 */
export async function isHeardFirst(
  delivery: string | undefined,
  { ledger, clock, log }: Pick<Deps, 'ledger' | 'clock' | 'log'>,
): Promise<boolean> {
  if (delivery === undefined) return true
  try {
    return await ledger.claim(`delivery:${delivery}`, clock.now())
  } catch (error) {
    if (!(error instanceof DiskFull)) throw error
    log.warn({ err: error }, 'a delivery could not be noted; it may be answered twice')
    return true
  }
}
