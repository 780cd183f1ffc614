import { lexSql } from '../../../src/core/sql/lexer.ts'

/** An SQL text in lower case whose strings are `'…'` of the same length, and whose comments are blanks. */
export interface MaskedSql {
  readonly code: string
  readonly strings: readonly { readonly text: string; readonly start: number }[]
}

export function mask(sql: string): MaskedSql {
  const pieces = lexSql(sql)
  const code = pieces.map(({ kind, text }) => {
    if (kind === 'comment') return text.replaceAll(/[^\n]/g, ' ')
    return kind === 'string' ? `'${'…'.repeat(Math.max(0, text.length - 2))}'` : text
  })
  return { code: code.join('').toLowerCase(), strings: pieces.filter((piece) => piece.kind === 'string') }
}

/** Where a rule finds something: offsets in the text. */
export type Find = (sql: MaskedSql) => readonly number[]

export function matching(pattern: RegExp): Find {
  return ({ code }) => [...code.matchAll(pattern)].map((match) => match.index)
}

/** Calls of a function of which the text in the brackets and the text after them satisfy a condition. */
export function calls(names: string, condition: (inside: string, after: string) => boolean): Find {
  return ({ code }) =>
    [...code.matchAll(new RegExp(`\\b(?:${names})\\s*\\(`, 'g'))]
      .filter((match) => {
        const from = match.index + match[0].length
        const to = endOfLevel(code, from)
        return condition(code.slice(from, to), code.slice(to + 1))
      })
      .map((match) => match.index)
}

/** The text in the brackets of the OVER that a text begins with; null where it begins with another word. */
export function windowOf(after: string): string | null {
  const over = /^\s*over\s*\(/.exec(after)
  return over === null ? null : after.slice(over[0].length, endOfLevel(after, over[0].length))
}

/** A text in brackets cut at its own commas, each part with its offset. */
export function itemsFrom(code: string, from: number): readonly { readonly text: string; readonly start: number }[] {
  const end = endOfLevel(code, from)
  const items: { text: string; start: number }[] = []
  let start = from
  for (let at = from; at <= end; at += 1) {
    if (code[at] === '(') at = endOfLevel(code, at + 1)
    else if (at === end || code[at] === ',') {
      items.push({ text: code.slice(start, at), start })
      start = at + 1
    }
  }
  return items
}

/** Offset of the bracket that closes the level that `from` is in, or of the end of the text. */
function endOfLevel(code: string, from: number): number {
  let depth = 0
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === '(') depth += 1
    if (code[at] === ')') depth -= 1
    if (depth < 0) return at
  }
  return code.length
}
