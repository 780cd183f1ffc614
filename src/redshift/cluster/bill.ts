import type { Bill } from '../../core/ports/cluster.ts'
import { hourly, type Price, priceOf } from '../price.ts'
import type { RedshiftSettings } from '../settings.ts'
import type { Lease } from './lease.ts'
import type { Setting } from './setting.ts'

const hourMs = 3_600_000

/** The times between these two in which the cluster ran, as its lease remembers them, with their price. Asks nobody outside. */
export async function bill({ leases, settings, clock }: Setting, from: Date, to: Date): Promise<readonly Bill[]> {
  const lease = await leases.get()
  const end = new Date(Math.min(to.getTime(), clock.now().getTime()))
  return lease === null ? [] : billOf(lease, from, end, configuredPrice(settings))
}

/** The periods of a lease between two times, an open one up to the second; `otherwise` is the price of those that have none, and of those for which none was known. */
export function billOf({ ran, until }: Lease, from: Date, to: Date, otherwise: Price | null): readonly Bill[] {
  return ran.flatMap((period): readonly Bill[] => {
    const begin = Math.max(Date.parse(period.from), from.getTime())
    const end = Math.min(period.to === null ? to.getTime() : Date.parse(period.to), to.getTime())
    if (end <= begin) return []
    const price = period.price ?? otherwise
    return [
      {
        from: new Date(begin),
        to: new Date(end),
        usd: price === null ? null : (price.hourlyUsd * (end - begin)) / hourMs,
        price: hourly(price),
        until: period.to === null && until !== null ? new Date(until) : null,
      },
    ]
  })
}

/** The price of the cluster that the configuration asks for; null where it is not known. */
export function configuredPrice(settings: RedshiftSettings): Price | null {
  return priceOf(settings.nodeType, settings.nodes, settings)
}
