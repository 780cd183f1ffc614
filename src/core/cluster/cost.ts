import { isoDay } from '../day.ts'
import type { Deps } from '../deps.ts'
import type { Bill } from '../ports/cluster.ts'
import type { RunSummary } from '../ports/runs.ts'
import { dayMs, hourMs } from '../span.ts'
import { type Month, monthOf, totalUsd } from './bill.ts'
import { clusterRequests } from './news.ts'

/** What the cluster cost in a month. Dollars are null where no price is known; the exact total, and shares to the cent. */
export interface MonthlyCost {
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
  readonly atLeaseEnd: { readonly usd: number; readonly until: Date } | null
}

/** The cost of a month, from the bill and from who requested the cluster. Calls nothing outside. */
export async function monthlyCost(month: Month, deps: Deps): Promise<MonthlyCost> {
  // From the beginning, because a time that began before the month belongs to the request that it came of.
  const bills = (await deps.cluster.bill(new Date(0), month.to)).filter(({ to }) => to > month.from)
  const pieces = piecesOf(bills, await requestsFor(bills, deps), month)
  const usd = totalUsd(await deps.cluster.bill(month.from, month.to))
  return {
    month,
    usd,
    hours: pieces.reduce((sum, { hours }) => sum + hours, 0),
    days: sharesOf(pieces, ({ day }) => ({ key: day, name: day })),
    people: sharesOf(pieces, ({ payer }) => payer).toSorted((a, b) => b.hours - a.hours),
    prices: [...new Set(bills.map(({ price }) => price))],
    isRunning: bills.at(-1)?.until instanceof Date,
    atLeaseEnd: monthOf(deps.clock.now()).name === month.name ? costAtLeaseEnd(usd, bills.at(-1), month) : null,
  }
}

/**
 * What the month comes to with what has been spent in it and, where the newest bill is of a cluster that is running, its lease to its end
 * within the month. Null where nothing runs or nobody knows what it costs.
 */
export function costAtLeaseEnd(spent: number | null, last: Bill | undefined, month: Month): MonthlyCost['atLeaseEnd'] {
  if (spent === null || last === undefined || last.usd === null || last.until === null) return null
  const hourlyUsd = (last.usd * hourMs) / (last.to.getTime() - last.from.getTime())
  const until = new Date(Math.min(last.until.getTime(), month.to.getTime()))
  const left = Math.max(0, until.getTime() - last.to.getTime()) / hourMs
  return { usd: spent + hourlyUsd * left, until }
}

/** A time in which the cluster ran, within one day (UTC) and for one person. `usd` is null where its price is not known. */
export interface Piece {
  readonly day: string
  readonly payer: Payer
  readonly hours: number
  readonly usd: number | null
}

/** Cuts what is in the month of these times at each midnight (UTC) and at each request for the cluster. In order of time. */
export function piecesOf(bills: readonly Bill[], requests: readonly ClusterRequest[], month: Month): readonly Piece[] {
  return bills.flatMap((bill) => {
    const own = requestsDuring(bill, requests)
    const from = Math.max(bill.from.getTime(), month.from.getTime())
    const to = Math.min(bill.to.getTime(), month.to.getTime())
    const inside = [...midnights(from, to), ...own.map((request) => request.from.getTime())].filter(
      (time) => time > from && time < to,
    )
    const cuts = [from, ...new Set(inside.toSorted((a, b) => a - b)), to]
    return cuts.slice(0, -1).flatMap((begin, at) => {
      const ms = (cuts[at + 1] ?? to) - begin
      return ms <= 0 ? [] : [pieceOf(bill, begin, ms, own)]
    })
  })
}

function pieceOf(bill: Bill, begin: number, ms: number, requests: readonly ClusterRequest[]): Piece {
  const last = requests.findLast((request) => request.from.getTime() <= begin)
  return {
    day: isoDay(begin),
    payer: last?.payer ?? nobodyKnown,
    hours: ms / hourMs,
    usd: bill.usd === null ? null : bill.usd * (ms / (bill.to.getTime() - bill.from.getTime())),
  }
}

/** The midnights (UTC) after the first and before the second of these times. */
export function midnights(from: number, to: number): readonly number[] {
  const first = Math.floor(from / dayMs) + 1
  return Array.from({ length: Math.max(0, Math.ceil(to / dayMs) - first) }, (_, days) => (first + days) * dayMs)
}

/** Pieces of one day, person or command together. */
export interface Share {
  readonly key: string
  readonly name: string
  readonly hours: number
  readonly usd: number | null
}

/**
 * Puts pieces together that have the same key, in the order in which each first comes. Hours and dollars are to the hundredth, and each
 * column sums to its own total so rounded, as a reader who adds it up expects. Dollars are null where no price of theirs is known.
 */
