import type { Values } from '../ports/engine.ts'
import { lexSql } from './lexer.ts'
import { timestampText } from './window.ts'
import type { OffsetSpan } from './zone.ts'

/** A `:name` in an SQL text; `start` and `end` are offsets, the colon included. */
interface Placeholder {
  readonly name: string
  readonly start: number
  readonly end: number
}

// Not after a colon (a cast), a word or a closing bracket (an array slice); `:=` has no name and is none either.
const placeholder = /(?<![:\w$)\]]):([a-z_]\w*)/gi

/** Every `:name` of an SQL text outside strings, quoted names, comments and casts, in order, repeats included. */
export function placeholders(sql: string): readonly Placeholder[] {
  return lexSql(sql)
    .filter((piece) => piece.kind === 'code')
    .flatMap((piece) =>
      [...piece.text.matchAll(placeholder)].map((match) => {
        const start = piece.start + match.index
        return { name: match[1] ?? '', start, end: start + match[0].length }
      }),
    )
}

/** How an engine writes a placeholder: `$name` in DuckDB, `:name` in the Redshift Data API, `$1` in PostgreSQL. */
type PlaceholderStyle = (name: string, index: number) => string

/** A text in an engine's own placeholders. `values[i]` is the text to bind to `names[i]`, whose index is i + 1. */
interface BoundSql {
  readonly sql: string
  readonly names: readonly string[]
  readonly values: readonly string[]
}

/**
 * Rewrites `:name` to an engine's placeholders. Text is always bound; whole numbers are written into the SQL as digits,
 * because Redshift takes no parameter in LIMIT. A missing value or a number that is not whole is a bug and throws.
 */
export function bind(sql: string, values: Values, style: PlaceholderStyle): BoundSql {
  const bound = new Map<string, string>()
  let rewritten = ''
  let from = 0
  for (const { name, start, end } of placeholders(sql)) {
    rewritten += sql.slice(from, start) + written(name)
    from = end
  }
  return { sql: rewritten + sql.slice(from), names: [...bound.keys()], values: [...bound.values()] }

  function written(name: string): string {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) throw new Error(`no value for the parameter :${name}`)
    if (typeof value === 'number') return digits(name, value)
    bound.set(name, value)
    return style(name, [...bound.keys()].indexOf(name) + 1)
  }
}

function digits(name: string, value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`the parameter :${name} is ${value}, not a whole number`)
  // In brackets, or "5 -:n" would become a comment.
  return value < 0 ? `(${value})` : String(value)
}

/** A `:tz(start_time)` of an SQL text: the parameter, the column in its brackets, and offsets from the colon to after them. */
interface LocalTime {
  readonly name: string
  readonly column: string
  readonly start: number
  readonly end: number
}

/** Where a text uses a zone. A use without a column in brackets has an empty `column`. */
export function localTimes(sql: string, zones: readonly string[]): readonly LocalTime[] {
  return placeholders(sql)
    .filter(({ name }) => zones.includes(name))
    .map(({ name, start, end }) => {
      const [brackets = '', column = ''] = /^\((\w+(?:\.\w+)?)\)/.exec(sql.slice(end)) ?? []
      return { name, column, start, end: end + brackets.length }
    })
}

/**
 * Writes for each `:tz(start_time)` how many minutes the zone's clocks are ahead of UTC at that column's time, and gives the
 * values to bind. The engines' own time zone data are not asked: they differ in age, and in where they take a parameter.
 */
export function withOffsets(
  sql: string,
  name: string,
  spans: readonly OffsetSpan[],
): { readonly sql: string; readonly values: Values } {
  const changes = spans
    .slice(1)
    .map(({ from }, index) => [`${name}_${index + 1}`, timestampText(new Date(from))] as const)
  let written = ''
  let from = 0
  for (const { column, start, end } of localTimes(sql, [name])) {
    written += sql.slice(from, start) + minutesAt(column, name, spans)
    from = end
  }
  return { sql: written + sql.slice(from), values: Object.fromEntries(changes) }
}

function minutesAt(column: string, name: string, spans: readonly OffsetSpan[]): string {
  const last = spans.at(-1)?.minutes ?? 0
  const cases = spans
    .slice(0, -1)
    .map(({ minutes }, index) => `when ${column} < cast(:${name}_${index + 1} as timestamp) then ${minutes}`)
  return cases.length === 0 ? `(${last})` : `(case ${cases.join(' ')} else ${last} end)`
}
