import type { Deps } from '../deps.ts'
import { messageOf, OpsError } from '../errors.ts'
import { messagesOfPlan } from '../outbox/messages.ts'
import type { Asker } from '../people.ts'
import type { PlanDraft } from '../plan.ts'
import type { PlanEnd, PlanRecord } from '../ports/plans.ts'
import type { PlanChange } from '../reply.ts'
import { secondMinutes } from './ask.ts'

type Parts = Pick<Deps, 'ledger' | 'clock' | 'log'>

/** The plan of this id, while it can be confirmed. Throws `expired`, saying to `reader` what became of it, where it cannot. */
export async function openPlan(id: string, reader: Asker, parts: Parts): Promise<PlanRecord> {
  const plan = await parts.ledger.plans.get(id)
  const now = parts.clock.now()
  const at = now.toISOString()
  if (plan === null || plan.end !== null) throw tooLate(plan, reader)
  // One that has longer to live than it ever had was made before the clock was set back: nobody knows how old it is.
  const left = Date.parse(plan.expires) - now.getTime()
  if (left >= 0 && left <= secondMinutes * 60_000) return plan
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

/**
 * Says what became of a plan: true for whoever came first. A card that was not approved is entered in the record; of what was approved
 * the run tells.
 */
export async function settle(plan: PlanRecord, end: PlanEnd, parts: Parts): Promise<boolean> {
  const messages = messagesOfPlan(plan, end.kind === 'rejected', parts.clock.now())
  if (!(await parts.ledger.plans.settle(plan.id, end, messages))) return false
  if (plan.card && (end.kind === 'rejected' || end.kind === 'withdrawn' || end.kind === 'expired')) {
    await enter(plan, end, parts)
  }
  return true
}

/**
 * Says of a plan that was approved that nothing came of it, and why; for the one who settled it. A card is entered in the record. `isCalled`:
 * its asker is to be told, because nobody answers them.
 */
export async function fail(
  plan: PlanRecord,
  end: Extract<PlanEnd, { kind: 'failed' }>,
  parts: Parts,
  isCalled = false,
): Promise<void> {
  await parts.ledger.plans.revise(plan.id, end, messagesOfPlan(plan, isCalled, parts.clock.now()))
  if (plan.card) await enter(plan, end, parts)
}

/** Looks, at a start, for plans that were approved by a process which died before it opened their run, and tells their askers. */
export async function failUnbegun(parts: Parts): Promise<void> {
  const now = parts.clock.now()
  for (const plan of await parts.ledger.plans.unbegun(now)) {
    if (plan.end?.kind !== 'approved') continue
    const why = 'The bot was restarted before it began. Nothing was done.'
    await fail(plan, { kind: 'failed', by: plan.end.by, at: now.toISOString(), why }, parts, true)
  }
}

type Denied = Extract<PlanEnd, { kind: 'rejected' | 'withdrawn' | 'expired' | 'failed' }>

/** Never throws: what became of the plan is settled, and its readers must hear of it. */
async function enter(
  { command, line, asker, place, draft }: PlanRecord,
  end: Denied,
  { ledger, log }: Parts,
): Promise<void> {
  const who = end.kind === 'expired' ? asker : end.by
  const why = {
    failed: `${who.name} approved what ${asker.name} had asked for, but it was not done.${end.kind === 'failed' ? ` ${end.why}` : ''}`,
    rejected: `${who.name} rejected what ${asker.name} had asked for.`,
    withdrawn: `${who.name} withdrew it.`,
    expired: `Nobody approved in time what ${asker.name} had asked for.`,
  }[end.kind]
  try {
    await ledger.audit.add({ at: end.at, what: end.kind, who, command, line, place, plan: draft, why })
  } catch (error) {
    log.error({ err: error, line }, `what became of a card is missing in the record: ${messageOf(error)}`)
  }
}

/** Why a click on a plan does nothing any more: what became of it. Null stands for a plan that nobody knows by now. */
export function tooLate(plan: PlanRecord | null, reader: Asker): OpsError {
  const what = plan?.card === true ? 'card' : 'plan'
  const end = plan?.end
  const again = plan?.asker.id === reader.id ? { cure: plan.line } : {}
  switch (end?.kind) {
    case 'approved': {
      const message = plan?.card
        ? `${end.by.name} has approved this already; it is done once.`
        : 'This plan was confirmed already; it runs once.'
      return new OpsError('expired', message, 'See runs.', { cure: 'runs' })
    }
    case 'failed': {
      const message = `${end.by.name} has said yes to this already, and it could not be done: ${end.why}`
      return new OpsError('expired', message, sayAgain, again)
    }
    case 'replaced': {
      const message = `This ${what} had changed, and was replaced by a newer one. Nothing was done.`
      return new OpsError('expired', message, 'Look at the newest one.')
    }
    case 'rejected':
      return new OpsError('expired', `${end.by.name} has rejected this. Nothing was done.`)
    case 'withdrawn':
      return new OpsError('expired', `${end.by.name} has withdrawn this. Nothing was done.`, sayAgain, again)
    default:
      return new OpsError('expired', `This ${what} has expired. Nothing was done.`, sayAgain, again)
  }
}

const sayAgain = 'Say the command again for a fresh one.'

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
  return [title, ...facts, act, ...(typed === undefined ? [] : [`The word to type is ${typed}.`])]
}
