import type { z } from 'zod'
import { optionalId } from '../../command/args.ts'
import type { Context } from '../../command/context.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import { includesRole, type Person } from '../../people.ts'
import { isDirect, type Place } from '../../place.ts'
import type { ScheduleChanges, ScheduleRecord } from '../../ports/schedules.ts'
import { postable } from '../../posting.ts'

/** The argument that names a schedule. */
export function scheduleNumber(): z.ZodType<number | undefined> {
  return optionalId({ about: 'the number of the schedule' })
}

/** Whether a person may see and stop a schedule: what it posts in somebody's direct messages is the business of that person and of admins. */
export function maySee(schedule: Pick<ScheduleRecord, 'place' | 'owner'>, who: Person): boolean {
  return !isDirect(schedule.place) || isOwner(schedule, who) || includesRole(who.role, 'admin')
}

/** Those schedules that `who` may see. */
export async function visibleSchedules({ deps, who }: Context): Promise<readonly ScheduleRecord[]> {
  return (await deps.ledger.schedules.list()).filter((schedule) => maySee(schedule, who))
}

/** The schedule of that number. Throws `not_found`, pointing to the list, and `not_allowed` for one that `who` may not see. */
export async function findSchedule(id: number | undefined, { deps, who }: Context): Promise<ScheduleRecord> {
  const schedule = id === undefined ? null : await deps.ledger.schedules.get(id)
  if (schedule === null || (schedule.personal && !isOwner(schedule, who))) throw notFound(id)
  if (schedule.personal) throw isFollowed(schedule)
  if (!maySee(schedule, who)) throw notTheirs(schedule)
  return schedule
}

/**
 * Checks that `who` may decide what a schedule posts, as it is and as it is to be: the rule for a new one. Nobody decides about somebody
 * else's direct messages, and nobody posts in a channel that they are not in. The place by the id of its channel. Throws `not_allowed` and
 * whatever keeps the bot from posting there.
 */
export async function requirePoster(
  schedule: Pick<ScheduleRecord, 'id' | 'place' | 'owner'>,
  { deps, who }: Context,
  to: Place = schedule.place,
): Promise<Place> {
  if (isDirect(schedule.place) && !isOwner(schedule, who)) throw notTheirs(schedule)
  return postable(to, who, deps)
}

/** Whether a schedule is this person's. */
export function isOwner({ owner }: Pick<ScheduleRecord, 'owner'>, { kind, id }: Person): boolean {
  return owner.kind === kind && owner.id === id
}

function isFollowed({ id }: ScheduleRecord): OpsError {
  const remedy = `unfollow ${id} stops it; schedule add makes one for a channel.`
  return new OpsError('bad_argument', `${id} is something that you follow, not a schedule. Nothing was done.`, remedy, {
    fixCommand: 'follow',
  })
}

function notTheirs({ id, owner }: Pick<ScheduleRecord, 'id' | 'owner'>): OpsError {
  return new OpsError(
    'not_allowed',
    `Schedule ${id} posts in ${owner.name}'s direct messages; only they can change or run it. Nothing was done.`,
    'Add your own schedule.',
  )
}

/** Changes a schedule, and gives it as it is then. Throws `not_found` where somebody has removed it meanwhile. */
export async function changeSchedule(id: number, changes: ScheduleChanges, { ledger }: Deps): Promise<ScheduleRecord> {
  const schedule = await ledger.schedules.change(id, changes)
  if (schedule === null) throw notFound(id)
  return schedule
}

/** The changes that let a suspended schedule go on in another place; none for one that is not suspended. */
export function resumedBy({ state }: ScheduleRecord, { clock }: Deps): Pick<ScheduleChanges, 'state' | 'since'> {
  return state.kind === 'parked' ? { state: { kind: 'active' }, since: clock.now().toISOString() } : {}
}

/** Removes a schedule, and gives it as it was. Throws `not_found` for who comes second. */
export async function removeSchedule(id: number | undefined, context: Context): Promise<ScheduleRecord> {
  const schedule = await findSchedule(id, context)
  if (!(await context.deps.ledger.schedules.remove(schedule.id))) throw notFound(id)
  return schedule
}

function notFound(id: number | undefined): OpsError {
  return new OpsError(
    'not_found',
    id === undefined ? 'Which schedule? Nothing was done.' : `There is no schedule ${id}. Nothing was done.`,
    'Type schedule to list them.',
    { fixCommand: 'schedule' },
  )
}
