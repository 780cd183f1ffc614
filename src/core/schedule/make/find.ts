import type { z } from 'zod'
import { optionalInteger } from '../../command/args.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import type { ScheduleChanges, ScheduleRecord } from '../../ports/schedules.ts'

/** The argument that names a schedule. */
export function scheduleNumber(): z.ZodType<number | undefined> {
  return optionalInteger({ about: 'the number of the schedule', min: 1, max: 999_999_999 })
}

/** The schedule of that number. Throws `not_found`, pointing to the list. */
export async function findSchedule(id: number | undefined, { ledger }: Deps): Promise<ScheduleRecord> {
  const schedule = id === undefined ? null : await ledger.schedules.get(id)
  if (schedule === null) throw notFound(id)
  return schedule
}

/** Changes a schedule, and gives it as it is then. Throws `not_found` where somebody has removed it meanwhile. */
export async function changeSchedule(id: number, changes: ScheduleChanges, { ledger }: Deps): Promise<ScheduleRecord> {
  const schedule = await ledger.schedules.change(id, changes)
  if (schedule === null) throw notFound(id)
  return schedule
}

/** The changes that let a parked schedule go on in another place; none for one that is not parked. */
export function woken({ state }: ScheduleRecord, { clock }: Deps): Pick<ScheduleChanges, 'state' | 'since'> {
  return state.kind === 'parked' ? { state: { kind: 'active' }, since: clock.now().toISOString() } : {}
}

/** Removes a schedule, and gives it as it was. Throws `not_found` for whoever comes second. */
export async function removeSchedule(id: number | undefined, deps: Deps): Promise<ScheduleRecord> {
  const schedule = await findSchedule(id, deps)
  if (!(await deps.ledger.schedules.remove(schedule.id))) throw notFound(id)
  return schedule
}

function notFound(id: number | undefined): OpsError {
  return new OpsError(
    'not_found',
    id === undefined ? 'Which schedule? Nothing was done.' : `There is no schedule ${id}. Nothing was done.`,
    'See schedule for their numbers.',
    { cure: 'schedule' },
  )
}
