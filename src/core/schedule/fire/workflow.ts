import type { LineResult, RunContext } from '../../command/context.ts'
import type { Outcome } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { outcomeWithoutRows } from '../../runner/answers.ts'
import { findOrphan, leftWords } from '../../runner/orphans.ts'
import type { Step, Work } from '../../step.ts'
import { lasting } from '../../words.ts'
import { digest, type Said } from '../report/digest.ts'
import { failedFire } from '../report/failure.ts'
import { lineSteps, occasionOf, saysStill } from '../report/occasion.ts'
import { isWorthPosting } from './condition.ts'
import { ensureAwake, lineOfLastAnswer, restore } from './power.ts'
import { answerOf, isLeft } from './say-line.ts'

/**
 * The workflow of a schedule: the warehouse awake, its lines in order up to the first that fails, the warehouse put back to sleep, also after a
 * failure, and one answer made of theirs. Each of these is a stored step, so a bot that dies in one leaves it to the next, and what was
 * done is not done again. `maxErrors`: how many unreadable rows a load among the lines may leave out; null: as many as its line says. Throws what
 * the failing line answered, as the whole fire's failure.
 */
export async function runSchedule(
  schedule: ScheduleRecord,
  maxErrors: number | null,
  context: RunContext,
): Promise<Outcome> {
  const fire = await context.deps.ledger.runs.get(context.runId)
  if (fire === null) throw new Error(`run ${context.runId} is not in the ledger`)
  const other = await stillSaying(schedule, fire, context)
  if (other !== null) return await skipped(schedule, other, context)
  // Who has it tried again may come upon another warehouse.
  const attempt = fire.retries + 1
  const ready = ensureAwake(schedule, attempt, context)
  try {
    requireSameLines(schedule, fire)
    await context.perform([ready.step])
    const { asleep } = ready.found()
    await context.perform(
      lineSteps(schedule.lines).map((names, at) => stepOf(schedule, { ...names, at, asleep, maxErrors }, context)),
    )
  } catch (error) {
    if (isLeft(error, context)) throw error
    const slept = await restore(schedule, { attempt, failed: true }, context)
    if (context.signal.aborted) throw error
    throw await failedFire(schedule, { said: await answersOf(fire.id, schedule, context), error, slept }, context)
  }
  const slept = await restore(schedule, { attempt, failed: false }, context)
  const said = await answersOf(fire.id, schedule, context)
  const before = await lastPosted(schedule, context)
  const outcome = await digest(schedule, { said, slept }, context)
  const isPosted = await isWorthPosting(schedule.condition, said, before, context.deps)
  return isPosted ? outcome : { ...outcome, audience: 'nobody' }
}

/** Throws `interrupted` for a fire that is carried on after its schedule was changed: of two halves nobody could say what was said. */
function requireSameLines(schedule: ScheduleRecord, fire: RunRecord): void {
  if (saysStill(schedule, fire)) return
  throw new OpsError(
    'interrupted',
    `The bot was restarted in between, and the lines of schedule ${schedule.id} have been changed since.`,
    `Say it anew with schedule-run ${schedule.id}.`,
    { cure: `schedule-run ${schedule.id}` },
  )
}

interface LineStep extends Required<Pick<Step, 'id' | 'title' | 'request'>> {
  readonly at: number
  /** The warehouse is, and the schedule wants the last answers then. */
  readonly asleep: boolean
  readonly maxErrors: number | null
}

function stepOf(schedule: ScheduleRecord, { at, asleep, maxErrors, ...names }: LineStep, context: RunContext): Step {
  return {
    ...names,
    async run(work) {
      const plain = leavingOut(names.request, maxErrors, context)
      const words = asleep ? await lineOfLastAnswer(plain, context) : plain
      const result = await untilFree(schedule, () => context.sayLine(words, at), work, context)
      return { detail: outcomeWithoutRows(answerOf(result)) }
    },
  }
}

function leavingOut(line: string, maxErrors: number | null, { catalog }: RunContext): string {
  const { loads, name } = catalog.read(line).command
  return maxErrors === null || loads !== true ? line : `${name} max-errors=${maxErrors}`
}

const lockPauseMs = 15_000

/** Another run may be changing the warehouse: the clock waits for it, as long as the schedule would have been caught up with. */
async function untilFree(
  { catchUpHours }: ScheduleRecord,
  run: () => Promise<LineResult>,
  work: Work,
  { deps: { clock } }: RunContext,
): Promise<LineResult> {
  const until = clock.elapsed() + catchUpHours * 3_600_000
  for (;;) {
    const result = await run()
    if (result.kind !== 'busy' || clock.elapsed() >= until) return result
    work.progress(`waits: ${result.error.message}`)
    await clock.sleep(lockPauseMs, work.signal)
  }
}

