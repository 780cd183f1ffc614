import type { Deps } from '../deps.ts'
import type { Approval, Origin } from '../ports/runs.ts'

type Fire = Extract<Origin, { kind: 'fire' }>

/** The plan that was confirmed for what a fire says: when somebody wanted it now, otherwise when its schedule was made. Null where none was. */
export async function approvalOfFire(
  { schedule: id, cause, intended }: Fire,
  { ledger }: Pick<Deps, 'ledger'>,
): Promise<Approval | null> {
  const schedule = await ledger.schedules.get(id)
  if (schedule === null) return null
  if (cause === 'clock') return schedule.approval
  return schedule.asked?.at === intended ? schedule.asked.approval : null
}
