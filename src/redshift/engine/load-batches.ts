import { createHash } from 'node:crypto'
import type { LoadId } from '../../core/ports/engine.ts'
import { mostStatements } from './data-api.ts'
import { aboutLoad, type LoadOnCluster, loadSchemas, readBy, requireLoad, stagingTables } from './load-schemas.ts'
import type { StatementBatch } from './statement.ts'
import { redshiftLiteral } from './statement.ts'

/** A load that is to be live, where it is built or held, and what lies where before. */
interface Moving {
  readonly from: 'candidate' | 'held'
  readonly load: LoadOnCluster
  readonly live: LoadOnCluster | undefined
  readonly previous: LoadOnCluster | undefined
}

/** The batches of one move, each a transaction, in order. */
type Batches = readonly (readonly [part: string, StatementBatch])[]

/**
 * The transaction that moves a load to `live` and what was live to `previous`. Readers of `live` keep the snapshot they
 * began with, because its tables are emptied and filled, not dropped; `previous`, which nobody reads but in the moment of a
 * move, is created again. Where the live tables were created by other schema files, they are created again as well.
 *
 * It begins with a statement that fails unless that load lies there, and ends with dropping it there: done twice,
 * it fails instead of overwriting `previous` with the same load. With more tables than fit into one batch (11) `previous` is
 * written in a transaction of its own before, which no reader notices either.
 */
export function publishBatches({ from, load, live, previous }: Moving): Batches {
  const guard = requireLoad(from, load.home, load.load)
  const isKept = live === undefined || isLoad(previous, live.home, live.load)
  const keep = isKept ? [] : keepAsPrevious(tablesOf(live), tablesOf(previous))
  const move = moveToLive(from, load, live)
  return inFewest(guard, ['keep', keep], ['publish', move])
}

/** Both parts in one transaction where it takes so many statements, otherwise one after the other. */
function inFewest(
  guard: string,
  [first, before]: readonly [string, readonly string[]],
  [second, after]: readonly [string, readonly string[]],
): Batches {
  if (1 + before.length + after.length <= mostStatements) return [[second, transaction([guard, ...before, ...after])]]
  return [
    [first, transaction([guard, ...before])],
    [second, transaction([guard, ...after])],
  ]
}

// Ends the name of a table of `previous` that waits to take the place of the one without it.
const waiting = '_waiting'

/**
 * The transactions that exchange `live` and `previous`. First what is live is copied beside the tables of `previous`, then those fill the
 * live ones and the copies take their names. A process that dies between the two leaves copies, which the next move drops.
 */
export function exchangeBatches(live: LoadOnCluster, previous: LoadOnCluster): Batches {
  const guard = requireLoad('previous', previous.home, previous.load)
  const [of, to] = [tablesOf(live), tablesOf(previous)]
  const copy = [
    drop([...new Set([...of, ...to, aboutLoad])].map((table) => `previous.${table}${waiting}`)),
    ...[...of, aboutLoad].map((table) => `create table previous.${table}${waiting} as select * from live.${table}`),
  ]
  const fits = live.shape === previous.shape
  const swap = [
    ...(fits ? [] : [drop(of.map((table) => `live.${table}`))]),
    ...to.flatMap((table) => fill(table, `previous.${table}`, fits)),
    ...fill(aboutLoad, `previous.${aboutLoad}`, true),
    drop([...to, aboutLoad].map((table) => `previous.${table}`)),
    ...[...of, aboutLoad].map((table) => `alter table previous.${table}${waiting} rename to ${table}`),
  ]
  return inFewest(guard, ['copy', copy], ['exchange', swap])
}

/** The statements that make a table of `live` hold the rows of another; `fits`: it is there with the same columns. */
function fill(table: string, from: string, fits: boolean): readonly string[] {
  const empty = fits ? `delete from live.${table}` : `create table live.${table} (like ${from})`
  return [empty, `insert into live.${table} select * from ${from}`]
}

/** The transaction that moves the candidate to `held`, in place of what was held before. */
export function holdBatch(candidate: LoadOnCluster, held: LoadOnCluster | undefined): StatementBatch {
  const sources = sourcesOf('candidate', candidate)
  const names = [...new Set([...sources.map(({ table }) => table), ...tablesOf(held)])]
  return transaction([
    requireLoad('candidate', candidate.home, candidate.load),
    drop(names.map((table) => `held.${table}`)),
    ...sources.map(({ table, from }) => `create table held.${table} as select * from ${from}`),
    `delete from held.${aboutLoad}`,
    `insert into held.${aboutLoad} select * from candidate.${aboutLoad}`,
    drop(sources.map(({ from }) => from)),
    `delete from candidate.${aboutLoad}`,
  ])
}

