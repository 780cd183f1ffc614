import { isApprover, needsSecond } from '../approval/ask.ts'
import { OpsError } from '../errors.ts'
import type { PlanRecord } from '../ports/plans.ts'
import { at, entry, type HomeEntry, where } from './home.ts'
import type { Viewing } from './viewing.ts'

/** The plans that wait for this person's approval, and those that this person asked for; they are approved where they were posted. */
export async function cardEntries({ who, look, deps }: Viewing): Promise<readonly HomeEntry[]> {
  const mayApprove = await mayApproveNow(who, deps)
  return look.cards
    .filter(({ asker }) => mayApprove || asker.id === who.id)
    .map((plan) => cardEntry(plan, plan.asker.id === who.id && (!mayApprove || needsSecond(plan.reasons, deps))))
}

/** Not while nobody can say who is in a group: what they asked for themselves is shown all the same. */
async function mayApproveNow(who: Viewing['who'], deps: Viewing['deps']): Promise<boolean> {
  try {
    return await isApprover(who, deps)
  } catch (error) {
    if (error instanceof OpsError) return false
    throw error
  }
}

/** `waits`: this person has asked for it, and somebody else must approve. */
function cardEntry({ draft, asker, place, reasons, expires }: PlanRecord, waits: boolean): HomeEntry {
  return entry({
    title: `${waits ? '○' : '⚠'} ${draft.title}`,
    words: [waits ? 'You asked in' : `${asker.name} asked in`, where(place), '· until', at(expires)],
    note: [...draft.facts, ...reasons.map(({ words }) => words)].join('\n'),
  })
}
