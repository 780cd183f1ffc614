import type { Deps } from '../deps.ts'
import { formatInUtc } from '../format.ts'
import type { Bill } from '../ports/cluster.ts'

/** A calendar month in UTC: `name` as `2026-11`, `from` inclusive, `to` exclusive. */
export interface Month {
  readonly name: string
  readonly from: Date
  readonly to: Date
}

/** The month that a time is in. */
export function monthOf(at: Date): Month {
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()]
  return {
    name: at.toISOString().slice(0, 7),
    from: new Date(Date.UTC(year, month)),
    to: new Date(Date.UTC(year, month + 1)),
  }
}

/** The month of a name like `2026-11`. */
export function monthNamed(name: string): Month {
  return monthOf(new Date(`${name}-01T00:00:00.000Z`))
}

const monthFormat = formatInUtc({ month: 'long', year: 'numeric' })

/** "November 2026". */
export function monthWords({ from }: Month): string {
  return monthFormat(from)
}

/** What these times cost together, in US dollars; what has no known price is left out, and null where that is all of it. */
export function totalUsd(bills: readonly Bill[]): number | null {
  const known = bills.flatMap(({ usd }) => (usd === null ? [] : [usd]))
  if (known.length === 0 && bills.length > 0) return null
  return known.reduce((sum, usd) => sum + usd, 0)
}

/** What was spent, in US dollars, and whether that is all of it: times without a known price are not in `usd`. */
export interface Spent {
  readonly usd: number
  readonly isComplete: boolean
}

/** What these times cost together, as far as it is known. */
export function spentOn(bills: readonly Bill[]): Spent {
  return { usd: totalUsd(bills) ?? 0, isComplete: bills.every(({ usd }) => usd !== null) }
}

/** What the cluster has cost in the calendar month (UTC) up to this time, without storage. Asks nobody outside. */
export async function spentInMonth({ cluster }: Pick<Deps, 'cluster'>, at: Date): Promise<Spent> {
  return spentOn(await cluster.bill(monthOf(at).from, at))
}
