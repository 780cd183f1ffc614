import type { Answer } from '../../answer.ts'
import type { Deps } from '../../deps.ts'
import { messageOf, type OpsError } from '../../errors.ts'
import { isSameChannel } from '../../place.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { text } from '../../reply.ts'
import { tellAdmins } from '../../tell-admins.ts'
import { expectToTell, tellChange, type Why } from './untold.ts'

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
export async function parkRefused({ id, place }: ScheduleRecord, why: OpsError, deps: Deps): Promise<void> {
  const schedule = await deps.ledger.schedules.get(id)
  if (schedule === null || schedule.state.kind === 'parked' || !isSameChannel(schedule.place, place)) return
  await park(schedule, why, deps)
}

/**
 * Parks a schedule, and tells why. Only as it is known here: one that was moved, paused or passed on meanwhile is looked at again at its
 * next time. Parked before anybody is told, so that nothing comes upon it again while Slack takes its time.
 */
export async function park(schedule: ScheduleRecord, { message: why, remedy }: OpsError, deps: Deps): Promise<void> {
  const { id } = schedule
  await expectToTell(id, 'parked', { why, remedy }, deps)
  const state = { kind: 'parked', why: `${why} ${remedy}` } as const
  const parked = await deps.ledger.schedules.change(id, { state, asked: null }, schedule)
  if (parked === null) return
  deps.log.warn({ schedule: id, why }, `schedule ${id} is parked`)
  await tellParked(parked, deps)
}

/** Tells that a schedule is parked, where nobody knows yet. Never throws because somebody could not be told. */
export async function tellParked(schedule: ScheduleRecord, deps: Deps): Promise<void> {
  await tellChange(schedule, 'parked', (why) => tellSomebody(schedule, why, deps), deps)
}

async function tellSomebody(schedule: ScheduleRecord, why: Why, deps: Deps): Promise<void> {
  const { owner } = schedule
  const answer = news(schedule, why)
  if (owner.kind !== 'slack') return tellAdmins(answer, deps)
  try {
    await deps.outbox.tell(owner, answer)
  } catch (error) {
    deps.log.warn({ err: error, user: owner.id }, `an owner could not be told: ${messageOf(error)}`)
    await tellAdmins(answer, deps, owner.id)
  }
}

function news({ id, lines, phrase, zone }: ScheduleRecord, { why, remedy }: Why): Answer {
  const headline = `Schedule ${id} (${lines.join('; ')}, ${phrase}, ${zone}) is parked: ${why}`
  return {
    ok: false,
    exit: 1,
    headline,
    audience: 'asker',
    run: null,
    replies: [text(headline, 'warning'), text(`${remedy} Then resume it, move it to another channel, or remove it.`)],
    next: [
      { label: 'Resume it', line: `schedule-resume ${id}` },
      { label: 'Remove it', line: `schedule-remove ${id}` },
    ],
  }
}
