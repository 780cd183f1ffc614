import type { Catalog } from '../command/catalog.ts'
import { isoDay } from '../day.ts'
import type { Deps } from '../deps.ts'
import type { Bill } from '../ports/cluster.ts'
import type { RunId, RunSummary } from '../ports/runs.ts'
import { dayMs, hourMs } from '../span.ts'
import type { Month } from './bill.ts'
import { type MonthlyCost, midnights, type Payer, type Piece, payerOf, type Share, sharesOf } from './cost.ts'

/** A command at work on the cluster, from its start to its end. */
export interface Use {
  readonly run: RunId
  readonly command: string
  readonly payer: Payer
  readonly from: Date
  readonly to: Date
}

/** A time in which the cluster ran, within one day (UTC) and for one command; `use` is null while no command was at work. */
interface UsePiece extends Omit<Piece, 'payer'> {
  readonly use: Use | null
}

/** The newest commands of a month that are counted: a month with more says so. */
export const mostRuns = 5_000

// A page holds the event loop for about 30 ms.
const pageSize = 200

/** The times of a month in which the cluster ran, cut by the commands at work, and whether all of these were counted. */
export interface MonthlyUse {
  readonly pieces: readonly UsePiece[]
  readonly areAll: boolean
}

/**
 * Draws up who used the cluster in a month, from the bill and the ledger. Asks nobody outside. A command that only reads or changes the bot's own
 * records does not use the cluster, and a schedule does so by its lines. A run counts from the start of its newest attempt.
 */
export async function monthlyUse(
  month: Month,
  { ledger, clock, cluster }: Pick<Deps, 'ledger' | 'clock' | 'cluster'>,
  catalog: Pick<Catalog, 'find'>,
): Promise<MonthlyUse> {
  // A command that began before the month may have been at work in it; none takes longer than a day.
  const since = new Date(month.from.getTime() - dayMs).toISOString()
  const usesCluster = ({ command, origin }: RunSummary): boolean => {
    const effect = catalog.find(command)?.effect
    return origin.kind !== 'fire' && effect !== 'bot' && effect !== 'none'
  }
  const found = new Map<RunId, Use | null>()
  const payers = new Map<RunId, Promise<Payer>>()
  const useOf = async (run: RunSummary): Promise<Use> => {
    // The lines of an occurrence have one payer.
    const asked = run.origin.kind === 'line' ? run.origin.fire : run.id
    const payer = payers.get(asked) ?? payerOf(run, ledger)
    payers.set(asked, payer)
    const to = run.ended === null ? clock.now() : new Date(run.ended)
    return { run: run.id, command: run.command, payer: await payer, from: new Date(run.started), to }
  }
  let until = month.to
  let page: readonly RunSummary[]
  let known: number
  do {
    known = found.size
    page = await ledger.runs.summaries({ limit: pageSize, since, until: until.toISOString(), listedOnly: true })
    for (const run of page) found.set(run.id, usesCluster(run) ? await useOf(run) : null)
    // The oldest is read again, with others that began in the same millisecond; where those fill a page, it is the last.
    until = new Date(Date.parse(page.at(-1)?.started ?? since) + 1)
  } while (page.length === pageSize && found.size > known && found.size < mostRuns)
  const uses = [...found.values()].filter((use) => use !== null)
  const pieces = piecesOfUse(await cluster.bill(month.from, month.to), uses, month)
  return { pieces, areAll: page.length < pageSize }
}

/**
 * Cuts what is in the month of these times at each midnight (UTC) and wherever a command began or ended. A time in which several were at
 * work is shared equally among them, so the pieces add up to the times themselves, and their dollars to the bill.
 */
export function piecesOfUse(bills: readonly Bill[], uses: readonly Use[], month: Month): readonly UsePiece[] {
  const byStart = uses.toSorted((a, b) => a.from.getTime() - b.from.getTime())
  return bills.flatMap((bill) => {
    const from = Math.max(bill.from.getTime(), month.from.getTime())
    const to = Math.min(bill.to.getTime(), month.to.getTime())
    const own = byStart.filter((use) => use.from.getTime() < to && use.to.getTime() > from)
    const ends = own.flatMap((use) => [use.from.getTime(), use.to.getTime()])
    const inside = [...midnights(from, to), ...ends].filter((time) => time > from && time < to)
    const cuts = [from, ...new Set(inside.toSorted((a, b) => a - b)), to]
    let begun = 0
    let atWork: Use[] = []
    return cuts.slice(0, -1).flatMap((begin, at) => {
      for (let use = own[begun]; use !== undefined && use.from.getTime() <= begin; use = own[++begun]) atWork.push(use)
      atWork = atWork.filter((use) => use.to.getTime() > begin)
      const ms = (cuts[at + 1] ?? to) - begin
      return ms <= 0 ? [] : piecesAt(bill, begin, ms, atWork.length === 0 ? [null] : atWork)
    })
  })
}

function piecesAt(bill: Bill, begin: number, ms: number, uses: readonly (Use | null)[]): readonly UsePiece[] {
  const share = ms / uses.length
  const usd = bill.usd === null ? null : bill.usd * (share / (bill.to.getTime() - bill.from.getTime()))
  const day = isoDay(begin)
  return uses.map((use) => ({ day, use, hours: share / hourMs, usd }))
}

/** By what the use of a month is listed. */
export const groupings = ['command', 'person', 'day'] as const
export type Grouping = (typeof groupings)[number]

/** What one command, person or day used of the cluster, in how many runs; `up`: how long the cluster was kept up for them, and its cost. */
export interface Usage extends Share {
  readonly runs: number
  readonly up: Share | null
}

const idle = { key: 'idle', name: 'idle: no command at work' }

/**
 * Lists the use of a month. By command and person the rows add up to the bill: what was used most comes first, the idle time last. By day
 * they are in order, and the idle time is what a day was up more than in use.
 */
export function usageBy(
  grouping: Grouping,
  pieces: readonly UsePiece[],
  { days, people }: MonthlyCost,
): readonly Usage[] {
  const groupOf = ({ use, day }: UsePiece): Payer => {
    if (grouping === 'day') return { key: day, name: day }
    if (use === null) return idle
    return grouping === 'person' ? use.payer : { key: use.command, name: use.command }
  }
  const used = sharesOf(grouping === 'day' ? pieces.filter(({ use }) => use !== null) : pieces, groupOf)
  const up = { command: [], person: people, day: days }[grouping]
  const runsOf = (key: string): number =>
    new Set(pieces.flatMap((piece) => (piece.use !== null && groupOf(piece).key === key ? [piece.use.run] : []))).size
  const unused = up.filter(({ key }) => !used.some((share) => share.key === key))
  const rows = [...used, ...unused.map((share): Share => ({ ...share, hours: 0, usd: share.usd === null ? null : 0 }))]
  const usages = rows.map((share) => ({
    ...share,
    runs: runsOf(share.key),
    up: up.find(({ key }) => key === share.key) ?? null,
  }))
  if (grouping === 'day') return usages.toSorted((a, b) => a.key.localeCompare(b.key))
  const last = (usage: Usage): number => (usage.key === idle.key ? 1 : 0)
  return usages.toSorted((a, b) => last(a) - last(b) || b.hours - a.hours)
}
