import type { Answer } from '../../answer.ts'
import type { Deps } from '../../deps.ts'
import type { Asker } from '../../people.ts'
import type { RunRecord } from '../../ports/runs.ts'
import { theAdmins } from './heir.ts'

/**
 * Slack ids of the people and groups whom the failure of a fire calls: whose name it was said in, each admin where it was theirs, and who
 * is on call; nobody while it is snoozed.
 */
export async function calledFor({ origin, who }: RunRecord, answer: Answer, deps: Deps): Promise<readonly string[]> {
  if (answer.ok || origin.kind !== 'fire') return []
  const schedule = await deps.ledger.schedules.get(origin.schedule)
  const snoozed = schedule?.snoozedUntil ?? null
  if (snoozed !== null && snoozed > deps.clock.now().toISOString()) return []
  return [...new Set([...sayers(who, deps), ...deps.policy.oncall])]
}

function sayers({ kind, id }: Asker, { directory }: Deps): readonly string[] {
  if (kind === 'slack') return [id]
  return id === theAdmins.id ? directory.holders('admin') : []
}
