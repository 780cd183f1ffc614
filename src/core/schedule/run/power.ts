import { z } from 'zod'
import { findKept } from '../../answers/stored-result.ts'
import type { PauseCluster } from '../../cluster/lease.ts'
import type { Request } from '../../command/catalog.ts'
import type { RunContext } from '../../command/context.ts'
import type { Command } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import { hours } from '../../format.ts'
import { waysOfSchedule } from '../../outbox/messages.ts'
import type { Asker } from '../../people.ts'
import type { Cluster, ClusterState } from '../../ports/cluster.ts'
import type { RunId, RunRecord, RunSummary } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Session } from '../../runner/session.ts'
import { hourMs } from '../../span.ts'
import type { Step, Work } from '../../step.ts'
import { copiedLoad } from '../../warehouse/copy.ts'
import { isPowerStep, type lineSteps, powerStep, restoreStep } from '../report/run-title.ts'
import { answerOfChild, isLeft } from './child-run.ts'

/*
 * The warehouse of a schedule: running before its lines, and paused again behind them where the schedule resumed it.
 */

/** The positions of what an occurrence runs besides the lines of its schedule, which count from 0. */
const upkeep = {
  /** The warehouse is resumed, because the schedule is to, and paused again at the end. */
  resume: -1,
  /** What was resumed is paused. */
  pause: -2,
  /** The warehouse is resumed in place of a line that had done so before this occurrence was tried again. */
  resumeAgain: -3,
} as const

/** A line of a schedule, as a step, and what it asks as it was read when its run began. */
export type Line = ReturnType<typeof lineSteps>[number] & { readonly asks: Request }

const pollMs = 30_000

// What an earlier version stored has no `slept`.
const foundSchema = z.object({ asleep: z.boolean(), slept: z.boolean().default(false) })

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
  let slept = false
  for (;;) {
    const isLate = clock.elapsed() >= until
    const state = await stateOf(cluster, isLate)
    slept ||= state === 'paused' || state === 'none'
    const seen = { detail: state, asleep: false, slept }
    if (state === 'available' || state === 'none' || state === 'deleting') return seen
    if (state === 'paused') {
      if (waker === 'line' || pausesOnly) return seen
      if (waker === null && schedule.whenPaused === 'last') return { ...seen, asleep: true }
      if (waker !== null && (await resumed(waker, context))) return { ...seen, detail: 'available' }
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

function stillAsleep(
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

/** A command without arguments. */
function plain(command: Command): Request {
  return { kind: 'understood', parsed: command.with({}) }
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

/** What became of the warehouse that an occurrence resumed. */
const restoredSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('paused') }),
  z.object({ kind: z.literal('elsewhere'), state: z.string() }),
  z.object({ kind: z.literal('extended'), by: z.string() }),
  z.object({ kind: z.literal('used'), by: z.string() }),
  z.object({ kind: z.literal('refused'), why: z.string() }),
])
type Restored = z.infer<typeof restoredSchema>

/**
 * Pauses what this occurrence resumed: a step behind its lines, also behind one that failed or was stopped, which a bot that dies in it leaves to the next
 * one. Left on where somebody has extended its lease; and while someone else uses it, or where it cannot be paused: that is then done by
 * the minute (`pauseLeftAwake`). What became of it, in a sentence; null where this occurrence resumed nothing.
 */
export async function restore(
  schedule: ScheduleRecord,
  { attempt, failed }: { readonly attempt: number; readonly failed: boolean },
  context: RunContext,
): Promise<string | null> {
  const { deps, runId } = context
  const names = restoreStep(attempt)
  const occurrence = await deps.ledger.runs.get(runId)
  const runs = await deps.ledger.runs.summaries({ parent: runId, limit: 100 })
  const woken = occurrence === null ? null : wakingOf(occurrence, runs, failed, context)
  if (occurrence === null || woken === null) return null
  // What is begun is brought to its end; before that a line of the schedule may have paused it.
  const isBegun = occurrence.steps.some(({ id }) => id === names.id)
  if (!isBegun && isPausedSince(woken, runs, deps)) return null
  await context.compensate({
    ...names,
    async run() {
      const output = await pausedAgain(woken, schedule, context)
      return { detail: restoredWords(output), output }
    },
  })
  return `Cluster ${deps.cluster.name} was resumed for this and ${restoredWords(context.output(names.id, restoredSchema))}`
}

/** Pauses it unless somebody uses it. Never throws because it could not be paused: what the lines answered is posted all the same. */
async function pausedAgain(woken: RunSummary, { id }: ScheduleRecord, context: RunContext): Promise<Restored> {
  const { deps, catalog, runId } = context
  const runs = await deps.ledger.runs.summaries({ parent: runId, limit: 100 })
  const isBegun = runs.some(
    ({ origin, seq }) => origin.kind === 'line' && origin.at === upkeep.pause && seq > woken.seq,
  )
  try {
    if (!isBegun) {
      const { state } = await deps.cluster.describe()
      if (state !== 'available') return { kind: 'elsewhere', state }
      const [extended] = await extensionsOf(woken, deps)
      if (extended !== undefined) return { kind: 'extended', by: extended.who.name }
      const user = await userOf(runId, deps)
      if (user !== null) return { kind: 'used', by: user }
    }
    answerOfChild(await context.runChild(plain(catalog.that('pauses')), upkeep.pause))
    return { kind: 'paused' }
  } catch (error) {
    if (isLeft(error, context) || !(error instanceof OpsError)) throw error
    deps.log.warn({ schedule: id }, `what a schedule woke could not be paused: ${error.message}`)
    return { kind: 'refused', why: error.message }
  }
}

