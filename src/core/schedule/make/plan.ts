import type { Context } from '../../command/context.ts'
import type { Bound } from '../../command/define.ts'
import { OpsError } from '../../errors.ts'
import type { PlanDraft } from '../../plan.ts'

/** What is confirmed of a schedule: that the clock says it, or that it is said once, now. */
const occasions = {
  byTheClock: { title: 'Say this by the clock, without asking again?', act: 'Schedule it' },
  now: { title: 'Say this now?', act: 'Say it now' },
} as const

/**
 * What a schedule's lines would ask each time, as one plan, because it is confirmed once for all of them: all their facts, the most that
 * one time can cost, and whether any of them destroys. Null where none asks. `said` says what is scheduled.
 */
export async function planOfLines(
  occasion: keyof typeof occasions,
  said: string,
  bound: readonly Bound[],
  context: Context,
): Promise<PlanDraft | null> {
  const plans = await Promise.all(
    bound.map(async (line) => (await planNow(line, context)) ?? plannedUnseen(line, context)),
  )
  const drafts = plans.flatMap((draft) => draft ?? [])
  if (drafts.length === 0) return null
  const costs = drafts.flatMap(({ mostUsd }) => (mostUsd === undefined ? [] : [mostUsd]))
  return {
    ...occasions[occasion],
    facts: [said, ...drafts.flatMap(({ title, facts }) => [title, ...facts])],
    danger: drafts.some(({ danger }) => danger),
    ...(costs.length === 0 ? {} : { mostUsd: sumOf(costs) }),
  }
}

/** One that is not known makes the sum so. */
function sumOf(costs: readonly (number | null)[]): number | null {
  return costs.reduce((sum, usd) => (sum === null || usd === null ? null : sum + usd), 0)
}

/** A cluster that runs today has nothing to ask; on the night when it sleeps nobody is there to be asked. A lease is the other way round. */
function plannedUnseen({ command, line }: Bound, { deps }: Context): PlanDraft | null {
  if (deps.cluster.free || (command.wakes === undefined && command.extends !== true)) return null
  return {
    title: `${line}, whenever ${deps.cluster.name} ${command.wakes === undefined ? 'runs' : 'does not run'} by then.`,
    facts: ['It then costs what it costs by the hour. Nobody is asked again.'],
    act: line,
    danger: false,
    mostUsd: null,
  }
}

/** What a line asks today; null also where it makes no sense today, such as resuming what runs. */
async function planNow(bound: Bound, context: Context): Promise<PlanDraft | null> {
  try {
    return await bound.plan(context)
  } catch (error) {
    if (error instanceof OpsError && (error.code === 'cluster_state' || error.code === 'no_cluster')) return null
    throw error
  }
}
