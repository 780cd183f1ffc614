import type { Answer, RunView, Suggestion } from '../answer.ts'
import { mayUse } from '../command/catalog.ts'
import type { Context, RunContext } from '../command/context.ts'
import type { Command, Outcome, ParsedCommand } from '../command/define.ts'
import { labelOf } from '../command/line.ts'
import type { Deps } from '../deps.ts'
import { DiskFull, expected, OpsError } from '../errors.ts'
import { messagesOf, type Report } from '../outbox/messages.ts'
import { askerOf } from '../people.ts'
import type { Settlement } from '../ports/plans.ts'
import type { NewAttempt, NewRun, RunEnd, RunRecord } from '../ports/runs.ts'
import { type Reply, text } from '../reply.ts'
import { failureAnswer, noted, viewOf } from './answers.ts'
import { createLiveRun, type LiveRun, type OnProgress } from './live-run.ts'
import { costOf, leaving, opening } from './orphans.ts'
import { Handover, handedOver, type Session } from './session.ts'

/** Who follows a run: what is told each of its states, and where its end is posted that nobody typed. */
interface Following {
  readonly onProgress?: OnProgress | undefined
  readonly report?: Report | undefined
}

/** Carries an opened run to its end, stores the answer with it, and gives it back. */
export async function execute(
  opened: RunRecord,
  parsed: ParsedCommand,
  context: Context,
  session: Session,
  { onProgress, report }: Following,
): Promise<Answer> {
  const { deps, registry } = session
  const run = createLiveRun(opened, deps.ledger.runs, deps.clock, onProgress)
  onProgress?.(viewOf(opened))
  return registry.track(run, outcomeOf(run, parsed, context, { ...session, report }))
}

type Reporting = Session & Pick<Following, 'report'>

/**
 * Answers what changes nothing although the ledger cannot take its run: questions and `doctor` work on a full disk. The answer is not
 * kept, which it states. Throws what the command throws.
 */
async function answerUnrecorded(why: OpsError, parsed: ParsedCommand, context: Context): Promise<Answer> {
  const nothing = async (): Promise<never> => {
    throw why
  }
  const outcome = await parsed.run({
    ...context,
    runId: 0,
    origin: { kind: 'words' },
    door: 'words',
    approval: null,
    perform: nothing,
    runChild: nothing,
    compensate: nothing,
    output: () => {
      throw why
    },
    cancel: nothing,
  })
  const answer = answerOf(outcome, parsed.command.audience, null)
  return {
    ...answer,
    replies: [...answer.replies, text(`This answer is not recorded. ${why.message} ${why.remedy}`, 'warning')],
    // What a command suggests may name its run, which does not exist.
    next: usable([{ label: labelOf('doctor'), line: 'doctor' }], parsed.command, context),
  }
}

/** What a command returned, as an answer that suggests nothing yet. */
function answerOf(
  { ok = true, headline, tone, title, lead, replies, details, asked, facts, rowsOf, ...outcome }: Outcome,
  audience: Answer['audience'],
  run: RunView | null,
): Answer {
  return {
    ok,
    exit: ok ? 0 : 1,
    headline,
    ...(title === undefined ? {} : { title }),
    ...(lead === undefined ? {} : { lead }),
    audience: outcome.audience ?? audience,
    run,
    replies: [...(tone === undefined && replies !== undefined ? [] : [text(headline, tone)]), ...(replies ?? [])],
    ...(details === undefined ? {} : { details: [...details] }),
    next: [],
    ...(asked === undefined ? {} : { asked }),
    ...(facts === undefined ? {} : { facts }),
    ...noted(rowsOf),
  }
}

