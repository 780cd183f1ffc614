import { PGlite } from '@electric-sql/pglite'
import type { SystemRows, SystemView } from './system-views.ts'
import { rowsAsJson } from './system-views.ts'
import { emptyWarehouse, startOptions } from './template.ts'
import { createTurns, type Turns } from './turns.ts'

/** A column of a result: its name and the OID of its PostgreSQL type. */
export type ResultColumn = { readonly name: string; readonly oid: number }

/** What one statement gave, values as the text that the server sends; null is NULL. */
export type SqlResult = {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly affected: number
}

/** The database of one cluster. Everything but `turns` is to be called by whoever has the turn. */
export type Warehouse = {
  readonly turns: Turns
  readonly system: SystemRows
  readonly nextQueryId: () => number
  /** Runs one statement with its `$n` values; PostgreSQL's error when it fails. */
  readonly query: (sql: string, values?: readonly string[]) => Promise<SqlResult>
  /** Runs a statement that answers nothing, in one message in place of four. */
  readonly run: (sql: string) => Promise<void>
  /** Appends rows, given in COPY's text format, to the columns of a table; both already quoted. */
  readonly append: (table: string, columns: readonly string[], text: string) => Promise<void>
  /** Lets the session's next statement see the rows of these views. */
  readonly show: (views: readonly SystemView[]) => Promise<void>
  /** Its files, once nobody has the turn. */
  readonly dump: () => Promise<Blob>
  readonly close: () => Promise<void>
}

const asText = (value: string): string => value

/** Types whose values PGlite would turn into JavaScript's. */
const parsed = [16, 17, 20, 21, 23, 26, 114, 700, 701, 1082, 1083, 1114, 1184, 1186, 1700, 3802]
const parsers = Object.fromEntries(parsed.map((oid) => [oid, asText]))
/** PGlite takes only booleans for BOOL; the Data API sends every parameter as text. */
const serializers = { 16: asText }

/** A database that no cluster has any more, emptied: to start another one uses the processor for 1.5 s and keeps 150 MB. */
let idle: PGlite | undefined

/** What a cluster leaves behind: its schemas, and what lies in `public`. Everything else goes with each session. */
const dropEverything = `
do $$
declare
  it record;
begin
  for it in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', it.nspname);
  end loop;
  create schema public;
  grant all on schema public to public;
end $$
`

/** Opens a database with the files of a snapshot, or an empty one. */
export async function openWarehouse(snapshot?: Promise<Blob>): Promise<Warehouse> {
  const database = snapshot === undefined ? await emptyDatabase() : await databaseOf(await snapshot)
  const turns = createTurns()
  const system: SystemRows = {
    sys_load_history: [],
    sys_load_detail: [],
    sys_load_error_detail: [],
    sys_query_history: [],
    sys_serverless_usage: [],
  }
  let queryId = 1000
  return {
    turns,
    system,
    nextQueryId: () => {
      queryId += 1
      return queryId
    },
    query: async (sql, values = []) => {
      const result = await database.query<(string | null)[]>(sql, [...values], { rowMode: 'array' })
      return {
        columns: result.fields.map((field) => ({ name: field.name, oid: field.dataTypeID })),
        rows: result.rows,
        affected: result.affectedRows ?? 0,
      }
    },
    run: async (sql) => {
      await database.exec(sql)
    },
    append: async (table, columns, text) => {
      await database.query(`copy ${table} (${columns.join(', ')}) from '/dev/blob'`, [], { blob: new Blob([text]) })
    },
    show: async (views) => {
      for (const view of views) {
        const values = [`double.${view}`, rowsAsJson(system[view])]
        // Not what set_config answers, which would be the rows once more.
        await database.query('select from set_config($1, $2, false)', values)
      }
    },
    dump: () => turns.take(() => database.dumpDataDir('none')),
    close: () => turns.take(() => giveBack(database)),
  }
}

function databaseOf(files: Blob): Promise<PGlite> {
  return PGlite.create({ ...startOptions, loadDataDir: files, parsers, serializers })
}

async function emptyDatabase(): Promise<PGlite> {
  const found = idle
  idle = undefined
  return found ?? databaseOf(await emptyWarehouse())
}

async function giveBack(database: PGlite): Promise<void> {
  if (idle !== undefined) return database.close()
  idle = database
  await database.exec(dropEverything)
}
