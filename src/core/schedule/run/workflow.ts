import type { Request } from '../../command/catalog.ts'
import type { ChildResult, RunContext } from '../../command/context.ts'
import type { Outcome } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { expected, OpsError } from '../../errors.ts'
import { lasting } from '../../format.ts'
import { newsOf } from '../../outbox/messages.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { errorOfAnswer, outcomeWithoutRows } from '../../runner/answers.ts'
import { findOrphan, interruptedWords, stepAt } from '../../runner/orphans.ts'
import { runTitle } from '../../runner/run-title.ts'
import { hourMs } from '../../span.ts'
import type { Step, Work } from '../../step.ts'
import { digestOfRun, type FinishedRun, type LineReport } from '../report/digest.ts'
import { cancelledReport, failureOfRun } from '../report/failure.ts'
import { hasSameLines, lineSteps } from '../report/occurrence-steps.ts'
import { ensureAwake, type Line, theLastAnswer } from './awake.ts'
import { answerOfChild, isLeft } from './child-run.ts'
import { isWorthPosting } from './condition.ts'
import { isInTime } from './occurrences.ts'
import { restore } from './restore.ts'

/**
 * The workflow of a schedule: the warehouse running, its lines in order up to the first that fails, the warehouse paused again, also after a
 * failure, and one answer made of theirs. Each of these is a stored step, so a bot that dies in one leaves it to the next, and what was
 * done is not done again. `maxErrors`: how many unreadable rows a load among the lines may leave out; null: as many as its line allows. Throws what
 * the failing line answered, as the whole occurrence's failure.
 */
export async function runSchedule(
  schedule: ScheduleRecord,
  maxErrors: number | null,
  context: RunContext,
): Promise<Outcome> {
  const occurrence = await occurrenceOf(context)
  if (isTooLate(schedule, occurrence, context)) {
    const headline = `Schedule ${schedule.id} was not run: the bot was not running in time.`
    return { headline, tone: 'warning', audience: 'nobody' }
  }
  const other = await runningBefore(schedule, occurrence, context)
  if (other !== null) return skipped(schedule, occurrence, other, context)
  // A later attempt may find another warehouse.
  const attempt = occurrence.retries + 1
  const lines = lineSteps(schedule.lines).map((names) => ({ ...names, asks: context.catalog.request(names.request) }))
  const ready = ensureAwake(schedule, lines, attempt, context)
  const finished = async (failed: boolean): Promise<FinishedRun> => {
    const restored = await restore(schedule, { attempt, failed }, context)
    const ended = await occurrenceOf(context)
    const reports = await reportsOf(occurrence.id, schedule, context)
    const now = context.deps.clock.now()
    return {
      schedule,
      restored,
      occurrence: ended,
      reports: schedule.personal ? reportsOfAll(ended, reports) : reports,
      now,
    }
  }
  try {
    requireSameLines(schedule, occurrence)
    await context.perform([ready.step])
    const { usesLast } = ready.found()
    await context.perform(lines.map((line, at) => stepOf(schedule, { ...line, at, usesLast, maxErrors }, context)))
  } catch (error) {
    if (isLeft(error, context)) throw error
    const failed = await finished(true)
    if (context.signal.aborted) throw cancelledReport(failed, context.signal.reason)
    throw await failureOfRun(failed, error, context)
  }
  const good = await finished(false)
  const held = good.reports.find(({ answer }) => answer.failure?.code === 'held')
  if (held !== undefined) throw await failureOfRun(good, errorOfAnswer(held.answer), context)
  const before = await lastPosted(schedule, context)
  const outcome = digestOfRun(good)
  const isPosted = await isWorthPosting(schedule.condition, good.reports, before, context.deps)
  return isPosted ? outcome : { ...outcome, audience: 'nobody' }
}

async function occurrenceOf({ deps, runId }: RunContext): Promise<RunRecord> {
  const occurrence = await deps.ledger.runs.get(runId)
  if (occurrence === null) throw new Error(`run ${runId} is not in the ledger`)
  return occurrence
}

