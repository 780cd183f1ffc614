import { randomUUID } from 'node:crypto'
import type { Answer } from '../answer.ts'
import type { Context } from '../command/context.ts'
import { type PlanDraft, planMinutes } from '../command/plan.ts'
import type { Deps } from '../deps.ts'
import type { Person } from '../people.ts'
import { failureAnswer } from '../run/failure.ts'
import type { Watch } from '../run/live-run.ts'
import { openRun } from '../run/takeover.ts'
import { execute } from './execute.ts'
import { type Meaning, meaningOf } from './meaning.ts'
import type { Ask, Session } from './session.ts'

/** Parse, authorise, confirm, run: the one way from words to an answer. Null for a delivery that was heard before. */
export async function dispatch(ask: Ask, session: Session): Promise<Answer | null> {
  const { deps, catalog, registry } = session
  try {
    if (ask.delivery !== undefined && !(await deps.ledger.claim(`delivery:${ask.delivery}`, deps.clock.now())))
      return null
    registry.admit()
    const who: Person = { ...ask.who, role: await deps.directory.roleOf(ask.who) }
    const context: Context = { who, place: ask.place, deps, catalog }
    const meaning = await meaningOf(ask.line, context)
    const plan = await meaning.bound.plan(context)
    if (plan !== null && !isConfirmed(plan, ask)) return await askBack(plan, meaning.said, ask, deps)
    return await start(meaning, context, ask.watch, session)
  } catch (error) {
    return failureAnswer(error, null, deps.log)
  }
}

/** Opens the run in the ledger, behind the finished steps of an `earlier` one if it can be carried on, and carries it to its end. */
export async function start(
  { bound, earlier }: Meaning,
  context: Context,
  watch: Watch,
  session: Session,
): Promise<Answer> {
  const behind = earlier !== null && (await bound.command.canContinue(earlier, context.deps)) ? earlier : null
  const run = await openRun(
    {
      command: bound.command.name,
      line: bound.line,
      who: { kind: context.who.kind, id: context.who.id, name: context.who.name },
      place: context.place,
      writer: bound.command.effect === 'write',
      listed: bound.command.effect !== 'none',
      continues: behind === null ? null : (behind.continues ?? behind.id),
      process: context.deps.process,
      started: context.deps.clock.now().toISOString(),
      steps: behind?.steps.filter(({ state }) => state === 'complete' || state === 'skipped') ?? [],
    },
    context.deps,
  )
  return execute(run, bound, context, watch, session)
}

function isConfirmed(plan: PlanDraft, ask: Ask): boolean {
  return plan.typed === undefined ? ask.confirmed === true : ask.typed?.trim() === plan.typed
}

/** Keeps the plan for its confirmation and shows it to the asker, behind `notes` that are no part of it. */
export async function askBack(
  plan: PlanDraft,
  line: string,
  ask: Pick<Ask, 'who' | 'place'>,
  deps: Deps,
  notes: readonly string[] = [],
): Promise<Answer> {
  const expires = new Date(deps.clock.now().getTime() + planMinutes * 60_000).toISOString()
  const id = randomUUID()
  await deps.ledger.plans.save({ id, line, asker: ask.who, place: ask.place, draft: plan, expires })
  return {
    ok: false,
    exit: 2,
    headline: `${plan.title} Not done yet: it must be confirmed.`,
    audience: 'asker',
    run: null,
    replies: [{ kind: 'plan', id, line, expires, ...plan, facts: [...notes, ...plan.facts] }],
    next: [],
  }
}
