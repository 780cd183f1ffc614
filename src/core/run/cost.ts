import type { Deps } from '../deps.ts'
import type { RunRecord } from '../ports/runs.ts'

/**
 * What the cluster cost while a run was at work on it, in US dollars; null for runs that neither change the warehouse nor are a
 * schedule's, and where it costs nothing or nobody knows its price.
 */
export async function costOf(
  { writer, origin, started }: RunRecord,
  ended: Date,
  { cluster }: Deps,
): Promise<number | null> {
  if (!writer && origin.kind !== 'fire') return null
  const bills = await cluster.bill(new Date(started), ended)
  const known = bills.flatMap(({ usd }) => (usd === null ? [] : [usd]))
  return known.length === 0 ? null : known.reduce((sum, usd) => sum + usd, 0)
}
