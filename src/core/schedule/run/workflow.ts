import type { Request } from '../../command/catalog.ts'
import type { ChildResult, RunContext } from '../../command/context.ts'
import type { Outcome } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import { lasting } from '../../format.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { outcomeWithoutRows } from '../../runner/answers.ts'
import { findOrphan, interruptedWords } from '../../runner/orphans.ts'
import type { Step, Work } from '../../step.ts'
import { digest, type LineAnswer } from '../report/digest.ts'
import { cancelledReport, failureOfRun } from '../report/failure.ts'
import { hasSameLines, lineSteps, runTitle } from '../report/run-title.ts'
import { answerOfChild, isLeft } from './child-run.ts'
import { isWorthPosting } from './condition.ts'
import { ensureAwake, type Line, restore, theLastAnswer } from './power.ts'

/**
 * The workflow of a schedule: the warehouse awake, its lines in order up to the first that fails, the warehouse put back to sleep, also after a
 * failure, and one answer made of theirs. Each of these is a stored step, so a bot that dies in one leaves it to the next, and what was
 * done is not done again. `maxErrors`: how many unreadable rows a load among the lines may leave out; null: as many as its line says. Throws what
 * the failing line answered, as the whole occurrence's failure.
 */
export async function runSchedule(
  schedule: ScheduleRecord,
  maxErrors: number | null,
  context: RunContext,
): Promise<Outcome> {
  const occurrence = await context.deps.ledger.runs.get(context.runId)
  if (occurrence === null) throw new Error(`run ${context.runId} is not in the ledger`)
  const other = await runningBefore(schedule, occurrence, context)
  if (other !== null) return await skipped(schedule, other, context)
  // Who has it tried again may come upon another warehouse.
  const attempt = occurrence.retries + 1
  const lines = lineSteps(schedule.lines).map((names) => ({ ...names, asks: context.catalog.request(names.request) }))
  const ready = ensureAwake(schedule, lines, attempt, context)
  try {
    requireSameLines(schedule, occurrence)
    await context.perform([ready.step])
    const { asleep } = ready.found()
    await context.perform(lines.map((line, at) => stepOf(schedule, { ...line, at, asleep, maxErrors }, context)))
  } catch (error) {
    if (isLeft(error, context)) throw error
    const slept = await restore(schedule, { attempt, failed: true }, context)
    if (context.signal.aborted) throw cancelledReport(schedule, occurrence, context.signal.reason, slept, context)
    throw await failureOfRun(
      schedule,
      { said: await answersOf(occurrence.id, schedule, context), error, slept },
      context,
    )
  }
  const slept = await restore(schedule, { attempt, failed: false }, context)
  const said = await answersOf(occurrence.id, schedule, context)
  const before = await lastPosted(schedule, context)
  const outcome = await digest(schedule, { said, slept }, context)
  const isPosted = await isWorthPosting(schedule.condition, said, before, context.deps)
  return isPosted ? outcome : { ...outcome, audience: 'nobody' }
}

/** Throws `interrupted` for an occurrence that is carried on after its schedule was changed: of two halves nobody could say what was run. */
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
  /** The warehouse is, and the schedule wants the last answers then. */
  readonly asleep: boolean
  readonly maxErrors: number | null
}

