import type { Suggestion } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { newsOf, tellOnce } from '../outbox/messages.ts'
import type { Bill } from '../ports/cluster.ts'
import { moment, percent, usd } from '../words.ts'
import { waysOfNews } from './announce.ts'
import { type Month, monthOf, monthWords } from './month.ts'
import { spentOn } from './spent.ts'

/** Shares of the budget at which the channel is told, the highest first. */
const shares = [1, 0.8]

/**
 * Tells the channel where the cluster was last asked for when the month (UTC) has used 80 % of its budget, and again when it has used all
 * of it: once each, and only the second where both came at once. Times without a known price count as beyond it. A new budget is a new occasion.
 */
export async function tellBudget(deps: Deps): Promise<void> {
  const { cluster, clock, policy } = deps
  const budget = policy.budgetUsd
  if (budget === null) return
  const now = clock.now()
  const month = monthOf(now)
  const bills = await cluster.bill(month.from, now)
  const { usd: spent, isComplete } = spentOn(bills)
  const share = isComplete ? shares.find((part) => spent > 0 && spent >= budget * part) : 'unknown'
  if (share === undefined) return
  const { standing, next } = standingOf(cluster.name, bills.at(-1))
  const headline = share === 'unknown' ? unknownHeadline(month, spent, budget) : headlineOf(month, spent, budget)
  const answer = newsOf(headline, [standing], next)
  const key = `budget:${month.name}:${share === 'unknown' ? share : share * 100}:${budget}`
  await tellOnce(key, async () => ({ answer, ...(await waysOfNews(deps)) }), deps)
}

function headlineOf(month: Month, spent: number, budget: number): string {
  const used = `${usd(spent)} of ${usd(budget)} in ${monthWords(month)}`
  return spent >= budget
    ? `The warehouse has used up its budget: ${used}.`
    : `The warehouse has used ${percent(spent, budget)} of its budget: ${used}.`
}

function unknownHeadline(month: Month, spent: number, budget: number): string {
  const known = `at least ${usd(spent)} of ${usd(budget)} in ${monthWords(month)}`
  return `The price of the warehouse is not known, so it counts as beyond its budget: ${known}. Set REDSHIFT_HOURLY_USD.`
}

/** What runs and costs money now, and what may be done. */
function standingOf(
  name: string,
  last: Bill | undefined,
): { readonly standing: string; readonly next: readonly Suggestion[] } {
  const cost = { label: 'Cost', line: 'cost' }
  if (last === undefined || last.until === null) return { standing: `Cluster ${name} does not run now.`, next: [cost] }
  return {
    standing: `Cluster ${name} is running: ${last.price}. Its lease ends at ${moment(last.until)}.`,
    next: [{ label: 'Pause', line: 'pause' }, cost],
  }
}
