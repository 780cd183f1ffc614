import type { Answer } from '../answer.ts'
import { inBackground, repeatInBackground } from '../background.ts'
import { authorise } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import { expected } from '../errors.ts'
import type { RunRecord } from '../ports/runs.ts'
import { failureAnswer, viewOf } from './answers.ts'
import { execute } from './execute.ts'
import type { OnProgress } from './live-run.ts'
import { abandonedRuns, closeOrphan, closeRun } from './orphans.ts'
import { contextOf, type Session } from './session.ts'

/** The loop of a process that looks for work. */
export interface Worker {
  /** Looks at once, because a run was inserted. */
  wake(): void
  stop(): void
}

/** Has the progress of a run that is taken shown in its message. */
export type ProgressOf = (run: RunRecord) => OnProgress

const lookMs = 1_000
// A process that was silent for 30 s counts as gone. Where this one looks as late as that, the machine slept and nobody could beat;
// two beats of 5 s later everybody has.
const sleptMs = 30_000
const beatsMs = 10_000
// While Slack does not return somebody's role.
const unknownRoleMs = 10_000
// Nothing is postponed for longer; what is to wait longer was postponed before the clock was set back.
const longestPauseMs = 60_000
// A run that has taken three processes with it will take the fourth.
const maxLost = 3

/**
 * Polls for runs to take and to cancel: at once, then every second, and whenever it is woken. Resolves after the first poll. `progressOf` is null in a
 * process that takes no runs: a terminal.
 */
export async function startWorker(progressOf: ProgressOf | null, session: Session): Promise<Worker> {
  const { deps, registry } = session
  const { clock } = deps
  let looked = clock.now().getTime()
  let trustedFrom = clock.elapsed()
  let looking = false
  let again = false

  const claim = async (taken: ProgressOf): Promise<void> => {
    const before = looked
    looked = clock.now().getTime()
    if (looked - before > sleptMs) trustedFrom = clock.elapsed() + beatsMs
    const claimed = await claimRuns(session, taken, clock.elapsed() >= trustedFrom)
    for (const { answer } of claimed) void inBackground(deps, 'run', () => answer)
  }
  const look = (): Promise<void> => registry.hold(lookNow())
  const lookNow = async (): Promise<void> => {
    await registry.stopCancelled()
    if (progressOf === null) return
    again = true
    if (looking) return
    looking = true
    try {
      while (again) {
        again = false
        await claim(progressOf)
      }
    } finally {
      looking = false
    }
  }

  await inBackground(deps, 'worker', look)
  return { wake: () => void inBackground(deps, 'worker', look), stop: repeatInBackground(deps, lookMs, 'worker', look) }
}

/** A run that is carried on or was closed, and its answer. */
interface Claimed {
  readonly run: RunRecord
  readonly answer: Promise<Answer>
}

/**
 * Takes the runs that wait for a process, and where `gone` those whose process is gone; of this process those whose end could not be written: what changes the warehouse and what is a schedule's is
 * carried on (their steps know what is done); what only asked a question is closed, and a terminal's run, because who typed it saw it stop.
 */
export async function claimRuns(session: Session, progressOf: ProgressOf, gone = true): Promise<readonly Claimed[]> {
  const { deps, registry } = session
  const claimed: Claimed[] = []
  const now = deps.clock.now().getTime()
  const runs = (await abandonedRuns(deps, registry.unrecorded)).filter(({ worker, available }) => {
    const waitMs = Date.parse(available) - now
    return (gone || worker === null || worker === deps.process) && (waitMs <= 0 || waitMs > longestPauseMs)
  })
  for (const run of runs) {
    // They are the next process's by now.
    if (registry.closing.aborted) break
    // It is looked at again soon; those before it are carried on all the same.
    const later = expected((error) => {
      deps.log.warn({ err: error, run: run.id }, `a run that was left could not be looked at: ${error.message}`)
      return null
    })
    const found = await take(run, progressOf, session).catch(later)
    if (found !== null) claimed.push(found)
  }
  return claimed
}

async function take(run: RunRecord, progressOf: ProgressOf, session: Session): Promise<Claimed | null> {
  const { deps, registry } = session
  const closed = (answer: Answer | null) => (answer === null ? null : { run, answer: Promise.resolve(answer) })
  if (registry.unrecorded.has(run.id)) {
    const answer = await closeRun(run, registry.unrecorded.get(run.id), deps)
    registry.unrecorded.delete(run.id)
    return closed(answer)
  }
  if (await belongsToItsParent(run, session)) return null
  if (!isWorthCarryingOn(run)) return closed(await closeOrphan(run, deps))
  const context = await contextNow(run, session)
  if (context === null) {
    await deps.ledger.runs.postpone(run.id, new Date(deps.clock.now().getTime() + unknownRoleMs))
    return null
  }
  const claimed = await deps.ledger.runs.claim(run.id, run.worker, deps.process, deps.clock.now())
  if (claimed === null) return null
  deps.log.info({ run: run.id, attempt: claimed.attempt }, `takes run ${run.id}: ${run.line}`)
  return { run: claimed, answer: carryOn(claimed, context, progressOf(claimed), session) }
}

function isWorthCarryingOn(run: RunRecord): boolean {
  return (run.writer || run.origin.kind === 'fire') && run.place.kind === 'slack' && lostWith(run) < maxLost
}

/** How many processes a run has lost, with the one that has it. */
function lostWith({ lost, worker }: RunRecord): number {
  return worker === null ? lost : lost + 1
}

/** The run of a schedule comes to its lines again; only a line whose parent is over is nobody's. */
async function belongsToItsParent({ origin }: RunRecord, { deps }: Session): Promise<boolean> {
  if (origin.kind !== 'line') return false
  return (await deps.ledger.runs.get(origin.fire))?.state === 'running'
}

/** What the run's command gets; null while the role of who asked for it is not known. */
function contextNow(run: RunRecord, session: Session): Promise<Context | null> {
  const unknown = expected((error) => {
    session.deps.log.warn({ err: error, user: run.who.id }, `a run waits to be carried on: ${error.message}`)
    return null
  })
  return contextOf(run, session).catch(unknown)
}

/**
 * What was begun was allowed then; what was not must be allowed now. Never throws: a run that cannot even begin again (its command is gone
 * after an update) is closed, or it would block the warehouse.
 */
async function carryOn(run: RunRecord, context: Context, onProgress: OnProgress, session: Session): Promise<Answer> {
  const { deps, catalog } = session
  try {
    const parsed = catalog.understood(run)
    if (run.steps.length === 0) authorise(parsed.command, context.who, deps.directory)
    return await execute(run, parsed, context, session, { onProgress })
  } catch (error) {
    return (await closeRun(run, error, deps)) ?? failureAnswer(error, viewOf(run), deps.log)
  }
}
