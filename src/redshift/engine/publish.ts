import type { LoadId } from '../../core/ports/engine.ts'
import { aboutLoad, mustHold } from './places.ts'
import type { Resident } from './residents.ts'
import type { Batch } from './statement.ts'

/**
 * The one transaction that moves a candidate to `live` and what was live to `previous`. Readers of `live` keep the snapshot
 * they began with, because its tables are emptied and filled, not dropped; `previous`, which nobody reads but in the moment
 * of a move, is written anew. Where the live tables were made by other schema files, they are made anew too.
 *
 * It begins with a statement that fails unless the candidate is this load, and ends with dropping the candidate: done twice,
 * it fails instead of overwriting `previous` with the same load. It takes 3 statements a table and 6 more.
 */
export function publishBatch(candidate: Resident, live: Resident | undefined, previous: Resident | undefined): Batch {
  const sources = [
    ...candidate.staging.map((table) => ({ table, from: `staging.${table}` })),
    ...[...candidate.star, aboutLoad].map((table) => ({ table, from: `candidate.${table}` })),
  ]
  const fits = live?.shape === candidate.shape
  return {
    mode: 'TRANSACTION',
    sqls: [
      mustHold('candidate', candidate.home, candidate.load),
      ...(live === undefined ? [] : keepAsPrevious(tablesOf(live), tablesOf(previous))),
      ...(fits || live === undefined ? [] : [drop(tablesOf(live).map((table) => `live.${table}`))]),
      ...sources.flatMap(({ table, from }) => [
        fits || table === aboutLoad ? `delete from live.${table}` : `create table live.${table} (like ${from})`,
        `insert into live.${table} select * from ${from}`,
      ]),
      drop(sources.map(({ from }) => from).filter((from) => from !== `candidate.${aboutLoad}`)),
      `delete from candidate.${aboutLoad}`,
    ],
  }
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