/** Whether it has waited for a bot for longer than it may be late, and nothing of it was begun. */
function isTooLate(schedule: ScheduleRecord, { started, steps }: RunRecord, { deps }: RunContext): boolean {
  const isBegun = steps.some(({ state }) => state !== 'pending')
  return !isBegun && !isInTime(schedule, started, deps.clock.now())
}

/** Throws `interrupted` for an occurrence that is carried on after its schedule was changed: its report would be of two halves. */
function requireSameLines(schedule: ScheduleRecord, occurrence: RunRecord): void {
  if (hasSameLines(schedule, occurrence)) return
  throw new OpsError(
    'interrupted',
    `The bot was restarted in between, and the lines of schedule ${schedule.id} have been changed since.`,
    `Run it again with schedule-run ${schedule.id}.`,
    { fixCommand: `schedule-run ${schedule.id}` },
  )
}

interface LineStep extends Line {
  readonly at: number
  /** The warehouse is paused, and the schedule wants the last answers then. */
  readonly usesLast: boolean
  readonly maxErrors: number | null
}

function stepOf(
  schedule: ScheduleRecord,
  { asks, at, usesLast, maxErrors, ...names }: LineStep,
  context: RunContext,
): Step {
  return {
    ...names,
    async run(work) {
      const now = leavingOut(asks, maxErrors)
      const request = usesLast ? await theLastAnswer(now, context).catch(expected((error) => error)) : now
      const result: ChildResult =
        request instanceof OpsError
          ? { kind: 'failed', error: request }
          : await untilFree(schedule, () => context.runChild(request, at), work, context)
      // The live load answers the lines behind one that is held; the occurrence fails when they have run. One command that somebody follows
      // does not keep the others from them.
      if (result.kind === 'failed' && (result.error.code === 'held' || schedule.personal)) {
        return { detail: result.error.message }
      }
      return { detail: outcomeWithoutRows(answerOfChild(result)) }
    },
  }
}

/** A load may leave out this many unreadable rows; any other line is as it was. */
function leavingOut(asks: Request, maxErrors: number | null): Request {
  if (maxErrors === null || asks.kind === 'fault' || asks.parsed.command.loads !== true) return asks
  const { command, given } = asks.parsed
  return { kind: 'understood', parsed: command.with({ ...given, 'max-errors': String(maxErrors) }) }
}

const lockPauseMs = 15_000

/** Another run may be changing the warehouse: the clock waits for it, as long as the schedule would have been caught up with. */
async function untilFree(
  { catchUpHours }: ScheduleRecord,
  run: () => Promise<ChildResult>,
  work: Work,
  { deps: { clock } }: RunContext,
): Promise<ChildResult> {
  const until = clock.elapsed() + catchUpHours * hourMs
  for (;;) {
    const result = await run()
    if (result.kind !== 'busy' || clock.elapsed() >= until) return result
    work.progress(`waits: ${result.error.message}`)
    await clock.sleep(lockPauseMs, work.signal)
  }
}

/** What the lines answered in the newest occurrence of this schedule that was posted, or that failed; null where there was none. */
async function lastPosted(schedule: ScheduleRecord, context: RunContext): Promise<readonly LineReport[] | null> {
  const of = { schedule: schedule.id, states: ['complete', 'error'], posted: true } as const
  for (const { id } of await context.deps.ledger.runs.summaries({ ...of, limit: 20 })) {
    const reports = await reportsOf(id, schedule, context)
    if (reports.length > 0) return reports
  }
  return null
}

/** What the lines answered in this occurrence, in order. */
async function reportsOf(
  occurrence: RunId,
  { lines }: ScheduleRecord,
  { deps, catalog }: RunContext,
): Promise<readonly LineReport[]> {
  const runs = await deps.ledger.runs.list({ parent: occurrence, limit: 100 })
  return lines.flatMap((line, at) => {
    const run = runs.find(({ origin }) => origin.kind === 'line' && origin.at === at)
    if (run === undefined || run.answer === null) return []
    return [{ line, answer: run.answer, asks: catalog.find(run.command)?.group === 'questions' }]
  })
}