export function sharesOf<P extends Pick<Piece, 'hours' | 'usd'>>(
  pieces: readonly P[],
  named: (piece: P) => { readonly key: string; readonly name: string },
): readonly Share[] {
  const groups = new Map<string, P[]>()
  const names = new Map<string, string>()
  for (const piece of pieces) {
    const { key, name } = named(piece)
    names.set(key, name)
    groups.set(key, [...(groups.get(key) ?? []), piece])
  }
  const sums = [...groups].map(([key, group]) => ({
    key,
    name: names.get(key) ?? key,
    hours: sum(group.map(({ hours }) => hours)),
    usd: group.every(({ usd }) => usd === null) ? null : sum(group.map(({ usd }) => usd ?? 0)),
  }))
  const hours = hundredths(sums.map((share) => share.hours))
  const usd = hundredths(sums.map((share) => share.usd ?? 0))
  return sums.map((share, at) => ({
    key: share.key,
    name: share.name,
    hours: hours[at] ?? 0,
    usd: share.usd === null ? null : (usd[at] ?? 0),
  }))
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}

/**
 * Amounts to the hundredth that sum to the rounded sum of the exact ones: what is missing goes to those that were cut most. Where all are
 * less than a hundredth together, they have two digits of that.
 */
export function hundredths(amounts: readonly number[]): readonly number[] {
  const total = sum(amounts)
  const parts = total > 0 && total < 0.01 ? 10 ** Math.min(9, 1 + Math.ceil(-Math.log10(total))) : 100
  const cut = amounts.map((amount) => Math.floor(amount * parts))
  const missing = Math.round(total * parts) - sum(cut)
  const lost = amounts.map((amount, at) => ({ at, by: amount * parts - (cut[at] ?? 0) }))
  const raised = new Set(
    lost
      .toSorted((a, b) => b.by - a.by)
      .slice(0, missing)
      .map(({ at }) => at),
  )
  return cut.map((whole, at) => (whole + (raised.has(at) ? 1 : 0)) / parts)
}

/** To whom a time of the cluster belongs. `key` is the same for the same person or schedule. */
export interface Payer {
  readonly key: string
  readonly name: string
}

/** The ledger has no request for it: a cluster that was adopted, or resumed outside of the bot. */
export const nobodyKnown: Payer = { key: 'nobody', name: 'nobody known' }

/** A request that the cluster run, from when it was made. `done` false: it failed or was cancelled. */
export interface ClusterRequest {
  readonly from: Date
  /** Null while it is being carried out. */
  readonly ended: Date | null
  readonly done: boolean
  readonly payer: Payer
}

const mostRequests = 1_000

/** The requests that these times can belong to, oldest first. */
async function requestsFor(
  bills: readonly Bill[],
  deps: Pick<Deps, 'ledger' | 'commands'>,
): Promise<readonly ClusterRequest[]> {
  const [first] = bills
  if (first === undefined) return []
  // A run is begun before the cluster is, by as long as its steps before that take, and restarts between them.
  const since = new Date(first.from.getTime() - dayMs).toISOString()
  const runs = await clusterRequests(deps, { limit: mostRequests, since })
  const requests = runs.toReversed().map(
    async (run): Promise<ClusterRequest> => ({
      from: new Date(run.started),
      ended: run.ended === null ? null : new Date(run.ended),
      done: run.state === 'running' || run.state === 'complete',
      payer: await payerOf(run, deps.ledger),
    }),
  )
  return Promise.all(requests)
}

/** What a schedule ran belongs to its owner, listed apart from what they requested themselves. */
export async function payerOf({ who, origin }: RunSummary, { runs, schedules }: Deps['ledger']): Promise<Payer> {
  const own: Payer = { key: `${who.kind}:${who.id}`, name: who.name }
  if (origin.kind !== 'line') return own
  const fire = await runs.get(origin.fire)
  if (fire?.origin.kind !== 'fire') return own
  const number = fire.origin.schedule
  const owner = (await schedules.get(number))?.owner ?? fire.who
  return { key: `schedule:${number}`, name: `schedule ${number} (${owner.name})` }
}

/**
 * The requests that a time of running came of, or that were made while it lasted. A request that failed counts only where the cluster began to
 * run for it all the same; one before that had ended by then was for an earlier time.
 */
export function requestsDuring({ from, to }: Bill, requests: readonly ClusterRequest[]): readonly ClusterRequest[] {
  return requests.filter((request) => {
    const inTime = request.from < to && (request.ended === null || request.ended >= from)
    return inTime && (request.done || request.from <= from)
  })
}
