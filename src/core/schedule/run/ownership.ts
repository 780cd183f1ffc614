import type { Command } from '../../command/define.ts'
import { sole } from '../../declarations.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import type { Content } from '../../message.ts'
import { directly, newMessage, type Ways } from '../../outbox/messages.ts'
import { type Asker, includesRole, type Role, theAdmins } from '../../people.ts'
import { isSameChannel, type Place } from '../../place.ts'
import type { NewMessage } from '../../ports/outbox.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Session } from '../../runner/session.ts'
import { commandsOf } from '../make/lines.ts'

/**
 * A schedule whose channel can be posted in, by the id of that channel, which is kept from now on where only a name was known. Null for one
 * that cannot: it is suspended, with a message to its owner, or else to the admins. Nothing is run for
 * it until somebody resumes it. Null also for one that was changed meanwhile, which is looked at again at its next time.
 */
export async function reachable(schedule: ScheduleRecord, deps: Deps): Promise<ScheduleRecord | null> {
  const { id, place: given } = schedule
  const place = await deps.outbox.resolve(given)
  const placed =
    place === given ? schedule : await deps.ledger.schedules.change(id, { place }, { as: schedule, messages: [] })
  if (placed === null) return null
  const why = await deps.outbox.postingError(place, null)
  if (why === null) return placed
  await suspend(placed, why, deps)
  return null
}

/** Suspends a schedule whose channel refused its post, unless it was moved since. */
export async function suspendRefused(id: number, why: OpsError, place: Place, deps: Deps): Promise<void> {
  const schedule = await deps.ledger.schedules.get(id)
  if (schedule === null || schedule.state.kind === 'parked' || !isSameChannel(schedule.place, place)) return
  await suspend(schedule, why, deps)
  if (!schedule.personal) return
  // The same direct messages take nothing else that this person follows.
  for (const other of await deps.ledger.schedules.followed()) {
    if (other.id !== id && other.owner.id === schedule.owner.id && other.state.kind === 'active') {
      await suspend(other, why, deps)
    }
  }
}

/** Ends what a person followed who has left. Nobody inherits it, and nobody is notified. */
export async function endFollowed(own: readonly ScheduleRecord[], { ledger, log }: Deps): Promise<void> {
  for (const { id, owner } of own) {
    await ledger.schedules.remove(id)
    log.info({ schedule: id, owner: owner.id }, `what ${owner.id} followed ended: they have left`)
  }
}

/**
 * Suspends a schedule, with a message in the same statement. Only as it is known here: one that was moved, paused or passed on meanwhile is read
 * at again at its next time.
 */
export async function suspend(schedule: ScheduleRecord, { message: why, remedy }: OpsError, deps: Deps): Promise<void> {
  const { id } = schedule
  const state = { kind: 'parked', why: `${why} ${remedy}` } as const
  const message = newsOfChange(schedule, 'suspended', { why, remedy }, deps.clock.now())
  const parked = await deps.ledger.schedules.change(id, { state }, { as: schedule, messages: message })
  if (parked !== null) deps.log.warn({ schedule: id, why }, `schedule ${id} is suspended`)
}

type Change = Extract<Content, { kind: 'schedule' }>

/** The message of a change: that it is suspended to its owner, else to the admins; that the admins own it to its channel, else to themselves. */
function newsOfChange(
  { id, place, owner, personal }: ScheduleRecord,
  change: Change['change'],
  why: Pick<Change, 'why' | 'remedy'>,
  now: Date,
): readonly NewMessage[] {
  const admins = { kind: 'admins', besides: owner.kind === 'slack' ? owner.id : null } as const
  const toOwner: Ways = owner.kind !== 'slack' ? [admins] : personal ? [directly(owner)] : [directly(owner), admins]
  const there: Ways = place.kind === 'slack' ? [{ kind: 'conversation', place, who: theAdmins }, admins] : [admins]
  const content: Content = { kind: 'schedule', schedule: id, change, ...why }
  const key = `schedule:${id}:${change}:${now.toISOString()}`
  return [newMessage({ key, content, ways: change === 'inherited' ? there : toOwner }, now, true)]
}

/**
 * In whose name a schedule is run now: its owner's, or, where they have left or lost the role that a line needs, the admins', who take over
 * it for good, with a message in its channel. A schedule whose owner lacks the role while nobody is admin stays its owner's, and is refused.
 * Null for one in its owner's direct messages, which is suspended: what they may not ask is not posted to them in the name of the admins. Null also for
 * one that somebody has changed meanwhile; it is looked at again at the next tick. Throws `slack` where their role is not known now:
 * nothing is changed then, and it is run at the next tick at which it is known.
 */
export async function currentOwner(schedule: ScheduleRecord, { deps, catalog }: Session): Promise<Asker | null> {
  const { id, owner, lines } = schedule
  if (owner.kind !== 'slack') return owner
  const commands = commandsOf(lines, catalog)
  // After an update a line may not be understood: its run fails, and the failure is posted.
  if (commands.length < lines.length) return owner
  const admins = deps.directory.holders('admin').filter((holder) => holder !== owner.id)
  const why = await whyNot(schedule, commands, { deps, catalog })
  if (why === null || admins.length === 0) return owner
  if (schedule.place.kind === 'slack' && schedule.place.direct) {
    await suspend(schedule, why, deps)
    return null
  }
  const remedy = 'An admin can pause or remove it.'
  const message = newsOfChange(schedule, 'inherited', { why: why.message, remedy }, deps.clock.now())
  const inherited = await deps.ledger.schedules.change(id, { owner: theAdmins }, { as: schedule, messages: message })
  if (inherited === null) return null
  deps.log.warn({ schedule: id, owner: owner.id }, `schedule ${id} passes to the admins: ${why.message}`)
  return theAdmins
}

/**
 * Why its owner cannot run a schedule any more; null where they can: the commands of its lines, `resume` where it is to wake the
 * warehouse, and a schedule itself. Throws `slack` where their role is not known now.
 */
export async function whyNot(
  { owner, whenPaused }: Pick<ScheduleRecord, 'owner' | 'whenPaused'>,
  commands: readonly Command[],
  { deps, catalog }: Pick<Session, 'deps' | 'catalog'>,
): Promise<OpsError | null> {
  const besides = catalog.commands.filter(
    (command) => command.runsSchedule === true || (whenPaused === 'resume' && sole.resumes(command)),
  )
  return whyNotUseNow(owner, [...commands, ...besides], deps)
}

/** Why somebody cannot use one of these commands now: they have left, or lack its role. Null where they can. Throws `slack` as `whyNot` does. */
export async function whyNotUseNow(
  owner: Asker,
  commands: readonly Command[],
  { directory }: Pick<Deps, 'directory'>,
): Promise<OpsError | null> {
  const lost = (why: string): OpsError => new OpsError('not_allowed', why, 'An admin can give the role back.')
  if (await directory.hasLeft(owner)) return lost(`${owner.name} has left.`)
  const role = await directory.roleOf(owner)
  const lacking = commands.find((command) => !includesRole(role, command.role))
  return lacking === undefined
    ? null
    : lost(`${owner.name} is now ${aRole(role)}; ${lacking.name} needs ${aRole(lacking.role)}.`)
}

function aRole(role: Role): string {
  return role === 'viewer' ? 'a viewer' : `an ${role}`
}
