import { z } from 'zod'
import { messageOf, OpsError } from '../core/errors.ts'
import type { Sql, SqlArgs } from './connection.ts'
import type { Database } from './database.ts'

/** A text column that holds JSON of this shape. */
export function json<S extends z.ZodType<unknown, unknown>>(schema: S) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: messageOf(error) })
        return z.NEVER
      }
    })
    .pipe(schema)
}

/** An integer column that holds a truth value. */
export const flagColumn = z.number().transform((value) => value === 1)

/**
 * A row as the ledger's type. One that does not parse is an `OpsError` (`storage`) that names it: `what` and its id, with the
 * column and the reason.
 */
export function parseRow<S extends z.ZodType>(schema: S, what: string, row: object): z.infer<S> {
  const parsed = schema.safeParse(row)
  if (parsed.success) return parsed.data
  const id = 'id' in row ? ` ${String(row.id)}` : ''
  const reasons = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new OpsError(
    'storage',
    `${what}${id} in the ledger cannot be read (${reasons.join('; ')}).`,
    'Restore the ledger from a backup, or remove this entry from it.',
    { cause: parsed.error },
  )
}

/** Questions whose rows are of one kind: all rows of the answer, or its first; null where it has none. Both throw as `parseRow` does. */
export function reader<S extends z.ZodType>(db: Pick<Database, 'read'>, schema: S, what: string) {
  const all = async (sql: string, args?: SqlArgs): Promise<z.infer<S>[]> =>
    (await db.read(sql, args)).map((row) => parseRow(schema, what, row))
  const first = async (sql: string, args?: SqlArgs): Promise<z.infer<S> | null> => {
    const [row] = await db.read(sql, args)
    return row === undefined ? null : parseRow(schema, what, row)
  }
  return { all, first }
}

/** Values by the names of columns. */
export type Columns = Readonly<Record<string, string | number | null>>

/** The fields that are given, as columns: `catchUpHours` as `catch_up_hours`, objects as JSON, truth values as 0 and 1. */
export function toColumns(fields: object): Columns {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [columnName(name), columnValue(value)]))
}

function columnName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function columnValue(value: unknown): string | number | null {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  return typeof value === 'boolean' ? Number(value) : JSON.stringify(value)
}

/** The statement that inserts a row, to which a condition can be added. */
export function insertion(table: string, columns: Columns): Required<Sql> & { readonly args: Columns } {
  const names = Object.keys(columns)
  const values = names.map((name) => `:${name}`)
  return { sql: `insert into ${table} (${names.join(', ')}) select ${values.join(', ')}`, args: columns }
}
