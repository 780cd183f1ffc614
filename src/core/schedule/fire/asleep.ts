import type { RunContext } from '../../command/context.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import type { RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { leaveAwake } from '../../warehouse/left-awake.ts'
import { failureOf, isLeft, isUnfinished, left } from './said.ts'
import { pauseAt, resumeAt } from './titles.ts'

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
  const others = await othersAtWork(runId, deps)
  const person = others.find(({ origin }) => origin.kind === 'words')
  if (person !== undefined) return `is left on, because ${person.who.name}'s ${person.command} is running`
  const [extended] = await deps.ledger.runs.list({
    command: 'extend',
    states: ['complete'],
    since: woken.started,
    limit: 1,
  })
  if (extended !== undefined) return `is left on, because ${extended.who.name} has extended its lease`
  const fire = others.map(({ origin }) => origin).find((origin) => origin.kind === 'fire')
  if (fire !== undefined) {
    await leaveAwake(woken, deps)
    return `is left on for schedule ${fire.schedule}, and is paused after it`
  }
  const answer = await context.sayLine('pause', pauseAt)
  if (isUnfinished(answer)) throw left()
  if (!answer.ok) throw failureOf(answer)
  return 'is paused again'
}

/** Runs besides this fire and its lines. */
async function othersAtWork(fire: number, { ledger }: Deps): Promise<readonly RunRecord[]> {
  const running = await ledger.runs.list({ states: ['running'], listedOnly: true, limit: 50 })
  return running.filter(({ id, origin }) => id !== fire && !(origin.kind === 'line' && origin.fire === fire))
}
