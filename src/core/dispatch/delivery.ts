import type { Deps } from '../deps.ts'

/** Whether a delivery is heard for the first time, by whichever process. What comes in none cannot come twice. */
export async function isHeardFirst(
  delivery: string | undefined,
  { ledger, clock }: Pick<Deps, 'ledger' | 'clock'>,
): Promise<boolean> {
  return delivery === undefined || (await ledger.claim(`delivery:${delivery}`, clock.now()))
}
