import { z } from 'zod'
import type { RunContext } from '../../command/context.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import type { ClusterState } from '../../ports/cluster.ts'
import type { RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Step, Work } from '../../run/step.ts'
import { findKept } from '../../warehouse/result.ts'
import { hours } from '../../words.ts'
import { wakers } from '../make/lines.ts'
import { codeOf, failureOf, isBusy, isLeft, isUnfinished, left } from './said.ts'
import { lookTitle } from './titles.ts'

// Places of what a schedule says besides its lines, which count from 0.
const resumeAt = -1
const pauseAt = -2

const pollMs = 30_000
const foundSchema = z.object({ asleep: z.boolean() })

/**
 * The step before the lines: it sees to it that the warehouse is awake, as the schedule says. `found().asleep` tells, once it is done,
 * that the last answers are wanted in its place.
 */
export function readyWarehouse(
  schedule: ScheduleRecord,
  attempt: number,
  context: RunContext,
): { readonly step: Step; found(): z.infer<typeof foundSchema> } {
  const title = lookTitle(attempt)
  return {
    step: {
      title,
      async run(work) {
        const state = await settled(schedule, work, context)
        return { detail: state, output: { asleep: state === 'paused' } satisfies z.infer<typeof foundSchema> }
      },
    },
    found: () => context.output(title, foundSchema),
  }
}

/** The state in which the lines are said. Throws `cluster_state` when the warehouse did not wake up while there was time. */
async function settled(schedule: ScheduleRecord, work: Work, context: RunContext): Promise<ClusterState> {
  const { clock, cluster } = context.deps
  if (seesToItself(schedule, context)) return (await cluster.describe()).state
  const until = clock.now().getTime() + schedule.catchUpHours * 3_600_000
  for (;;) {
    const { state, name } = await cluster.describe()
    if (state === 'available' || state === 'none' || state === 'deleting') return state
    if (state === 'paused' && schedule.whenPaused === 'last') return state
    if (state === 'paused' && schedule.whenPaused === 'resume' && (await resumed(context))) return 'available'
    if (clock.now().getTime() >= until) throw stillAsleep(name, state, schedule)
    work.progress(`waits: cluster ${name} is ${state}`)
    await clock.sleep(pollMs, work.signal)
  }
}

/** Says `resume`. False where it has to be looked at again: another run, which may be that of another schedule, wakes it or has woken it. */
async function resumed(context: RunContext): Promise<boolean> {
  const answer = await context.sayLine('resume', resumeAt)
  if (isUnfinished(answer)) throw left()
  if (isBusy(answer) || codeOf(answer) === 'cluster_state') return false
  if (!answer.ok) throw failureOf(answer)
  return true
}

/** A schedule that says so itself is not to be helped. */
function seesToItself({ lines }: ScheduleRecord, { catalog }: RunContext): boolean {
  return lines.some((line) => wakers.includes(catalog.read(line).command.name))
}

function stillAsleep(name: string, state: ClusterState, { id, catchUpHours }: ScheduleRecord): OpsError {
  return new OpsError(
    'cluster_state',
    `Cluster ${name} is ${state}, and was not awake within ${hours(catchUpHours)}. Nothing was said.`,
    `Resume it, or let the schedule do so: schedule-edit ${id} paused=resume.`,
    { cure: 'resume' },
  )
}

/**
 * Pauses what this fire woke: always where the schedule was to resume it, and where a line of it did so and a later one failed. Left
 * alone while somebody else uses it or has extended its lease. What became of it, in a sentence; null where this fire woke nothing.
 */
export async function putBackToSleep(
  schedule: ScheduleRecord,
  context: RunContext,
  failed: boolean,
): Promise<string | null> {
  const { deps, runId } = context
  const said = await deps.ledger.runs.list({ fire: runId, limit: 100 })
  const woken = said.find(({ command, state, origin }) => {
    if (command !== 'resume' || state !== 'complete' || origin.kind !== 'line') return false
    return origin.at === resumeAt || failed
  })
  if (woken === undefined || said.some(({ command, id }) => command === 'pause' && id > woken.id)) return null
  const { name } = deps.cluster
  try {
    return `Cluster ${name} was woken for this and ${await pausedAgain(woken, context)}.`
  } catch (error) {
    // What was said is told all the same.
    if (isLeft(error, context) || !(error instanceof OpsError)) throw error
    deps.log.warn({ schedule: schedule.id }, `what a schedule woke could not be paused: ${error.message}`)
    return `Cluster ${name} was woken for this and could not be paused: ${error.message} It is paused when its lease ends.`
  }
}

/** Pauses it unless somebody uses it, and says what became of it. Throws why it could not be paused. */
async function pausedAgain(woken: RunRecord, context: RunContext): Promise<string> {
  const { deps, runId } = context
  const { state } = await deps.cluster.describe()
  if (state !== 'available') return `is ${state} now`
  const user = await whoUsesIt(runId, woken.started, deps)
  if (user !== null) return `is left on, because ${user}`
  const answer = await context.sayLine('pause', pauseAt)
  if (isUnfinished(answer)) throw left()
  if (!answer.ok) throw failureOf(answer)
  return 'is paused again'
}

async function whoUsesIt(fire: number, since: string, { ledger }: Deps): Promise<string | null> {
  const running = await ledger.runs.list({ states: ['running'], listedOnly: true, limit: 50 })
  const other = running.find(({ id, origin }) => id !== fire && !(origin.kind === 'line' && origin.fire === fire))
  if (other !== undefined) return `${other.who.name}'s ${other.command} is running`
  const [extended] = await ledger.runs.list({ command: 'extend', states: ['complete'], since, limit: 1 })
  return extended === undefined ? null : `${extended.who.name} has extended its lease`
}

/** The words that give the newest kept answer to a line in its place. Throws `cluster_state` where none is kept. */
export async function lineOfLastAnswer(line: string, context: RunContext): Promise<string> {
  const { line: plain } = context.catalog.read(line)
  const kept = await findKept(plain, context.deps)
  if (kept !== null) return `result ${kept.id}`
  throw new OpsError(
    'cluster_state',
    `The warehouse is paused, and no answer to "${plain}" is kept.`,
    'Resume it; answers are kept for a week.',
    { cure: 'resume' },
  )
}
