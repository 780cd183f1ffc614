import { OpsError } from '../errors.ts'
import { includesRole, type Person } from '../people.ts'
import type { RunId, RunRecord, RunStore } from '../ports/ledger.ts'

/** The run meant by a number, or the newest one for which `wanted` holds. Throws `not_found`. */
export async function findRun(
  store: RunStore,
  id: RunId | undefined,
  wanted: (run: RunRecord) => boolean,
  what: string,
): Promise<RunRecord> {
  const run = id === undefined ? (await store.list({ limit: 50, listedOnly: true })).find(wanted) : await store.get(id)
  if (run === undefined || run === null) {
    throw new OpsError(
      'not_found',
      id === undefined ? `There is no ${what} run.` : `There is no run ${id}.`,
      'See runs.',
      { cure: 'runs' },
    )
  }
  return run
}

/** Throws `not_allowed` unless it is this person's own run, or an admin asks. */
export function requireOwn(run: RunRecord, who: Person): void {
  if (run.who.id === who.id || includesRole(who.role, 'admin')) return
  throw new OpsError(
    'not_allowed',
    `Run ${run.id} is ${run.who.name}'s. You are ${who.id}, ${who.role} here. Nothing was done.`,
    `Ask ${run.who.name} or an admin.`,
  )
}
