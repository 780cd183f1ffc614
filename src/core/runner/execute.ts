import type { Answer, Suggestion } from '../answer.ts'
import { mayUse } from '../command/catalog.ts'
import type { Context, RunContext } from '../command/context.ts'
import type { Bound, Command } from '../command/define.ts'
import { labelOf } from '../command/line.ts'
import { OpsError } from '../errors.ts'
import { messagesOf, type Report } from '../outbox/messages.ts'
import type { RunEnd, RunRecord } from '../ports/runs.ts'
import { text } from '../reply.ts'
import { failureAnswer, noted, viewOf } from './answers.ts'
import { createLiveRun, type LiveRun, type Watch } from './live-run.ts'
import { costOf, leaving } from './orphans.ts'
import { Handover } from './registry.ts'
import type { Session } from './session.ts'

interface Reporting extends Session {
  readonly report: Report | undefined
}

/** Carries an opened run to its end, stores the answer with it, and gives it back. */
export async function execute(
  opened: RunRecord,
  bound: Bound,
  context: Context,
  watch: Watch,
  session: Session,
  report?: Report,
): Promise<Answer> {
  const { deps, registry } = session
  const run = createLiveRun(opened, deps.ledger.runs, deps.clock, watch)
  watch.changed(viewOf(opened))
  return registry.track(run, outcomeOf(run, bound, context, { ...session, report }))
}

/**
 * Answers what changes nothing although the ledger cannot take its run: questions and `doctor` work on a full disk. The answer is not
 * kept, and says so. Throws what the command throws.
 */
export async function answerUnrecorded(why: OpsError, bound: Bound, context: Context): Promise<Answer> {
  const nothing = async (): Promise<never> => {
    throw why
  }
  const outcome = await bound.run({
    ...context,
    runId: 0,
    signal: new AbortController().signal,
    origin: { kind: 'words' },
    approval: null,
    perform: nothing,
    sayLine: nothing,
    compensate: nothing,
    output: () => {
      throw why
    },
    cancel: nothing,
  })
  const ok = outcome.ok ?? true
  return {
    ok,
    exit: ok ? 0 : 1,
    headline: outcome.headline,
    audience: outcome.audience ?? bound.command.audience,
    run: null,
    replies: [...outcome.replies, text(`This answer is not recorded. ${why.message} ${why.remedy}`, 'warning')],
    ...(outcome.details === undefined ? {} : { details: [...outcome.details] }),
    // What a command suggests may name its run, which does not exist.
    next: usable([{ label: labelOf('doctor'), line: 'doctor' }], bound.command, context),
  }
}

async function outcomeOf(run: LiveRun, bound: Bound, context: Context, session: Reporting): Promise<Answer> {
  const { deps, registry } = session
  const { record } = run
  const runContext: RunContext = {
    ...context,
    runId: record.id,
    signal: run.signal,
    origin: record.origin,
    approval: record.approval,
    perform: run.perform,
    sayLine: (line, at) => session.sayLine({ line, at, fire: record, signal: run.signal }),
    compensate: run.compensate,
    output: run.output,
    cancel: (id) => registry.cancel(id, context.who.name),
  }
  // Whoever is said to by the clock is the channel.
  const audience = record.origin.kind === 'fire' ? 'channel' : bound.command.audience
  const ending = (state: RunRecord['state']) => ({
    ...viewOf(run.record),
    state,
    ended: deps.clock.now().toISOString(),
  })
  try {
    const outcome = await bound.run(runContext)
    const ok = outcome.ok ?? true
    const answer: Answer = {
      ok,
      exit: ok ? 0 : 1,
      headline: outcome.headline,
      ...(outcome.title === undefined ? {} : { title: outcome.title }),
      audience: outcome.audience ?? audience,
      run: ending('complete'),
      replies: [...outcome.replies],
      ...(outcome.details === undefined ? {} : { details: [...outcome.details] }),
      // Only a schedule makes one message of several answers.
      ...(outcome.brief === undefined || record.origin.kind !== 'line' ? {} : { brief: [...outcome.brief] }),
      next: usable(outcome.next ?? [], bound.command, context),
      ...(outcome.asked === undefined ? {} : { asked: outcome.asked }),
      ...(outcome.facts === undefined ? {} : { facts: outcome.facts }),
      ...noted(outcome.rowsOf),
    }
    return await store(run, 'complete', answer, session)
  } catch (thrown) {
    const error: unknown = run.signal.aborted ? run.signal.reason : thrown
    if (error !== thrown)
      deps.log.info({ err: thrown, run: record.id }, `run ${record.id} was stopped and ended with this`)
    // A draining process leaves its runs open: the next one carries them on.
    if (error instanceof OpsError && error.cause instanceof Handover) {
      await deps.ledger.runs.release(record.id, deps.process)
      return failureAnswer(error, viewOf(run.record), deps.log, { audience })
    }
    const cancelled = error instanceof OpsError && error.code === 'cancelled'
    const state = cancelled ? 'cancelled' : 'error'
    const said = cancelled ? await leaving(error.with({ evidence: [] }), run.record, deps) : error
    const next = run.record.steps.length === 0 ? [] : [{ label: 'Run again', line: `run-again ${record.id}` }]
    return await store(run, state, failureAnswer(said, ending(state), deps.log, { audience, next }), session)
  }
}

/** Buttons that only the asker sees are those the asker may press; in a channel they are for whoever may. */
function usable(next: readonly Suggestion[], { audience }: Command, { catalog, who }: Context): Suggestion[] {
  if (audience === 'channel') return [...next]
  return next.filter(({ line }) => {
    const command = catalog.named(line)
    return command === undefined || mayUse(command, who.role)
  })
}

/** What was answered is what is stored; where another process ended the run first, its answer stands. */
async function store(
  run: LiveRun,
  state: RunEnd['state'],
  answer: Answer,
  { deps, report }: Reporting,
): Promise<Answer> {
  const { id, worker } = run.record
  const ended = answer.run?.ended ?? deps.clock.now().toISOString()
  const costUsd = await costOf(run.record, new Date(ended), deps)
  const messages = await messagesOf(run.record, answer, deps, report)
  if (await deps.ledger.runs.end(id, worker, { state, answer, ended, costUsd }, messages)) return answer
  const stands = await deps.ledger.runs.get(id)
  return stands?.answer ?? { ...answer, run: stands === null ? null : viewOf(stands) }
}
