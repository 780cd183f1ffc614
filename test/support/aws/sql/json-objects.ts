/** A value inside a JSON object, numbers with the digits they were written with. */
export type JsonField =
  | { readonly kind: 'null' }
  | { readonly kind: 'string' | 'number' | 'boolean'; readonly text: string }
  | { readonly kind: 'nested'; readonly text: string }

/** One root-level object of a file, or what stands in its place. Lines count from 1. */
export type JsonItem =
  | { readonly kind: 'object'; readonly lastLine: number; readonly fields: ReadonlyMap<string, JsonField> }
  | { readonly kind: 'invalid'; readonly lastLine: number; readonly reason: string }

/** COPY takes objects of at most 4 MB (copy-usage_notes-copy-from-json). */
const mostBytes = 4 * 1024 * 1024

/**
 * Reads the objects of a file: separated by white space, no commas, no enclosing array. After something that is no
 * object reading goes on at the next line.
 */
export function* jsonItems(text: string): Generator<JsonItem> {
  let at = 0
  let line = 1
  const advance = (to: number) => {
    for (
      let newline = text.indexOf('\n', at);
      newline !== -1 && newline < to;
      newline = text.indexOf('\n', newline + 1)
    ) {
      line += 1
    }
    at = to
  }
  for (;;) {
    advance(skipSpace(text, at))
    if (at >= text.length) return
    const end = text[at] === '{' ? endOf(text, at) : undefined
    const slice = end === undefined ? undefined : text.slice(at, end)
    if (slice !== undefined && isJson(slice)) {
      advance(at + slice.length)
      yield Buffer.byteLength(slice) > mostBytes
        ? { kind: 'invalid', lastLine: line, reason: 'JSON object exceeds the maximum size of 4194304 bytes' }
        : { kind: 'object', lastLine: line, fields: fieldsOf(slice) }
      continue
    }
    const reason = text[at] === '{' ? 'Invalid JSON format' : 'Invalid JSONPath format: Member is not an object.'
    yield { kind: 'invalid', lastLine: line, reason }
    const newline = text.indexOf('\n', at)
    advance(newline === -1 ? text.length : newline)
  }
}

/** The members of an object or the elements of an array, given as valid JSON; elements are named by their index. */
export function fieldsOf(json: string): ReadonlyMap<string, JsonField> {
  const fields = new Map<string, JsonField>()
  const isArray = json[0] === '['
  let at = 1
  for (;;) {
    at = skipSpace(json, at)
    if (at >= json.length - 1) return fields
    let name = String(fields.size)
    if (!isArray) {
      const end = endOf(json, at) ?? json.length
      name = String(JSON.parse(json.slice(at, end)))
      at = skipSpace(json, skipSpace(json, end) + 1)
    }
    const end = endOf(json, at) ?? json.length
    fields.set(name, fieldOf(json.slice(at, end)))
    at = skipSpace(json, end)
    if (json[at] === ',') at += 1
  }
}

function fieldOf(text: string): JsonField {
  if (text === 'null') return { kind: 'null' }
  if (text[0] === '"') return { kind: 'string', text: String(JSON.parse(text)) }
  if (text[0] === '{' || text[0] === '[') return { kind: 'nested', text }
  return { kind: text === 'true' || text === 'false' ? 'boolean' : 'number', text }
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n\uFEFF'.includes(text.charAt(at))) at += 1
  return at
}

/** Where the value that begins at `from` ends; undefined when it does not. */
function endOf(text: string, from: number): number | undefined {
  const pieces = /"(?:[^"\\]|\\[\s\S])*"|[{}[\]]|[^"{}[\],:\s]+/g
  pieces.lastIndex = from
  let depth = 0
  for (let piece = pieces.exec(text); piece !== null; piece = pieces.exec(text)) {
    if (piece[0] === '{' || piece[0] === '[') depth += 1
    if (piece[0] === '}' || piece[0] === ']') depth -= 1
    if (depth === 0) return pieces.lastIndex
  }
  return undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
