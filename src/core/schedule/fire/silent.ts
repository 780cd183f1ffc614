import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { findOrphan, leftWords } from '../../run/takeover.ts'
import { lasting } from '../../words.ts'

/**
 * Sees to it that a schedule can be said now, once: throws `busy` while it is being said, and for the fire that is to be carried on,
 * `not_found` where it is none of this schedule, and `expired` where there is nothing to carry on.
 */
export async function requireSilent({ id }: ScheduleRecord, from: RunId | null, deps: Deps): Promise<void> {
  const { runs } = deps.ledger
  const [running] = await runs.list({ schedule: id, states: ['running'], limit: 1 })
  if (running !== undefined) {
    throw (await findOrphan(running.id, deps)) === null ? saying(id, running, deps) : interrupted(id, running)
  }
  if (from === null) return
  const fire = await runs.get(from)
  if (fire?.origin.kind !== 'fire' || fire.origin.schedule !== id) {
    throw new OpsError('not_found', `Run ${from} is none of schedule ${id}. Nothing was done.`, 'See runs.', {
      cure: 'runs',
    })
  }
  if (fire.state === 'complete') throw done(`Run ${from} went well`, id)
}

function saying(id: number, { id: run, started, steps }: RunRecord, { clock }: Deps): OpsError {
  const at = steps.find(({ state }) => state === 'in_progress')?.title ?? 'starting'
  const time = lasting(new Date(started), clock.now())
  return new OpsError(
    'busy',
    `Schedule ${id} is being said already (run ${run}), for ${time}, now at "${at}". Nothing was done.`,
    `Watch it with runs ${run}.`,
    { cure: `runs ${run}` },
  )
}

function interrupted(id: number, { id: run }: RunRecord): OpsError {
  return new OpsError(
    'busy',
    `Run ${run} of schedule ${id} was interrupted: ${leftWords}. Nothing was done.`,
    `Start the bot, or end the run with cancel ${run}.`,
    { cure: `runs ${run}` },
  )
}

function done(why: string, id: number): OpsError {
  return new OpsError('expired', `${why}: there is nothing to carry on. Nothing was done.`, 'Say the whole anew.', {
    cure: `schedule-run ${id}`,
  })
}
