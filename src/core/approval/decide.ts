import type { Answer } from '../answer.ts'
import { withChannelNames } from '../channel.ts'
import type { Context } from '../command/context.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import type { Asker } from '../people.ts'
import type { PlanDenial, PlanRecord } from '../ports/plans.ts'
import type { PlanChange } from '../reply.ts'
import { failureAnswer } from '../runner/answers.ts'
import { start } from '../runner/execute.ts'
import type { OnProgress } from '../runner/live-run.ts'
import { type Ask, contextOf, type Session } from '../runner/session.ts'
import { type ApprovalRequest, approverIds, askFor, isApprover, needsSecond } from './ask.ts'
import { isFirstDelivery, type ResolvedRequest, recordRefusal, resolveRequest } from './door.ts'
import { changesBetween, openPlan, settle, settlementOf, tooLate } from './plans.ts'
import { reasonsFor } from './reasons.ts'

/** A click on a plan: who clicked, where, and in which delivery. */
export type Click = Pick<Ask, 'who' | 'place' | 'delivery'> & { readonly plan: string }

/** A click by which a plan is put away, with the reason where one was given. */
export type Rejection = Click & { readonly why?: string }

/** A click by which a plan is to be carried out, with the word that was typed for it. */
export type Confirmation = Click & Pick<Ask, 'onProgress'> & { readonly typed: string | undefined }

/**
 * A plan is carried out once, in its asker's name, within its time, by the click of somebody who may confirm it, and only if made again
 * now it says what was read and needs no other approval; otherwise the new plan is shown, with what changed.
 */
export async function confirm(confirmation: Confirmation, session: Session): Promise<Answer | null> {
  const { deps, registry } = session
  const { plan: id, who, delivery } = confirmation
  try {
    if (!(await isFirstDelivery(delivery, deps))) return null
    registry.admit()
    const click = await authorizeDecision(id, who, session)
    const { typed } = click.plan.draft
    if (typed !== undefined && confirmation.typed?.trim() !== typed) {
      throw new OpsError(
        'not_confirmed',
        `The word does not match: type ${typed}. Nothing was done.`,
        'Type it exactly as shown.',
      )
    }
    return await carryOut(click, confirmation, session)
  } catch (error) {
    return refused(error, confirmation, session)
  }
}

/**
 * Carries out what was approved, asks for another plan where it would now be something else, or explains why neither can be done. Each settles the
 * plan in the statement that makes it true, so of several clicks one counts, and a bot that dies before leaves the plan as it was.
 */
async function carryOut(
  click: AuthorizedDecision,
  { who, onProgress }: Confirmation,
  session: Session,
): Promise<Answer> {
  const { deps } = session
  const { plan, meaning, context } = click
  let begun = false
  const seen: OnProgress = (run) => {
    begun = true
    onProgress?.(run)
  }
  try {
    const wanted = await changed(click, who, deps)
    if (wanted === null) {
      const approval = { id: plan.id, plan: plan.draft, by: who }
      const now = deps.clock.now()
      const settles = settlementOf(plan, { kind: 'approved', by: who, at: now.toISOString() }, now)
      const how = { origin: { kind: 'words' }, approval, key: `plan:${plan.id}`, settles, onProgress: seen } as const
      return await start({ ...meaning, ...how }, context, session)
    }
    return await askFor(wanted, deps)
  } catch (error) {
    const answer = failureAnswer(error, null, deps.log)
    // What was begun may have been done, whatever was thrown then: its run shows.
    if (begun) return answer
    const failed = { kind: 'failed', by: who, at: deps.clock.now().toISOString(), why: answer.headline } as const
    if (await settle(plan, failed, deps)) return answer
    throw tooLate(await deps.ledger.plans.get(plan.id), who)
  }
}

/** What must be asked in the place of a plan that was approved; null where it may be carried out as it was read. */
async function changed(
  { plan, meaning, context }: AuthorizedDecision,
  by: Asker,
  deps: Deps,
): Promise<ApprovalRequest | null> {
  const draft = await meaning.parsed.plan(context)
  if (draft === null) return null
  const reasons = await reasonsFor(draft, deps)
  const newReasons = reasons.filter(({ kind }) => !plan.reasons.some((known) => known.kind === kind))
  const changes = [
    ...changesBetween(plan.draft, draft),
    ...newReasons.map(({ words }): PlanChange => ({ was: null, now: words })),
  ]
  const { asker, place } = plan
  const replaces = { plan, by }
  return changes.length === 0 ? null : { asked: meaning.asked, asker, place, draft, reasons, changes, replaces }
}

/** Why this person may not confirm this plan now, before a word is asked of them; null where they may. Never throws. */
export async function whyNotConfirm(click: Click, session: Session): Promise<Answer | null> {
  try {
    await authorizeDecision(click.plan, click.who, session)
    return null
  } catch (error) {
    return refused(error, click, session)
  }
}

/** A click that did nothing, as an answer; where its person may not do what they asked for, the audit log has an entry. Never throws. */
export async function refused(error: unknown, { plan: id, who }: Click, session: Session): Promise<Answer> {
  const { ledger, log } = session.deps
  if (error instanceof OpsError && error.code === 'not_allowed') {
    const plan = await ledger.plans.get(id).catch(() => null)
    if (plan !== null) await recordRefusal(error, { ...plan, who }, session)
  }
  return failureAnswer(error, null, log)
}

