import type { Deps } from '../deps.ts'
import type { Asker } from '../people.ts'
import type { Reason } from '../ports/plans.ts'

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
