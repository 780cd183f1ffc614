import type { Answer } from '../answer.ts'
import type { Context } from '../command/context.ts'
import type { Bound } from '../command/define.ts'
import { DiskFull, OpsError } from '../errors.ts'
import type { Report } from '../outbox/messages.ts'
import type { Approval, NewRun, Origin, Retry, RunRecord } from '../ports/runs.ts'
import { answerUnrecorded, execute } from './execute.ts'
import type { Watch } from './live-run.ts'
import { opening } from './orphans.ts'
import { Handover } from './registry.ts'
import type { Session } from './session.ts'

/** What is to be run; `earlier` is the run that is to be tried again. */
export interface Task {
  readonly bound: Bound
  readonly earlier: RunRecord | null
}

/** How a run comes about: who watches it, what called it, and the plan that was confirmed for it. */
export interface Start {
  readonly watch: Watch
  readonly origin: Origin
  readonly approval: Approval | null
  /** Names what asked for it, so that it is run once; null where nothing can ask twice. */
  readonly key: string | null
  readonly report?: Report | undefined
}

/**
 * Opens the run in the ledger and carries it to its end; where an `earlier` one failed, or was stopped, as another attempt of that one. What has a
 * run already is answered as that one was, or carried on. Throws `interrupted` for a fire that has one.
 */
export async function start({ bound, earlier }: Task, context: Context, how: Start, session: Session): Promise<Answer> {
  const { deps } = context
  const { watch, origin } = how
  const again = earlier === null ? null : await retryOf(earlier, bound, context, how)
  const opened = await opening(
    again !== null && earlier !== null
      ? () => deps.ledger.runs.retry(earlier.id, again)
      : () => deps.ledger.runs.open(newRun(bound, context, how)),
    deps,
  ).catch((error: unknown) => {
    const changesNothing = bound.command.effect === 'none' || bound.command.effect === 'read'
    if (changesNothing && origin.kind === 'words' && error instanceof DiskFull) return error
    throw error
  })
  if (opened instanceof OpsError) return answerUnrecorded(opened, bound, context)
  const { kind, run } = opened
  if (kind === 'opened') return execute(run, bound, context, watch, session, how.report)
  // Whoever opened a fire says it and tells it; where their process is gone, recovery has it.
  if (run.origin.kind === 'fire') throw left(run)
  if (run.answer !== null) return run.answer
  const claimed = await deps.ledger.runs.claim(run.id, run.worker, deps.process, deps.clock.now())
  if (claimed === null) throw left(run)
  return execute(claimed, bound, context, watch, session)
}

function newRun(
  { command, line, given }: Bound,
  { who, place, deps }: Context,
  { origin, approval, key }: Start,
): NewRun {
  return {
    key,
    command: command.name,
    args: given,
    line,
    who: { kind: who.kind, id: who.id, name: who.name },
    place,
    writer: command.effect === 'write',
    listed: command.effect !== 'none',
    origin,
    approval,
    door: doorOf(origin),
    worker: deps.process,
    started: deps.clock.now().toISOString(),
  }
}

function doorOf(origin: Origin): RunRecord['door'] {
  if (origin.kind === 'line') return 'parent'
  return origin.kind === 'fire' && origin.cause === 'clock' ? 'clock' : 'words'
}

/**
 * Another attempt of this run, behind its finished steps if it can be carried on; null where its line is to be run anew, because its load was
 * published and is not built again. A fire whose schedule says something else by now is said anew as well.
 */
async function retryOf(
  run: RunRecord,
  { command, line, given }: Bound,
  context: Context,
  { approval, origin }: Start,
): Promise<Retry | null> {
  const { deps, place, who } = context
  if (((await deps.ledger.loads.get(run.id))?.published ?? null) !== null) return null
  const isCarriedOn = await command.canContinue(run, deps)
  if (run.origin.kind === 'fire' && !isCarriedOn) return null
  // Of a line of a schedule other words are another piece of work; of a fire they say how its lines are taken this time.
  const isSame = run.origin.kind === 'fire' || run.line === line
  return {
    after: run.attempt,
    args: given,
    line,
    who: { kind: who.kind, id: who.id, name: who.name },
    place,
    approval,
    door: doorOf(origin),
    worker: deps.process,
    started: deps.clock.now().toISOString(),
    steps: isCarriedOn && isSame ? run.steps.filter(({ state }) => state === 'complete' || state === 'skipped') : [],
  }
}

function left({ id }: RunRecord): OpsError {
  return new OpsError('interrupted', `Run ${id} is another process's by now.`, '', { cause: new Handover() })
}