/** The answers of the newest fire of this schedule that was posted, as each that failed was; null where there was none. */
async function lastPosted(schedule: ScheduleRecord, context: RunContext): Promise<readonly Said[] | null> {
  const of = { schedule: schedule.id, states: ['complete', 'error'], posted: true } as const
  for (const { id } of await context.deps.ledger.runs.list({ ...of, limit: 20 })) {
    const said = await answersOf(id, schedule, context)
    if (said.length > 0) return said
  }
  return null
}

/** What the lines answered in this fire, in order. */
async function answersOf(fire: RunId, { lines }: ScheduleRecord, { deps }: RunContext): Promise<readonly Said[]> {
  const runs = await deps.ledger.runs.list({ fire, limit: 100 })
  return lines.flatMap((line, at) => {
    const answer = runs.find((run) => run.origin.kind === 'line' && run.origin.at === at)?.answer ?? null
    return answer === null ? [] : [{ line, answer }]
  })
}

/** Another fire of the same schedule that began before this one and is not over. */
async function stillSaying({ id }: ScheduleRecord, fire: RunRecord, { deps }: RunContext): Promise<RunRecord | null> {
  const running = await deps.ledger.runs.list({ schedule: id, states: ['running'], limit: 10 })
  return running.find(({ seq }) => seq < fire.seq) ?? null
}

async function skipped(schedule: ScheduleRecord, other: RunRecord, { deps, runId }: RunContext): Promise<Outcome> {
  const now = deps.clock.now()
  const fire = await deps.ledger.runs.get(runId)
  const at = other.steps.find(({ state }) => state === 'in_progress')?.title ?? 'starting'
  const time = lasting(new Date(other.started), now)
  const headline = `Schedule ${schedule.id} (${schedule.lines.join('; ')}) was skipped this time: the one before is still going on, for ${time}, at "${at}" (run ${other.id}).`
  return {
    headline,
    ...(fire === null ? {} : { title: `${occasionOf(schedule, fire, now)} · skipped` }),
    replies: [{ kind: 'text', text: headline, tone: 'warning' }],
    next: [{ label: 'Watch it', line: `runs ${other.id}` }],
  }
}

/**
 * Sees to it that a schedule can be said now, once: throws `busy` while it is being said, and for the fire that is to be carried on,
 * `not_found` where it is none of this schedule, and `expired` where there is nothing to carry on.
 */
export async function requireNotRunning({ id }: ScheduleRecord, from: RunId | null, deps: Deps): Promise<void> {
  const { runs } = deps.ledger
  const [running] = await runs.list({ schedule: id, states: ['running'], limit: 1 })
  if (running !== undefined) {
    throw (await findOrphan(running.id, deps)) === null ? isRunning(id, running, deps) : interrupted(id, running)
  }
  if (from === null) return
  const fire = await runs.get(from)
  if (fire?.origin.kind !== 'fire' || fire.origin.schedule !== id) {
    throw new OpsError('not_found', `Run ${from} is none of schedule ${id}. Nothing was done.`, 'See runs.', {
      cure: 'runs',
    })
  }
  if (fire.state === 'complete') throw done(`Run ${from} went well`, id)
}

function isRunning(id: number, { id: run, started, steps }: RunRecord, { clock }: Deps): OpsError {
  const at = steps.find(({ state }) => state === 'in_progress')?.title ?? 'starting'
  const time = lasting(new Date(started), clock.now())
  return new OpsError(
    'busy',
    `Schedule ${id} is being said already (run ${run}), for ${time}, now at "${at}". Nothing was done.`,
    `Watch it with runs ${run}.`,
    { cure: `runs ${run}` },
  )
}

function interrupted(id: number, { id: run }: RunRecord): OpsError {
  return new OpsError(
    'busy',
    `Run ${run} of schedule ${id} was interrupted: ${leftWords}. Nothing was done.`,
    `Start the bot, or end the run with cancel ${run}.`,
    { cure: `runs ${run}` },
  )
}

function done(why: string, id: number): OpsError {
  return new OpsError('expired', `${why}: there is nothing to carry on. Nothing was done.`, 'Say the whole anew.', {
    cure: `schedule-run ${id}`,
  })
}
