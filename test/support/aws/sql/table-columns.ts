import type { CopyStatement } from './copy-statement.ts'
import { SqlRefusal } from './dialect.ts'
import type { LoadColumn } from './load-value.ts'
import type { Warehouse } from './warehouse.ts'

/** A table that is loaded into: its quoted name with the schema, its bare name, its number, and the columns to fill. */
export type LoadTable = {
  readonly name: string
  readonly plainName: string
  readonly id: number
  readonly columns: readonly LoadColumn[]
}

/** The table and the columns that a COPY names, by the session's search path; SqlRefusal when they are not there. */
export async function columnsOf(warehouse: Warehouse, copy: CopyStatement): Promise<LoadTable> {
  const plainName = bare(copy.table.split('.').at(-1) ?? copy.table)
  const found = await warehouse.query(
    `select a.attname, t.typname, a.atttypmod, a.attnotnull, c.oid, c.oid::regclass
     from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
     where c.oid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [copy.table],
  )
  const [first] = found.rows
  if (first === undefined) throw new SqlRefusal(`relation "${plainName}" does not exist`)
  const all = found.rows.map(
    ([name, type, modifier, notNull]): LoadColumn => ({
      name: name ?? '',
      type: type ?? '',
      limit: (type === 'varchar' || type === 'bpchar') && Number(modifier) > 4 ? Number(modifier) - 4 : undefined,
      notNull: notNull === 't',
    }),
  )
  const columns = copy.columns.length === 0 ? all : copy.columns.map((name) => named(all, bare(name), plainName))
  return { name: first[5] ?? '', plainName, id: Number(first[4]), columns }
}

function named(columns: readonly LoadColumn[], name: string, table: string): LoadColumn {
  const column = columns.find((each) => each.name === name)
  if (column === undefined) throw new SqlRefusal(`column "${name}" of relation "${table}" does not exist`)
  return column
}

function bare(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}
