import { z } from 'zod'
import { usd } from '../core/words.ts'

/*
 * Prices in US dollars, on demand, in us-east-1 and us-west-2; other regions cost more. AWS publishes them at
 * https://aws.amazon.com/redshift/pricing/ as a page to choose in, so the figures carry the date when they were read.
 */

interface ListPrice {
  readonly hourlyUsd: number
  readonly read: string
}

const ra3 = 'March 2026'
const rg = 'July 2026'

/** Of one node for an hour. A type that is not here has no known price: REDSHIFT_HOURLY_USD gives it. */
const nodePrices: Readonly<Record<string, ListPrice>> = {
  'ra3.large': { hourlyUsd: 0.543, read: ra3 },
  'ra3.xlplus': { hourlyUsd: 1.086, read: ra3 },
  'ra3.4xlarge': { hourlyUsd: 3.26, read: ra3 },
  'ra3.16xlarge': { hourlyUsd: 13.04, read: ra3 },
  'rg.large': { hourlyUsd: 0.3801, read: rg },
  'rg.xlarge': { hourlyUsd: 0.7602, read: rg },
  'rg.4xlarge': { hourlyUsd: 3.04267, read: rg },
  'rg.12xlarge': { hourlyUsd: 9.128, read: rg },
}

/** Managed storage, which a paused cluster goes on paying; snapshots are reckoned at the same rate. For a GB and a month. */
export const storageUsd = 0.024

/** What a whole cluster costs for an hour, and where the figure is from. */
export const priceSchema = z.object({ hourlyUsd: z.number(), label: z.string() }).readonly()
export type Price = z.infer<typeof priceSchema>

/** The price of a cluster; `negotiated` is the price of one node. Null where it is not known. */
export function priceOf(nodeType: string, nodes: number, negotiated: number | null): Price | null {
  if (negotiated !== null) return { hourlyUsd: negotiated * nodes, label: 'negotiated price' }
  const listed = nodePrices[nodeType]
  return listed === undefined ? null : { hourlyUsd: listed.hourlyUsd * nodes, label: `list price, ${listed.read}` }
}

/** 1.08 → "about $1.08"; of less than a cent only that is said. */
export function aboutUsd(amount: number): string {
  return amount > 0 && amount < 0.01 ? usd(amount) : `about ${usd(amount)}`
}

/** "$0.54 an hour (list price, March 2026)". */
export function hourly(price: Price | null): string {
  return price === null
    ? 'Price not known: set REDSHIFT_HOURLY_USD'
    : `${usd(price.hourlyUsd)} an hour (${price.label})`
}
