import type { Suggestion } from '../answer.ts'
import type { ClusterOperation } from '../ports/cluster.ts'
import { text } from '../reply.ts'
import type { RunContext } from './context.ts'
import type { Outcome } from './define.ts'

/** Carries out an act on the cluster and says how it ended. */
export async function carryOut(
  act: ClusterOperation,
  context: RunContext,
  next: readonly Suggestion[],
): Promise<Outcome> {
  await context.perform(act.steps)
  return { headline: act.done, replies: [text(act.done, 'good')], next }
}