/**
 * Settles a plan so that it cannot be confirmed any more: its asker withdraws it, an approver rejects it. Null for a click that
 * was delivered before. Never throws.
 */
export async function reject(rejection: Rejection, session: Session): Promise<Answer | null> {
  const { deps } = session
  const { plan: id, who, why } = rejection
  try {
    if (!(await isFirstDelivery(rejection.delivery, deps))) return null
    const plan = await openPlan(id, who, deps)
    const isAsker = await isWithdrawn(plan, who, deps)
    const when = { by: who, at: deps.clock.now().toISOString() }
    const reason = why === undefined ? {} : { why: why.trim().slice(0, longestReason) }
    const end: PlanDenial = isAsker ? { kind: 'withdrawn', ...when } : { kind: 'rejected', ...when, ...reason }
    if (!(await settle(plan, end, deps))) throw tooLate(await deps.ledger.plans.get(id), who)
    const line = withChannelNames(plan.line)
    const headline = isAsker ? `Withdrawn: ${line}. Nothing was done.` : `${who.name} rejected ${line}.`
    return { ok: true, exit: 0, headline, audience: 'nobody', run: null, replies: [], next: [] }
  } catch (error) {
    return refused(error, rejection, session)
  }
}

// A card has room for more, but nobody reads more there.
const longestReason = 500

/** How somebody may put a plan away: they withdraw what they asked for, reject somebody else's with a reason, or may not. */
export type RejectionWay =
  | { readonly kind: 'withdraw' }
  | { readonly kind: 'reject'; readonly plan: PlanRecord }
  | { readonly kind: 'refused' }

/** How this click may put its plan away now. Nothing is done or recorded: `reject` refuses it. Never throws. */
export async function howToReject(click: Click, session: Session): Promise<RejectionWay> {
  const { deps } = session
  try {
    const plan = await openPlan(click.plan, click.who, deps)
    return (await isWithdrawn(plan, click.who, deps)) ? { kind: 'withdraw' } : { kind: 'reject', plan }
  } catch {
    return { kind: 'refused' }
  }
}

/** Whether this person withdraws the plan, rather than rejects it. Throws `not_allowed` for who may do neither. */
async function isWithdrawn(plan: PlanRecord, who: Asker, deps: Deps): Promise<boolean> {
  if (isAskedBy(plan, who)) return true
  if (plan.card && (await isApprover(who, deps))) return false
  throw notTheirs(plan, who, deps)
}

/** A plan that may be confirmed by who authorizeDecision, and what its line means now, in its asker's name. */
interface AuthorizedDecision {
  readonly plan: PlanRecord
  readonly meaning: ResolvedRequest
  readonly context: Context
}

/**
 * Looks at a click: the plan must be open, its asker must still be allowed to run its line, and `by` must be allowed to confirm it, all of
 * that now. Throws `expired` or `not_allowed`.
 */
async function authorizeDecision(id: string, by: Asker, session: Session): Promise<AuthorizedDecision> {
  const { deps, catalog } = session
  const plan = await openPlan(id, by, deps)
  await requireConfirmer(plan, by, deps)
  const { asker, place, line } = plan
  const context = await contextOf({ who: asker, place }, session)
  try {
    return { plan, meaning: await resolveRequest(catalog.understood(plan), context), context }
  } catch (error) {
    if (asker.id === by.id || !(error instanceof OpsError && error.code === 'not_allowed')) throw error
    throw new OpsError(
      'not_allowed',
      `${asker.name} asked for ${line} and may no longer run it. Nothing was done.`,
      'Someone who may run it can ask for it.',
    )
  }
}

/** Throws `not_allowed` for who may not confirm this plan now. */
async function requireConfirmer(plan: PlanRecord, by: Asker, deps: Deps): Promise<void> {
  if (!isAskedBy(plan, by)) {
    if (plan.card && (await isApprover(by, deps))) return
    throw notTheirs(plan, by, deps)
  }
  if (!needsSecond(plan.reasons, deps)) return
  throw new OpsError(
    'not_allowed',
    'You asked for this, so someone else must approve it. Nothing was done.',
    'Ask one of the approvers whom the card mentions.',
  )
}

/** Whether this is the person who asked for the plan. */
function isAskedBy({ asker }: PlanRecord, { kind, id }: Asker): boolean {
  return asker.kind === kind && asker.id === id
}

/** The refusal of somebody who may not decide about a plan; of a card with their own id, which is what the configuration needs. */
export function notTheirs({ asker, card }: PlanRecord, { id }: Asker, deps: Deps): OpsError {
  return card
    ? new OpsError(
        'not_allowed',
        `This needs an approver. You are ${id}, who is not one. Nothing was done.`,
        `Setting the bot up? SPARKIFY_APPROVERS=${id}`,
        { ask: approverIds(deps) },
      )
    : new OpsError(
        'not_allowed',
        `This plan was made for ${asker.name}. Nothing was done.`,
        'Run the command yourself.',
      )
}
