import type { Answer } from '../answer.ts'
import { needsSecond } from '../approval/approvers.ts'
import { askFor } from '../approval/ask.ts'
import { approvalOfFire } from '../approval/of-fire.ts'
import { reasonsFor } from '../approval/reasons.ts'
import type { Context } from '../command/context.ts'
import { DiskFull, OpsError } from '../errors.ts'
import type { Person } from '../people.ts'
import type { PlanDraft } from '../plan.ts'
import type { Approval, Origin, RunId, RunRecord } from '../ports/runs.ts'
import { failureAnswer } from '../run/failure.ts'
import type { Watch } from '../run/live-run.ts'
import { Handover } from '../run/registry.ts'
import { openRun, settleOrphans } from '../run/takeover.ts'
import { isHeardFirst } from './delivery.ts'
import { answerUnrecorded, execute } from './execute.ts'
import { type Meaning, meaningOf } from './meaning.ts'
import { recordRefusal } from './refused.ts'
import type { Ask, Session } from './session.ts'

/** Parse, authorise, confirm, run: the one way from words to an answer. Null for a delivery that was heard before. */
export async function dispatch(ask: Ask, session: Session): Promise<Answer | null> {
  const { deps, catalog, registry } = session
  try {
    if (!(await isHeardFirst(ask.delivery, deps))) return null
    registry.admit()
    await settleOrphans(deps)
    const who: Person = { ...ask.who, role: await deps.directory.roleOf(ask.who) }
    const context: Context = { who, place: ask.place, deps, catalog }
    const meaning = await behind(ask, await meaningOf(ask.line, context), session)
    const origin = ask.origin ?? words
    if (origin.kind === 'fire') {
      // Nobody is there to be asked, and it was confirmed before.
      const approval = await approvalOfFire(origin, deps)
      return await start(meaning, context, { watch: ask.watch, origin, approval }, session)
    }
    const draft = await meaning.bound.plan(context)
    const reasons = draft === null ? [] : await reasonsFor(draft, deps)
    if (draft !== null && (needsSecond(reasons, deps) || !isConfirmed(draft, ask))) {
      const { who: asker, place } = ask
      return await askFor({ line: meaning.said, asker, place, draft, reasons, changes: [], wasCard: false }, deps)
    }
    const approval = draft === null ? null : { plan: draft, by: ask.who }
    return await start(meaning, context, { watch: ask.watch, origin, approval }, session)
  } catch (error) {
    await recordRefusal(error, ask, session)
    return failureAnswer(error, null, deps.log)
  }
}

const words: Origin = { kind: 'words' }

async function behind(ask: Ask, meaning: Meaning, { deps }: Session): Promise<Meaning> {
  return ask.behind === undefined ? meaning : { ...meaning, earlier: await deps.ledger.runs.get(ask.behind) }
}

/** How a run comes about: who watches it, what called it, and the plan that was confirmed for it. */
export interface Start {
  readonly watch: Watch
  readonly origin: Origin
  readonly approval: Approval | null
}

/**
 * Opens the run in the ledger, behind the finished steps of an `earlier` one if it can be carried on, and carries it to its end. A
 * line that has a run already is answered as that one was, or carried on. Throws `interrupted` for a fire that has one.
 */
export async function start(
  { bound, earlier }: Meaning,
  context: Context,
  { watch, origin, approval }: Start,
  session: Session,
): Promise<Answer> {
  const behind = earlier !== null && (await bound.command.canContinue(earlier, context.deps)) ? earlier : null
  const opened = await openRun(
    {
      command: bound.command.name,
      line: bound.line,
      who: { kind: context.who.kind, id: context.who.id, name: context.who.name },
      place: context.place,
      writer: bound.command.effect === 'write',
      listed: bound.command.effect !== 'none',
      continues: behind === null ? null : continued(behind),
      origin,
      approval,
      process: context.deps.process,
      started: context.deps.clock.now().toISOString(),
      steps: behind?.steps.filter(({ state }) => state === 'complete' || state === 'skipped') ?? [],
    },
    context.deps,
  ).catch((error: unknown) => {
    const changesNothing = bound.command.effect === 'none' || bound.command.effect === 'read'
    if (changesNothing && origin.kind === 'words' && error instanceof DiskFull) return error
    throw error
  })
  if (opened instanceof OpsError) return answerUnrecorded(opened, bound, context)
  const { kind, run } = opened
  if (kind === 'opened') return execute(run, bound, context, watch, session)
  // Whoever opened a fire says it and tells it; where their process is gone, recovery has it.
  if (run.origin.kind === 'fire') throw left(run)
  if (run.answer !== null) return run.answer
  if (!(await context.deps.ledger.runs.adopt(run.id, run.process, context.deps.process))) throw left(run)
  return execute({ ...run, process: context.deps.process, attempts: run.attempts + 1 }, bound, context, watch, session)
}

/** The first of a chain names its load; a fire looks at what failed in the one right before. */
function continued({ id, continues, origin }: RunRecord): RunId {
  return origin.kind === 'fire' ? id : (continues ?? id)
}

function left({ id }: RunRecord): OpsError {
  return new OpsError('interrupted', `Run ${id} is another process's by now.`, '', { cause: new Handover() })
}

function isConfirmed(plan: PlanDraft, ask: Ask): boolean {
  return plan.typed === undefined ? ask.confirmed === true : ask.typed?.trim() === plan.typed
}
