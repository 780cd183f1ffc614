import type { Context } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { count, hours, moment, percent, usd } from '../format.ts'
import { type ChartReply, figuresTable, type Reply, type TableReply, text } from '../reply.ts'
import { type Month, monthNamed, monthOf, monthWords } from './bill.ts'
import { type MonthlyCost, monthlyCost, type Share } from './cost.ts'
import { type Grouping, groupings, type MonthlyUse, monthlyUse, mostRuns, usageBy } from './usage.ts'

/** What the cluster cost in a month, by day and by person; `by`: how long commands used it, in these groups. */
export async function costAnswer(
  month: string | undefined,
  by: Grouping | undefined,
  { deps, catalog }: Context,
): Promise<Outcome> {
  const asked = monthAsked(month, deps)
  if (deps.cluster.free) return { headline: free }
  const cost = await monthlyCost(asked, deps)
  if (by === undefined || cost.days.length === 0) return costOutcome(cost, deps)
  return usageOutcome(cost, await monthlyUse(asked, deps, catalog), by, deps)
}

/** How long commands used the cluster and, by person or day, how long it ran. */
function usageOutcome(
  cost: MonthlyCost,
  { pieces, areAll }: MonthlyUse,
  by: Grouping,
  { cluster, clock }: Deps,
): Outcome {
  const headline = headlineOf(cost, cost.month.name === monthOf(clock.now()).name, cluster.name)
  const withUp = by !== 'command'
  const usages = usageBy(by, pieces, cost)
  const table = figuresTable(
    `By ${by}`,
    {
      [by]: by === 'day' ? 'date' : 'text',
      runs: 'integer',
      'hours in use': 'decimal',
      'usd in use': 'decimal',
      ...(withUp ? ({ 'hours up': 'decimal', 'usd up': 'decimal' } as const) : {}),
    },
    usages.map(({ name, runs, hours: inUse, usd: spent, up }) => [
      name,
      runs,
      inUse,
      spent,
      ...(withUp ? [up?.hours ?? null, up?.usd ?? null] : []),
    ]),
  )
  const notes = [
    'In use: the time from the start to the end of commands, shared equally while several were at work.',
    ...(withUp ? [upNotes[by]] : []),
    ...(areAll ? [] : [`Only the newest ${count(mostRuns)} runs are counted; older ones are in the idle time.`]),
    'Not included: storage, and work on the cluster outside of this bot. Months and days are in UTC.',
  ]
  return {
    headline,
    tone: 'plain',
    replies: [table, text([...notes, ...cost.prices].join('\n'), 'note')],
    next: groupings
      .filter((other) => other !== by)
      .map((other) => ({ label: `By ${other}`, line: `cost ${cost.month.name} by=${other}` })),
  }
}

const upNotes = {
  person: 'Up: the time the cluster was kept up, by who last asked for it (spin-up, resume, extend).',
  day: 'Up: the time the cluster was up.',
} as const

const free = 'The warehouse runs on this machine and costs nothing.'

/** The month that is asked for; the current one where none is named. Throws `bad_argument` for one that has not begun. */
export function monthAsked(name: string | undefined, { clock }: Deps): Month {
  const running = monthOf(clock.now())
  const asked = name === undefined ? running : monthNamed(name)
  if (asked.from <= running.from) return asked
  throw new OpsError(
    'bad_argument',
    `month: ${monthWords(asked)} has not begun (UTC). Nothing was done.`,
    `Use a month like ${running.name}, or leave it out for the current one.`,
  )
}

function costOutcome(statement: MonthlyCost, { policy, cluster, clock }: Deps): Outcome {
  const { month, days, people, prices, usd: total, atLeaseEnd } = statement
  const isCurrent = month.name === monthOf(clock.now()).name
  const before = monthOf(new Date(month.from.getTime() - 1)).name
  const headline = headlineOf(statement, isCurrent, cluster.name)
  const next = [
    ...(isCurrent && statement.isRunning ? [{ label: 'Pause', line: 'pause' }] : []),
    { label: 'Previous month', line: `cost ${before}` },
    ...(days.length === 0 ? [] : [{ label: 'By command', line: `cost ${month.name} by=command` }]),
    ...(isCurrent ? [] : [{ label: 'This month', line: 'cost' }]),
  ]
  const budget = policy.budgetUsd === null || total === null ? [] : [budgetReply(policy.budgetUsd, total)]
  const small = text([...prices, 'Storage is not included. Months and days are in UTC.'].join('\n'), 'note')
  if (days.length === 0) return { headline, tone: 'plain', replies: [...budget, small], next }
  const replies: Reply[] = [
    ...budget,
    ...(atLeaseEnd === null ? [] : [leaseReply(atLeaseEnd, policy.budgetUsd)]),
    tableOf('By day', 'day', days),
    tableOf('By person', 'person', people),
    // One bar shows nothing that its row does not.
    ...(days.length < 2 ? [] : [chartOf(days, total === null ? 'hours' : 'usd')]),
    small,
  ]
  return { headline, tone: 'plain', replies, next }
}

function headlineOf({ month, days, hours: ran, usd: total }: MonthlyCost, isCurrent: boolean, name: string): string {
  const when = `${monthWords(month)}${isCurrent ? ' so far' : ''}`
  if (days.length === 0) return `${when}: ${name} did not run.`
  const cost = total === null ? 'no known price' : usd(total)
  return `${when}: ${cost} for ${hours(ran) || 'less than a minute'} of ${name}.`
}

function budgetReply(budget: number, spent: number): Reply {
  const share = `Budget ${usd(budget)} a month: ${percent(spent, budget)} spent`
  return spent > budget
    ? text(`${share}, ${usd(spent - budget)} over budget.`, 'warning')
    : text(`${share}, ${usd(budget - spent)} left.`)
}

function leaseReply({ usd: most, until }: NonNullable<MonthlyCost['atLeaseEnd']>, budget: number | null): Reply {
  const words = `If the cluster runs until its lease ends (${moment(until)}), the month costs ${usd(most)}`
  return budget !== null && most > budget ? text(`${words}: over budget.`, 'warning') : text(`${words}.`)
}

function tableOf(title: string, what: 'day' | 'person', shares: readonly Share[]): TableReply {
  return figuresTable(
    title,
    { [what]: what === 'day' ? 'date' : 'text', hours: 'decimal', usd: 'decimal' },
    shares.map((share) => [share.name, share.hours, share.usd]),
  )
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
