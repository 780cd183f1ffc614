import { createHash } from 'node:crypto'
import { OpsError } from '../../core/errors.ts'
import type { LoadId } from '../../core/ports/engine.ts'
import { literal } from './literal.ts'
import { errorOf, failedPart, type Submitted } from './statement.ts'

/*
 * Where loads lie. A load being built has its staging tables in `staging` and everything else in `candidate`. Publishing moves
 * the whole of it, its staging too, into `live`, and what was there into `previous`: so checks of the live load see the rows
 * it was made from, whatever a later load has staged or failed to stage.
 *
 * Each of `candidate`, `live` and `previous` holds one row in `about_load` that says which load of which ledger lies there.
 * Every statement asks for its load by that row, so the ledger's pointer decides what readers get: between the move of the
 * tables and that of the pointer they find the load they mean in `previous`.
 */

/** The table that says which load lies in a schema, and which tables it has. */
export const aboutLoad = 'about_load'

/** Schemas in which a whole load can be found by its row in `about_load`. */
export type Place = 'candidate' | 'live' | 'previous'

/** Tables filled by COPY, by dataset. */
export const stagingTables = { log: 'staging_events', song: 'staging_songs' } as const

/** The search path under which the tables of a load in that place are found without their schema. */
export function searchPath(place: Place): string {
  return `set search_path to ${place === 'candidate' ? 'candidate, staging' : place}`
}

/** A ledger's name in `about_load`: digits and letters. Load numbers are unique within a ledger only. */
export function homeName(homeId: string): string {
  return createHash('sha256').update(homeId).digest('hex').slice(0, 16)
}

/** A statement that fails unless this load lies in that place: dividing by zero is the one way to fail without a procedure. */
export function mustHold(place: Place, home: string, load: LoadId): string {
  return `select 1 / count(*) as here from ${place}.${aboutLoad} where home = ${literal(home)} and load_number = ${load}`
}

/** Whether a batch failed at its `mustHold`, the statement `guard` (from 0): another load lies there, or none ever did. */
export function isElsewhere(submitted: Submitted, guard: number): boolean {
  const failed = failedPart(submitted)
  return failed !== undefined && failed === submitted.parts[guard] && isNotThere(errorOf(submitted))
}

/** Whether an error says that a load, or the table that would tell of it, is not there. */
export function isNotThere(error: string): boolean {
  return /divi(de|sion) by zero|(relation|schema) .*does not exist/i.test(error)
}

/** Nothing lies where this load should be. */
export function gone(load: LoadId): OpsError {
  return new OpsError('not_found', `Load ${load} is not on the cluster (any more).`, 'Load the warehouse with etl.', {
    cure: 'etl',
  })
}
