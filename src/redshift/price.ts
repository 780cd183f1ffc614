import { z } from 'zod'
import { usd } from '../core/format.ts'

interface RegionPrices {
  /** When and where the figures were read, for people. */
  readonly read: string
  /** Of one node for an hour, on demand, in US dollars. */
  readonly nodes: Readonly<Record<string, number>>
  /** Managed storage, which is billed for a paused cluster as well, for a GB and a month; snapshots are priced at the same rate. */
  readonly storage: number
}

/**
 * List prices by region. AWS's own page lets one choose a region and a type, so each figure names who published it:
 * - us-east-1: 0.543 and 0.024 stand in the text of https://aws.amazon.com/redshift/pricing/ (read 7 October 2026 by
 *   https://github.com/api-evangelist/amazon-redshift, plans/amazon-redshift-plans-pricing.yml). The larger RA3 nodes are 2, 6 and 24
 *   times that: "AWS us-east-1 list price, Mar 2026" of public connectors that cite the same page.
 * - us-west-2: public calculators of 2026 have 0.543 for ra3.large, 3.26 for ra3.4xlarge and 0.024 for storage; none has the other types.
 * A region or a type that is not here has no known price: REDSHIFT_HOURLY_USD gives it. For rg nodes no figure names its region.
 */
const prices: Readonly<Record<string, RegionPrices>> = {
  'us-east-1': {
    read: 'March 2026',
    nodes: { 'ra3.large': 0.543, 'ra3.xlplus': 1.086, 'ra3.4xlarge': 3.26, 'ra3.16xlarge': 13.04 },
    storage: 0.024,
  },
  'us-west-2': { read: 'March 2026', nodes: { 'ra3.large': 0.543, 'ra3.4xlarge': 3.26 }, storage: 0.024 },
}

/** What a whole cluster costs for an hour, and where the figure is from. */
export const priceSchema = z.object({ hourlyUsd: z.number(), label: z.string() }).readonly()
export type Price = z.infer<typeof priceSchema>

/** Where the price holds, and what one node costs there by agreement. */
interface Tariff {
  readonly region: string
  readonly hourlyUsd: number | null
}

/** The price of a cluster. Null where it is not known. */
export function priceOf(nodeType: string, nodes: number, { region, hourlyUsd: negotiated }: Tariff): Price | null {
  if (negotiated !== null) return { hourlyUsd: negotiated * nodes, label: 'negotiated price' }
  const listed = prices[region]
  const node = listed?.nodes[nodeType]
  return listed === undefined || node === undefined
    ? null
    : { hourlyUsd: node * nodes, label: `list price, ${listed.read}` }
}

/** What a GB of managed storage, or of a snapshot, costs in a month in US dollars; null where it is not known. */
export function storageUsd(region: string): number | null {
  return prices[region]?.storage ?? null
}

/** "$0.024 per GB and month", or that it is not known in this region. */
export function storageRate(region: string): string {
  const rate = storageUsd(region)
  return rate === null ? `the storage price of ${region}` : `$${rate} per GB and month`
}

/** 1.08 → "about $1.08"; less than a cent is written as that. */
export function aboutUsd(amount: number): string {
  return amount > 0 && amount < 0.01 ? usd(amount) : `about ${usd(amount)}`
}

/** "$0.54 an hour (list price, March 2026)". */
export function hourly(price: Price | null): string {
  return price === null ? 'Price unknown: set REDSHIFT_HOURLY_USD' : `${usd(price.hourlyUsd)} an hour (${price.label})`
}
