import { z } from 'zod'
import { optionalMonth } from '../core/command/args.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import type { Deps } from '../core/deps.ts'
import { OpsError } from '../core/errors.ts'
import { type Month, monthNamed, monthOf, monthWords } from '../core/money/month.ts'
import type { Share } from '../core/money/pieces.ts'
import { type Statement, statementOf } from '../core/money/statement.ts'
import { type ChartReply, type Reply, type TableReply, text } from '../core/reply.ts'
import { hours, moment, percent, usd } from '../core/words.ts'

export default defineCommand({
  name: 'cost',
  summary: 'What the cluster cost in a month, by day and by person',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({ month: optionalMonth({ about: 'a calendar month (UTC); the running one if left out' }) }),
  examples: ['cost', 'cost 2026-11'],
  // Refused before a run is opened.
  async plan({ month }, { deps }) {
    monthAsked(month, deps)
    return null
  },
  async run({ month }, { deps }) {
    const asked = monthAsked(month, deps)
    if (deps.cluster.free) return { headline: free, replies: [text(free)] }
    return outcomeOf(await statementOf(asked, deps), deps)
  },
})

const free = 'The warehouse is on this machine and costs nothing.'

function monthAsked(name: string | undefined, { clock }: Deps): Month {
  const running = monthOf(clock.now())
  const asked = name === undefined ? running : monthNamed(name)
  if (asked.from <= running.from) return asked
  throw new OpsError(
    'bad_argument',
    `month: ${monthWords(asked)} has not begun (UTC). Nothing was done.`,
    `Give month as a month like ${running.name}, or leave it out for the running one.`,
  )
}

function outcomeOf(statement: Statement, { policy, cluster, clock }: Deps): Outcome {
  const { month, days, people, prices, usd: total, going } = statement
  const isCurrent = month.name === monthOf(clock.now()).name
  const before = monthOf(new Date(month.from.getTime() - 1)).name
  const headline = headlineOf(statement, isCurrent, cluster.name)
  const next = [
    ...(isCurrent && statement.isRunning ? [{ label: 'Pause', line: 'pause' }] : []),
    { label: 'Month before', line: `cost ${before}` },
    ...(isCurrent ? [] : [{ label: 'This month', line: 'cost' }]),
  ]
  const budget = policy.budgetUsd === null || total === null ? [] : [budgetReply(policy.budgetUsd, total)]
  const small = text([...prices, 'Without storage. Months and days are in UTC.'].join('\n'), 'note')
  if (days.length === 0) return { headline, replies: [text(headline), ...budget, small], next }
  const replies: Reply[] = [
    text(headline),
    ...budget,
    ...(going === null ? [] : [goingReply(going, policy.budgetUsd)]),
    tableOf('By day', 'day', days),
    tableOf('By person', 'person', people),
    // One bar says nothing that its row does not.
    ...(days.length < 2 ? [] : [chartOf(days, total === null ? 'hours' : 'usd')]),
    small,
  ]
  return { headline, replies, next }
}

function headlineOf({ month, days, hours: ran, usd: total }: Statement, isCurrent: boolean, name: string): string {
  const when = `${monthWords(month)}${isCurrent ? ' so far' : ''}`
  if (days.length === 0) return `${when}: ${name} did not run.`
  const cost = total === null ? 'no known price' : usd(total)
  return `${when}: ${cost} for ${hours(ran) || 'less than a minute'} of ${name}.`
}

function budgetReply(budget: number, spent: number): Reply {
  const share = `Budget ${usd(budget)} a month: ${percent(spent, budget)} spent`
  return spent >= budget
    ? text(`${share}, ${usd(spent - budget)} more than there was.`, 'warning')
    : text(`${share}, ${usd(budget - spent)} left.`)
}

function goingReply({ usd: most, until }: NonNullable<Statement['going']>, budget: number | null): Reply {
  const words = `With the running lease to its end, ${moment(until)}, the month comes to ${usd(most)}`
  return budget !== null && most > budget ? text(`${words}: beyond the budget.`, 'warning') : text(`${words}.`)
}

function tableOf(title: string, what: 'day' | 'person', shares: readonly Share[]): TableReply {
  return {
    kind: 'table',
    title,
    columns: [what, 'hours', 'usd'],
    formats: [what === 'day' ? 'date' : 'text', 'decimal', 'decimal'],
    rows: shares.map((share) => [share.name, share.hours, share.usd]),
    total: shares.length,
  }
}

function chartOf(days: readonly Share[], figure: 'hours' | 'usd'): ChartReply {
  return {
    kind: 'chart',
    type: 'bar',
    title: figure === 'usd' ? 'Cost by day' : 'Hours by day',
    xLabel: 'day',
    yLabel: figure,
    categories: days.map(({ name }) => name),
    series: [{ name: figure, values: days.map((share) => share[figure] ?? 0) }],
  }
}
