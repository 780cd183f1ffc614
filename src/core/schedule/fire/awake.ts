import { z } from 'zod'
import type { RunContext } from '../../command/context.ts'
import { OpsError } from '../../errors.ts'
import type { Cluster, ClusterState } from '../../ports/cluster.ts'
import type { RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Step, Work } from '../../step.ts'
import { findKept } from '../../warehouse/result.ts'
import { hours } from '../../words.ts'
import { wakesPaused } from '../make/lines.ts'
import { isLook, lineSteps, lookStep } from '../report/titles.ts'
import { resumeAgainAt, resumeAt } from './places.ts'
import { codeOf, failureOf, isBusy, isUnfinished, left } from './said.ts'

const pollMs = 30_000

// What an earlier version stored says nothing of `slept`.
const foundSchema = z.object({ asleep: z.boolean(), slept: z.boolean().default(false) })

/** What a fire found: whether the last answers are wanted in the place of new ones, and whether the warehouse was not running. */
type Found = z.infer<typeof foundSchema>

/** The step before the lines: it sees to it that the warehouse is awake, as the schedule says. `found` tells what it found, once it is done. */
export function readyWarehouse(
  schedule: ScheduleRecord,
  attempt: number,
  context: RunContext,
): { readonly step: Step; found(): Found } {
  const names = lookStep(attempt)
  return {
    step: {
      ...names,
      async run(work) {
        const { detail, ...found } = await settled(schedule, work, context)
        return { detail, output: found satisfies Found }
      },
    },
    found: () => context.output(names.id, foundSchema),
  }
}

/** Whether the warehouse was not running when this fire looked at it. */
export function wasAsleep({ steps }: Pick<RunRecord, 'steps'>): boolean {
  const looked = steps.findLast(isLook)
  return foundSchema.safeParse(looked?.output).data?.slept === true
}

/**
 * Waits until the lines can be said. Throws `cluster_state` when the warehouse did not wake up while there was time, and `aws` when
 * nobody could be asked all that time: AWS may be away for a minute.
 */
async function settled(
  schedule: ScheduleRecord,
  work: Work,
  context: RunContext,
): Promise<Found & { readonly detail: string }> {
  const { clock, cluster } = context.deps
  const wakes = await wakerOf(schedule, context)
  const until = clock.elapsed() + schedule.catchUpHours * 3_600_000
  let slept = false
  for (;;) {
    const isLate = clock.elapsed() >= until
    const state = await stateOf(cluster, isLate)
    slept ||= state === 'paused' || state === 'none'
    const seen = { detail: state, asleep: false, slept }
    if (state === 'available' || state === 'none' || state === 'deleting') return seen
    if (state === 'paused') {
      if (wakes === 'line') return seen
      if (wakes === 'nobody' && schedule.whenPaused === 'last') return { ...seen, asleep: true }
      if (wakes !== 'nobody' && (await resumed(wakes, context))) return { ...seen, detail: 'available' }
    }
    if (isLate) throw stillAsleep(cluster.name, state, schedule)
    work.progress(`waits: cluster ${cluster.name} is ${state}`)
    await clock.sleep(pollMs, work.signal)
  }
}

/** `unknown` where AWS could not be asked. Throws that where it is too late to ask again, and at once what will not pass by itself. */
async function stateOf(cluster: Cluster, isLate: boolean): Promise<ClusterState | 'unknown'> {
  try {
    return (await cluster.describe()).state
  } catch (error) {
    if (isLate || !(error instanceof OpsError) || error.code !== 'aws') throw error
    return 'unknown'
  }
}

/**
 * Who wakes a paused warehouse: a line that is still to be said, which is not to be helped; this fire, in the place of a line that did so
 * before it was said again, or because its schedule is to; or nobody.
 */
async function wakerOf(
  { lines, whenPaused }: ScheduleRecord,
  { catalog, deps, runId }: RunContext,
): Promise<'line' | typeof resumeAt | typeof resumeAgainAt | 'nobody'> {
  const steps = (await deps.ledger.runs.get(runId))?.steps ?? []
  const waking = lineSteps(lines).filter(({ request }) => catalog.read(request).command.wakes !== undefined)
  const isSaid = (id: string) => steps.some((step) => step.id === id && step.state === 'complete')
  if (waking.some(({ id }) => !isSaid(id))) return 'line'
  if (waking.length > 0) return resumeAgainAt
  return whenPaused === 'resume' ? resumeAt : 'nobody'
}

/** Wakes it. False where it has to be looked at again: another run, which may be that of another schedule, wakes it or has woken it. */
async function resumed(at: number, context: RunContext): Promise<boolean> {
  const answer = await context.sayLine(context.catalog.that(wakesPaused).name, at)
  if (isUnfinished(answer)) throw left()
  if (isBusy(answer) || codeOf(answer) === 'cluster_state') return false
  if (!answer.ok) throw failureOf(answer)
  return true
}

function stillAsleep(name: string, state: ClusterState | 'unknown', { id, catchUpHours }: ScheduleRecord): OpsError {
  return new OpsError(
    'cluster_state',
    `Cluster ${name} is ${state}, and was not awake within ${hours(catchUpHours)}. Nothing was said.`,
    `Resume it, or let the schedule do so: schedule-edit ${id} paused=resume.`,
    { cure: 'resume' },
  )
}

/** The words that give the newest kept answer to a line in its place. Throws `cluster_state` where none is kept. */
export async function lineOfLastAnswer(line: string, context: RunContext): Promise<string> {
  const { command, line: plain } = context.catalog.read(line)
  const kept = await findKept(command.name, plain, context.deps)
  if (kept !== null) return `${context.catalog.that(({ repeats }) => repeats === 'rows').name} ${kept.id}`
  throw new OpsError(
    'cluster_state',
    `The warehouse is paused, and no answer to "${plain}" is kept.`,
    'Resume it; answers are kept for a week.',
    { cure: 'resume' },
  )
}
