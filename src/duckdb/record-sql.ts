import type { Dataset, Field } from './datasets.ts'
import { identifier, literal } from './literal.ts'

/** How the fields' names are written in the files at hand. */
export interface Spellings {
  /** Of each column; several where writers differ, none where the field is absent. */
  readonly of: ReadonlyMap<string, readonly string[]>
  /** Whether some record has a name twice. */
  readonly repeated: boolean
}

/**
 * The rows of a dataset from a relation with a column `json`, for records that hold every field exactly once under its usual
 * name; most other records make the statement fail, and `noEmptyRows` finds the rest. One parallel pass.
 */
export function exactRows(dataset: Dataset, relation: string): string {
  const record = literal(structure(dataset.fields.map(({ key, type }) => [key, type])))
  return `select unnest(json_transform_strict(json, ${record})) from ${relation}`
}

/** Fails when a row of the staging table is all nulls: json_transform_strict makes that of a line that says only `null`. */
export function noEmptyRows(dataset: Dataset): string {
  const empty = dataset.fields.map(({ column }) => `${column} is null`).join(' and ')
  return `select case when count(*) > 0 then error('a record is not an object') end from ${dataset.table} where ${empty}`
}

/** Matches names regardless of case, as COPY's `auto ignorecase` does on Redshift. */
export function spellingsOf(dataset: Dataset, keys: readonly string[], repeated: boolean): Spellings {
  // The usual spelling first: where a record holds two, it is the one that counts.
  const ranked = (field: Field): readonly string[] =>
    keys
      .filter((key) => /^\w+$/.test(key) && key.toLowerCase() === field.column)
      .toSorted((a, b) => Number(b === field.key) - Number(a === field.key))
  return { of: new Map(dataset.fields.map((field) => [field.column, ranked(field)])), repeated }
}

/** SQL over a relation with a column `json`: the columns of the dataset, and why a record cannot be read. */
export interface RecordSql {
  /** Expressions that add the parsed record to the relation, to be selected beside `json`. */
  readonly parsed: string
  /** The columns of the dataset, from the parsed record. Null where absent. */
  readonly columns: readonly string[]
  /** Null for a readable record, otherwise 'malformed', 'type', 'repeated' or the column whose value does not fit. */
  readonly problem: string
}

/** Expressions for records with any spelling of the names, absent fields and faults. */
export function lenientSql(dataset: Dataset, spellings: Spellings): RecordSql {
  const layers = Math.max(1, ...[...spellings.of.values()].map((names) => names.length))
  const parsed = Array.from({ length: layers }, (_, layer) => {
    const entries = dataset.fields.flatMap(({ column, type }) => {
      const key = spellings.of.get(column)?.[layer]
      return key === undefined ? [] : [[key, type] as const]
    })
    // A structure without any field is none to DuckDB.
    return `json_transform(json, ${literal(structure(entries.length === 0 ? [['_', 'VARCHAR']] : entries))}) as layer${layer}`
  })
  const valueAt = (column: string): string => {
    const keys = spellings.of.get(column) ?? []
    return keys.length === 0
      ? 'null'
      : `coalesce(${keys.map((key, layer) => `layer${layer}.${identifier(key)}`).join(', ')})`
  }
  const misfits = dataset.fields
    .filter(({ type }) => type !== 'VARCHAR')
    .flatMap(({ column }) =>
      (spellings.of.get(column) ?? []).map(
        (key, layer) =>
          `when layer${layer}.${identifier(key)} is null and coalesce(json_type(json, ${literal(path(key))}), 'NULL') <> 'NULL' then ${literal(column)}`,
      ),
    )
  const known = [...spellings.of.values()].flat().map(literal)
  const own = `list_filter(json_keys(json), lambda name: name in (${known.length === 0 ? "''" : known.join(', ')}))`
  const problem = [
    `case when json is null then 'malformed'`,
    `when json_type(json) <> 'OBJECT' then 'type'`,
    ...(spellings.repeated ? [`when len(${own}) <> len(list_distinct(${own})) then 'repeated'`] : []),
    ...misfits,
    'end',
  ].join(' ')
  return { parsed: parsed.join(', '), columns: dataset.fields.map(({ column }) => valueAt(column)), problem }
}

/** The path of a field in JSON. */
export function path(key: string): string {
  return `$."${key}"`
}

function structure(entries: readonly (readonly [key: string, type: string])[]): string {
  return JSON.stringify(Object.fromEntries(entries))
}
