import type { Answer } from '../answer.ts'
import type { Context } from '../command/context.ts'
import { fingerprint } from '../command/plan.ts'
import { OpsError } from '../errors.ts'
import type { Person } from '../people.ts'
import { failureAnswer } from '../run/failure.ts'
import { askBack, start } from './dispatch.ts'
import { meaningOf } from './meaning.ts'
import type { Confirmation, Session } from './session.ts'

const changed = 'This changed since you read it; please look again.'

/**
 * A plan is carried out once, within its time, by the one it was shown to, who must still be allowed to, and only if made
 * again now it says what was read; otherwise the new plan is shown.
 */
export async function confirm(confirmation: Confirmation, session: Session): Promise<Answer | null> {
  const { deps, catalog, registry } = session
  try {
    const now = deps.clock.now()
    if (confirmation.delivery !== undefined && !(await deps.ledger.claim(`delivery:${confirmation.delivery}`, now)))
      return null
    registry.admit()
    const plan = await deps.ledger.plans.get(confirmation.plan)
    if (plan === null || plan.expires < now.toISOString()) throw expired(plan?.line)
    if (plan.asker.id !== confirmation.who.id) {
      throw new OpsError(
        'not_allowed',
        `This plan was made for ${plan.asker.name}. Nothing was done.`,
        'Say the command yourself.',
      )
    }
    const who: Person = { ...confirmation.who, role: await deps.directory.roleOf(confirmation.who) }
    const context: Context = { who, place: plan.place, deps, catalog }
    const meaning = await meaningOf(plan.line, context)
    if (plan.draft.typed !== undefined && confirmation.typed?.trim() !== plan.draft.typed) {
      throw new OpsError(
        'not_confirmed',
        `The word to type is ${plan.draft.typed}. Nothing was done.`,
        'Type it exactly.',
      )
    }
    // Used up before anything is asked: to a second click the first one's doing would look like a change of the plan.
    if (!(await deps.ledger.plans.take(plan.id))) {
      throw new OpsError('expired', 'This plan was confirmed already; it runs once.', 'See runs.', { cure: 'runs' })
    }
    const current = await meaning.bound.plan(context)
    if (current !== null && fingerprint(current) !== fingerprint(plan.draft)) {
      return await askBack(current, plan.line, { who: plan.asker, place: plan.place }, deps, [changed])
    }
    return await start(meaning, context, confirmation.watch, session)
  } catch (error) {
    return failureAnswer(error, null, deps.log)
  }
}

function expired(line: string | undefined): OpsError {
  return new OpsError(
    'expired',
    'This plan has expired. Nothing was done.',
    'Say the command again for a fresh one.',
    line === undefined ? {} : { cure: line },
  )
}
