import { randomUUID } from 'node:crypto'
import type { Answer } from '../answer.ts'
import { withChannelNames } from '../channel.ts'
import type { AskedCommand } from '../command/catalog.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { moment } from '../format.ts'
import { newMessage, planKey, waysTo } from '../outbox/messages.ts'
import { type Asker, askerOf } from '../people.ts'
import { isDirect, isSameChannel, type Place } from '../place.ts'
import type { NewMessage } from '../ports/outbox.ts'
import type { NewPlan, PlanDraft, PlanRecord, Reason } from '../ports/plans.ts'
import { type PlanChange, text } from '../reply.ts'
import { settledBefore } from '../runner/orphans.ts'
import { minuteMs } from '../span.ts'
import { ownMinutes, secondMinutes, settlementOf } from './plans.ts'

/** What is to be confirmed: somebody's line, what it would do, and why others must see it. */
export interface ApprovalRequest {
  readonly asked: AskedCommand
  readonly asker: Asker
  readonly place: Place
  readonly draft: PlanDraft
  readonly reasons: readonly Reason[]
  /** What is different from the plan that stood in its place. */
  readonly changes: readonly PlanChange[]
  /** The plan that it takes the place of, and who would have confirmed that. */
  readonly replaces: { readonly plan: PlanRecord; readonly by: Asker } | null
}

/**
 * Keeps a plan for its confirmation and shows it: to its asker alone, or, where there are reasons, as a card in the channel. Throws
 * `not_confirmed` where an agent asks, where someone else must approve it and nobody could, or where its card is there already, `slack` where
 * a card could not be posted, and `expired` where the plan that it replaces was settled meanwhile.
 */
export async function askFor(wanted: ApprovalRequest, deps: Deps): Promise<Answer> {
  const { asked, asker, place, draft, reasons, changes } = wanted
  const { line } = asked
  if (asker.kind === 'agent') throw needsPerson(wanted)
  const second = needsSecond(reasons, deps)
  if (second) await requireSecond(wanted, deps)
  const card = await isCard(wanted, deps)
  if (card) await requireFirst(wanted, deps)
  const minutes = second ? secondMinutes : ownMinutes
  const expires = new Date(deps.clock.now().getTime() + minutes * minuteMs).toISOString()
  const id = randomUUID()
  const { name } = asker
  const plan = { id, ...asked, asker: askerOf(asker), place, draft, expires, reasons, card }
  const { mostUsd: _, ...shown } = draft
  const approvers = approverIds(deps).filter((approver) => approver !== asker.id)
  const answer: Answer = {
    ok: false,
    exit: 2,
    headline: card
      ? `${name} asks: ${draft.title} Not done yet: it must be approved.`
      : `${draft.title} Not done yet: it must be confirmed.`,
    audience: card ? 'channel' : 'asker',
    run: null,
    replies: [
      {
        kind: 'plan',
        id,
        line,
        expires,
        ...shown,
        facts: [...draft.facts],
        ...(reasons.length === 0 ? {} : { reasons: reasons.map(({ words }) => words) }),
        ...(changes.length === 0 ? {} : { changes: [...changes] }),
        ...(card ? { card: { asker: name, second, approvers } } : {}),
      },
    ],
    next: [],
  }
  const now = deps.clock.now()
  const replaced = wanted.replaces
  const end = replaced === null ? null : ({ kind: 'replaced', by: replaced.by, at: now.toISOString() } as const)
  const settles = replaced === null || end === null ? null : settlementOf(replaced.plan, end, now)
  if (await deps.ledger.plans.save(plan, card ? cardOf(plan, answer, now) : [], settles)) return answer
  throw settledBefore()
}

/** An agent confirms nothing, and a plan that only it has seen is of no use to the person who does: it is made again for them. */
function needsPerson({ asked, draft }: ApprovalRequest): OpsError {
  return new OpsError(
    'not_confirmed',
    `${draft.title} A person must confirm this, and an agent cannot. Nothing was done.`,
    `Ask someone to type /sparkify ${withChannelNames(asked.line)} in Slack, where the plan is shown and confirmed.`,
    { evidence: draft.facts.map((fact) => text(fact)) },
  )
}

