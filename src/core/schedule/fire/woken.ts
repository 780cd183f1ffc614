import type { Session } from '../../dispatch/session.ts'
import type { RunRecord } from '../../ports/runs.ts'
import { wasAsleep } from './awake.ts'
import { resumeAt } from './places.ts'

/**
 * The run by which a fire woke the warehouse to put it back to sleep: what it resumed because the schedule is to; or where the fire has
 * failed, what one of its lines woke. `said` are the runs of its lines. Null where it woke nothing, or something is done about it: a pause
 * that failed is nothing done.
 */
export function wokenBy(
  fire: Pick<RunRecord, 'steps'>,
  said: readonly RunRecord[],
  failed: boolean,
  { deps, catalog }: Pick<Session, 'deps' | 'catalog'>,
): RunRecord | null {
  const woken = said.find(({ command, state, origin }) => {
    const wakes = catalog.find(command)?.wakes
    if (wakes === undefined || state !== 'complete' || origin.kind !== 'line') return false
    if (origin.at === resumeAt) return true
    // What creates a cluster is also said of what runs already, and what costs nothing need not sleep.
    return failed && (wakes === 'paused' || (!deps.cluster.free && wasAsleep(fire)))
  })
  if (woken === undefined) return null
  const { sleep } = deps.commands
  const paused = said.some(({ command, state, seq }) => sleep.includes(command) && state !== 'error' && seq > woken.seq)
  return paused ? null : woken
}
