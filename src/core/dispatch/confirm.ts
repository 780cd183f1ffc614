import type { Answer } from '../answer.ts'
import { askFor, type Wanted } from '../approval/ask.ts'
import { changesBetween } from '../approval/changes.ts'
import { reasonsFor } from '../approval/reasons.ts'
import { fail, settle } from '../approval/settle.ts'
import { tooLate } from '../approval/too-late.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { messagesOfPlan } from '../outbox/messages.ts'
import type { PlanEnd } from '../ports/plans.ts'
import type { PlanChange } from '../reply.ts'
import { failureAnswer } from '../run/failure.ts'
import type { Watch } from '../run/live-run.ts'
import { type Clicked, clicked } from './clicked.ts'
import { isHeardFirst } from './delivery.ts'
import { start } from './dispatch.ts'
import { recordRefusal } from './refused.ts'
import type { Click, Confirmation, Session } from './session.ts'

/**
 * A plan is carried out once, in its asker's name, within its time, by the click of somebody who may confirm it, and only if made again
 * now it says what was read and needs no other approval; otherwise the new plan is shown, with what changed.
 */
export async function confirm(confirmation: Confirmation, session: Session): Promise<Answer | null> {
  const { deps, registry } = session
  const { plan: id, who, delivery } = confirmation
  try {
    if (!(await isHeardFirst(delivery, deps))) return null
    registry.admit()
    const click = await clicked(id, who, session)
    const { typed } = click.plan.draft
    if (typed !== undefined && confirmation.typed?.trim() !== typed) {
      throw new OpsError('not_confirmed', `The word to type is ${typed}. Nothing was done.`, 'Type it exactly.')
    }
    // Used up before anything is asked: to a second click the first one's doing would look like a change of the plan.
    const at = deps.clock.now().toISOString()
    const approved: PlanEnd = { kind: 'approved', by: who, at, process: deps.process }
    if (!(await settle(click.plan, approved, deps))) throw tooLate(await deps.ledger.plans.get(id), who)
    return await carryOut(click, confirmation, session)
  } catch (error) {
    return refused(error, confirmation, session)
  }
}

/** Carries out what was approved, asks anew where it would be something else by now, or says why neither can be done. */
async function carryOut(click: Clicked, { who, watch }: Confirmation, session: Session): Promise<Answer> {
  const { deps } = session
  const { plan, meaning, context } = click
  const mark = { by: who, at: deps.clock.now().toISOString() }
  let begun = false
  const seen: Watch = {
    changed(run) {
      begun = true
      watch.changed(run)
    },
  }
  try {
    const wanted = await changed(click, deps)
    if (wanted === null) {
      const approval = { id: plan.id, plan: plan.draft, by: who }
      return await start(
        meaning,
        context,
        { watch: seen, origin: { kind: 'words' }, approval, key: `plan:${plan.id}` },
        session,
      )
    }
    const answer = await askFor(wanted, deps)
    await deps.ledger.plans.revise(
      plan.id,
      { kind: 'replaced', ...mark },
      messagesOfPlan(plan, false, deps.clock.now()),
    )
    return answer
  } catch (error) {
    const answer = failureAnswer(error, null, deps.log)
    // What was begun may have been done, whatever was thrown then: its run tells.
    if (!begun) await fail(plan, { kind: 'failed', ...mark, why: answer.headline }, deps)
    return answer
  }
}

/** What must be asked in the place of a plan that was approved; null where it may be carried out as it was read. */
async function changed({ plan, meaning, context }: Clicked, deps: Deps): Promise<Wanted | null> {
  const draft = await meaning.bound.plan(context)
  if (draft === null) return null
  const reasons = await reasonsFor(draft, deps)
  const newReasons = reasons.filter(({ kind }) => !plan.reasons.some((known) => known.kind === kind))
  const changes = [
    ...changesBetween(plan.draft, draft),
    ...newReasons.map(({ words }): PlanChange => ({ was: null, now: words })),
  ]
  const { asker, place, card } = plan
  return changes.length === 0 ? null : { asked: meaning.asked, asker, place, draft, reasons, changes, wasCard: card }
}

/** Why this person may not confirm this plan now, before a word is asked of them; null where they may. Never throws. */
export async function whyNotConfirm(click: Click, session: Session): Promise<Answer | null> {
  try {
    await clicked(click.plan, click.who, session)
    return null
  } catch (error) {
    return refused(error, click, session)
  }
}

/** A click that did nothing, as an answer; where its person may not do what they asked for, the record says so. Never throws. */
export async function refused(error: unknown, { plan: id, who }: Click, session: Session): Promise<Answer> {
  const { ledger, log } = session.deps
  if (error instanceof OpsError && error.code === 'not_allowed') {
    const plan = await ledger.plans.get(id).catch(() => null)
    if (plan !== null) await recordRefusal(error, { ...plan, who }, session)
  }
  return failureAnswer(error, null, log)
}
