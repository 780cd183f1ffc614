import type { Answer } from '../../answer.ts'
import { answerInPlace } from '../../approval/door.ts'
import { refuseUnapproved } from '../../approval/reasons.ts'
import { authorise, type Request } from '../../command/catalog.ts'
import type { ChildResult, RunContext } from '../../command/context.ts'
import type { Command } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import { errorOfAnswer, isLeftOpen } from '../../runner/answers.ts'
import { start } from '../../runner/execute.ts'
import type { OnProgress } from '../../runner/live-run.ts'
import { type Child, contextOf, Handover, handedOver, type Session } from '../../runner/session.ts'
import { isInTime } from './occurrences.ts'

/** The positions of what an occurrence runs besides the lines of its schedule, which count from 0. */
export const upkeep = {
  /** The warehouse is resumed, because the schedule is to, and paused again at the end. */
  resume: -1,
  /** What was resumed is paused. */
  pause: -2,
  /** The warehouse is resumed in place of a line that had done so before this occurrence was tried again. */
  resumeAgain: -3,
} as const

/**
 * Runs a line of a schedule, in the name of its parent, which must be allowed it now. Once for each parent and place: asked again after a restart,
 * it carries the same run on or gives the answer that it had. Where that one was closed meanwhile, or the parent is tried again, it is tried
 * again too. Never throws.
 */
export async function runChild({ request, at, parent, signal }: Child, session: Session): Promise<ChildResult> {
  const { deps, registry } = session
  // What is run although its parent was stopped before is run on purpose: what it woke is put back to sleep.
  const stoppable = !signal.aborted
  let running: RunId | null = null
  const stop = (): void => {
    if (running !== null && isCancelled(signal)) registry.stop(running, 'the person who cancelled its schedule')
  }
  const onProgress: OnProgress = ({ id }) => {
    // Stopped while it was opened: its work is held from the next turn on, and can be stopped then.
    if (running === null && stoppable && signal.aborted) queueMicrotask(stop)
    running = id
  }
  try {
    registry.admit()
    const context = { ...(await contextOf(parent, session)), signal }
    if (request.kind === 'fault') throw request.fault
    const { parsed } = request
    authorise(parsed.command, context.who, deps.directory)
    const approval = parsed.command.plans && parsed.command.effect !== 'none' ? parent.approval : null
    const before = await childAt(parent, at, deps)
    const earlier = before !== null && (await isTriedAgain(before, parent, deps)) ? before : null
    // What was begun was allowed then, and has to be brought to its end.
    const isBegun = before !== null && earlier === null
    if (!isApprovedForNow(parent) && !isBegun) await refuseUnapproved(parsed, context)
    const origin = { kind: 'line', fire: parent.id, at } as const
    const key = `run:${parent.id}:line:${at}`
    if (stoppable) signal.throwIfAborted()
    signal.addEventListener('abort', stop, { once: true })
    return resultOf(await start({ parsed, earlier, origin, approval, key, onProgress }, context, session))
  } catch (error) {
    return resultOf(await answerInPlace(error, { request, who: parent.who, place: parent.place }, session))
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function resultOf(answer: Answer): ChildResult {
  if (isLeftOpen(answer)) return { kind: 'left' }
  if (answer.ok) return { kind: 'done', answer }
  const error = errorOfAnswer(answer)
  return { kind: answer.run === null && error.code === 'busy' ? 'busy' : 'failed', error }
}

/** The answer of a child that is done. Throws why it failed, or was not begun; and where it is left to another process, what ends its parent here. */
export function answerOfChild(result: ChildResult): Answer {
  if (result.kind === 'done') return result.answer
  if (result.kind !== 'left') throw result.error
  throw handedOver()
}

/** Whether another process has this run, or will: this one must not act for it any more. */
export function isLeft(error: unknown, { signal }: RunContext): boolean {
  const reason: unknown = signal.aborted ? signal.reason : error
  if (!(reason instanceof OpsError)) return false
  return reason.cause instanceof Handover || (signal.aborted && reason.code === 'interrupted')
}

/** What somebody wanted now was confirmed for this moment, its reasons read; what the clock runs was confirmed long ago. */
function isApprovedForNow({ origin, retries, approval }: RunRecord): boolean {
  return origin.kind === 'fire' && (origin.cause === 'asked' || retries > 0) && approval !== null
}

/** Who cancels a schedule's run cancels the line that it is at; a process that leaves has both left to the next one. */
function isCancelled({ reason }: AbortSignal): boolean {
  return reason instanceof OpsError && !(reason.cause instanceof Handover)
}

async function childAt(parent: RunRecord, at: number, { ledger }: Deps): Promise<RunRecord | null> {
  const children = await ledger.runs.list({ parent: parent.id, limit: 100 })
  return children.find(({ origin }) => origin.kind === 'line' && origin.at === at) ?? null
}

/**
 * Whether a child is to be tried again when its parent comes to it: where it failed, or woke or paused the warehouse, before
 * somebody had the parent tried again; or where somebody who wanted to change the warehouse closed it while the bot of its parent was gone: then
 * once, and begun within the window of the schedule.
 */
async function isTriedAgain(run: RunRecord, parent: RunRecord, deps: Deps): Promise<boolean> {
  if (run.state === 'running') return false
  if (run.seq < parent.seq) return run.state !== 'complete' || isUpkeep(run)
  return isClosed(run) && (await isFirstSince(run, parent.seq, deps)) && (await isParentInTime(parent, deps))
}

/** What a schedule runs besides its lines. */
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

async function isParentInTime({ origin }: RunRecord, { ledger, clock }: Deps): Promise<boolean> {
  if (origin.kind !== 'fire') return false
  const schedule = await ledger.schedules.get(origin.schedule)
  return schedule !== null && isInTime(schedule, origin.intended, clock.now())
}

/** A command without arguments. */
export function plain(command: Command): Request {
  return { kind: 'understood', parsed: command.with({}) }
}