function stepOf(
  schedule: ScheduleRecord,
  { asks, at, asleep, maxErrors, ...names }: LineStep,
  context: RunContext,
): Step {
  return {
    ...names,
    async run(work) {
      const now = leavingOut(asks, maxErrors)
      const request = asleep ? await theLastAnswer(now, context) : now
      const result = await untilFree(schedule, () => context.runChild(request, at), work, context)
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
  const until = clock.elapsed() + catchUpHours * 3_600_000
  for (;;) {
    const result = await run()
    if (result.kind !== 'busy' || clock.elapsed() >= until) return result
    work.progress(`waits: ${result.error.message}`)
    await clock.sleep(lockPauseMs, work.signal)
  }
}

/** The answers of the newest occurrence of this schedule that was posted, as each that failed was; null where there was none. */
async function lastPosted(schedule: ScheduleRecord, context: RunContext): Promise<readonly LineAnswer[] | null> {
  const of = { schedule: schedule.id, states: ['complete', 'error'], posted: true } as const
  for (const { id } of await context.deps.ledger.runs.list({ ...of, limit: 20 })) {
    const said = await answersOf(id, schedule, context)
    if (said.length > 0) return said
  }
  return null
}

/** What the lines answered in this occurrence, in order. */
async function answersOf(
  occurrence: RunId,
  { lines }: ScheduleRecord,
  { deps }: RunContext,
): Promise<readonly LineAnswer[]> {
  const runs = await deps.ledger.runs.list({ parent: occurrence, limit: 100 })
  return lines.flatMap((line, at) => {
    const answer = runs.find((run) => run.origin.kind === 'line' && run.origin.at === at)?.answer ?? null
    return answer === null ? [] : [{ line, answer }]
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

async function skipped(schedule: ScheduleRecord, other: RunRecord, { deps, runId }: RunContext): Promise<Outcome> {
  const now = deps.clock.now()
  const occurrence = await deps.ledger.runs.get(runId)
  const at = other.steps.find(({ state }) => state === 'in_progress')?.title ?? 'starting'
  const time = lasting(new Date(other.started), now)
  const headline = `Schedule ${schedule.id} (${schedule.lines.join('; ')}) was skipped: run ${other.id} has been running for ${time}, now at "${at}".`
  return {
    headline,
    ...(occurrence === null ? {} : { title: `${runTitle(schedule, occurrence, now)} · skipped` }),
    replies: [{ kind: 'text', text: headline, tone: 'warning' }],
    next: [{ label: 'Show run', line: `runs ${other.id}` }],
  }
}

/**
 * Sees to it that a schedule can be run now, once: throws `busy` while it is being said, and for the occurrence that is to be carried on,
 * `not_found` where it is none of this schedule, and `expired` where there is nothing to carry on.
 */
export async function requireNotRunning({ id }: ScheduleRecord, from: RunId | null, deps: Deps): Promise<void> {
  const { runs } = deps.ledger
  const [running] = await runs.list({ schedule: id, states: ['running'], limit: 1 })
  if (running !== undefined) {
    throw (await findOrphan(running.id, deps)) === null ? isRunning(id, running, deps) : interrupted(id, running)
  }
  if (from === null) return
  const occurrence = await runs.get(from)
  if (occurrence?.origin.kind !== 'fire' || occurrence.origin.schedule !== id) {
    throw new OpsError(
      'not_found',
      `Run ${from} does not belong to schedule ${id}. Nothing was done.`,
      '`runs` shows the history.',
      {
        fixCommand: 'runs',
      },
    )
  }
  if (occurrence.state === 'complete') throw done(`Run ${from} succeeded`, id)
}

function isRunning(id: number, { id: run, started, steps }: RunRecord, { clock }: Deps): OpsError {
  const at = steps.find(({ state }) => state === 'in_progress')?.title ?? 'starting'
  const time = lasting(new Date(started), clock.now())
  return new OpsError(
    'busy',
    `Schedule ${id} has been running for ${time} (run ${run}), now at "${at}". Nothing was done.`,
    `Follow it with runs ${run}.`,
    { fixCommand: `runs ${run}` },
  )
}

function interrupted(id: number, { id: run }: RunRecord): OpsError {
  return new OpsError(
    'busy',
    `Run ${run} of schedule ${id} was interrupted: ${interruptedWords}. Nothing was done.`,
    `Start the bot, or end the run with cancel ${run}.`,
    { fixCommand: `runs ${run}` },
  )
}

function done(why: string, id: number): OpsError {
  return new OpsError(
    'expired',
    `${why}: there is nothing to continue. Nothing was done.`,
    'Run the whole schedule again.',
    {
      fixCommand: `schedule-run ${id}`,
    },
  )
}
