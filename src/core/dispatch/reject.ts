import type { Answer } from '../answer.ts'
import { isApprover } from '../approval/approvers.ts'
import { openPlan, settle } from '../approval/settle.ts'
import { tooLate } from '../approval/too-late.ts'
import { withChannelNames } from '../channel.ts'
import type { PlanEnd } from '../ports/plans.ts'
import { isAskedBy, notTheirs } from './clicked.ts'
import { refused } from './confirm.ts'
import { isHeardFirst } from './delivery.ts'
import type { Click, Session } from './session.ts'

/**
 * Puts a plan away for good, so that it cannot be confirmed any more: its asker withdraws it, an approver rejects it. Null for a click that
 * was heard before. Never throws.
 */
export async function reject(click: Click, session: Session): Promise<Answer | null> {
  const { deps } = session
  const { plan: id, who } = click
  try {
    if (!(await isHeardFirst(click.delivery, deps))) return null
    const plan = await openPlan(id, who, deps)
    const isAsker = isAskedBy(plan, who)
    if (!isAsker && !(plan.card && (await isApprover(who, deps)))) throw notTheirs(plan, who, deps)
    const end: PlanEnd = { kind: isAsker ? 'withdrawn' : 'rejected', by: who, at: deps.clock.now().toISOString() }
    if (!(await settle(plan, end, deps))) throw tooLate(await deps.ledger.plans.get(id), who)
    const line = withChannelNames(plan.line)
    const headline = isAsker ? `Withdrawn: ${line}. Nothing was done.` : `${who.name} rejected ${line}.`
    return { ok: true, exit: 0, headline, audience: 'nobody', run: null, replies: [], next: [] }
  } catch (error) {
    return refused(error, click, session)
  }
}
