import type { Answer } from '../../answer.ts'
import { refusalOf } from '../../approval/door.ts'
import { approvalOfOccurrence } from '../../approval/reasons.ts'
import { authorise } from '../../command/catalog.ts'
import type { Context } from '../../command/context.ts'
import type { ParsedCommand } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { messageOf, OpsError } from '../../errors.ts'
import { newMessage, waysOfSchedule } from '../../outbox/messages.ts'
import type { Asker, Person } from '../../people.ts'
import type { NewMessage } from '../../ports/outbox.ts'
import type { Origin } from '../../ports/runs.ts'
import type { AskedOccurrence, ScheduleRecord } from '../../ports/schedules.ts'
import { failureAnswer } from '../../runner/answers.ts'
import { insert } from '../../runner/execute.ts'
import type { Session } from '../../runner/session.ts'
import { punctualMs } from '../report/run-title.ts'
import { currentOwner, reachable } from './ownership.ts'

/** A schedule whose time has come, or that somebody wants to run now. */
interface Due {
  readonly schedule: ScheduleRecord
  /** Names the occurrence; of the clock the time it was meant for. */
  readonly intended: string
  /** Null for one of the clock. */
  readonly asked: AskedOccurrence | null
}

/**
 * Inserts the occurrences that are due, as runs that wait for a process: of each active schedule the newest time that has come since it was
 * made or changed and within its window, so that a bot that was down for a day does not catch up with everything it missed. Never throws.
 */
export async function insertDue(session: Session): Promise<void> {
  const { deps } = session
  const schedules = await Promise.all((await deps.ledger.schedules.list()).map((schedule) => madeByNow(schedule, deps)))
  const active = schedules.filter(({ state }) => state.kind === 'active')
  await insertAll(
    active.flatMap((schedule) => newestTime(schedule, deps)),
    session,
  )
}

/** The same for schedules that somebody wants to run now; also one that is paused. What was asked of a bot that was down is run within the window. */
export async function insertAsked(session: Session): Promise<void> {
  const { ledger, clock, log } = session.deps
  const due: Due[] = []
  for (const schedule of await ledger.schedules.asked()) {
    const { id, asked } = schedule
    if (asked === null) continue
    if (isInTime(schedule, asked.at, clock.now())) {
      due.push({ schedule, intended: asked.at, asked })
      continue
    }
    log.warn({ schedule: id, asked: asked.at }, `schedule ${id} is not run: that was asked for too long ago`)
    await ledger.schedules.answered(id, asked.at)
  }
  await insertAll(due, session)
}

/**
 * A schedule that was made or changed before the clock was set back would be silent until the old time is reached again: it counts as
 * made now.
 */
async function madeByNow(schedule: ScheduleRecord, { ledger, clock, log }: Deps): Promise<ScheduleRecord> {
  const { id, since } = schedule
  const now = clock.now()
  if (Date.parse(since) - now.getTime() <= punctualMs) return schedule
  log.warn(
    { schedule: id, since },
    `schedule ${id} was changed at ${since}, before the clock was set back; it runs from now on`,
  )
  return (await ledger.schedules.change(id, { since: now.toISOString() })) ?? schedule
}

function newestTime(schedule: ScheduleRecord, { clock, timetable }: Deps): readonly Due[] {
  const { cron, zone, since } = schedule
  const now = clock.now()
  const after = new Date(Math.max(now.getTime() - windowMs(schedule), Date.parse(since)))
  let newest: Date | undefined
  for (const time of timetable.times(cron, zone, after)) {
    if (time > now) break
    newest = time
  }
  return newest === undefined ? [] : [{ schedule, intended: newest.toISOString(), asked: null }]
}

/** How late an occurrence may be. A tick comes some seconds after its minute, which is no reason to pass it over. */
function windowMs({ catchUpHours }: ScheduleRecord): number {
  return Math.max(catchUpHours * 3_600_000, punctualMs)
}

/** Whether what was meant for that time may still be begun. */
export function isInTime(schedule: ScheduleRecord, intended: string, now: Date): boolean {
  return now.getTime() - Date.parse(intended) <= windowMs(schedule)
}

