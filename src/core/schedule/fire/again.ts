import type { Deps } from '../../deps.ts'
import type { RunRecord } from '../../ports/runs.ts'
import { isInTime } from './fire.ts'

/** The run of the line in this place of a fire; null where it was not said yet. */
export async function runOfLine(fire: RunRecord, at: number, { ledger }: Deps): Promise<RunRecord | null> {
  const said = await ledger.runs.list({ fire: fire.id, limit: 100 })
  return said.find(({ origin }) => origin.kind === 'line' && origin.at === at) ?? null
}

/**
 * Whether the line of this run is to be tried again when its fire comes to it: where it failed, or woke or paused the warehouse, before
 * somebody had the fire tried again; or where somebody who wanted to change the warehouse closed it while the bot of the fire was gone: then once,
 * and begun within the window of the schedule.
 */
export async function isSaidAgain(run: RunRecord, fire: RunRecord, deps: Deps): Promise<boolean> {
  if (run.state === 'running') return false
  if (run.seq < fire.seq) return run.state !== 'complete' || isUpkeep(run)
  return isClosed(run) && (await isFirstSince(run, fire.seq, deps)) && (await isFireInTime(fire, deps))
}

/** What a fire says besides the lines of its schedule. */
function isUpkeep({ origin }: RunRecord): boolean {
  return origin.kind === 'line' && origin.at < 0
}

function isClosed({ answer }: RunRecord): boolean {
  return answer?.failure?.code === 'interrupted'
}

/** Whether no try since then was over before this one. */
async function isFirstSince({ id, seq }: RunRecord, since: number, { ledger }: Deps): Promise<boolean> {
  const attempts = await ledger.runs.attempts(id)
  return !attempts.some((one) => one.seq > since && one.seq < seq)
}

async function isFireInTime({ origin }: RunRecord, { ledger, clock }: Deps): Promise<boolean> {
  if (origin.kind !== 'fire') return false
  const schedule = await ledger.schedules.get(origin.schedule)
  return schedule !== null && isInTime(schedule, new Date(origin.intended), clock.now())
}
