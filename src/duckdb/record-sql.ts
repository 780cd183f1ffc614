import { breaksRuleSql } from '../core/unreadable.ts'
import { type Dataset, type Field, isWhole } from './datasets.ts'
import { duckdbLiteral, identifier } from './literal.ts'

/** How the fields' names are written in the files at hand. */
export interface Spellings {
  /** Of each column; several where writers differ, none where the field is absent. */
  readonly of: ReadonlyMap<string, readonly string[]>
  /** Whether some record has a name twice. */
  readonly repeated: boolean
}

// A text in quotes that is a number, and a number as JSON writes it. No blanks, no "0x10", no "NaN", no "1_000".
const decimal = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'

/** Whether a text is a number to `lenientSql`. */
export function isNumber(text: string): boolean {
  return new RegExp(`^${decimal}$`).test(text)
}

/**
 * The rows of a dataset from a relation with a column `json`, for records that hold every field exactly once under its usual
 * name, and none that cannot be; every other record makes the statement fail. One parallel pass.
 *
 * Whole numbers are read as doubles, because DuckDB rounds 1.5 to 2 and takes the text "0x10" for 16; what it takes for a double it
 * refuses as it should, but for true and false, which become 1 and 0. Only a record with such a value is searched for the words:
 * 1,000,000 log lines cost 1 % more of the processor, in all of them it would be 10 %.
 *
 * The last column is the number of the record's file: `first` for the first file of the relation, and so on.
 */
export function exactRows({ fields }: Dataset, relation: string, first: number): string {
  const record = structure(fields.map((field) => [field.key, isWhole(field) ? 'DOUBLE' : field.type]))
  const value = (field: Field): string => `r.${identifier(field.key)}`
  const numbers = fields.filter(({ type }) => type !== 'VARCHAR')
  const suspicions = [
    fields.map((field) => `${value(field)} is null`).join(' and '),
    ...numbers.filter(isWhole).map((field) => `${value(field)} <> trunc(${value(field)})`),
    ...fields.flatMap((field) => (field.rule === undefined ? [] : [breaksRuleSql(field.rule, value(field))])),
    `case when ${numbers.map((field) => `${value(field)} in (0, 1)`).join(' or ')}
      then regexp_matches(cast(json as varchar), ':\\s*(true|false)') else false end`,
  ]
  const [head, ...others] = fields.map((field) =>
    isWhole(field) ? `cast(${value(field)} as ${field.type})` : value(field),
  )
  const suspicious = suspicions.map((suspicion) => `(${suspicion})`).join(' or ')
  return `select case when ${suspicious} then error('a record is not as usual') else ${head} end, ${others.join(', ')}, ${fileNumber(first)}
    from (select json, file_index, json_transform_strict(json, ${duckdbLiteral(record)}) as r from ${relation})`
}

/** The number of a record's file, by its place in the list that DuckDB was given. */
export function fileNumber(first: number): string {
  return `cast(file_index + ${first} as integer)`
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
  /** Null for a readable record, otherwise 'malformed', 'type', 'empty', 'repeated' or the column whose value does not fit. */
  readonly problem: string
}

/** Expressions for records with any spelling of the names, absent fields and faults. Every value is parsed as a text first. */
export function lenientSql({ fields }: Dataset, spellings: Spellings): RecordSql {
  const layers = Math.max(1, ...[...spellings.of.values()].map((names) => names.length))
  const parsed = Array.from({ length: layers }, (_, layer) => {
    const entries = fields.flatMap(({ column }) => {
      const key = spellings.of.get(column)?.[layer]
      return key === undefined ? [] : [[key, 'VARCHAR'] as const]
    })
    // A structure without any field is none to DuckDB.
    return `json_transform(json, ${duckdbLiteral(structure(entries.length === 0 ? [['_', 'VARCHAR']] : entries))}) as layer${layer}`
  })
  const textOf = ({ column }: Field): string => {
    const keys = spellings.of.get(column) ?? []
    return keys.length === 0
      ? 'cast(null as varchar)'
      : `coalesce(${keys.map((key, layer) => `layer${layer}.${identifier(key)}`).join(', ')})`
  }
  const isThere = fields.filter(({ column }) => (spellings.of.get(column) ?? []).length > 0)
  const misfits = isThere.flatMap((field) => {
    const misfit = misfitSql(field, textOf(field))
    return misfit === null ? [] : [`when ${misfit} then ${duckdbLiteral(field.column)}`]
  })
  const known = [...spellings.of.values()].flat().map(duckdbLiteral)
  const own = `list_filter(json_keys(json), lambda name: name in (${known.length === 0 ? "''" : known.join(', ')}))`
  const nothing = fields.map((field) => `${textOf(field)} is null`).join(' and ')
  const problem = [
    `case when json is null then 'malformed'`,
    `when json_type(json) <> 'OBJECT' then 'type'`,
    `when ${nothing} then 'empty'`,
    ...(spellings.repeated ? [`when len(${own}) <> len(list_distinct(${own})) then 'repeated'`] : []),
    ...misfits,
    'end',
  ].join(' ')
  const columns = fields.map((field) => {
    const text = textOf(field)
    if (field.type === 'VARCHAR') return text
    return isWhole(field) ? `cast(cast(${text} as double) as ${field.type})` : `cast(${text} as double)`
  })
  return { parsed: parsed.join(', '), columns, problem }
}

/** SQL that is true where a text is no value of the field; null where every text is one. */
function misfitSql({ type, rule }: Field, text: string): string | null {
  if (type === 'VARCHAR') return rule === undefined ? null : breaksRuleSql(rule, text)
  const number = `try_cast(${text} as double)`
  const faults = [
    `not regexp_full_match(${text}, ${duckdbLiteral(decimal)})`,
    ...(type === 'DOUBLE' ? [] : [`${number} <> trunc(${number})`, `try_cast(${number} as ${type}) is null`]),
    ...(rule === undefined ? [] : [breaksRuleSql(rule, number)]),
  ]
  return `${text} is not null and (${faults.join(' or ')})`
}

/** The path of a field in JSON. */
export function path(key: string): string {
  return `$."${key}"`
}

function structure(entries: readonly (readonly [key: string, type: string])[]): string {
  return JSON.stringify(Object.fromEntries(entries))
}
