import type { LoadId } from '../../core/ports/engine.ts'
import { mostStatements } from './data-api.ts'
import { aboutLoad, mustHold } from './places.ts'
import type { Resident } from './residents.ts'
import type { Batch } from './statement.ts'

/** What lies where before a candidate is published. */
export interface Moving {
  readonly candidate: Resident
  readonly live: Resident | undefined
  readonly previous: Resident | undefined
}

/**
 * The transaction that moves a candidate to `live` and what was live to `previous`. Readers of `live` keep the snapshot they
 * began with, because its tables are emptied and filled, not dropped; `previous`, which nobody reads but in the moment of a
 * move, is written anew. Where the live tables were made by other schema files, they are made anew too.
 *
 * It begins with a statement that fails unless the candidate is this load, and ends with dropping the candidate: done twice,
 * it fails instead of overwriting `previous` with the same load. With more tables than fit into one batch (11) `previous` is
 * written in a transaction of its own before, which no reader notices either.
 */
export function publishBatches({ candidate, live, previous }: Moving): readonly (readonly [part: string, Batch])[] {
  const guard = mustHold('candidate', candidate.home, candidate.load)
  const isKept = live === undefined || isLoad(previous, live.home, live.load)
  const keep = isKept ? [] : keepAsPrevious(tablesOf(live), tablesOf(previous))
  const move = moveToLive(candidate, live)
  const fit = 1 + keep.length + move.length <= mostStatements
  return [
    ...(fit ? [] : [['keep', transaction([guard, ...keep])] as const]),
    ['publish', transaction([guard, ...(fit ? keep : []), ...move])],
  ]
}

function transaction(sqls: readonly string[]): Batch {
  return { mode: 'TRANSACTION', sqls }
}

function moveToLive(candidate: Resident, live: Resident | undefined): readonly string[] {
  const sources = [
    ...candidate.staging.map((table) => ({ table, from: `staging.${table}` })),
    ...candidate.star.map((table) => ({ table, from: `candidate.${table}` })),
  ]
  const fits = live?.shape === candidate.shape
  return [
    ...(fits || live === undefined ? [] : [drop(tablesOf(live).map((table) => `live.${table}`))]),
    ...sources.flatMap(({ table, from }) => [
      fits ? `delete from live.${table}` : `create table live.${table} (like ${from})`,
      `insert into live.${table} select * from ${from}`,
    ]),
    `delete from live.${aboutLoad}`,
    `insert into live.${aboutLoad} select * from candidate.${aboutLoad}`,
    drop(sources.map(({ from }) => from)),
    `delete from candidate.${aboutLoad}`,
  ]
}

/** The batch that gives back the space of a load that lies in that place; null where nothing is to be given back. */
export function dropBatch(place: 'candidate' | 'previous', resident: Resident): Batch {
  const staging = place === 'candidate' ? 'staging' : place
  return {
    mode: 'TRANSACTION',
    sqls: [
      mustHold(place, resident.home, resident.load),
      drop([
        ...resident.staging.map((table) => `${staging}.${table}`),
        ...resident.star.map((table) => `${place}.${table}`),
      ]),
      `delete from ${place}.${aboutLoad}`,
    ],
  }
}

/** Whether it is this load of this ledger. */
export function isLoad(resident: Resident | undefined, home: string, load: LoadId): resident is Resident {
  return resident?.home === home && resident.load === load
}

function keepAsPrevious(tables: readonly string[], older: readonly string[]): readonly string[] {
  const all = [...tables, aboutLoad]
  return [
    drop([...new Set([...all, ...older])].map((table) => `previous.${table}`)),
    ...all.map((table) => `create table previous.${table} as select * from live.${table}`),
  ]
}

function tablesOf(resident: Resident | undefined): readonly string[] {
  return resident === undefined ? [] : [...resident.staging, ...resident.star]
}

function drop(tables: readonly string[]): string {
  return `drop table if exists ${tables.join(', ')}`
}
