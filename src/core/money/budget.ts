import type { Suggestion } from '../answer.ts'
import type { Deps } from '../deps.ts'
import type { Bill } from '../ports/cluster.ts'
import { askedFor } from '../warehouse/asked-for.ts'
import { type ClusterNews, newsOf, type Posted } from '../warehouse/news.ts'
import { moment, percent, usd } from '../words.ts'
import { type Month, monthOf, monthWords } from './month.ts'
import { totalUsd } from './spent.ts'

/** Shares of the budget at which the channel is told, the highest first. */
const shares = [1, 0.8]

/**
 * Tells the channel where the cluster was last asked for when the month (UTC) has used 80 % of its budget, and again when it has used all
 * of it: once each, and only the second where both came at once. A new budget is a new occasion. Throws what `posted` throws.
 *
 * Claiming the occasion before it is posted would lose it for ever in a crash between the two, and claiming it after would let two bots
 * tell it. So what is claimed before is one try, of which there is one an hour whoever makes it, and that it was told is noted
 * after. A crash right after the post has it told twice; nothing has it never told.
 */
export async function tellBudget(deps: Deps, posted: Posted): Promise<void> {
  const { ledger, cluster, clock, policy } = deps
  const budget = policy.budgetUsd
  if (budget === null) return
  const now = clock.now()
  const month = monthOf(now)
  const bills = await cluster.bill(month.from, now)
  const spent = totalUsd(bills) ?? 0
  const share = shares.find((part) => spent > 0 && spent >= budget * part)
  if (share === undefined) return
  const occasion = `budget:${month.name}:${share * 100}:${budget}`
  if ((await ledger.notes.get(occasion)) !== null) return
  const asked = await askedInSlack(deps)
  if (asked.length === 0 || !(await ledger.claim(`${occasion}:${now.toISOString().slice(0, 13)}`, now))) return
  const channel = await newestOpen(asked, deps)
  if (channel === null) return
  const headline = headlineOf(month, spent, budget)
  const { standing, next } = standingOf(cluster.name, bills.at(-1))
  await posted({ ...channel, answer: newsOf(headline, [standing], next) })
  await ledger.notes.set(occasion, now.toISOString())
}

const newestAsked = 50

type Channel = Omit<ClusterNews, 'answer'>

/** Where the cluster was asked for in Slack, and by whom, newest first; in the channel itself, where it was in a thread. */
async function askedInSlack({ ledger }: Deps): Promise<readonly Channel[]> {
  const asked = await askedFor(ledger.runs, { limit: newestAsked, states: ['complete', 'running'] })
  return asked.flatMap(({ place, who }) => {
    if (place.kind !== 'slack') return []
    const { thread: _, ...channel } = place
    return [{ place: channel, owner: who }]
  })
}

/** The newest of these that still can be posted to. */
async function newestOpen(asked: readonly Channel[], { outbox }: Deps): Promise<Channel | null> {
  for (const channel of asked) if ((await outbox.obstacle(channel.place)) === null) return channel
  return null
}

function headlineOf(month: Month, spent: number, budget: number): string {
  const used = `${usd(spent)} of ${usd(budget)} in ${monthWords(month)}`
  return spent >= budget
    ? `The warehouse has used up its budget: ${used}.`
    : `The warehouse has used ${percent(spent, budget)} of its budget: ${used}.`
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
