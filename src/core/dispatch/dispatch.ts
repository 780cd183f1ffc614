import type { Answer } from '../answer.ts'
import { needsSecond } from '../approval/approvers.ts'
import { askFor } from '../approval/ask.ts'
import { approvalOfFire } from '../approval/of-fire.ts'
import { reasonsFor } from '../approval/reasons.ts'
import type { Context } from '../command/context.ts'
import type { Bound } from '../command/define.ts'
import { DiskFull, OpsError } from '../errors.ts'
import type { Report } from '../outbox/messages.ts'
import type { Person } from '../people.ts'
import type { PlanDraft } from '../plan.ts'
import type { Approval, NewRun, Origin, Retry, RunRecord } from '../ports/runs.ts'
import { failureAnswer } from '../run/failure.ts'
import type { Watch } from '../run/live-run.ts'
import { Handover } from '../run/registry.ts'
import { opening, settleOrphans } from '../run/takeover.ts'
import { isHeardFirst } from './delivery.ts'
import { answerUnrecorded, execute } from './execute.ts'
import { type Meaning, meaningOf } from './meaning.ts'
import { recordRefusal } from './refused.ts'
import type { Ask, Session } from './session.ts'

/** Authorise, confirm, run: the one way from a request to an answer. Null for a delivery that was heard before. */
export async function dispatch(ask: Ask, session: Session): Promise<Answer | null> {
  const { deps, catalog, registry } = session
  try {
    if (!(await isHeardFirst(ask.delivery, deps))) return null
    registry.admit()
    await settleOrphans(deps)
    if (ask.request.kind === 'fault') throw ask.request.fault
    const who: Person = { ...ask.who, role: await deps.directory.roleOf(ask.who) }
    const context: Context = { who, place: ask.place, deps, catalog }
    const meaning = await behind(ask, await meaningOf(ask.request.bound, context), session)
    const origin = ask.origin ?? words
    if (origin.kind === 'fire') {
      // Nobody is there to be asked, and it was confirmed before.
      const approval = await approvalOfFire(origin, deps)
      return await start(meaning, context, { watch: ask.watch, origin, approval, key: keyOfFire(origin) }, session)
    }
    const draft = await meaning.bound.plan(context)
    const reasons = draft === null ? [] : await reasonsFor(draft, deps)
    if (draft !== null && (needsSecond(reasons, deps) || !isConfirmed(draft, ask))) {
      const { who: asker, place } = ask
      return await askFor({ asked: meaning.asked, asker, place, draft, reasons, changes: [], wasCard: false }, deps)
    }
    const approval = draft === null ? null : { plan: draft, by: ask.who }
    const key = ask.delivery === undefined ? null : `delivery:${ask.delivery}`
    return await start(meaning, context, { watch: ask.watch, origin, approval, key, report: ask.report }, session)
  } catch (error) {
    if (ask.request.kind === 'understood') {
      const { command, line } = ask.request.bound
      await recordRefusal(error, { command: command.name, line, who: ask.who, place: ask.place }, session)
    }
    return failureAnswer(error, null, deps.log)
  }
}

const words: Origin = { kind: 'words' }

function keyOfFire({ schedule, intended, cause }: Extract<Origin, { kind: 'fire' }>): string {
  return `${cause === 'clock' ? 'schedule' : 'ask'}:${schedule}:${intended}`
}

async function behind(ask: Ask, meaning: Meaning, { deps }: Session): Promise<Meaning> {
  return ask.behind === undefined ? meaning : { ...meaning, earlier: await deps.ledger.runs.get(ask.behind) }
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
export async function start(
  { bound, earlier }: Pick<Meaning, 'bound' | 'earlier'>,
  context: Context,
  how: Start,
  session: Session,
): Promise<Answer> {
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

function isConfirmed(plan: PlanDraft, ask: Ask): boolean {
  return plan.typed === undefined ? ask.confirmed === true : ask.typed?.trim() === plan.typed
}
