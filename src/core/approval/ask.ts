import { randomUUID } from 'node:crypto'
import type { Answer } from '../answer.ts'
import { withChannelNames } from '../channel.ts'
import type { Asked } from '../command/catalog.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { newMessage, planKey, waysTo } from '../outbox/messages.ts'
import type { Asker } from '../people.ts'
import { isSameChannel, type Place } from '../place.ts'
import type { PlanDraft } from '../plan.ts'
import type { NewMessage } from '../ports/outbox.ts'
import type { NewPlan, Reason } from '../ports/plans.ts'
import type { PlanChange } from '../reply.ts'
import { moment } from '../words.ts'

// Long enough to fetch a colleague, too short to be forgotten; somebody else may be at lunch.
const ownMinutes = 10
/** How long a plan waits at most: one that somebody else must approve. */
export const secondMinutes = 60

/** What is to be confirmed: somebody's line, what it would do, and why others must see it. */
export interface Wanted {
  readonly asked: Asked
  readonly asker: Asker
  readonly place: Place
  readonly draft: PlanDraft
  readonly reasons: readonly Reason[]
  /** What is different from the plan that stood in its place. */
  readonly changes: readonly PlanChange[]
  /** Whether that one was a card: everybody has seen it, so its successor is one as well. */
  readonly wasCard: boolean
}

/**
 * Keeps a plan for its confirmation and shows it: to its asker alone, or, where there are reasons, as a card in the channel. Throws
 * `not_confirmed` where somebody else must approve it and nobody could, or where its card is there already, and `slack` where a card could
 * not be posted.
 */
export async function askFor(wanted: Wanted, deps: Deps): Promise<Answer> {
  const { asked, asker, place, draft, reasons, changes } = wanted
  const { line } = asked
  const second = needsSecond(reasons, deps)
  if (second) await requireSecond(wanted, deps)
  const card = await isCard(wanted, deps)
  if (card) await requireFirst(wanted, deps)
  const minutes = second ? secondMinutes : ownMinutes
  const expires = new Date(deps.clock.now().getTime() + minutes * 60_000).toISOString()
  const id = randomUUID()
  const { kind, name } = asker
  const plan = { id, ...asked, asker: { kind, id: asker.id, name }, place, draft, expires, reasons, card }
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
  await deps.ledger.plans.save(plan, card ? cardOf(plan, answer, deps.clock.now()) : [])
  return answer
}

/** The message of a card, inserted with its plan. Any other plan is shown to its asker by whoever heard them. */
function cardOf({ id, place, asker }: NewPlan, answer: Answer, now: Date): readonly NewMessage[] {
  if (place.kind !== 'slack') return []
  const ways = waysTo(place, asker, 'channel', false)
  return [newMessage({ key: planKey(id), content: { kind: 'answer', answer }, ways, plan: id }, now)]
}

/** Otherwise it is between the bot and its asker. */
async function isCard({ place, reasons, wasCard }: Wanted, { outbox }: Deps): Promise<boolean> {
  if (place.kind === 'terminal' || place.direct || !(wasCard || reasons.length > 0)) return false
  const obstacle = await outbox.obstacle(place, null)
  if (obstacle !== null) throw obstacle
  return true
}

/** Two cards of one wish would call their approvers twice, and one of them would outlive what was done. */
async function requireFirst({ asked: { line }, asker, place }: Wanted, { ledger, clock }: Deps): Promise<void> {
  const same = (await ledger.plans.waiting(clock.now())).find(
    (plan) => plan.line === line && plan.asker.id === asker.id && isSameChannel(plan.place, place),
  )
  if (same === undefined) return
  throw new OpsError(
    'not_confirmed',
    `You have asked for ${withChannelNames(line)} here already: its card waits until ${moment(new Date(same.expires))}. Nothing was done.`,
    'Have it approved there, or withdraw it there and ask again.',
  )
}

async function requireSecond({ asked: { line }, asker, place }: Wanted, deps: Deps): Promise<void> {
  const needed = `Somebody else must approve ${withChannelNames(line)}`
  const elsewhere = 'Say it in a Slack channel that an approver is in.'
  if (place.kind === 'terminal') {
    throw new OpsError('not_confirmed', `${needed}, and nobody reads along in a terminal. Nothing was done.`, elsewhere)
  }
  if (!(await hasOtherApprover(asker, deps))) {
    throw new OpsError(
      'not_confirmed',
      `${needed}, and nobody else may. Nothing was done.`,
      'Name somebody in SPARKIFY_APPROVERS, or turn SPARKIFY_TWO_PERSON off.',
    )
  }
  if (place.direct) {
    throw new OpsError('not_confirmed', `${needed}, and nobody else reads along here. Nothing was done.`, elsewhere)
  }
}

type Parts = Pick<Deps, 'policy' | 'directory'>

/** Ids of the people and groups who may approve a card: those that the configuration names, or the admins. */
export function approverIds({ policy, directory }: Parts): readonly string[] {
  return policy.approvers.length > 0 ? policy.approvers : directory.holders('admin')
}

/** Whether this person may approve cards now; a guest never may. Throws `slack` where nobody can say who is in a group or a guest. */
export async function isApprover(who: Asker, parts: Parts): Promise<boolean> {
  const { directory } = parts
  const ids = approverIds(parts)
  const isNamed = who.kind === 'slack' && (ids.includes(who.id) || (await directory.peopleOf(ids)).includes(who.id))
  return isNamed && !(await directory.isGuest(who))
}

/** Whether somebody else than this person may approve cards now. Throws as `isApprover` does. */
export async function hasOtherApprover({ id }: Asker, parts: Parts): Promise<boolean> {
  return (await parts.directory.peopleOf(approverIds(parts))).some((person) => person !== id)
}

/** Whether somebody else than its asker must approve what is asked for these reasons. */
export function needsSecond(reasons: readonly Reason[], { policy }: Pick<Deps, 'policy'>): boolean {
  return policy.twoPerson && reasons.length > 0
}
