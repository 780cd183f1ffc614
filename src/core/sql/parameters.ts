import type { Values } from '../ports/engine.ts'
import { lexSql } from './lexer.ts'

/** A `:name` in an SQL text; `start` and `end` are offsets, the colon included. */
export interface Placeholder {
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
export type PlaceholderStyle = (name: string, index: number) => string

/** A text in an engine's own placeholders. `values[i]` is the text to bind to `names[i]`, whose index is i + 1. */
export interface BoundSql {
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
