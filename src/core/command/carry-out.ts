import type { Suggestion } from '../answer.ts'
import type { ClusterOperation } from '../ports/cluster.ts'
import type { RunContext } from './context.ts'
import type { Outcome } from './define.ts'

/** Performs a cluster operation and returns its outcome. */
export async function carryOut(
  act: ClusterOperation,
  context: RunContext,
  next: readonly Suggestion[],
): Promise<Outcome> {
  await context.perform(act.steps)
  return { headline: act.done, tone: 'good', next }
}
