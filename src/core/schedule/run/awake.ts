import { z } from 'zod'
import { findKept } from '../../answers/stored-result.ts'
import type { Request } from '../../command/catalog.ts'
import type { RunContext } from '../../command/context.ts'
import { expected, OpsError } from '../../errors.ts'
import { hours } from '../../format.ts'
import type { Cluster, ClusterState } from '../../ports/cluster.ts'
import type { RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { hourMs } from '../../span.ts'
import type { Step, Work } from '../../step.ts'
import { copiedLoad } from '../../warehouse/copy.ts'
import { isPowerStep, type lineSteps, powerStep } from '../report/occurrence-steps.ts'
import { answerOfChild, plain, upkeep } from './child-run.ts'

/*
 * Before the lines of a schedule: the warehouse runs, or the last answers are posted.
 */

/** A line of a schedule, as a step, and what it asks as it was read when its run began. */
export type Line = ReturnType<typeof lineSteps>[number] & { readonly asks: Request }

const pollMs = 30_000

const foundSchema = z.union([
  z.object({ usesLast: z.boolean(), wasPaused: z.boolean() }),
  // Stored by earlier versions, the earliest without `slept`.
  z
    .object({ asleep: z.boolean(), slept: z.boolean().default(false) })
    .transform(({ asleep, slept }) => ({ usesLast: asleep, wasPaused: slept })),
])

/** What an occurrence found: whether the last answers are wanted in the place of new ones, and whether the warehouse was not running. */
type Found = z.infer<typeof foundSchema>

/** The step before the lines: it makes sure that the warehouse runs, as the schedule wants. `found` is what it found, once it is done. */
export function ensureAwake(
  schedule: ScheduleRecord,
  lines: readonly Line[],
  attempt: number,
  context: RunContext,
): { readonly step: Step; found(): Found } {
  const names = powerStep(attempt)
  return {
    step: {
      ...names,
      async run(work) {
        const { detail, ...found } = await awake(schedule, lines, work, context)
        return { detail, output: found satisfies Found }
      },
    },
    found: () => context.output(names.id, foundSchema),
  }
}

/**
 * Waits until the lines can be run; lines that only pause the warehouse run on a paused one too. Throws `cluster_state` when the warehouse did not wake up while there was time, and `aws` when
 * nobody could be asked all that time: AWS may be away for a minute.
 */
async function awake(
  schedule: ScheduleRecord,
  lines: readonly Line[],
  work: Work,
  context: RunContext,
): Promise<Found & { readonly detail: string }> {
  const { clock, cluster } = context.deps
  const waker = await wakerOf(schedule, lines, context)
  const pausesOnly = lines.every(({ asks }) => asks.kind === 'understood' && asks.parsed.command.sleeps === true)
  const until = clock.elapsed() + schedule.catchUpHours * hourMs
  let wasPaused = false
  for (;;) {
    const isLate = clock.elapsed() >= until
    const state = await stateOf(cluster, isLate)
    wasPaused ||= state === 'paused' || state === 'none'
    const seen = { detail: state, usesLast: false, wasPaused }
    if (state === 'available' || state === 'none' || state === 'deleting') return seen
    if (state === 'paused') {
      if (waker === 'line' || pausesOnly) return seen
      if (waker === null && schedule.whenPaused === 'last') return { ...seen, usesLast: true }
      if (waker !== null && (await resumed(waker, context))) return { ...seen, detail: 'available' }
    }
    if (isLate) throw notRunning(cluster.name, state, schedule)
    work.progress(`waits: cluster ${cluster.name} is ${state}`)
    await clock.sleep(pollMs, work.signal)
  }
}

/** `unknown` where AWS could not be asked. Throws that where it is too late to ask again, and at once what will not pass by itself. */
async function stateOf(cluster: Cluster, isLate: boolean): Promise<ClusterState | 'unknown'> {
  const asked = cluster.describe()
  const { state } = await (isLate ? asked : asked.catch(expected(() => ({ state: 'unknown' }) as const, 'aws')))
  return state
}

/**
 * Who wakes a paused warehouse: a line that is still to be run, which is not to be helped; this occurrence, in the place of a line that did so
 * before it was tried again, or because its schedule is to; or nobody.
 */
async function wakerOf(
  { whenPaused }: ScheduleRecord,
  lines: readonly Line[],
  { deps, runId }: RunContext,
): Promise<'line' | typeof upkeep.resume | typeof upkeep.resumeAgain | null> {
  const steps = (await deps.ledger.runs.get(runId))?.steps ?? []
  const waking = lines.filter(({ asks }) => asks.kind === 'understood' && asks.parsed.command.wakes !== undefined)
  const isDone = (id: string) => steps.some((step) => step.id === id && step.state === 'complete')
  if (waking.some(({ id }) => !isDone(id))) return 'line'
  if (waking.length > 0) return upkeep.resumeAgain
  return whenPaused === 'resume' ? upkeep.resume : null
}

/** Resumes it. False where its state has to be read again: another run, perhaps of another schedule, is resuming it or has. */
async function resumed(at: number, { catalog, runChild }: RunContext): Promise<boolean> {
  const result = await runChild(plain(catalog.that('resumes')), at)
  if (result.kind === 'busy' || (result.kind === 'failed' && result.error.code === 'cluster_state')) return false
  answerOfChild(result)
  return true
}

function notRunning(
  name: string,
  state: ClusterState | 'unknown',
  { id, catchUpHours, personal }: ScheduleRecord,
): OpsError {
  const waited = catchUpHours === 0 ? '' : ` and did not start within ${hours(catchUpHours)}`
  return new OpsError(
    'cluster_state',
    `Cluster ${name} is ${state}${waited}. Nothing was run.`,
    personal
      ? 'It is posted at its next time, when the cluster runs.'
      : `Resume it, or have the schedule resume it: schedule-edit ${id} paused=resume.`,
    personal ? {} : { fixCommand: 'resume' },
  )
}

/**
 * What gives the newest kept answer to a question in its place; the question itself where a copy answers it. Throws `cluster_state` where
 * there is neither.
 */
export async function theLastAnswer(asks: Request, { catalog, deps }: RunContext): Promise<Request> {
  if (asks.kind === 'fault') return asks
  const { command, line } = asks.parsed
  if (command.keeps === true && (await copiedLoad(deps)) !== null) return asks
  const kept = await findKept(command.name, line, deps)
  if (kept !== null) {
    const repeating = catalog.that('repeatsRows')
    return { kind: 'understood', parsed: repeating.with({ id: String(kept.id) }) }
  }
  throw new OpsError(
    'cluster_state',
    `The warehouse is paused, and there is no stored answer to "${line}".`,
    'Resume it. Answers are kept for a week.',
    { fixCommand: 'resume' },
  )
}

/** Whether the warehouse was not running when this occurrence checked it. */
export function wasNotRunning({ steps }: Pick<RunRecord, 'steps'>): boolean {
  return foundSchema.safeParse(steps.findLast(isPowerStep)?.output).data?.wasPaused === true
}
