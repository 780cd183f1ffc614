import { monthOf, monthWords, spentOn } from '../cluster/bill.ts'
import { costAtLeaseEnd } from '../cluster/cost.ts'
import type { Context } from '../command/context.ts'
import type { ParsedCommand } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import { expected, OpsError } from '../errors.ts'
import { usd } from '../format.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { PlanDraft, Reason } from '../ports/plans.ts'

type Parts = Pick<Deps, 'policy' | 'clock'> & { readonly cluster: Pick<Cluster, 'bill'> }

/**
 * Why others must see a plan before it is carried out: it destroys, it may cost more than is free to everybody, or it may take this
 * month beyond its budget. Empty where nothing requires it. What has no known price may cost any amount. Calls nothing outside.
 */
export async function reasonsFor(plan: PlanDraft, deps: Parts): Promise<readonly Reason[]> {
  const destroys: Reason = { kind: 'destroys', words: 'This cannot be undone.' }
  return [...(plan.danger ? [destroys] : []), ...costly(plan, deps), ...(await beyondBudget(plan, deps))]
}

function costly({ mostUsd }: PlanDraft, { policy }: Parts): readonly Reason[] {
  const limit = policy.approveAboveUsd
  if (limit === null || mostUsd === undefined) return []
  if (mostUsd === null) {
    return [{ kind: 'costly', words: `Its cost is not known; anything above ${usd(limit)} needs approval.` }]
  }
  if (mostUsd <= limit) return []
  return [{ kind: 'costly', words: `It can cost ${usd(mostUsd)}; anything above ${usd(limit)} needs approval.` }]
}

/** Counts what the month has cost, what the lease that is running can still cost in it, and the plan. */
async function beyondBudget({ mostUsd }: PlanDraft, { policy, cluster, clock }: Parts): Promise<readonly Reason[]> {
  const budget = policy.budgetUsd
  if (budget === null || mostUsd === undefined) return []
  const now = clock.now()
  const month = monthOf(now)
  const of = `the budget of ${usd(budget)} for ${monthWords(month)}`
  if (mostUsd === null) return [{ kind: 'budget', words: `Its cost is not known and may exceed ${of}.` }]
  const bills = await cluster.bill(month.from, now)
  const { usd: spent, isComplete } = spentOn(bills)
  if (!isComplete) {
    const words = `The price of some hours this month is not known; they may already exceed ${of}.`
    return [{ kind: 'budget', words }]
  }
  const going = costAtLeaseEnd(spent, bills.at(-1), month)?.usd ?? spent
  if (going + mostUsd <= budget) return []
  const words = `It can exceed ${of}: ${usd(spent)} spent so far, ${usd(going + mostUsd)} with it.`
  return [{ kind: 'budget', words }]
}

/**
 * Sees to it that the clock spends nothing beyond the month's budget: what a schedule's lines ask was confirmed when it was made, but not
 * for this moment. To be called before the run of a line is opened. Throws `not_confirmed`.
 */
export async function refuseUnapproved(parsed: ParsedCommand, context: Context): Promise<void> {
  const { deps } = context
  if (deps.policy.budgetUsd === null) return
  const plan = await planNow(parsed, context)
  const [reason] = plan === null ? [] : await beyondBudget(plan, deps)
  if (reason === undefined) return
  throw new OpsError(
    'not_confirmed',
    `${parsed.line} needs approval. ${reason.words} Nothing was done.`,
    `Run ${parsed.line} in a channel, where its plan is posted for approval.`,
    { fixCommand: parsed.line },
  )
}

/** The plan of a line as of now; null also where it makes no sense now, such as resuming what runs, which its run reports. */
export function planNow(parsed: ParsedCommand, context: Context): Promise<PlanDraft | null> {
  return parsed.plan(context).catch(expected(() => null, 'cluster_state', 'no_cluster'))
}