/** The tables of a load with their names where it lies. */
function sourcesOf(
  place: 'candidate' | 'held',
  { staging, star }: LoadOnCluster,
): readonly { readonly table: string; readonly from: string }[] {
  const of = (schema: string, tables: readonly string[]) =>
    tables.map((table) => ({ table, from: `${schema}.${table}` }))
  return [...of(place === 'candidate' ? 'staging' : place, staging), ...of(place, star)]
}

function transaction(sqls: readonly string[]): StatementBatch {
  return { mode: 'TRANSACTION', sqls }
}

function moveToLive(from: Moving['from'], load: LoadOnCluster, live: LoadOnCluster | undefined): readonly string[] {
  const sources = sourcesOf(from, load)
  const fits = live?.shape === load.shape
  return [
    ...(fits || live === undefined ? [] : [drop(tablesOf(live).map((table) => `live.${table}`))]),
    ...sources.flatMap((source) => fill(source.table, source.from, fits)),
    ...fill(aboutLoad, `${from}.${aboutLoad}`, true),
    drop(sources.map((source) => source.from)),
    `delete from ${from}.${aboutLoad}`,
  ]
}

/** The batch that gives back the space of a load that lies in that place; null where nothing is to be given back. */
export function dropBatch(place: 'candidate' | 'held' | 'previous', resident: LoadOnCluster): StatementBatch {
  const tables =
    place === 'previous'
      ? tablesOf(resident).map((table) => `previous.${table}`)
      : sourcesOf(place, resident).map(({ from }) => from)
  return transaction([
    requireLoad(place, resident.home, resident.load),
    drop(tables),
    `delete from ${place}.${aboutLoad}`,
  ])
}

/** Whether it is this load of this ledger. */
export function isLoad(resident: LoadOnCluster | undefined, home: string, load: LoadId): resident is LoadOnCluster {
  return resident?.home === home && resident.load === load
}

function keepAsPrevious(tables: readonly string[], older: readonly string[]): readonly string[] {
  const all = [...tables, aboutLoad]
  return [
    drop([...new Set([...all, ...older])].flatMap((table) => [`previous.${table}`, `previous.${table}${waiting}`])),
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
interface SchemaTable {
  readonly name: string
  readonly create: string
  readonly columns: readonly string[]
}

/**
 * The batch that makes an empty candidate of this load in the place of whatever was being built. Tables are dropped by name,
 * never with their schema: a company's database may have something of its own in a schema called `staging`. What this load reads is named
 * after it by a default, which COPY takes for a column that it is not to fill.
 */
export function beginBatch(home: string, load: LoadId, schema: readonly string[]): StatementBatch {
  const tables = schema.map(schemaTableOf)
  const isStaging = ({ name }: SchemaTable): boolean => Object.values<string>(stagingTables).includes(name)
  const staging = tables.filter(isStaging)
  const star = tables.filter((table) => !isStaging(table))
  const names = (of: readonly SchemaTable[]): string => of.map(({ name }) => name).join(' ')
  const shape = createHash('sha256')
    .update([...schema, readBy].join(';'))
    .digest('hex')
  const creating = (table: SchemaTable): string =>
    isStaging(table) || table.name === 'source_files'
      ? table.create.replace(/\)\s*$/, `, ${readBy} integer default ${load})`)
      : table.create
  const doomed = [...staging.map(({ name }) => `staging.${name}`), ...star.map(({ name }) => `candidate.${name}`)]
  const about = [home, shape, names(staging), names(star)].map(redshiftLiteral).join(', ')
  return {
    mode: 'TRANSACTION',
    sqls: [
      ...['staging', ...loadSchemas].map((place) => `create schema if not exists ${place}`),
      `drop table if exists ${doomed.join(', ')}`,
      ...loadSchemas.map(
        (place) =>
          `create table if not exists ${place}.${aboutLoad} (home varchar(16) not null, shape varchar(64) not null,` +
          ' staging_tables varchar(4096) not null, star_tables varchar(4096) not null, load_number integer not null)',
      ),
      `delete from candidate.${aboutLoad}`,
      'set search_path to staging',
      ...staging.map(creating),
      'set search_path to candidate',
      ...star.map(creating),
      `insert into candidate.${aboutLoad} (home, shape, staging_tables, star_tables, load_number) values (${about}, ${load})`,
    ],
  }
}

/** The table that a CREATE TABLE of the schema files makes. */
export function schemaTableOf(create: string): SchemaTable {
  const name = /^create table (?:if not exists )?(\w+)/i.exec(create)?.[1]
  if (name === undefined) throw new Error(`not a CREATE TABLE: ${create.slice(0, 60)}`)
  return { name, create, columns: [...create.matchAll(/[(,]\s*(\w+) \w/g)].flatMap(([, column]) => column ?? []) }
}
