import { SqlRefusal } from './dialect.ts'
import { fieldsOf, type JsonField } from './json-objects.ts'

/** The steps from the root to a value: names, and indexes of arrays. */
export type JsonPath = readonly string[]

/**
 * Reads a JSONPaths file; undefined when its key is not `jsonpaths`, in which case COPY falls back to 'auto'.
 * https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-json.html
 */
export function parseJsonPaths(text: string): readonly JsonPath[] | undefined {
  const file: unknown = JSON.parse(text)
  const paths = typeof file === 'object' && file !== null && 'jsonpaths' in file ? file.jsonpaths : undefined
  return Array.isArray(paths) ? paths.map((path) => parsePath(String(path))) : undefined
}

/** The value at a path; null where something on the way is missing. */
export function valueAt(fields: ReadonlyMap<string, JsonField>, path: JsonPath): JsonField {
  const [first, ...rest] = path
  const field: JsonField = fields.get(first ?? '') ?? { kind: 'null' }
  if (rest.length === 0) return field
  return field.kind === 'nested' ? valueAt(fieldsOf(field.text), rest) : { kind: 'null' }
}

function parsePath(path: string): JsonPath {
  const steps = [...path.slice(1).matchAll(/\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]|\.([^.[\]*]+)/g)]
  const length = steps.reduce((sum, step) => sum + step[0].length, 1)
  if (!path.startsWith('$') || length !== path.length || steps.length === 0) {
    throw new SqlRefusal(`Invalid JSONPath format: ${path}`)
  }
  return steps.map(([, single, double, index, dotted]) => single ?? double ?? index ?? dotted ?? '')
}
