import type { Deps } from '../deps.ts'
import type { RunFilter, RunRecord } from '../ports/runs.ts'

/** The runs by which somebody had the cluster run, newest first. */
export async function askedFor(
  { ledger, commands }: Pick<Deps, 'ledger' | 'commands'>,
  filter: Pick<RunFilter, 'limit' | 'states' | 'since'>,
): Promise<readonly RunRecord[]> {
  return ledger.runs.list({ ...filter, commands: [...commands.wake, ...commands.extend] })
}
