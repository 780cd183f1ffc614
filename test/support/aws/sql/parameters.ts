import { scan } from './scan.ts'

/** A statement with `$n` for its named parameters, and their values in that order. */
export type Bound = { readonly sql: string; readonly values: readonly string[] }

/** The names of the parameters that a statement uses. Inside a string nothing is one. */
export function parameterNames(sql: string): ReadonlySet<string> {
  return new Set(scan(sql).flatMap((token) => (token.kind === 'parameter' ? [token.text.slice(1)] : [])))
}

/**
 * Binds values by name. The server infers each type from where the parameter stands, as the Data API's implicit
 * conversion does. A parameter without a value stays in the text, where it is a syntax error.
 */
export function bind(sql: string, given: ReadonlyMap<string, string>): Bound {
  const values: string[] = []
  const numbers = new Map<string, number>()
  const text = scan(sql).map((token) => {
    if (token.kind !== 'parameter') return token.text
    const name = token.text.slice(1)
    const value = given.get(name)
    if (value === undefined) return token.text
    if (!numbers.has(name)) numbers.set(name, values.push(value))
    return `$${numbers.get(name)}`
  })
  return { sql: text.join(''), values }
}
