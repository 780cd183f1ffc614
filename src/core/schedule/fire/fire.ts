import type { Answer } from '../../answer.ts'
import { dispatch } from '../../approval/door.ts'
import type { Catalog } from '../../command/catalog.ts'
import type { Bound } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { messageOf } from '../../errors.ts'
import { newMessage, waysOfSchedule } from '../../outbox/messages.ts'
import type { Asker } from '../../people.ts'
import type { NewMessage } from '../../ports/outbox.ts'
import type { Origin, RunRecord } from '../../ports/runs.ts'
import type { AskedFire, ScheduleRecord } from '../../ports/schedules.ts'
import { isLeftOpen } from '../../runner/answers.ts'
import type { Ask, Session } from '../../runner/session.ts'
import { punctualMs } from '../report/occasion.ts'
import { passedOn, reachable } from './park.ts'

/** A schedule whose time has come, or that somebody wants to hear now, in whose name. */
export interface Due {
  readonly schedule: ScheduleRecord
  /** The time it was meant for; it names the fire. */
  readonly intended: Date
  readonly cause: 'clock' | 'asked'
  readonly by: Asker
  readonly again: Pick<AskedFire, 'from' | 'maxErrors'>
}

/** A fire that was said, and the answer to it. `run` is null where it was refused before it began. */
export interface Fired {
  readonly schedule: ScheduleRecord
  readonly run: RunRecord | null
  readonly answer: Answer
}

/**
 * The fires that are due: of each active schedule the newest time that has come since it was made or changed and within its window, so
 * that a bot that was down for a day does not say everything it missed.
 */
export async function dueFires({ deps }: Session): Promise<readonly Due[]> {
  const schedules = await Promise.all((await deps.ledger.schedules.list()).map((schedule) => madeByNow(schedule, deps)))
  return schedules.filter(({ state }) => state.kind === 'active').flatMap((schedule) => dueFire(schedule, deps) ?? [])
}

/** The schedules that somebody wants to hear now; also one that is paused. What was asked of a bot that was down is heard within the window. */
export async function askedFires({ deps }: Session): Promise<readonly Due[]> {
  const due: Due[] = []
  for (const schedule of await deps.ledger.schedules.list()) {
    const { id, asked } = schedule
    if (asked === null) continue
    const intended = new Date(asked.at)
    if (isInTime(schedule, intended, deps.clock.now())) {
      due.push({ schedule, intended, cause: 'asked', by: asked.by, again: asked })
      continue
    }
    deps.log.warn({ schedule: id, asked: asked.at }, `schedule ${id} is not said: that was asked for too long ago`)
    await deps.ledger.schedules.heard(id, asked.at)
  }
  return due
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

function dueFire(schedule: ScheduleRecord, { clock, timetable }: Deps): Due | null {
  const { cron, zone, since, owner } = schedule
  const now = clock.now()
  const after = new Date(Math.max(now.getTime() - windowMs(schedule), Date.parse(since)))
  let intended: Date | undefined
  for (const time of timetable.times(cron, zone, after)) {
    if (time > now) break
    intended = time
  }
  const again = { from: null, maxErrors: null }
  return intended === undefined ? null : { schedule, intended, cause: 'clock', by: owner, again }
}

/** How late a fire may be. A tick comes some seconds after its minute, which is no reason to pass it over. */
function windowMs({ catchUpHours }: ScheduleRecord): number {
  return Math.max(catchUpHours * 3_600_000, punctualMs)
}

/** Whether what was meant for that time may still be begun. */
export function isInTime(schedule: ScheduleRecord, intended: Date, now: Date): boolean {
  return now.getTime() - intended.getTime() <= windowMs(schedule)
}

/**
 * Says a schedule, as a run that is its fire. Opening that run is the claim, so it is said once: null for whoever comes second, in this
 * or another process, before or after a restart. Null also for a schedule that was parked, because nobody would read it.
 */
export async function fire(due: Due, session: Session): Promise<Fired | null> {
  const { deps, catalog, registry } = session
  registry.admit()
  const { id } = due.schedule
  const origin: Origin = { kind: 'fire', schedule: id, intended: due.intended.toISOString(), cause: due.cause }
  if ((await deps.ledger.runs.list({ schedule: id, intended: origin.intended, limit: 1 })).length > 0) {
    await deps.ledger.schedules.heard(id, origin.intended)
    return null
  }
  const schedule = await reachable(due.schedule, deps)
  if (schedule === null) return null
  const who = due.cause === 'asked' ? due.by : await passedOn(schedule, session)
  if (who === null) return null
  deps.log.info({ schedule: id, intended: origin.intended }, `firing ${schedule.lines.join('; ')}`)
  const answer = await dispatch(
    {
      request: { kind: 'understood', bound: askedBy(due, catalog) },
      who,
      place: schedule.place,
      confirmed: true,
      watch: unwatched,
      origin,
      ...behind(due),
    },
    session,
  )
  // Somebody else says it by now, or this process is about to leave it to the next one.
  if (answer === null || isLeftOpen(answer)) return null
  // Refused before a run was opened. What may not be said now may not be said in a minute; what broke may work then. Said once.
  const isOver = answer.run !== null || answer.exit > 1
  if (isOver) await deps.ledger.schedules.heard(id, origin.intended)
  if (answer.run !== null) return { schedule, run: await deps.ledger.runs.get(answer.run.id), answer }
  const message = refusalOf(schedule, origin.intended, answer, deps.clock.now())
  if (due.cause === 'clock' && isOver) await deps.ledger.schedules.refuse(id, origin.intended, message)
  else await deps.ledger.messages.put(message)
  return { schedule, run: null, answer }
}

/** What tells that a schedule was refused before it was a run, once for that time. */
function refusalOf(
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

/** Fires these side by side, each to its end; what came of them. One that fails does not take the others with it. Never throws. */
export async function fireAll(due: readonly Due[], session: Session): Promise<readonly Fired[]> {
  const fires = due.map(async (one) => {
    try {
      return await fire(one, session)
    } catch (error) {
      const { id } = one.schedule
      session.deps.log.error(
        { err: error, schedule: id },
        `schedule ${id} was not said to its end: ${messageOf(error)}`,
      )
      return null
    }
  })
  return (await Promise.all(fires)).filter((fired) => fired !== null)
}

function askedBy({ schedule: { id }, again: { maxErrors } }: Due, catalog: Catalog): Bound {
  const { with: asked } = catalog.that(({ runsSchedule }) => runsSchedule === true)
  return asked({ id: String(id), ...(maxErrors === null ? {} : { 'max-errors': String(maxErrors) }) })
}

function behind({ again: { from } }: Due): Pick<Ask, 'behind'> {
  return from === null ? {} : { behind: from }
}

const unwatched = { changed: () => undefined }
