import type { Deps } from '../deps.ts'
import type { Bill } from '../ports/cluster.ts'
import { type Month, monthOf } from './month.ts'
import { wishesFor } from './payers.ts'
import { piecesOf, type Share, sharesOf } from './pieces.ts'
import { totalUsd } from './spent.ts'

/** What the cluster cost in a month. Dollars are null where no price is known; the exact total, and shares to the cent. */
export interface Statement {
  readonly month: Month
  readonly hours: number
  readonly usd: number | null
  readonly days: readonly Share[]
  /** Who used most comes first. */
  readonly people: readonly Share[]
  /** What an hour cost and where that is from, in words; several where it changed. */
  readonly prices: readonly string[]
  /** Whether the cluster runs now, as far as its lease knows. */
  readonly isRunning: boolean
  /** In the running month, where the cluster runs at a known price: what the month comes to by the end of the lease. */
  readonly going: { readonly usd: number; readonly until: Date } | null
}

/** Draws up the month from the bill and from who asked for the cluster. Asks nobody outside. */
export async function statementOf(month: Month, deps: Deps): Promise<Statement> {
  // From the beginning, because a time that began before the month belongs to whoever asked for it then.
  const bills = (await deps.cluster.bill(new Date(0), month.to)).filter(({ to }) => to > month.from)
  const pieces = piecesOf(bills, await wishesFor(bills, deps), month)
  const usd = totalUsd(await deps.cluster.bill(month.from, month.to))
  return {
    month,
    usd,
    hours: pieces.reduce((sum, { hours }) => sum + hours, 0),
    days: sharesOf(pieces, ({ day }) => ({ key: day, name: day })),
    people: sharesOf(pieces, ({ payer }) => payer).toSorted((a, b) => b.hours - a.hours),
    prices: [...new Set(bills.map(({ price }) => price))],
    isRunning: bills.at(-1)?.until instanceof Date,
    going: monthOf(deps.clock.now()).name === month.name ? goingTo(usd, bills.at(-1), month) : null,
  }
}

/**
 * What the month comes to with what has been spent in it and, where the newest bill is of a cluster that is running, its lease to its end
 * within the month. Null where nothing runs or nobody knows what it costs.
 */
export function goingTo(spent: number | null, last: Bill | undefined, month: Month): Statement['going'] {
  if (spent === null || last === undefined || last.usd === null || last.until === null) return null
  const hourMs = 3_600_000
  const hourlyUsd = (last.usd * hourMs) / (last.to.getTime() - last.from.getTime())
  const until = new Date(Math.min(last.until.getTime(), month.to.getTime()))
  const left = Math.max(0, until.getTime() - last.to.getTime()) / hourMs
  return { usd: spent + hourlyUsd * left, until }
}
