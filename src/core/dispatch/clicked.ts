import { approverIds, isApprover, needsSecond } from '../approval/approvers.ts'
import { openPlan } from '../approval/settle.ts'
import type { Context } from '../command/context.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import type { Asker } from '../people.ts'
import type { PlanRecord } from '../ports/plans.ts'
import { type Meaning, meaningOf } from './meaning.ts'
import type { Session } from './session.ts'

/** A plan that may be confirmed by whoever clicked, and what its line means now, in its asker's name. */
export interface Clicked {
  readonly plan: PlanRecord
  readonly meaning: Meaning
  readonly context: Context
}

/**
 * Looks at a click: the plan must be open, its asker must still be allowed to say its line, and `by` must be allowed to confirm it, all of
 * that now. Throws `expired` or `not_allowed`.
 */
export async function clicked(id: string, by: Asker, { deps, catalog }: Session): Promise<Clicked> {
  const plan = await openPlan(id, by, deps)
  await requireConfirmer(plan, by, deps)
  const { asker, place, line } = plan
  const context: Context = { who: { ...asker, role: await deps.directory.roleOf(asker) }, place, deps, catalog }
  try {
    return { plan, meaning: await meaningOf(catalog.understood(plan), context), context }
  } catch (error) {
    if (asker.id === by.id || !(error instanceof OpsError && error.code === 'not_allowed')) throw error
    throw new OpsError(
      'not_allowed',
      `${asker.name} asked for ${line} and may not say it any more. Nothing was done.`,
      'Somebody who may can ask for it.',
    )
  }
}

/** Throws `not_allowed` for whoever may not confirm this plan now. */
async function requireConfirmer(plan: PlanRecord, by: Asker, deps: Deps): Promise<void> {
  if (!isAskedBy(plan, by)) {
    if (plan.card && (await isApprover(by, deps))) return
    throw notTheirs(plan, by, deps)
  }
  if (!needsSecond(plan.reasons, deps)) return
  throw new OpsError(
    'not_allowed',
    'You asked for this, so somebody else must approve it. Nothing was done.',
    'Ask one of those whom the card calls.',
  )
}

/** Whether this is the person who asked for the plan. */
export function isAskedBy({ asker }: PlanRecord, { kind, id }: Asker): boolean {
  return asker.kind === kind && asker.id === id
}

/** The refusal of somebody who may not decide about a plan; of a card with their own id, which is what the configuration needs. */
export function notTheirs({ asker, card }: PlanRecord, { id }: Asker, deps: Deps): OpsError {
  return card
    ? new OpsError(
        'not_allowed',
        `This needs an approver. You are ${id}, no approver here. Nothing was done.`,
        `Setting the bot up? SPARKIFY_APPROVERS=${id}`,
        { ask: approverIds(deps) },
      )
    : new OpsError(
        'not_allowed',
        `This plan was made for ${asker.name}. Nothing was done.`,
        'Say the command yourself.',
      )
}
