import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { messagesOfPlan } from '../outbox/messages.ts'
import type { Asker } from '../people.ts'
import type { Denial } from '../ports/audit.ts'
import type { PlanDenial, PlanDraft, PlanEnd, PlanRecord, Settlement } from '../ports/plans.ts'
import type { PlanChange } from '../reply.ts'
import { minuteMs } from '../span.ts'

type Parts = Pick<Deps, 'ledger' | 'clock'>

// Long enough to fetch a colleague, too short to be forgotten; someone else may be at lunch.
export const ownMinutes = 10
/** How long a plan waits at most: one that someone else must approve. */
export const secondMinutes = 60

/** The plan of this id, while it can be confirmed. Throws `expired` with what became of it, in words for `reader`, where it cannot. */
export async function openPlan(id: string, reader: Asker, parts: Parts): Promise<PlanRecord> {
  const plan = await parts.ledger.plans.get(id)
  const now = parts.clock.now()
  const at = now.toISOString()
  if (plan === null || plan.end !== null) throw tooLate(plan, reader)
  // One that has longer to live than it ever had was made before the clock was set back: nobody knows how old it is.
  const left = Date.parse(plan.expires) - now.getTime()
  if (left >= 0 && left <= secondMinutes * minuteMs) return plan
  await settle(plan, { kind: 'expired', at }, parts)
  throw tooLate(await parts.ledger.plans.get(id), reader)
}

/** Settles the cards that nobody settled in time. */
export async function expireCards(parts: Parts): Promise<void> {
  const now = parts.clock.now()
  for (const plan of await parts.ledger.plans.overdue(now)) {
    await settle(plan, { kind: 'expired', at: now.toISOString() }, parts)
  }
}

/** A plan that is not carried out: true for who settles it first. A card is entered in the audit log. */
export function settle(plan: PlanRecord, end: PlanDenial, parts: Parts): Promise<boolean> {
  const settlement = settlementOf(plan, end, parts.clock.now())
  return parts.ledger.plans.settle(settlement, plan.card ? denialOf(plan, end) : null)
}

/** What becomes of a plan, with the messages about it. */
export function settlementOf(plan: PlanRecord, end: PlanEnd, now: Date): Settlement {
  return { plan: plan.id, end, messages: messagesOfPlan(plan, isToldToAsker(plan, end), now) }
}

/** An edit of a card notifies nobody, so its asker gets a message where others let it come to nothing. */
function isToldToAsker({ card }: PlanRecord, { kind }: PlanEnd): boolean {
  return kind === 'rejected' || (card && kind === 'expired')
}

function denialOf({ command, line, asker, place, draft }: PlanRecord, end: PlanDenial): Denial {
  const who = end.kind === 'expired' ? asker : end.by
  return { at: end.at, what: end.kind, who, command, line, place, plan: draft, why: whyDenied(asker, end) }
}

function whyDenied(asker: Asker, end: PlanDenial): string {
  switch (end.kind) {
    case 'failed':
      return `${end.by.name} approved what ${asker.name} had asked for, but it was not done. ${end.why}`
    case 'rejected':
      return [`${end.by.name} rejected what ${asker.name} had asked for.`, end.why ?? ''].join(' ').trim()
    case 'withdrawn':
      return `${end.by.name} withdrew it.`
    case 'expired':
      return `Nobody approved in time what ${asker.name} had asked for.`
  }
}

/** Why a click on a plan does nothing any more: what became of it. Null stands for a plan that is not in the ledger. */
export function tooLate(plan: PlanRecord | null, reader: Asker): OpsError {
  const what = plan?.card === true ? 'card' : 'plan'
  const end = plan?.end
  const again = plan?.asker.id === reader.id ? { fixCommand: plan.line } : {}
  switch (end?.kind) {
    case 'approved': {
      const message = plan?.card
        ? `${end.by.name} already approved this; it runs once.`
        : 'This plan was already confirmed; it runs once.'
      return new OpsError('expired', message, 'See runs.', { fixCommand: 'runs' })
    }
    case 'failed': {
      const message = `${end.by.name} approved this, but it failed: ${end.why}`
      return new OpsError('expired', message, sayAgain, again)
    }
    case 'replaced': {
      const message = `This ${what} changed and was replaced by a newer one. Nothing was done.`
      return new OpsError('expired', message, 'Use the newest one.')
    }
    case 'rejected':
      return new OpsError('expired', `${rejectionWords(end, 'this')} Nothing was done.`)
    case 'withdrawn':
      return new OpsError('expired', `${end.by.name} withdrew this. Nothing was done.`, sayAgain, again)
    default:
      return new OpsError('expired', `This ${what} has expired. Nothing was done.`, sayAgain, again)
  }
}

/** "Bob rejected this: too expensive." */
export function rejectionWords({ by, why = '' }: Extract<PlanEnd, { kind: 'rejected' }>, what: string): string {
  const reason = why.replace(/[.!\s]+$/, '')
  return `${by.name} rejected ${what}${reason === '' ? '' : `: ${reason}`}.`
}

const sayAgain = 'Run the command again for a new one.'

/**
 * What reads differently in a plan that was made again, in order; empty where every line is as it was. Between the lines at the beginning
 * and at the end that are the same, each line stands beside the one in its place.
 */
export function changesBetween(before: PlanDraft, after: PlanDraft): readonly PlanChange[] {
  const [was, now] = [linesOf(before), linesOf(after)]
  const shorter = Math.min(was.length, now.length)
  let head = 0
  while (head < shorter && was[head] === now[head]) head++
  let tail = 0
  while (tail < shorter - head && was.at(-1 - tail) === now.at(-1 - tail)) tail++
  const [gone, come] = [was.slice(head, was.length - tail), now.slice(head, now.length - tail)]
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, at) => ({
    was: gone[at] ?? null,
    now: come[at] ?? null,
  })).filter((change) => change.was !== change.now)
}

function linesOf({ title, facts, act, typed }: PlanDraft): readonly string[] {
  return [title, ...facts, act, ...(typed === undefined ? [] : [`Type ${typed} to confirm.`])]
}
