import type { Answer } from '../answer.ts'
import { dispatch, type Session } from '../dispatch/dispatch.ts'
import type { ScheduleRecord } from '../ports/ledger.ts'

/** How long after its time a missed fire is still worth catching up with. */
export const catchUpHours = 6

/** A schedule whose time has come. */
export interface Due {
  readonly schedule: ScheduleRecord
  /** The time it was meant for; it names the fire. */
  readonly intended: Date
}

/**
 * The fires that are due: of each active schedule the newest time that has come since it was made and within the catch-up window,
 * so that a bot that was down for a day does not say everything it missed.
 */
export async function dueFires({ deps }: Session): Promise<readonly Due[]> {
  const now = deps.clock.now()
  const schedules = (await deps.ledger.schedules.list()).filter(({ state }) => state === 'active')
  return schedules.flatMap((schedule) => {
    const after = new Date(Math.max(now.getTime() - catchUpHours * 3_600_000, Date.parse(schedule.created)))
    let intended: Date | undefined
    for (const time of deps.timetable.times(schedule.cron, schedule.zone, after)) {
      if (time > now) break
      intended = time
    }
    return intended === undefined ? [] : [{ schedule, intended }]
  })
}

/**
 * Says the lines of a schedule in order, as its owner, up to the first that fails. The fire is claimed before anything is done:
 * null for whoever comes second, in this or another process, before or after a restart.
 */
export async function fire({ schedule, intended }: Due, session: Session): Promise<readonly Answer[] | null> {
  const { deps } = session
  const key = `fire:${schedule.id}:${intended.toISOString()}`
  if (!(await deps.ledger.claim(key, deps.clock.now()))) return null
  deps.log.info({ schedule: schedule.id, intended }, `firing ${schedule.lines.join('; ')}`)
  const answers: Answer[] = []
  for (const line of schedule.lines) {
    const answer = await dispatch(
      { line, who: schedule.owner, place: schedule.place, confirmed: true, watch: { changed: () => undefined } },
      session,
    )
    if (answer === null) continue
    answers.push(answer)
    if (!answer.ok) break
  }
  return answers
}
