/** A piece of SQL. Pieces put together again are the text. */
export type SqlToken = {
  readonly kind: 'space' | 'word' | 'string' | 'quoted' | 'number' | 'parameter' | 'symbol'
  readonly text: string
}

const shapes: readonly (readonly [SqlToken['kind'], RegExp])[] = [
  ['space', /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y],
  ['string', /'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['symbol', /::/y],
  ['parameter', /:[0-9a-zA-Z_]+/y],
  ['word', /[a-zA-Z_][\w$]*/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['symbol', /[\s\S]/y],
]

/** Cuts SQL into pieces. A `:name` outside of strings, comments and casts is a parameter. */
export function scan(sql: string): readonly SqlToken[] {
  const tokens: SqlToken[] = []
  for (let at = 0; at < sql.length; ) {
    const token = tokenAt(sql, at)
    tokens.push(token)
    at += token.text.length
  }
  return tokens
}

/** The words of a statement in lower case with single blanks, without comments, strings and quoted names empty: for rules. */
export function outline(sql: string): string {
  return scan(sql)
    .map((token) => {
      if (token.kind === 'space') return ' '
      if (token.kind === 'string') return "''"
      return token.kind === 'quoted' ? '""' : token.text.toLowerCase()
    })
    .join('')
    .replace(/ +/g, ' ')
    .trim()
}

function tokenAt(sql: string, at: number): SqlToken {
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at
    const text = shape.exec(sql)?.[0]
    if (text !== undefined) return { kind, text }
  }
  throw new Error(`nothing fits at ${at} of ${sql}`)
}
