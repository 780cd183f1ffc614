import type { Cluster } from '../../ports/cluster.ts'
import type { RunRecord } from '../../ports/runs.ts'
import { wakers } from '../make/lines.ts'
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
  { free }: Pick<Cluster, 'free'>,
): RunRecord | null {
  const woken = said.find(({ command, state, origin }) => {
    if (!wakers.includes(command) || state !== 'complete' || origin.kind !== 'line') return false
    if (origin.at === resumeAt) return true
    // `spin-up` is also said of what runs already, and what costs nothing need not sleep.
    return failed && (command === 'resume' || (!free && wasAsleep(fire)))
  })
  if (woken === undefined) return null
  const paused = said.some(({ command, state, seq }) => command === 'pause' && state !== 'error' && seq > woken.seq)
  return paused ? null : woken
}
