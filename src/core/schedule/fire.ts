import type { Answer } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { dispatch } from '../dispatch/dispatch.ts'
import type { Session } from '../dispatch/session.ts'
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
  const schedules = (await deps.ledger.schedules.list()).filter(({ state }) => state === 'active')
  return schedules.flatMap((schedule) => dueFire(schedule, deps) ?? [])
}

/** The fire of one schedule that is due, whether it has been claimed or not. */
export function dueFire(schedule: ScheduleRecord, { clock, timetable }: Deps): Due | null {
  const now = clock.now()
  const after = new Date(Math.max(now.getTime() - catchUpHours * 3_600_000, Date.parse(schedule.created)))
  let intended: Date | undefined
  for (const time of timetable.times(schedule.cron, schedule.zone, after)) {
    if (time > now) break
    intended = time
  }
  return intended === undefined ? null : { schedule, intended }
}

/**
 * Says the lines of a schedule in order, as its owner, up to the first that fails. The fire is claimed before anything is done:
 * null for whoever comes second, in this or another process, before or after a restart.
 */
export async function fire({ schedule, intended }: Due, session: Session): Promise<readonly Answer[] | null> {
  const { deps, registry } = session
  registry.admit()
  if (!(await claimFire({ schedule, intended }, deps))) return null
  deps.log.info({ schedule: schedule.id, intended }, `firing ${schedule.lines.join('; ')}`)
  const answers: Answer[] = []
  for (const line of schedule.lines) {
    const answer = await dispatch(
      { line, who: schedule.owner, place: schedule.place, confirmed: true, watch: { changed: () => undefined } },
      session,
    )
    // A draining process leaves the run, and what there is to say of it, to the next one.
    if (answer === null || answer.run?.state === 'running') break
    answers.push(answer)
    if (!answer.ok) break
  }
  return answers
}

/** Says nothing for this fire any more. True for whoever claimed it first. */
export function claimFire({ schedule, intended }: Due, { ledger, clock }: Deps): Promise<boolean> {
  return ledger.claim(`fire:${schedule.id}:${intended.toISOString()}`, clock.now())
}
