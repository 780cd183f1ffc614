import type { RunContext } from '../../command/context.ts'
import { OpsError } from '../../errors.ts'
import type { RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { extensionsOf, userOf } from './left-awake.ts'
import { pauseAt } from './places.ts'
import { failureOf, isLeft, isUnfinished, left } from './said.ts'
import { wokenBy } from './woken.ts'

/**
 * Pauses what this fire woke. Left on where somebody has extended its lease, and while somebody else uses it: then it is paused later
 * (`pauseLeftAwake`), as it is where it could not be paused now. What became of it, in a sentence; null where this fire woke nothing.
 */
export async function putBackToSleep(
  schedule: ScheduleRecord,
  context: RunContext,
  failed: boolean,
): Promise<string | null> {
  const { deps, runId } = context
  const fire = await deps.ledger.runs.get(runId)
  const said = await deps.ledger.runs.list({ fire: runId, limit: 100 })
  const woken = fire === null ? null : wokenBy(fire, said, failed, context)
  if (woken === null) return null
  const { name } = deps.cluster
  try {
    return `Cluster ${name} was woken for this and ${await pausedAgain(woken, context)}.`
  } catch (error) {
    // What was said is told all the same.
    if (isLeft(error, context) || !(error instanceof OpsError)) throw error
    deps.log.warn({ schedule: schedule.id }, `what a schedule woke could not be paused: ${error.message}`)
    return `Cluster ${name} was woken for this and could not be paused: ${error.message} It is tried again every minute.`
  }
}

/** Pauses it unless somebody uses it, and says what became of it. Throws why it could not be paused. */
async function pausedAgain(woken: RunRecord, context: RunContext): Promise<string> {
  const { deps, catalog, runId } = context
  const { state } = await deps.cluster.describe()
  if (state !== 'available') return `is ${state} now`
  const [extended] = await extensionsOf(woken, deps)
  if (extended !== undefined) return `is left on, because ${extended.who.name} has extended its lease`
  const user = await userOf(runId, deps)
  if (user !== null) return `is left on for ${user}, and is paused after that`
  const answer = await context.sayLine(catalog.that(({ sleeps }) => sleeps === true).name, pauseAt)
  if (isUnfinished(answer)) throw left()
  if (!answer.ok) throw failureOf(answer)
  return 'is paused again'
}
