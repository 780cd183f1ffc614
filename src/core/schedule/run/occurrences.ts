import { refusalOf } from '../../approval/door.ts'
import { authorise } from '../../command/catalog.ts'
import type { Context } from '../../command/context.ts'
import type { ParsedCommand } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { messageOf, OpsError } from '../../errors.ts'
import { newMessage, waysOfSchedule } from '../../outbox/messages.ts'
import type { Asker } from '../../people.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { failureAnswer } from '../../runner/answers.ts'
import { insert } from '../../runner/execute.ts'
import { contextOf, type Session } from '../../runner/session.ts'
import { hourMs } from '../../span.ts'
import { punctualMs } from '../report/occurrence-steps.ts'
import { currentOwner, reachable } from './ownership.ts'

/**
 * Inserts the occurrences that are due, as runs that wait for a process: of each active schedule the newest time that has come since it was
 * made or changed and within its window, so that a bot that was down for a day does not catch up with everything it missed. Side by side,
 * because Slack may be slow to answer whether a channel can be posted in; what fails is tried again, and takes no other with it. Never throws.
 */
export async function insertDue(session: Session): Promise<void> {
  const schedules = await session.deps.ledger.schedules.list()
  await Promise.all(schedules.map((one) => attempted(one, () => insertOccurrence(one, session), session)))
}

/** Inserts what is due of a schedule; what fails is logged and tried again at the next tick. Never throws. */
export async function attempted(
  { id }: ScheduleRecord,
  insertIt: () => Promise<void>,
  { deps: { log } }: Session,
): Promise<void> {
  try {
    await insertIt()
  } catch (error) {
    const message = `schedule ${id} cannot be run yet: ${messageOf(error)}`
    if (error instanceof OpsError) log.warn({ err: error, schedule: id }, message)
    else log.error({ err: error, schedule: id }, message)
  }
}

/**
 * A schedule that was made or changed before the clock was set back would be silent until the old time is reached again: it counts as
 * made now.
 */
export async function madeByNow(schedule: ScheduleRecord, { ledger, clock, log }: Deps): Promise<ScheduleRecord> {
  const { id, since } = schedule
  const now = clock.now()
  if (Date.parse(since) - now.getTime() <= punctualMs) return schedule
  log.warn(
    { schedule: id, since },
    `schedule ${id} was changed at ${since}, before the clock was set back; it runs from now on`,
  )
  return (await ledger.schedules.change(id, { since: now.toISOString() })) ?? schedule
}

/** The newest time that has come, ISO 8601 in UTC; null where none has. */
export function newestTime(schedule: ScheduleRecord, { clock, timetable }: Deps): string | null {
  const { cron, zone, since } = schedule
  const now = clock.now()
  const after = new Date(Math.max(now.getTime() - windowMs(schedule), Date.parse(since)))
  let newest: Date | null = null
  for (const time of timetable.times(cron, zone, after)) {
    if (time > now) break
    newest = time
  }
  return newest?.toISOString() ?? null
}

/** How late an occurrence may be. A tick comes some seconds after its minute, which is no reason to pass it over. */
function windowMs({ catchUpHours }: ScheduleRecord): number {
  return Math.max(catchUpHours * hourMs, punctualMs)
}

/** Whether what was meant for that time may still be begun. */
export function isInTime(schedule: ScheduleRecord, intended: string, now: Date): boolean {
  return now.getTime() - Date.parse(intended) <= windowMs(schedule)
}

/**
 * Inserts an occurrence once: its key is unique, whichever process asks, before or after a restart. Not one of a schedule that is suspended
 * here, because nobody would read it, or that somebody has changed meanwhile.
 */
async function insertOccurrence(known: ScheduleRecord, session: Session): Promise<void> {
  const { deps, catalog, registry } = session
  const { ledger, log } = deps
  const { id } = known
  const made = await madeByNow(known, deps)
  const intended = made.state.kind === 'active' ? newestTime(made, deps) : null
  if (intended === null || (await ledger.runs.summaries({ schedule: id, intended, limit: 1 })).length > 0) return
  registry.admit()
  const schedule = await reachable(made, deps)
  const owner = schedule === null ? null : await currentOwner(schedule, session)
  if (schedule === null || owner === null) return
  // Slack was asked meanwhile.
  registry.admit()
  const parsed = catalog.that('runsSchedule').with({ id: String(id) })
  const context = await allowedNow(owner, parsed, schedule, intended, session)
  if (context === null) return
  const origin = { kind: 'fire', schedule: id, intended, cause: 'clock' } as const
  const key = `schedule:${id}:${intended}`
  await insert({ parsed, earlier: null, origin, approval: schedule.approval, key, worker: null }, context)
  log.info({ schedule: id, intended }, `runs ${schedule.lines.join('; ')}`)
}

/**
 * What it is run with, in its owner's name; null where they may not: what may not be run now may not be in a minute, so its readers get one message. Throws
 * `slack` while their role is not known.
 */
async function allowedNow(
  owner: Asker,
  { command, line }: ParsedCommand,
  { id, place }: ScheduleRecord,
  intended: string,
  session: Session,
): Promise<Context | null> {
  const { ledger, clock, directory, log } = session.deps
  const context = await contextOf({ who: owner, place }, session)
  try {
    authorise(command, context.who, directory)
    return context
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    const now = clock.now()
    const answer = { ...failureAnswer(error, null, log), audience: 'channel' } as const
    const key = `schedule:${id}:refused:${intended}`
    const ways = place.kind === 'slack' ? waysOfSchedule(place, owner) : null
    const messages =
      ways === null ? [] : [newMessage({ key, content: { kind: 'answer', answer }, ways, schedule: id }, now)]
    await ledger.schedules.refuse(
      id,
      intended,
      messages,
      refusalOf(error, { command: command.name, line, who: owner, place }, now),
    )
    return null
  }
}
