import { z } from 'zod'
import type { RunContext } from '../../command/context.ts'
import { OpsError } from '../../errors.ts'
import type { ClusterState } from '../../ports/cluster.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Step, Work } from '../../run/step.ts'
import { findKept } from '../../warehouse/result.ts'
import { hours } from '../../words.ts'
import { wakers } from '../make/lines.ts'
import { codeOf, failureOf, isBusy, isUnfinished, left } from './said.ts'
import { lookTitle, resumeAt } from './titles.ts'

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