function restoredWords(restored: Restored): string {
  switch (restored.kind) {
    case 'paused':
      return 'is paused again.'
    case 'elsewhere':
      return `is ${restored.state} now.`
    case 'extended':
      return `is left running, because ${restored.by} extended its lease.`
    case 'used':
      return `is left running for ${restored.by}; it is paused after that.`
    case 'refused':
      return `could not be paused: ${restored.why} The bot retries every minute.`
  }
}

/**
 * The run by which an occurrence resumed the warehouse and after which it is to pause it: because the schedule is to; or where the occurrence has
 * failed, that of one of its lines. `runs` are those of its lines. Null where it resumed nothing.
 */
function wakingOf(
  occurrence: Pick<RunRecord, 'steps'>,
  runs: readonly RunSummary[],
  failed: boolean,
  { deps, catalog }: Pick<Session, 'deps' | 'catalog'>,
): RunSummary | null {
  const waking = runs.find(({ command, state, origin }) => {
    const wakes = catalog.find(command)?.wakes
    if (wakes === undefined || state !== 'complete' || origin.kind !== 'line') return false
    if (origin.at === upkeep.resume) return true
    // What creates a cluster is also run where it exists already, and what costs nothing need not be paused.
    return failed && (wakes === 'paused' || (!deps.cluster.free && wasAsleep(occurrence)))
  })
  return waking ?? null
}

/** Whether one of these runs pauses it, or has: a pause that failed is nothing done. */
function isPausedSince(woken: RunSummary, runs: readonly RunSummary[], { commands }: Deps): boolean {
  return runs.some(
    ({ command, state, seq }) => commands.sleep.includes(command) && state !== 'error' && seq > woken.seq,
  )
}

/** Whether the warehouse was not running when this occurrence looked at it. */
function wasAsleep({ steps }: Pick<RunRecord, 'steps'>): boolean {
  return foundSchema.safeParse(steps.findLast(isPowerStep)?.output).data?.slept === true
}

// The owner of the schedule may be somebody who may not pause.
const theClock: Asker = { kind: 'local', id: 'clock', name: 'the clock' }

// By then the lease has ended, or somebody has looked after it.
const longestHours = 24

/**
 * Pauses what an occurrence that is over has left on: others used it, AWS was away, or the occurrence was closed before it came to that. Not where somebody
 * has extended its lease. Asked every minute: waits while anything is at work; a pause that fails is tried again, and posted once.
 */
export async function pauseLeftAwake(session: Session, pause: PauseCluster): Promise<void> {
  const { deps } = session
  const woken = await leftAwake(session)
  if (woken === null || (await userOf(null, deps)) !== null) return
  if ((await deps.cluster.describe()).state !== 'available') return
  const { place, who, id } = woken
  if (place.kind !== 'slack') return
  const mention = who.kind === 'slack' ? [who.id] : []
  await pause(theClock, place, { ways: waysOfSchedule(place, who), mention, occasion: `left-awake:${id}` })
}

/** The run by which an occurrence that is over has resumed the warehouse, where nobody has resumed, paused or extended it since. */
async function leftAwake(session: Session): Promise<RunSummary | null> {
  const { deps } = session
  const { runs } = deps.ledger
  const newest = async (commands: readonly string[]) => runs.summaries({ commands, states: ['complete'], limit: 1 })
  const [woke] = await newest(deps.commands.wake)
  if (woke?.origin.kind !== 'line') return null
  const occurrence = await runs.get(woke.origin.fire)
  const since = new Date(deps.clock.now().getTime() - longestHours * hourMs).toISOString()
  if (occurrence === null || occurrence.ended === null || occurrence.ended < since) return null
  const woken = wakingOf(
    occurrence,
    await runs.summaries({ parent: occurrence.id, limit: 100 }),
    occurrence.state !== 'complete',
    session,
  )
  if (woken === null || isPausedSince(woken, await newest(deps.commands.sleep), deps)) return null
  return (await extensionsOf(woken, deps)).length > 0 ? null : woken
}

/** By which runs the lease was extended after that one. */
function extensionsOf({ started }: RunSummary, { ledger, commands }: Deps): Promise<readonly RunSummary[]> {
  return ledger.runs.summaries({ commands: commands.extend, states: ['complete'], since: started, limit: 1 })
}

/** Who uses the warehouse now besides this occurrence, as in "is left on for schedule 2"; null where nobody does. */
async function userOf(occurrence: RunId | null, { ledger }: Deps): Promise<string | null> {
  const running = await ledger.runs.summaries({ states: ['running'], listedOnly: true, limit: 50 })
  // A line is at work as long as its occurrence.
  const user = running.find(({ id, origin }) => id !== occurrence && origin.kind !== 'line')
  if (user === undefined) return null
  return user.origin.kind === 'fire' ? `schedule ${user.origin.schedule}` : `${user.who.name}'s ${user.command}`
}
