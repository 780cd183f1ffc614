import type { Answer } from '../../answer.ts'
import { refuseUnapproved } from '../../approval/refuse-unapproved.ts'
import { authorise } from '../../command/access.ts'
import type { Context } from '../../command/context.ts'
import { start } from '../../dispatch/dispatch.ts'
import { recordRefusal } from '../../dispatch/refused.ts'
import type { LineOfFire, Session } from '../../dispatch/session.ts'
import { OpsError } from '../../errors.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import { failureAnswer } from '../../run/failure.ts'
import type { Watch } from '../../run/live-run.ts'
import { Handover } from '../../run/registry.ts'
import { closedMeanwhile } from './again.ts'

/**
 * Says one line of a fire, in the name of whoever the fire is said for, who must be allowed it now. Once for each fire and place:
 * asked again after a restart, it carries the same run on or gives the answer that it had, or carries on behind it where it was closed
 * meanwhile. A fire that carries on behind another one carries on behind the line that failed there. Never throws.
 */
export async function sayLine({ line, at, fire, signal }: LineOfFire, session: Session): Promise<Answer> {
  const { deps, catalog, registry } = session
  const first = { kind: 'line', fire: fire.id, at } as const
  // What is said although the fire was stopped before is said on purpose: what it woke is put back to sleep.
  const stoppable = !signal.aborted
  let running: RunId | null = null
  const stop = (): void => {
    if (running !== null && isCancelled(signal)) registry.stop(running, 'whoever cancelled its schedule')
  }
  const watch: Watch = {
    changed({ id }) {
      // Stopped while it was opened: its work is held from the next turn on, and can be stopped then.
      if (running === null && stoppable && signal.aborted) queueMicrotask(stop)
      running = id
    },
  }
  try {
    registry.admit()
    const who = { ...fire.who, role: await deps.directory.roleOf(fire.who) }
    const context: Context = { who, place: fire.place, deps, catalog }
    const bound = catalog.read(line)
    authorise(bound.command, who, deps.directory)
    const approval = bound.command.plans && bound.command.effect !== 'none' ? fire.approval : null
    if (!isApprovedForNow(fire) && !(await wasBegun(first, session))) await refuseUnapproved(bound, context)
    const closed = await closedMeanwhile(fire, at, deps)
    const origin = closed === null ? first : ({ ...first, again: true } as const)
    const earlier = closed ?? (await failedBefore(fire, at, bound.line, session))
    if (stoppable) signal.throwIfAborted()
    signal.addEventListener('abort', stop, { once: true })
    return await start({ said: line, bound, earlier }, context, { watch, origin, approval }, session)
  } catch (error) {
    await recordRefusal(error, { line, who: fire.who, place: fire.place }, session)
    return failureAnswer(error, null, deps.log)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** What somebody wanted now was confirmed for this moment, its reasons read; what the clock says was confirmed long ago. */
function isApprovedForNow({ origin, approval }: RunRecord): boolean {
  return origin.kind === 'fire' && origin.cause === 'asked' && approval !== null
}

/** What was begun was allowed then, and has to be brought to its end. */
async function wasBegun({ fire, at }: { fire: RunId; at: number }, { deps }: Session): Promise<boolean> {
  const said = await deps.ledger.runs.list({ fire, limit: 100 })
  return said.some(({ origin }) => origin.kind === 'line' && origin.at === at)
}

/** The run of the same line in the fire that this one carries on, where that is what failed. */
async function failedBefore(
  { continues }: RunRecord,
  at: number,
  line: string,
  { deps }: Session,
): Promise<RunRecord | null> {
  if (continues === null) return null
  const said = await deps.ledger.runs.list({ fire: continues, limit: 100 })
  const same = said.find((run) => run.origin.kind === 'line' && run.origin.at === at && run.line === line)
  return same?.state === 'error' || same?.state === 'cancelled' ? same : null
}

/** Who cancels a fire cancels the line that it is at; a process that leaves has both left to the next one. */
function isCancelled({ reason }: AbortSignal): boolean {
  return reason instanceof OpsError && !(reason.cause instanceof Handover)
}
