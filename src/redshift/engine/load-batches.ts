import { createHash } from 'node:crypto'
import type { LoadId } from '../../core/ports/engine.ts'
import { mostStatements } from './data-api.ts'
import { aboutLoad, type LoadOnCluster, requireLoad, stagingTables } from './load-schemas.ts'
import type { StatementBatch } from './statement.ts'
import { redshiftLiteral } from './statement.ts'

/** What lies where before a candidate is published. */
export interface Moving {
  readonly candidate: LoadOnCluster
  readonly live: LoadOnCluster | undefined
  readonly previous: LoadOnCluster | undefined
}

/**
 * The transaction that moves a candidate to `live` and what was live to `previous`. Readers of `live` keep the snapshot they
 * began with, because its tables are emptied and filled, not dropped; `previous`, which nobody reads but in the moment of a
 * move, is created again. Where the live tables were created by other schema files, they are created again as well.
 *
 * It begins with a statement that fails unless the candidate is this load, and ends with dropping the candidate: done twice,
 * it fails instead of overwriting `previous` with the same load. With more tables than fit into one batch (11) `previous` is
 * written in a transaction of its own before, which no reader notices either.
 */
export function publishBatches({
  candidate,
  live,
  previous,
}: Moving): readonly (readonly [part: string, StatementBatch])[] {
  const guard = requireLoad('candidate', candidate.home, candidate.load)
  const isKept = live === undefined || isLoad(previous, live.home, live.load)
  const keep = isKept ? [] : keepAsPrevious(tablesOf(live), tablesOf(previous))
  const move = moveToLive(candidate, live)
  const fit = 1 + keep.length + move.length <= mostStatements
  return [
    ...(fit ? [] : [['keep', transaction([guard, ...keep])] as const]),
    ['publish', transaction([guard, ...(fit ? keep : []), ...move])],
  ]
}

function transaction(sqls: readonly string[]): StatementBatch {
  return { mode: 'TRANSACTION', sqls }
}

function moveToLive(candidate: LoadOnCluster, live: LoadOnCluster | undefined): readonly string[] {
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
export function dropBatch(place: 'candidate' | 'previous', resident: LoadOnCluster): StatementBatch {
  const staging = place === 'candidate' ? 'staging' : place
  return {
    mode: 'TRANSACTION',
    sqls: [
      requireLoad(place, resident.home, resident.load),
      drop([
        ...resident.staging.map((table) => `${staging}.${table}`),
        ...resident.star.map((table) => `${place}.${table}`),
      ]),
      `delete from ${place}.${aboutLoad}`,
    ],
  }
}

/** Whether it is this load of this ledger. */
export function isLoad(resident: LoadOnCluster | undefined, home: string, load: LoadId): resident is LoadOnCluster {
  return resident?.home === home && resident.load === load
}

function keepAsPrevious(tables: readonly string[], older: readonly string[]): readonly string[] {
  const all = [...tables, aboutLoad]
  return [
    drop([...new Set([...all, ...older])].map((table) => `previous.${table}`)),
    ...all.map((table) => `create table previous.${table} as select * from live.${table}`),
  ]
}

function tablesOf(resident: LoadOnCluster | undefined): readonly string[] {
  return resident === undefined ? [] : [...resident.staging, ...resident.star]
}

function drop(tables: readonly string[]): string {
  return `drop table if exists ${tables.join(', ')}`
}

/** A table of the schema files. */
export interface SchemaTable {
  readonly name: string
  readonly create: string
}

/**
 * The batch that makes an empty candidate of this load in the place of whatever was being built. Tables are dropped by name,
 * never with their schema: a company's database may have something of its own in a schema called `staging`.
 */
export function beginBatch(home: string, load: LoadId, schema: readonly string[]): StatementBatch {
  const tables = schema.map(schemaTableOf)
  const isStaging = ({ name }: SchemaTable): boolean => Object.values<string>(stagingTables).includes(name)
  const staging = tables.filter(isStaging)
  const star = tables.filter((table) => !isStaging(table))
  const names = (of: readonly SchemaTable[]): string => of.map(({ name }) => name).join(' ')
  const shape = createHash('sha256').update(schema.join(';')).digest('hex')
  const doomed = [...staging.map(({ name }) => `staging.${name}`), ...star.map(({ name }) => `candidate.${name}`)]
  const about = [home, shape, names(staging), names(star)].map(redshiftLiteral).join(', ')
  return {
    mode: 'TRANSACTION',
    sqls: [
      ...['staging', 'candidate', 'live', 'previous'].map((place) => `create schema if not exists ${place}`),
      `drop table if exists ${doomed.join(', ')}`,
      ...['candidate', 'live', 'previous'].map(
        (place) =>
          `create table if not exists ${place}.${aboutLoad} (home varchar(16) not null, shape varchar(64) not null,` +
          ' staging_tables varchar(4096) not null, star_tables varchar(4096) not null, load_number integer not null)',
      ),
      `delete from candidate.${aboutLoad}`,
      'set search_path to staging',
      ...staging.map(({ create }) => create),
      'set search_path to candidate',
      ...star.map(({ create }) => create),
      `insert into candidate.${aboutLoad} (home, shape, staging_tables, star_tables, load_number) values (${about}, ${load})`,
    ],
  }
}

/** The table that a CREATE TABLE of the schema files makes. */
export function schemaTableOf(create: string): SchemaTable {
  const name = /^create table (?:if not exists )?(\w+)/i.exec(create)?.[1]
  if (name === undefined) throw new Error(`not a CREATE TABLE: ${create.slice(0, 60)}`)
  return { name, create }
}
