import { createHash } from 'node:crypto'
import type { LoadId } from '../../core/ports/engine.ts'
import { literal } from './literal.ts'
import { aboutLoad, stagingTables } from './places.ts'
import type { Batch } from './statement.ts'

/** A table of the schema files. */
interface Table {
  readonly name: string
  readonly create: string
}

/**
 * The batch that makes an empty candidate of this load in the place of whatever was being built. Tables are dropped by name,
 * never with their schema: a company's database may have something of its own in a schema called `staging`.
 */
export function beginBatch(home: string, load: LoadId, schema: readonly string[]): Batch {
  const tables = schema.map(tableOf)
  const isStaging = ({ name }: Table): boolean => Object.values<string>(stagingTables).includes(name)
  const staging = tables.filter(isStaging)
  const star = tables.filter((table) => !isStaging(table))
  const names = (of: readonly Table[]): string => of.map(({ name }) => name).join(' ')
  const shape = createHash('sha256').update(schema.join(';')).digest('hex')
  const doomed = [...staging.map(({ name }) => `staging.${name}`), ...star.map(({ name }) => `candidate.${name}`)]
  const about = [home, shape, names(staging), names(star)].map(literal).join(', ')
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

function tableOf(create: string): Table {
  const name = /^create table (?:if not exists )?(\w+)/i.exec(create)?.[1]
  if (name === undefined) throw new Error(`not a CREATE TABLE: ${create.slice(0, 60)}`)
  return { name, create }
}
