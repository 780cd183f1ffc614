import type { Bill } from '../ports/cluster.ts'
import type { Month } from './month.ts'
import { nobodyKnown, type Payer, type Wish, wishesOf } from './payers.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** A time in which the cluster ran, within one day (UTC) and for one person. `usd` is null where its price is not known. */
export interface Piece {
  readonly day: string
  readonly payer: Payer
  readonly hours: number
  readonly usd: number | null
}

/** Cuts what is in the month of these times at each midnight (UTC) and wherever somebody asked for the cluster. In order of time. */
export function piecesOf(bills: readonly Bill[], wishes: readonly Wish[], month: Month): readonly Piece[] {
  return bills.flatMap((bill) => {
    const own = wishesOf(bill, wishes)
    const from = Math.max(bill.from.getTime(), month.from.getTime())
    const to = Math.min(bill.to.getTime(), month.to.getTime())
    const inside = [...midnights(from, to), ...own.map((wish) => wish.from.getTime())].filter(
      (time) => time > from && time < to,
    )
    const cuts = [from, ...new Set(inside.toSorted((a, b) => a - b)), to]
    return cuts.slice(0, -1).flatMap((begin, at) => {
      const ms = (cuts[at + 1] ?? to) - begin
      return ms <= 0 ? [] : [pieceOf(bill, begin, ms, own)]
    })
  })
}

function pieceOf(bill: Bill, begin: number, ms: number, wishes: readonly Wish[]): Piece {
  const last = wishes.findLast((wish) => wish.from.getTime() <= begin)
  return {
    day: new Date(begin).toISOString().slice(0, 10),
    payer: last?.payer ?? nobodyKnown,
    hours: ms / hourMs,
    usd: bill.usd === null ? null : bill.usd * (ms / (bill.to.getTime() - bill.from.getTime())),
  }
}

function midnights(from: number, to: number): readonly number[] {
  const first = Math.floor(from / dayMs) + 1
  return Array.from({ length: Math.max(0, Math.ceil(to / dayMs) - first) }, (_, days) => (first + days) * dayMs)
}

/** Pieces of one day or one person together. */
export interface Share {
  readonly name: string
  readonly hours: number
  readonly usd: number | null
}

/**
 * Puts pieces together that have the same key, in the order in which each first comes. Hours and dollars are to the hundredth, and each
 * column sums to its own total so rounded, as a reader who adds it up expects. Dollars are null where no price of theirs is known.
 */
export function sharesOf(
  pieces: readonly Piece[],
  named: (piece: Piece) => { readonly key: string; readonly name: string },
): readonly Share[] {
  const groups = new Map<string, Piece[]>()
  const names = new Map<string, string>()
  for (const piece of pieces) {
    const { key, name } = named(piece)
    names.set(key, name)
    groups.set(key, [...(groups.get(key) ?? []), piece])
  }
  const sums = [...groups].map(([key, group]) => ({
    name: names.get(key) ?? key,
    hours: sum(group.map(({ hours }) => hours)),
    usd: group.every(({ usd }) => usd === null) ? null : sum(group.map(({ usd }) => usd ?? 0)),
  }))
  const hours = hundredths(sums.map((share) => share.hours))
  const usd = hundredths(sums.map((share) => share.usd ?? 0))
  return sums.map((share, at) => ({
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
 * less than a hundredth together, they are told to two digits of that.
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
