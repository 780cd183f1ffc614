import { OpsError } from '../errors.ts'
import { includesRole, type Person } from '../people.ts'
import type { RunId, RunRecord, RunStore } from '../ports/ledger.ts'
import type { RunFilter } from '../ports/runs.ts'

/** The run meant by a number, or the newest of those that `filter` lists for which `wanted` holds. Throws `not_found`. */
export async function findRun(
  store: RunStore,
  id: RunId | undefined,
  wanted: (run: RunRecord) => boolean,
  what: string,
  filter: Omit<RunFilter, 'limit'> = {},
): Promise<RunRecord> {
  const run =
    id === undefined ? (await store.list({ ...filter, limit: 50, listedOnly: true })).find(wanted) : await store.get(id)
  if (run !== undefined && run !== null) return run
  throw id === undefined
    ? new OpsError('not_found', `There is no ${what} run.`, 'See runs.', { cure: 'runs' })
    : noRun(id)
}

/** The error `not_found` of a number that no run has. */
export function noRun(id: RunId): OpsError {
  return new OpsError('not_found', `There is no run ${id}.`, 'See runs.', { cure: 'runs' })
}

/** Throws `not_allowed` unless this person has asked for the run or had it tried again, or is an admin. */
export function requireOwn(run: RunRecord, who: Person): void {
  if (run.who.id === who.id || run.requester.id === who.id || includesRole(who.role, 'admin')) return
  throw new OpsError(
    'not_allowed',
    `Run ${run.id} is ${run.who.name}'s. You are ${who.id}, ${who.role} here. Nothing was done.`,
    `Ask ${run.who.name} or an admin.`,
  )
}