/** The message of a card, inserted with its plan. Any other plan is the answer to its asker. */
function cardOf({ id, place, asker }: NewPlan, answer: Answer, now: Date): readonly NewMessage[] {
  if (place.kind !== 'slack') return []
  const ways = waysTo(place, asker, 'channel', false)
  return [newMessage({ key: planKey(id), content: { kind: 'answer', answer }, ways, plan: id }, now)]
}

/** Otherwise it is between the bot and its asker. */
async function isCard({ place, reasons, replaces }: ApprovalRequest, { outbox }: Deps): Promise<boolean> {
  // Everybody has seen a card, so its successor is one as well.
  const isSeen = replaces?.plan.card === true || reasons.length > 0
  if (place.kind === 'terminal' || place.direct || !isSeen) return false
  const refusal = await outbox.postingError(place, null)
  if (refusal !== null) throw refusal
  return true
}

/** Two cards of one wish would call their approvers twice, and one of them would outlive what was done. */
async function requireFirst(
  { asked: { line }, asker, place, replaces }: ApprovalRequest,
  { ledger, clock }: Deps,
): Promise<void> {
  const same = (await ledger.plans.waiting(clock.now())).find(
    (plan) =>
      plan.id !== replaces?.plan.id &&
      plan.line === line &&
      plan.asker.id === asker.id &&
      isSameChannel(plan.place, place),
  )
  if (same === undefined) return
  throw new OpsError(
    'not_confirmed',
    `You have already asked for ${withChannelNames(line)} here: its request waits for approval until ${moment(new Date(same.expires))}. Nothing was done.`,
    'Have that one approved, or withdraw it and ask again.',
  )
}

async function requireSecond({ asked: { line }, asker, place }: ApprovalRequest, deps: Deps): Promise<void> {
  const refuse = (why: string, remedy = 'Run it in a Slack channel that an approver is in.'): never => {
    const message = `Someone else must approve ${withChannelNames(line)}, ${why}. Nothing was done.`
    throw new OpsError('not_confirmed', message, remedy)
  }
  if (place.kind === 'terminal') refuse('which nobody can do from a terminal')
  if (!(await hasOtherApprover(asker, deps))) {
    const remedy = 'Add an approver to SPARKIFY_APPROVERS, or turn off SPARKIFY_TWO_PERSON.'
    refuse('and there is no other approver', remedy)
  }
  if (isDirect(place)) refuse('which nobody can do in direct messages')
}

type Parts = Pick<Deps, 'policy' | 'directory'>

/** Ids of the people and groups who may approve a card: those that the configuration names, or the admins. */
export function approverIds({ policy, directory }: Parts): readonly string[] {
  return policy.approvers.length > 0 ? policy.approvers : directory.holders('admin')
}

/** Whether this person may approve cards now; a guest never may. Throws `slack` while Slack does not answer. */
export async function isApprover(who: Asker, parts: Parts): Promise<boolean> {
  const { directory } = parts
  const ids = approverIds(parts)
  const isNamed = who.kind === 'slack' && (ids.includes(who.id) || (await directory.peopleOf(ids)).includes(who.id))
  return isNamed && !(await directory.isGuest(who))
}

/** Whether someone else than this person may approve cards now. Throws as `isApprover` does. */
async function hasOtherApprover({ id }: Asker, parts: Parts): Promise<boolean> {
  return (await parts.directory.peopleOf(approverIds(parts))).some((person) => person !== id)
}

/** Whether someone else than its asker must approve what is asked for these reasons. */
export function needsSecond(reasons: readonly Reason[], { policy }: Pick<Deps, 'policy'>): boolean {
  return policy.twoPerson && reasons.length > 0
}