/** Side by side, because Slack may be slow to say whether a channel can be posted in. What fails is tried again, and takes no other with it. */
async function insertAll(due: readonly Due[], session: Session): Promise<void> {
  const { log } = session.deps
  const inserted = due.map(async (one) => {
    const { id } = one.schedule
    try {
      await insertOccurrence(one, session)
    } catch (error) {
      const message = `schedule ${id} cannot be run yet: ${messageOf(error)}`
      if (error instanceof OpsError) log.warn({ err: error, schedule: id }, message)
      else log.error({ err: error, schedule: id }, message)
    }
  })
  await Promise.all(inserted)
}

/**
 * Inserts an occurrence once: its key is unique, whichever process asks, before or after a restart. Not one of a schedule that is suspended
 * here, because nobody would read it, or that somebody has changed meanwhile.
 */
async function insertOccurrence({ schedule: known, intended, asked }: Due, session: Session): Promise<void> {
  const { deps, catalog, registry } = session
  const { ledger, log } = deps
  const { id } = known
  registry.admit()
  const origin = { kind: 'fire', schedule: id, intended, cause: asked === null ? 'clock' : 'asked' } satisfies Origin
  if ((await ledger.runs.list({ schedule: id, intended, limit: 1 })).length > 0) {
    return ledger.schedules.answered(id, intended)
  }
  const schedule = await reachable(known, deps)
  if (schedule === null) return
  const owner = asked === null ? await currentOwner(schedule, session) : asked.by
  if (owner === null) return
  // Slack was asked meanwhile.
  registry.admit()
  const { with: bind } = catalog.that('runsSchedule')
  const maxErrors = asked?.maxErrors ?? null
  const parsed = bind({ id: String(id), ...(maxErrors === null ? {} : { 'max-errors': String(maxErrors) }) })
  const who = await allowedNow(owner, parsed, { schedule, intended, asked }, deps)
  if (who === null) return
  const context: Context = { who, place: schedule.place, deps, catalog }
  const from = asked?.from ?? null
  await insert({ parsed, earlier: from === null ? null : await ledger.runs.get(from) }, context, {
    origin,
    approval: await approvalOfOccurrence(origin, deps),
    key: `${asked === null ? 'schedule' : 'ask'}:${id}:${intended}`,
    worker: null,
  })
  log.info({ schedule: id, intended }, `runs ${schedule.lines.join('; ')}`)
  await ledger.schedules.answered(id, intended)
}

/**
 * In whose name it is run; null where they may not: what may not be run now may not be in a minute, so its readers are told, once. So is who
 * wants it now while Slack cannot say their role; it is run as soon as Slack can. Of the clock's that is thrown.
 */
async function allowedNow(
  owner: Asker,
  { command, line }: ParsedCommand,
  { schedule, intended, asked }: Due,
  deps: Deps,
): Promise<Person | null> {
  const { ledger, clock, directory, log } = deps
  const { id, place } = schedule
  try {
    const who: Person = { ...owner, role: await directory.roleOf(owner) }
    authorise(command, who, directory)
    return who
  } catch (error) {
    const now = clock.now()
    const message = messageOfRefusal(schedule, intended, failureAnswer(error, null, log), now)
    if (error instanceof OpsError && error.code === 'not_allowed') {
      const denial = refusalOf(error, { command: command.name, line, who: owner, place }, now)
      await ledger.schedules.refuse(id, intended, message, denial)
      return null
    }
    if (asked === null) throw error
    await ledger.messages.put(message)
    return null
  }
}

function messageOfRefusal(
  { id, place, owner }: ScheduleRecord,
  intended: string,
  answer: Answer,
  now: Date,
): readonly NewMessage[] {
  if (place.kind !== 'slack') return []
  const content = { kind: 'answer', answer: { ...answer, audience: 'channel' } } as const
  const key = `schedule:${id}:refused:${intended}`
  return [newMessage({ key, content, ways: waysOfSchedule(place, owner), schedule: id }, now)]
}
