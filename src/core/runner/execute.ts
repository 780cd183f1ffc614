import type { Answer, RunView, Suggestion } from '../answer.ts'
import { mayUse } from '../command/catalog.ts'
import type { Context, RunContext } from '../command/context.ts'
import type { Command, Outcome, ParsedCommand } from '../command/define.ts'
import { labelOf } from '../command/line.ts'
import type { Deps } from '../deps.ts'
import { DiskFull, OpsError } from '../errors.ts'
import { messagesOf, type Report } from '../outbox/messages.ts'
import { askerOf } from '../people.ts'
import type { Settlement } from '../ports/plans.ts'
import type { Approval, NewRun, Origin, Retry, RunEnd, RunRecord } from '../ports/runs.ts'
import { type Reply, text } from '../reply.ts'
import { failureAnswer, noted, viewOf } from './answers.ts'
import { createLiveRun, type LiveRun, type Watch } from './live-run.ts'
import { costOf, leaving, opening } from './orphans.ts'
import type { Session } from './session.ts'
import { Handover } from './session.ts'

interface Reporting extends Session {
  readonly report: Report | undefined
}

/** Carries an opened run to its end, stores the answer with it, and gives it back. */
export async function execute(
  opened: RunRecord,
  parsed: ParsedCommand,
  context: Context,
  watch: Watch,
  session: Session,
  report?: Report,
): Promise<Answer> {
  const { deps, registry } = session
  const run = createLiveRun(opened, deps.ledger.runs, deps.clock, watch)
  watch.changed(viewOf(opened))
  return registry.track(run, outcomeOf(run, parsed, context, { ...session, report }))
}

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
  return {
    ...answerOf(outcome, parsed.command.audience, null),
    replies: [...outcome.replies, text(`This answer is not recorded. ${why.message} ${why.remedy}`, 'warning')],
    // What a command suggests may name its run, which does not exist.
    next: usable([{ label: labelOf('doctor'), line: 'doctor' }], parsed.command, context),
  }
}

/** What a command returned, as an answer that suggests nothing yet. */
function answerOf(
  { ok = true, headline, title, lead, replies, details, asked, facts, rowsOf, ...outcome }: Outcome,
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
    replies: [...replies],
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
    const answer: Answer = {
      ...answerOf(outcome, audience, ending('complete')),
      // Only a schedule makes one message of several answers.
      ...(outcome.brief === undefined || record.origin.kind !== 'line' ? {} : { brief: [...outcome.brief] }),
      replies: outcome.replies.map((reply) => withUsableActions(reply, parsed.command, context)),
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
  if (effect === 'read' || effect === 'write') await settleUsage(deps)
  const costUsd = await costOf(run.record, new Date(ended), deps)
  const messages = await messagesOf(run.record, answer, deps, report)
  if (await deps.ledger.runs.end(id, worker, { state, answer, ended, costUsd }, messages)) return answer
  const stands = await deps.ledger.runs.get(id)
  return stands?.answer ?? { ...answer, run: stands === null ? null : viewOf(stands) }
}

/** An answer does not fail because the usage is unknown: the next run that ends reads it. */
async function settleUsage({ cluster, log }: Pick<Deps, 'cluster' | 'log'>): Promise<void> {
  try {
    await cluster.settleUsage?.()
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    log.warn({ err: error }, `what was used is not known yet: ${error.message}`)
  }
}

/** What is to be run; `earlier` is the run that is to be tried again. */
export interface Task {
  readonly parsed: ParsedCommand
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
  /** The plan that is settled by beginning it. */
  readonly settles?: Settlement
}

/**
 * Opens the run in the ledger and carries it to its end, as `insert` does; what has a run already is answered as that one was, or carried on.
 */
export async function start(task: Task, context: Context, how: Start, session: Session): Promise<Answer> {
  const { deps } = context
  const { parsed } = task
  const opened = await insert(task, context, { ...how, worker: deps.process }).catch((error: unknown) => {
    const changesNothing = parsed.command.effect === 'none' || parsed.command.effect === 'read'
    if (changesNothing && how.origin.kind === 'words' && error instanceof DiskFull) return error
    throw error
  })
  if (opened instanceof OpsError) return answerUnrecorded(opened, parsed, context)
  const { kind, run } = opened
  if (kind === 'opened') return execute(run, parsed, context, how.watch, session, how.report)
  if (run.answer !== null) return run.answer
  const claimed = await deps.ledger.runs.claim(run.id, run.worker, deps.process, deps.clock.now())
  if (claimed === null) throw left(run)
  return execute(claimed, parsed, context, how.watch, session)
}

/** A run that begins at once in this process, or waits for one that takes it. */
type Insertion = Pick<Start, 'origin' | 'approval' | 'key' | 'settles'> & Pick<NewRun, 'worker'>

/**
 * Puts a run into the ledger; where an `earlier` one failed, or was stopped, as another attempt of that one. `known` where what asked for it
 * has a run already. Throws `busy` where another run is changing the warehouse, and `expired` where the plan is settled already.
 */
export async function insert({ parsed, earlier }: Task, context: Context, how: Insertion) {
  const { deps } = context
  const again = earlier === null ? null : await retryOf(earlier, parsed, context, how)
  return opening(
    again !== null && earlier !== null
      ? () => deps.ledger.runs.retry(earlier.id, again, how.settles)
      : () => deps.ledger.runs.open(newRun(parsed, context, how), how.settles),
    deps,
  )
}

function newRun(
  { command, line, given }: ParsedCommand,
  { who, place, deps }: Context,
  { origin, approval, key, worker }: Insertion,
): NewRun {
  return {
    key,
    command: command.name,
    args: given,
    line,
    who: askerOf(who),
    place,
    writer: command.effect === 'write',
    listed: command.effect !== 'none',
    origin,
    approval,
    door: doorOf(origin),
    worker,
    started: deps.clock.now().toISOString(),
  }
}

function doorOf(origin: Origin): RunRecord['door'] {
  if (origin.kind === 'line') return 'parent'
  return origin.kind === 'fire' && origin.cause === 'clock' ? 'clock' : 'words'
}

/**
 * Another attempt of this run, behind its finished steps if it can be carried on; null where its line is to be run again, because its load was
 * published, or was held, and is not built again: its message already says what became of it. An occurrence whose schedule has other lines by
 * now is run again as well.
 */
async function retryOf(
  run: RunRecord,
  { command, line, given }: ParsedCommand,
  context: Context,
  { approval, origin, worker }: Insertion,
): Promise<Retry | null> {
  const { deps, place, who } = context
  const load = await deps.ledger.loads.get(run.id)
  const wasHeld = load?.state === 'held' || (load?.state === 'discarded' && load.facts.card !== undefined)
  if (wasHeld || (load?.published ?? null) !== null) return null
  const isCarriedOn = await command.canContinue(run, deps)
  if (run.origin.kind === 'fire' && !isCarriedOn) return null
  // Another line of a schedule is other work; the arguments of an occurrence only change how its lines are run this time.
  const isSame = run.origin.kind === 'fire' || run.line === line
  return {
    after: run.attempt,
    args: given,
    line,
    who: askerOf(who),
    place,
    approval,
    door: doorOf(origin),
    worker,
    started: deps.clock.now().toISOString(),
    steps: isCarriedOn && isSame ? run.steps.filter(({ state }) => state === 'complete' || state === 'skipped') : [],
  }
}

function left({ id }: RunRecord): OpsError {
  return new OpsError('interrupted', `Run ${id} is another process's by now.`, '', { cause: new Handover() })
}
