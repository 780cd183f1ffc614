import type { Suggestion } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { moment, percent, usd } from '../format.ts'
import type { Way } from '../message.ts'
import type { Report, Ways } from '../outbox/messages.ts'
import { newsOf, postOnce } from '../outbox/messages.ts'
import type { Asker } from '../people.ts'
import { type Conversation, isDirect } from '../place.ts'
import type { Bill } from '../ports/cluster.ts'
import type { RunFilter, RunSummary } from '../ports/runs.ts'
import { type Month, monthOf, monthWords, spentOn } from './bill.ts'

const newestRequests = 50

/**
 * Where news of the cluster goes that nobody in particular waits for: the channels in which it was requested, the newest first, then the
 * admins, then direct messages with those who requested it there. `mention`: who requested it in the first channel.
 */
async function waysOfNews(deps: Deps): Promise<Omit<Report, 'occasion'>> {
  const requests = await clusterRequests(deps, { limit: newestRequests, states: ['complete', 'running'] })
  const all = new Map<string, { readonly place: Conversation; readonly who: Asker }>()
  for (const { place, who } of requests) {
    if (place.kind !== 'slack' || all.has(place.channel)) continue
    const { thread: _, ...channel } = place
    all.set(place.channel, { place: channel, who })
  }
  const there = [...all.values()].map((at): Way => ({ kind: 'conversation', ...at }))
  const direct = (way: Way): boolean => way.kind === 'conversation' && isDirect(way.place)
  const admins: Way = { kind: 'admins', besides: null }
  const [first, ...rest] = [...there.filter((way) => !direct(way)), admins, ...there.filter(direct)]
  return { ways: [first ?? admins, ...rest], mention: first?.kind === 'conversation' ? mentionOf(first.who) : [] }
}

/** Where news goes that the last person to request the cluster waits for: to their conversation, where that was in Slack, then as `waysOfNews`. */
export async function waysToAsker(last: RunSummary | undefined, deps: Deps): Promise<Omit<Report, 'occasion'>> {
  const news = await waysOfNews(deps)
  // A person at a terminal is not there any more, and an adopted cluster was requested by nobody.
  if (last?.place.kind !== 'slack') return news
  const ways: Ways = [{ kind: 'conversation', place: last.place, who: last.who }, ...news.ways]
  return { ways, mention: mentionOf(last.who) }
}

function mentionOf({ kind, id }: Asker): readonly string[] {
  return kind === 'slack' ? [id] : []
}

/** The runs that had the cluster run, or run longer, newest first. */
export async function clusterRequests(
  { ledger, commands }: Pick<Deps, 'ledger' | 'commands'>,
  filter: Pick<RunFilter, 'limit' | 'states' | 'since'>,
): Promise<readonly RunSummary[]> {
  return ledger.runs.summaries({ ...filter, commands: [...commands.wake, ...commands.extend] })
}

/** Shares of the budget at which news is posted, the highest first. */
const shares = [1, 0.8]

/**
 * Posts, where the cluster was last requested, that the month (UTC) has used 80% of its budget, and again that it has used all of it: once
 * each, and only the second where both came at once. Times without a known price count as over budget. A new budget is a new occasion.
 */
export async function postBudgetNews(deps: Deps): Promise<void> {
  const { cluster, clock, policy } = deps
  const budget = policy.budgetUsd
  if (budget === null) return
  const now = clock.now()
  const month = monthOf(now)
  const bills = await cluster.bill(month.from, now)
  const { usd: spent, isComplete } = spentOn(bills)
  const share = isComplete ? shares.find((part) => spent > 0 && spent >= budget * part) : 'unknown'
  if (share === undefined) return
  const { status, next } = runningNow(cluster.name, bills.at(-1))
  const headline = share === 'unknown' ? unknownHeadline(month, spent, budget) : headlineOf(month, spent, budget)
  const answer = newsOf(headline, [status], next)
  const key = `budget:${month.name}:${share === 'unknown' ? share : share * 100}:${budget}`
  await postOnce(key, async () => ({ answer, ...(await waysOfNews(deps)) }), deps)
}

function headlineOf(month: Month, spent: number, budget: number): string {
  const used = `${usd(spent)} of ${usd(budget)} in ${monthWords(month)}`
  return spent >= budget
    ? `The warehouse has used up its budget: ${used}.`
    : `The warehouse has used ${percent(spent, budget)} of its budget: ${used}.`
}

function unknownHeadline(month: Month, spent: number, budget: number): string {
  const known = `at least ${usd(spent)} of ${usd(budget)} in ${monthWords(month)}`
  return `The price of the warehouse is unknown, so it counts as over budget: ${known}. Set REDSHIFT_HOURLY_USD.`
}

/** What runs and costs money now, and what may be done. */
function runningNow(
  name: string,
  last: Bill | undefined,
): { readonly status: string; readonly next: readonly Suggestion[] } {
  const cost = { label: 'Cost', line: 'cost' }
  if (last === undefined || last.until === null) return { status: `Cluster ${name} is not running.`, next: [cost] }
  return {
    status: `Cluster ${name} is running: ${last.price}. Its lease ends at ${moment(last.until)}.`,
    next: [{ label: 'Pause', line: 'pause' }, cost],
  }
}
