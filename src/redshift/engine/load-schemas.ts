import { createHash } from 'node:crypto'
import { z } from 'zod'
import { OpsError } from '../../core/errors.ts'
import type { LoadId } from '../../core/ports/engine.ts'
import type { RedshiftConnection } from './batches.ts'
import { fetchResult } from './batches.ts'
import { errorOfStatement, failedPart, redshiftLiteral, type Submitted } from './statement.ts'
import { statementFailure } from './statement-failure.ts'

/*
 * Where loads lie. A load being built has its staging tables in `staging` and everything else in `candidate`. Publishing moves
 * the whole of it, its staging too, into `live`, and what was there into `previous`: so checks of the live load see the rows
 * it was made from, whatever a later load has staged or failed to stage.
 *
 * A load that is held waits, with its staging, in `held`; publishing it moves it as a candidate is moved. Rolling back exchanges `live` and
 * `previous`.
 *
 * Each of `candidate`, `held`, `live` and `previous` holds one row in `about_load` with the load, and the ledger, that it belongs to.
 * Every statement asks for its load by that row, so the ledger's pointer decides what readers get: between the move of the
 * tables and that of the pointer they find the load they mean in `previous`.
 */

/** The table that names the load in a schema, and its tables. */
export const aboutLoad = 'about_load'

/** Schemas in which a whole load can be found by its row in `about_load`. */
export const loadSchemas = ['candidate', 'held', 'live', 'previous'] as const
export type LoadSchema = (typeof loadSchemas)[number]

/** Tables filled by COPY, by dataset. */
export const stagingTables = { log: 'staging_events', song: 'staging_songs' } as const

/** The last column of the staging tables and of `source_files`: the load that has read the row. */
export const readBy = '_load'

/** The condition for rows that were read by none of these loads. */
export function readByNone(loads: readonly LoadId[]): string {
  return loads.length === 0 ? 'true' : `${readBy} not in (${loads.join(', ')})`
}

/** The search path under which the tables of a load in that place are found without their schema. */
export function searchPath(place: LoadSchema): string {
  return `set search_path to ${place === 'candidate' ? 'candidate, staging' : place}`
}

/** A ledger's name in `about_load`: digits and letters. Load numbers are unique within a ledger only. */
export function ledgerName(homeId: string): string {
  return createHash('sha256').update(homeId).digest('hex').slice(0, 16)
}

/** A statement that fails unless this load lies in that place: dividing by zero is the one way to fail without a procedure. */
export function requireLoad(place: LoadSchema, home: string, load: LoadId): string {
  return `select 1 / count(*) as here from ${place}.${aboutLoad} where home = ${redshiftLiteral(home)} and load_number = ${load}`
}

/** Whether a batch failed at its `mustHold`, the statement `guard` (from 0): another load lies there, or none ever did. */
export function isOtherLoad(submitted: Submitted, guard: number): boolean {
  const failed = failedPart(submitted)
  return failed !== undefined && failed === submitted.parts[guard] && isMissing(errorOfStatement(submitted))
}

/** Whether an error means that a load, or the table that would name it, does not exist. */
export function isMissing(error: string): boolean {
  return /divi(de|sion) by zero|(relation|schema) .*does not exist/i.test(error)
}

/** Nothing lies where this load should be. */
export function loadNotFound(load: LoadId): OpsError {
  return new OpsError('not_found', `Load ${load} is not on the cluster.`, 'Load the warehouse with etl.', {
    fixCommand: 'etl',
    fixLabel: 'Load',
  })
}

/** A load in one of the schemas, by its row in `about_load`. */
export interface LoadOnCluster {
  readonly home: string
  readonly load: LoadId
  /** Loads of the same shape were made by the same schema files. */
  readonly shape: string
  readonly staging: readonly string[]
  readonly star: readonly string[]
}

const names = z.string().transform((text) => text.split(' ').filter((name) => name !== ''))
const aboutRow = z.tuple([z.enum(loadSchemas), z.string(), z.number(), z.string(), names, names])

/** Which loads lie where, asked of the database. Nothing lies anywhere before the first load was begun. */
export async function loadsInSchemas(
  connection: RedshiftConnection,
  signal: AbortSignal,
): Promise<Readonly<Partial<Record<LoadSchema, LoadOnCluster>>>> {
  const columns = 'home, load_number, shape, staging_tables, star_tables'
  const sql = loadSchemas
    .map((place) => `select cast('${place}' as varchar(16)) as place, ${columns} from ${place}.${aboutLoad}`)
    .join(' union all ')
  const asked = await fetchResult(
    connection,
    { batch: { mode: 'TRANSACTION', sqls: [sql] }, answer: 0, wanted: { maxRows: loadSchemas.length } },
    signal,
  )
  if (asked.kind !== 'answered') {
    if (asked.kind === 'failed' && isMissing(errorOfStatement(asked.submitted))) return {}
    throw asked.kind === 'failed' ? statementFailure(asked.submitted) : new Error('a transaction is always supported')
  }
  const found: Partial<Record<LoadSchema, LoadOnCluster>> = {}
  for (const cells of asked.result.rows) {
    const [place, home, load, shape, staging, star] = aboutRow.parse(cells)
    found[place] = { home, load, shape, staging, star }
  }
  return found
}
