import type { RunFilter, RunRecord, RunStore } from '../ports/runs.ts'

/** The commands by which somebody has the cluster run. */
const commands = ['spin-up', 'resume', 'extend']

/** The runs that asked for the cluster to run, newest first; `limit` holds for each of the commands. */
export async function askedFor(
  runs: RunStore,
  filter: Pick<RunFilter, 'limit' | 'states' | 'since'>,
): Promise<readonly RunRecord[]> {
  const asked = await Promise.all(commands.map((command) => runs.list({ ...filter, command })))
  return asked.flat().toSorted((a, b) => b.seq - a.seq)
}
