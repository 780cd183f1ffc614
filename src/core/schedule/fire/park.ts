import type { Deps } from '../../deps.ts'
import type { OpsError } from '../../errors.ts'
import type { Content } from '../../message.ts'
import { directly, newMessage, type Ways } from '../../outbox/messages.ts'
import { theAdmins } from '../../people.ts'
import { isSameChannel, type Place } from '../../place.ts'
import type { NewMessage } from '../../ports/outbox.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'

/**
 * A schedule whose channel can be posted in, by the id of that channel, which is kept from now on where only a name was known. Null for one
 * that cannot: it is parked, and its owner told directly, with the cure; where the owner cannot be told, the admins. Nothing is said for
 * it until somebody resumes it. Null also for one that was changed meanwhile, which is looked at again at its next time.
 */
export async function reachable(schedule: ScheduleRecord, deps: Deps): Promise<ScheduleRecord | null> {
  const { id, place: given } = schedule
  const place = await deps.outbox.resolve(given)
  const placed = place === given ? schedule : await deps.ledger.schedules.change(id, { place }, schedule)
  if (placed === null) return null
  const obstacle = await deps.outbox.obstacle(place, null)
  if (obstacle === null) return placed
  await park(placed, obstacle, deps)
  return null
}

/** Parks a schedule whose channel did not take what it said, unless it was moved since. */
export async function parkRefused(id: number, why: OpsError, place: Place, deps: Deps): Promise<void> {
  const schedule = await deps.ledger.schedules.get(id)
  if (schedule === null || schedule.state.kind === 'parked' || !isSameChannel(schedule.place, place)) return
  await park(schedule, why, deps)
}

/**
 * Parks a schedule, and tells why in the same statement. Only as it is known here: one that was moved, paused or passed on meanwhile is looked
 * at again at its next time.
 */
export async function park(schedule: ScheduleRecord, { message: why, remedy }: OpsError, deps: Deps): Promise<void> {
  const { id } = schedule
  const state = { kind: 'parked', why: `${why} ${remedy}` } as const
  const message = newsOfChange(schedule, 'suspended', { why, remedy }, deps.clock.now())
  const parked = await deps.ledger.schedules.change(id, { state, asked: null }, schedule, message)
  if (parked !== null) deps.log.warn({ schedule: id, why }, `schedule ${id} is parked`)
}

type Change = Extract<Content, { kind: 'schedule' }>

/** What tells of a change: that it was suspended its owner, else the admins; that they have inherited it its channel, else themselves. */
export function newsOfChange(
  { id, place, owner }: ScheduleRecord,
  change: Change['change'],
  why: Pick<Change, 'why' | 'remedy'>,
  now: Date,
): readonly NewMessage[] {
  const admins = { kind: 'admins', besides: owner.kind === 'slack' ? owner.id : null } as const
  const toOwner: Ways = owner.kind === 'slack' ? [directly(owner), admins] : [admins]
  const there: Ways = place.kind === 'slack' ? [{ kind: 'conversation', place, who: theAdmins }, admins] : [admins]
  const content: Content = { kind: 'schedule', schedule: id, change, ...why }
  const key = `schedule:${id}:${change}:${now.toISOString()}`
  return [newMessage({ key, content, ways: change === 'inherited' ? there : toOwner }, now, true)]
}