async function outcomeOf(run: LiveRun, parsed: ParsedCommand, context: Context, session: Reporting): Promise<Answer> {
  const { deps, registry } = session
  const { record } = run
  const runContext: RunContext = {
    ...context,
    runId: record.id,
    signal: run.signal,
    origin: record.origin,
    door: record.door,
    approval: record.approval,
    perform: run.perform,
    runChild: (request, at) => session.runChild({ request, at, parent: record, signal: run.signal }),
    compensate: run.compensate,
    output: run.output,
    cancel: (id) => registry.cancel(id, context.who.name),
  }
  // What the clock runs is for everyone in its channel.
  const audience = record.origin.kind === 'fire' ? 'channel' : parsed.command.audience
  const ending = (state: RunRecord['state']) => ({
    ...viewOf(run.record),
    state,
    ended: deps.clock.now().toISOString(),
  })
  try {
    const outcome = await parsed.run(runContext)
    const bare = answerOf(outcome, audience, ending('complete'))
    const answer: Answer = {
      ...bare,
      // Only a schedule makes one message of several answers.
      ...(outcome.brief === undefined || record.origin.kind !== 'line' ? {} : { brief: [...outcome.brief] }),
      replies: bare.replies.map((reply) => withUsableActions(reply, parsed.command, context)),
      next: usable(outcome.next ?? [], parsed.command, context),
    }
    return await store(run, 'complete', answer, session)
  } catch (thrown) {
    const error = stoppedBy(run.signal, thrown)
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

/** What ended a run: the reason for which it was stopped, unless its command threw the same. */
function stoppedBy({ aborted, reason }: AbortSignal, thrown: unknown): unknown {
  const isSaid = thrown instanceof OpsError && reason instanceof OpsError && thrown.code === reason.code
  return aborted && !isSaid ? reason : thrown
}

/** Buttons that only the asker sees are those the asker may press; in a channel they are for who may. */
function usable(next: readonly Suggestion[], { audience }: Command, { catalog, who }: Context): Suggestion[] {
  if (audience === 'channel') return [...next]
  return next.filter(({ line }) => {
    const command = catalog.named(line)
    return command === undefined || mayUse(command, who.role)
  })
}

/** A table with the actions of its rows that are usable. */
function withUsableActions(reply: Reply, command: Command, context: Context): Reply {
  if (reply.kind !== 'table' || reply.actions === undefined) return reply
  const actions = reply.actions.map((action) =>
    action === null || usable([action], command, context).length === 0 ? null : action,
  )
  return { ...reply, actions }
}

/** What is returned is what is stored: where another process ended the run first, its answer. */
async function store(
  run: LiveRun,
  state: RunEnd['state'],
  answer: Answer,
  { deps, report, catalog }: Reporting,
): Promise<Answer> {
  const { id, worker, command } = run.record
  const ended = answer.run?.ended ?? deps.clock.now().toISOString()
  const effect = catalog.find(command)?.effect
  // An answer does not fail because the usage is unknown: the next run that ends reads it.
  const unknown = expected((error) => deps.log.warn({ err: error }, `what was used is not known yet: ${error.message}`))
  if (effect === 'read' || effect === 'write') await deps.cluster.settleUsage?.().catch(unknown)
  const costUsd = await costOf(run.record, new Date(ended), deps)
  const messages = await messagesOf(run.record, answer, deps, report)
  if (await deps.ledger.runs.end(id, worker, { state, answer, ended, costUsd }, messages)) return answer
  const stands = await deps.ledger.runs.get(id)
  return stands?.answer ?? { ...answer, run: stands === null ? null : viewOf(stands) }
}

/**
 * What is to be run and how it comes about: the run that is to be tried again, if any, what called it, and the plan that was confirmed for it,
 * which is settled by beginning it.
 */
interface NewWork extends Pick<NewRun, 'origin' | 'approval' | 'key'> {
  readonly parsed: ParsedCommand
  readonly earlier: RunRecord | null
  readonly settles?: Settlement
}

/**
 * Opens the run in the ledger and carries it to its end, as `insert` does; what has a run already is answered as that one was, or carried on.
 */
export async function start(work: NewWork & Following, context: Context, session: Session): Promise<Answer> {
  const { deps } = context
  const { parsed, onProgress } = work
  const opened = await insert({ ...work, worker: deps.process }, context).catch((error: unknown) => {
    const changesNothing = parsed.command.effect === 'none' || parsed.command.effect === 'read'
    if (changesNothing && work.origin.kind === 'words' && error instanceof DiskFull) return error
    throw error
  })
  if (opened instanceof OpsError) return answerUnrecorded(opened, parsed, context)
  const { kind, run } = opened
  if (kind === 'opened') return execute(run, parsed, context, session, work)
  if (run.answer !== null) return run.answer
  const claimed = await deps.ledger.runs.claim(run.id, run.worker, deps.process, deps.clock.now())
  if (claimed === null) throw handedOver(`Run ${run.id} is another process's by now.`)
  return execute(claimed, parsed, context, session, { onProgress })
}

/**
 * Puts a run into the ledger, to begin at once in the process `worker`, or to wait for one that takes it; where an `earlier` one failed, or was
 * stopped, as another attempt of that one. `known` where what asked for it has a run already. Throws `busy` where another run is changing the
 * warehouse, and `expired` where the plan is settled already.
 */
export async function insert(work: NewWork & Pick<NewRun, 'worker'>, context: Context) {
  const { earlier, key, origin, approval, worker, settles } = work
  const { command, line, given } = work.parsed
  const { deps, place } = context
  const { runs } = deps.ledger
  const attempt: NewAttempt = {
    args: given,
    line,
    who: askerOf(context.who),
    place,
    door: origin.kind === 'line' ? 'parent' : origin.kind === 'fire' && origin.cause === 'clock' ? 'clock' : 'words',
    approval,
    worker,
    started: deps.clock.now().toISOString(),
  }
  const steps = earlier === null ? null : await stepsToKeep(earlier, work.parsed, deps)
  const { name, effect } = command
  const run = { ...attempt, key, command: name, writer: effect === 'write', listed: effect !== 'none', origin }
  return opening(
    earlier === null || steps === null
      ? () => runs.open(run, settles)
      : () => runs.retry(earlier.id, { ...attempt, after: earlier.attempt, steps }, settles),
    deps,
  )
}

/**
 * The finished steps of this run behind which another attempt begins, none where it cannot be carried on; null where its line is to be run again, because its load was
 * published, or was held, and is not built again: its message already says what became of it. An occurrence whose schedule has other lines by
 * now is run again as well.
 */
async function stepsToKeep(
  run: RunRecord,
  { command, line }: ParsedCommand,
  deps: Deps,
): Promise<RunRecord['steps'] | null> {
  const load = await deps.ledger.loads.get(run.id)
  const wasHeld = load?.state === 'held' || (load?.state === 'discarded' && load.facts.card !== undefined)
  if (wasHeld || (load?.published ?? null) !== null) return null
  const isCarriedOn = await command.canContinue(run, deps)
  if (run.origin.kind === 'fire' && !isCarriedOn) return null
  // Another line of a schedule is other work; the arguments of an occurrence only change how its lines are run this time.
  const isSame = run.origin.kind === 'fire' || run.line === line
  return isCarriedOn && isSame ? run.steps.filter(({ state }) => state === 'complete' || state === 'skipped') : []
}
