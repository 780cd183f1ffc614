import { OpsError } from '../../errors.ts'
import { type Asker, includesRole, theAdmins } from '../../people.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Session } from '../../runner/session.ts'
import { faultOf, wakesPaused } from '../make/lines.ts'
import { newsOfChange, park } from './park.ts'

/**
 * In whose name a schedule is said now: its owner's, or, where they have left or lost the role that a line needs, the admins', who inherit
 * it for good and are told in its channel. A schedule whose owner lacks the role while nobody is admin stays its owner's, and is refused.
 * Null for one in its owner's direct messages, which is parked: what they may not ask is not said to them in a name that may. Null also for
 * one that somebody has changed meanwhile; it is looked at again at the next tick. Throws `slack` where nobody can tell their role now:
 * nothing is changed then, and it is said at the next tick at which it is known.
 */
export async function passedOn(schedule: ScheduleRecord, { deps, catalog }: Session): Promise<Asker | null> {
  const { id, owner, lines } = schedule
  if (owner.kind !== 'slack') return owner
  // After an update there may be a line that nobody can say: it fails, and its readers are told.
  if (!lines.every((line) => faultOf(line, catalog) === null)) return owner
  const admins = deps.directory.holders('admin').filter((holder) => holder !== owner.id)
  const why = await whyNot(schedule, { deps, catalog })
  if (why === null || admins.length === 0) return owner
  if (schedule.place.kind === 'slack' && schedule.place.direct) {
    await park(schedule, new OpsError('not_allowed', why, 'An admin can give the role back.'), deps)
    return null
  }
  const remedy = 'An admin who wants it no more can pause or remove it.'
  const message = newsOfChange(schedule, 'inherited', { why, remedy }, deps.clock.now())
  const inherited = await deps.ledger.schedules.change(id, { owner: theAdmins }, schedule, message)
  if (inherited === null) return null
  deps.log.warn({ schedule: id, owner: owner.id }, `schedule ${id} passes to the admins: ${why}`)
  return theAdmins
}

/**
 * Why its owner cannot say a schedule any more, in a sentence; null where they can: all its lines, `resume` where it is to wake the
 * warehouse, and a schedule itself. Throws what is wrong with a line, and `slack` where nobody can tell their role now.
 */
export async function whyNot(
  { owner, lines, whenPaused }: Pick<ScheduleRecord, 'owner' | 'lines' | 'whenPaused'>,
  { deps, catalog }: Pick<Session, 'deps' | 'catalog'>,
): Promise<string | null> {
  if (await deps.directory.hasLeft(owner)) return `${owner.name} has left.`
  const role = await deps.directory.roleOf(owner)
  const commands = lines.map((line) => catalog.read(line).command)
  const besides = catalog.commands.filter(
    (command) => command.runsSchedule === true || (whenPaused === 'resume' && wakesPaused(command)),
  )
  const lacking = [...commands, ...besides].find((command) => !includesRole(role, command.role))
  if (lacking === undefined) return null
  return `${owner.name} is ${role} now, and ${lacking.name} needs more.`
}
