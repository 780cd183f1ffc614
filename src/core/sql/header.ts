import { OpsError } from '../errors.ts'

/** One `-- key: value` line. `argument` is the word between key and colon, as in `-- param n: …`. */
export interface HeaderField {
  readonly key: string
  readonly argument: string | null
  readonly value: string
  readonly line: number
}

/** What a header may hold: `once` and `many` may be absent, `required` may not; `named` takes a word after the key. */
type HeaderKeys = Readonly<Record<string, 'required' | 'once' | 'many' | 'named'>>

/** A `bad_sql_file` that names file, line and reason; `path` is relative to the folder `sql`. */
export function badSqlFile(path: string, line: number, reason: string, remedy: string): OpsError {
  return new OpsError('bad_sql_file', `sql/${path}, line ${line}: ${reason}.`, remedy)
}

/**
 * Reads the block of comment lines at the head of a file; it ends at the first line that is no comment. Each line is
 * `-- key: value`. Throws `bad_sql_file` on any other line and on keys that are unknown, missing or given twice.
 */
export function parseHeader(path: string, text: string, keys: HeaderKeys): readonly HeaderField[] {
  const lines = text.split(/\r?\n/)
  const after = lines.findIndex((line) => !line.startsWith('--'))
  const fields = (after === -1 ? lines : lines.slice(0, after)).map((line, index) =>
    parseField(path, line, index + 1, keys),
  )
  for (const [index, field] of fields.entries()) {
    const before = fields.slice(0, index).find((other) => other.key === field.key && other.argument === field.argument)
    if (before !== undefined && keys[field.key] !== 'many') {
      throw badSqlFile(
        path,
        field.line,
        `"${shownKey(field)}" is given twice, first in line ${before.line}`,
        'Leave one out.',
      )
    }
  }
  for (const [key, presence] of Object.entries(keys)) {
    if (presence === 'required' && !fields.some((field) => field.key === key)) {
      throw badSqlFile(path, 1, `the header has no "${key}"`, `Begin the file with a line like "-- ${key}: …".`)
    }
  }
  return fields
}

function parseField(path: string, line: string, number: number, keys: HeaderKeys): HeaderField {
  const match = /^--\s*([a-z]+)(?:\s+([^\s:]+))?\s*:\s*(.*?)\s*$/.exec(line)
  const [, key, argument, value] = match ?? []
  if (key === undefined || value === undefined) {
    throw badSqlFile(
      path,
      number,
      `the header line "${line}" is not "-- key: value"`,
      'Put comments after an empty line.',
    )
  }
  if (!Object.hasOwn(keys, key)) {
    throw badSqlFile(path, number, `unknown key "${key}"`, `Known keys are ${Object.keys(keys).join(', ')}.`)
  }
  const named = keys[key] === 'named'
  if (named !== (argument !== undefined)) {
    const form = named ? `-- ${key} name: …` : `-- ${key}: …`
    throw badSqlFile(path, number, `"${key}" ${named ? 'needs a name' : 'takes no name'}`, `Write "${form}".`)
  }
  if (value === '') throw badSqlFile(path, number, `"${key}" is empty`, `Write "-- ${key}: …" with a value.`)
  return { key, argument: argument ?? null, value, line: number }
}

function shownKey(field: HeaderField): string {
  return field.argument === null ? field.key : `${field.key} ${field.argument}`
}

/** The value of a field that must be one of a few words. Throws `bad_sql_file` naming them. */
export function oneOf<const V extends string, F extends V | null>(
  path: string,
  field: HeaderField | undefined,
  values: readonly V[],
  fallback: F,
): V | F {
  if (field === undefined) return fallback
  const value = values.find((candidate) => candidate === field.value)
  if (value !== undefined) return value
  throw badSqlFile(path, field.line, `${field.key} is "${field.value}"`, `It is one of ${values.join(', ')}.`)
}
