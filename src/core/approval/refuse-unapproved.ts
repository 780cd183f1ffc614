import type { Context } from '../command/context.ts'
import type { Bound } from '../command/define.ts'
import { OpsError } from '../errors.ts'
import type { PlanDraft } from '../plan.ts'
import { beyondBudget } from './reasons.ts'

/**
 * Sees to it that the clock spends nothing beyond the month's budget: what a schedule's lines ask was confirmed when it was made, but not
 * for this moment. To be called before the run of a line is opened. Throws `not_confirmed`.
 */
export async function refuseUnapproved(bound: Bound, context: Context): Promise<void> {
  const { deps } = context
  if (deps.policy.budgetUsd === null) return
  const plan = await planNow(bound, context)
  const [reason] = plan === null ? [] : await beyondBudget(plan, deps)
  if (reason === undefined) return
  throw new OpsError(
    'not_confirmed',
    `${bound.line} needs approval. ${reason.words} Nothing was done.`,
    `Say ${bound.line} in a channel: the plan is then posted for approval.`,
    { cure: bound.line },
  )
}

/** Null also where the line makes no sense now: its run will say so in its own words. What cannot be looked at is not allowed. */
async function planNow(bound: Bound, context: Context): Promise<PlanDraft | null> {
  try {
    return await bound.plan(context)
  } catch (error) {
    if (error instanceof OpsError && (error.code === 'cluster_state' || error.code === 'no_cluster')) return null
    throw error
  }
}
