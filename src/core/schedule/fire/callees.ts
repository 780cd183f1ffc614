import type { Answer } from '../../answer.ts'
import type { Deps } from '../../deps.ts'
import type { RunRecord } from '../../ports/runs.ts'

/** Slack ids of those whom the failure of a fire calls: whose name it was said in, and who is on call; nobody while it is snoozed. */
export async function calledFor({ origin, who }: RunRecord, answer: Answer, deps: Deps): Promise<readonly string[]> {
  if (answer.ok || origin.kind !== 'fire') return []
  const schedule = await deps.ledger.schedules.get(origin.schedule)
  const snoozed = schedule?.snoozedUntil ?? null
  if (snoozed !== null && snoozed > deps.clock.now().toISOString()) return []
  return [...new Set([...(who.kind === 'slack' ? [who.id] : []), ...deps.policy.oncall])]
}
