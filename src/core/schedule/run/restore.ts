import { z } from 'zod'
import type { PauseCluster } from '../../cluster/lease.ts'
import type { RunContext } from '../../command/context.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import { waysOfSchedule } from '../../outbox/messages.ts'
import type { Asker } from '../../people.ts'
import type { RunId, RunRecord, RunSummary } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Session } from '../../runner/session.ts'
import { hourMs } from '../../span.ts'
import { restoreStep } from '../report/occurrence-steps.ts'
import { wasNotRunning } from './awake.ts'
import { answerOfChild, isLeft, plain, upkeep } from './child-run.ts'

/*
 * After the lines of a schedule: the warehouse that it resumed is paused again.
 */

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
 * Pauses what this occurrence resumed, as a step after its lines, also after one that failed or was stopped; a bot that dies in it leaves
 * the step to the next one. The warehouse is left running where somebody has extended its lease. Where someone else uses it, or it cannot
 * be paused now, `pauseLeftRunning` pauses it later. What became of it, in a sentence; null where this occurrence resumed nothing.
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
  const resuming = occurrence === null ? null : resumingRun(occurrence, runs, failed, context)
  if (occurrence === null || resuming === null) return null
  // What is begun is brought to its end; before that a line of the schedule may have paused it.
  const isBegun = occurrence.steps.some(({ id }) => id === names.id)
  if (!isBegun && isPausedSince(resuming, runs, deps)) return null
  await context.compensate({
    ...names,
    async run() {
      const output = await pausedAgain(resuming, schedule, context)
      return { detail: restoredWords(output), output }
    },
  })
  return `Cluster ${deps.cluster.name} was resumed for this and ${restoredWords(context.output(names.id, restoredSchema))}`
}

/** Pauses it unless somebody uses it. Never throws because it could not be paused: what the lines answered is posted all the same. */
async function pausedAgain(resuming: RunSummary, { id }: ScheduleRecord, context: RunContext): Promise<Restored> {
  const { deps, catalog, runId } = context
  const runs = await deps.ledger.runs.summaries({ parent: runId, limit: 100 })
  const isBegun = runs.some(
    ({ origin, seq }) => origin.kind === 'line' && origin.at === upkeep.pause && seq > resuming.seq,
  )
  try {
    if (!isBegun) {
      const { state } = await deps.cluster.describe()
      if (state !== 'available') return { kind: 'elsewhere', state }
      const [extended] = await extensionsOf(resuming, deps)
      if (extended !== undefined) return { kind: 'extended', by: extended.who.name }
      const user = await userOf(runId, deps)
      if (user !== null) return { kind: 'used', by: user }
    }
    answerOfChild(await context.runChild(plain(catalog.that('pauses')), upkeep.pause))
    return { kind: 'paused' }
  } catch (error) {
    if (isLeft(error, context) || !(error instanceof OpsError)) throw error
    deps.log.warn({ schedule: id }, `what a schedule resumed could not be paused: ${error.message}`)
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
function resumingRun(
  occurrence: Pick<RunRecord, 'steps'>,
  runs: readonly RunSummary[],
  failed: boolean,
  { deps, catalog }: Pick<Session, 'deps' | 'catalog'>,
): RunSummary | null {
  const found = runs.find(({ command, state, origin }) => {
    const wakes = catalog.find(command)?.wakes
    if (wakes === undefined || state !== 'complete' || origin.kind !== 'line') return false
    if (origin.at === upkeep.resume) return true
    // What creates a cluster is also run where it exists already, and what costs nothing need not be paused.
    return failed && (wakes === 'paused' || (!deps.cluster.free && wasNotRunning(occurrence)))
  })
  return found ?? null
}

/**
 * Whether one of these runs pauses it, or has: a pause that failed or was cancelled is nothing done. Who wants it left running extends its
 * lease.
 */
function isPausedSince(resuming: RunSummary, runs: readonly RunSummary[], { commands }: Deps): boolean {
  return runs.some(
    ({ command, state, seq }) =>
      commands.sleep.includes(command) && (state === 'running' || state === 'complete') && seq > resuming.seq,
  )
}

// The owner of the schedule may be somebody who may not pause.
const theClock: Asker = { kind: 'local', id: 'clock', name: 'the clock' }

// By then the lease has ended, or somebody has looked after it.
const longestHours = 24

/**
 * Pauses what an occurrence that is over has left on: others used it, AWS was away, or the occurrence was closed before it came to that. Not where somebody
 * has extended its lease. Asked every minute: waits while anything is at work; a pause that fails is tried again, and posted once.
 */
export async function pauseLeftRunning(session: Session, pause: PauseCluster): Promise<void> {
  const { deps } = session
  const resuming = await leftRunning(session)
  if (resuming === null || (await userOf(null, deps)) !== null) return
  if ((await deps.cluster.describe()).state !== 'available') return
  const { place, who, id } = resuming
  if (place.kind !== 'slack') return
  const mention = who.kind === 'slack' ? [who.id] : []
  await pause(theClock, place, { ways: waysOfSchedule(place, who), mention, occasion: `left-awake:${id}` })
}

/** The run by which an occurrence that is over has resumed the warehouse, where nobody has resumed, paused or extended it since. */
async function leftRunning(session: Session): Promise<RunSummary | null> {
  const { deps } = session
  const { runs } = deps.ledger
  const newest = async (commands: readonly string[]) => runs.summaries({ commands, states: ['complete'], limit: 1 })
  const [newestResume] = await newest(deps.commands.wake)
  if (newestResume?.origin.kind !== 'line') return null
  const occurrence = await runs.get(newestResume.origin.fire)
  const since = new Date(deps.clock.now().getTime() - longestHours * hourMs).toISOString()
  if (occurrence === null || occurrence.ended === null || occurrence.ended < since) return null
  const resuming = resumingRun(
    occurrence,
    await runs.summaries({ parent: occurrence.id, limit: 100 }),
    occurrence.state !== 'complete',
    session,
  )
  if (resuming === null || isPausedSince(resuming, await newest(deps.commands.sleep), deps)) return null
  return (await extensionsOf(resuming, deps)).length > 0 ? null : resuming
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