/** The same for what one person follows, where one that failed does not keep the others from them: why it did, in place of its answer. */
function reportsOfAll({ steps }: RunRecord, reports: readonly LineReport[]): readonly LineReport[] {
  return steps.flatMap(({ request, detail }): readonly LineReport[] => {
    if (request === undefined) return []
    const report = reports.find(({ line }) => line === request)
    if (report !== undefined && report.answer.failure === undefined) return [report]
    const why = report?.answer.failure?.message ?? detail
    return why === undefined ? [] : [{ line: request, answer: newsOf(`${request}: ${why}`, [], []), asks: true }]
  })
}

/** Another occurrence of the same schedule that began before this one and is not over. */
async function runningBefore(
  { id }: ScheduleRecord,
  occurrence: RunRecord,
  { deps }: RunContext,
): Promise<RunRecord | null> {
  const running = await deps.ledger.runs.list({ schedule: id, states: ['running'], limit: 10 })
  return running.find(({ seq }) => seq < occurrence.seq) ?? null
}

function skipped(
  schedule: ScheduleRecord,
  occurrence: RunRecord,
  other: RunRecord,
  { deps: { clock } }: RunContext,
): Outcome {
  const now = clock.now()
  const headline = `Schedule ${schedule.id} (${schedule.lines.join('; ')}) was skipped: run ${other.id} has been running for ${lasting(new Date(other.started), now)}, now at "${stepAt(other)}".`
  return {
    headline,
    title: `${runTitle(schedule, occurrence, now)} · skipped`,
    tone: 'warning',
    next: [{ label: 'Show run', line: `runs ${other.id}` }],
  }
}

/**
 * Makes sure that a schedule can be run now, once, and gives the occurrence `from` that is to be continued. Throws `busy` while it runs, and for
 * that occurrence `not_found` where it is none of this schedule, and `expired` where there is nothing to continue.
 */
export async function requireNotRunning(
  { id }: ScheduleRecord,
  from: RunId | null,
  deps: Deps,
): Promise<RunRecord | null> {
  const { runs } = deps.ledger
  const [running] = await runs.list({ schedule: id, states: ['running'], limit: 1 })
  if (running !== undefined) throw await whileRunning(id, running, deps)
  if (from === null) return null
  const occurrence = await runs.get(from)
  if (occurrence?.origin.kind !== 'fire' || occurrence.origin.schedule !== id) {
    const message = `Run ${from} does not belong to schedule ${id}. Nothing was done.`
    throw new OpsError('not_found', message, 'Type runs to see the history.', { fixCommand: 'runs' })
  }
  if (occurrence.state !== 'complete') return occurrence
  throw new OpsError(
    'expired',
    `Run ${from} succeeded: there is nothing to continue. Nothing was done.`,
    'Run the whole schedule again.',
    { fixCommand: `schedule-run ${id}` },
  )
}

/** Why it is not run a second time: it waits for the bot, its process is gone, or it is at work. */
async function whileRunning(id: number, occurrence: RunRecord, deps: Deps): Promise<OpsError> {
  const { id: run, worker, started, steps } = occurrence
  const options = { fixCommand: `runs ${run}` }
  const isWaiting = worker === null && steps.length === 0
  if (isWaiting || (await findOrphan(run, deps)) !== null) {
    const why = isWaiting ? 'waits for the bot, which runs it within seconds' : `was interrupted: ${interruptedWords}`
    const message = `Run ${run} of schedule ${id} ${why}. Nothing was done.`
    return new OpsError('busy', message, `Start the bot, or end the run with cancel ${run}.`, options)
  }
  const time = lasting(new Date(started), deps.clock.now())
  const message = `Schedule ${id} has been running for ${time} (run ${run}), now at "${stepAt(occurrence)}". Nothing was done.`
  return new OpsError('busy', message, `Follow it with runs ${run}.`, options)
}
