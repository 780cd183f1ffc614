import type { Deps } from '../deps.ts'
import type { Asker } from '../people.ts'
import type { Reason } from '../ports/plans.ts'

type Parts = Pick<Deps, 'policy' | 'directory'>

/** Ids of the people and groups who may approve a card: those that the configuration names, or the admins. */
export function approverIds({ policy, directory }: Parts): readonly string[] {
  return policy.approvers.length > 0 ? policy.approvers : directory.holders('admin')
}

/** Whether this person may approve cards now. Throws `slack` where nobody can say who is in a group. */
export async function isApprover({ kind, id }: Asker, parts: Parts): Promise<boolean> {
  const ids = approverIds(parts)
  return kind === 'slack' && (ids.includes(id) || (await parts.directory.peopleOf(ids)).includes(id))
}

/** Whether somebody else than this person may approve cards now. Throws as `isApprover` does. */
export async function hasOtherApprover({ id }: Asker, parts: Parts): Promise<boolean> {
  return (await parts.directory.peopleOf(approverIds(parts))).some((person) => person !== id)
}

/** Whether somebody else than its asker must approve what is asked for these reasons. */
export function needsSecond(reasons: readonly Reason[], { policy }: Pick<Deps, 'policy'>): boolean {
  return policy.twoPerson && reasons.length > 0
}
