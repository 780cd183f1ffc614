import type { Answer } from '../../answer.ts'
import { recordRefusal } from '../../approval/door.ts'
import { refuseUnapproved } from '../../approval/reasons.ts'
import { authorise } from '../../command/catalog.ts'
import type { Context, LineResult, RunContext } from '../../command/context.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import { errorOf, failureAnswer, isLeftOpen } from '../../runner/answers.ts'
import { start } from '../../runner/execute.ts'
import type { Watch } from '../../runner/live-run.ts'
import { Handover } from '../../runner/registry.ts'
import type { LineOfFire, Session } from '../../runner/session.ts'
import { isInTime } from './occurrences.ts'

/**
 * Says one line of a fire, in the name of whoever the fire is said for, who must be allowed it now. Once for each fire and place:
 * asked again after a restart, it carries the same run on or gives the answer that it had. Where that one was closed meanwhile, or the fire is
 * tried again, it is tried again too. Never throws.
 */
export async function sayLine({ line, at, fire, signal }: LineOfFire, session: Session): Promise<LineResult> {
  const { deps, catalog, registry } = session
  // What is said although the fire was stopped before is said on purpose: what it woke is put back to sleep.
  const stoppable = !signal.aborted
  let running: RunId | null = null
  let command: string | null = null
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
    command = bound.command.name
    authorise(bound.command, who, deps.directory)
    const approval = bound.command.plans && bound.command.effect !== 'none' ? fire.approval : null
    const before = await runOfLine(fire, at, deps)
    const earlier = before !== null && (await isSaidAgain(before, fire, deps)) ? before : null
    // What was begun was allowed then, and has to be brought to its end.
    const isBegun = before !== null && earlier === null
    if (!isApprovedForNow(fire) && !isBegun) await refuseUnapproved(bound, context)
    const origin = { kind: 'line', fire: fire.id, at } as const
    const key = `run:${fire.id}:line:${at}`
    if (stoppable) signal.throwIfAborted()
    signal.addEventListener('abort', stop, { once: true })
    return resultOf(await start({ bound, earlier }, context, { watch, origin, approval, key }, session))
  } catch (error) {
    if (command !== null) await recordRefusal(error, { command, line, who: fire.who, place: fire.place }, session)
    return resultOf(failureAnswer(error, null, deps.log))
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function resultOf(answer: Answer): LineResult {
  if (isLeftOpen(answer)) return { kind: 'left' }
  if (answer.ok) return { kind: 'done', answer }
  const error = errorOf(answer)
  return { kind: answer.run === null && error.code === 'busy' ? 'busy' : 'failed', error }
}

/** The answer of a line that is done. Throws why it failed, or was not begun; and where it is left to another process, what ends its fire here. */
export function answerOf(result: LineResult): Answer {
  if (result.kind === 'done') return result.answer
  if (result.kind !== 'left') throw result.error
  throw new OpsError('interrupted', 'The bot is restarting.', '', { cause: new Handover() })
}

/** Whether the fire is another process's by now, or about to be: nothing more may be done for it here. */
export function isLeft(error: unknown, { signal }: RunContext): boolean {
  const reason: unknown = signal.aborted ? signal.reason : error
  if (!(reason instanceof OpsError)) return false
  return reason.cause instanceof Handover || (signal.aborted && reason.code === 'interrupted')
}

/** What somebody wanted now was confirmed for this moment, its reasons read; what the clock says was confirmed long ago. */
function isApprovedForNow({ origin, retries, approval }: RunRecord): boolean {
  return origin.kind === 'fire' && (origin.cause === 'asked' || retries > 0) && approval !== null
}

/** Who cancels a fire cancels the line that it is at; a process that leaves has both left to the next one. */
function isCancelled({ reason }: AbortSignal): boolean {
  return reason instanceof OpsError && !(reason.cause instanceof Handover)
}

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
  return schedule !== null && isInTime(schedule, origin.intended, clock.now())
}
