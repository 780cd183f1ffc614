/** Part of an SQL text: `code` is what an engine reads as words and signs; in the others `;` and `:name` mean nothing. */
interface SqlPiece {
  readonly kind: 'code' | 'string' | 'identifier' | 'comment'
  readonly text: string
  /** Offset of the first character in the whole text. */
  readonly start: number
  /** False for a quote or a block comment that the text ends in the middle of. */
  readonly closed: boolean
}

/**
 * Cuts an SQL text into pieces that joined again give the text: strings ('…', e'…', $tag$…$tag$), quoted identifiers,
 * comments (block comments nest) and the code between them, as PostgreSQL reads them
 * (https://www.postgresql.org/docs/18/sql-syntax-lexical.html).
 */
export function lexSql(sql: string): readonly SqlPiece[] {
  const pieces: SqlPiece[] = []
  let codeFrom = 0
  let at = 0
  while (at < sql.length) {
    const quoted = quotedAt(sql, at)
    if (quoted === null) {
      at += 1
      continue
    }
    if (at > codeFrom) pieces.push({ kind: 'code', text: sql.slice(codeFrom, at), start: codeFrom, closed: true })
    pieces.push({ kind: quoted.kind, text: sql.slice(at, quoted.end), start: at, closed: quoted.closed })
    at = quoted.end
    codeFrom = at
  }
  if (at > codeFrom) pieces.push({ kind: 'code', text: sql.slice(codeFrom), start: codeFrom, closed: true })
  return pieces
}

/** Which of these tables a statement reads, in the order in which it names them. */
export function tablesRead(sql: string, tables: readonly string[]): readonly string[] {
  const code = lexSql(sql)
    .map(({ kind, text }) => (kind === 'code' ? text : ' '))
    .join('')
  const named = [...code.matchAll(/\b(?:from|join)\s+(\w+)/gi)].map(([, name = '']) => name.toLowerCase())
  return [...new Set(named)].filter((name) => tables.includes(name))
}

/** The 1-based line of an offset, for messages. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

interface Quoted {
  readonly kind: 'string' | 'identifier' | 'comment'
  readonly end: number
  readonly closed: boolean
}

function quotedAt(sql: string, at: number): Quoted | null {
  switch (sql[at]) {
    case "'":
      return { kind: 'string', ...endOfQuote(sql, at, "'", /(?<![\w$])e$/i.test(sql.slice(Math.max(0, at - 2), at))) }
    case '"':
      return { kind: 'identifier', ...endOfQuote(sql, at, '"', false) }
    case '$':
      return dollarQuoteAt(sql, at)
    case '-':
      return sql[at + 1] === '-' ? { kind: 'comment', end: endOfLine(sql, at), closed: true } : null
    case '/':
      return sql[at + 1] === '*' ? { kind: 'comment', ...endOfBlockComment(sql, at) } : null
    default:
      return null
  }
}

/** A doubled quote is a quote within; after `e` a backslash escapes too. */
function endOfQuote(sql: string, start: number, quote: string, backslash: boolean): { end: number; closed: boolean } {
  let at = start + 1
  while (at < sql.length) {
    if (backslash && sql[at] === '\\') at += 2
    else if (sql[at] !== quote) at += 1
    else if (sql[at + 1] === quote) at += 2
    else return { end: at + 1, closed: true }
  }
  return { end: sql.length, closed: false }
}

const dollarTag = /(?<![\w$])\$(?:[a-z_]\w*)?\$/iy

function dollarQuoteAt(sql: string, at: number): Quoted | null {
  dollarTag.lastIndex = at
  const tag = dollarTag.exec(sql)?.[0]
  if (tag === undefined) return null
  const closing = sql.indexOf(tag, at + tag.length)
  return closing === -1
    ? { kind: 'string', end: sql.length, closed: false }
    : { kind: 'string', end: closing + tag.length, closed: true }
}

function endOfLine(sql: string, at: number): number {
  const newline = sql.indexOf('\n', at)
  return newline === -1 ? sql.length : newline
}

function endOfBlockComment(sql: string, start: number): { end: number; closed: boolean } {
  let depth = 1
  let at = start + 2
  while (at < sql.length) {
    const pair = sql.slice(at, at + 2)
    if (pair === '/*') depth += 1
    if (pair === '*/') depth -= 1
    at += pair === '/*' || pair === '*/' ? 2 : 1
    if (depth === 0) return { end: at, closed: true }
  }
  return { end: sql.length, closed: false }
}

/** One statement of a file: its text without the closing semicolon and without comments around it, and its first line. */
export interface SqlStatement {
  readonly text: string
  readonly line: number
}

/** The statements of a text, in order. Comments alone are none; a semicolon in a string, name or comment ends nothing. */
export function splitStatements(sql: string): readonly SqlStatement[] {
  const statements: SqlStatement[] = []
  let first = -1
  let end = -1
  const close = (): void => {
    if (first !== -1) statements.push({ text: sql.slice(first, end), line: lineAt(sql, first) })
    first = -1
  }
  const take = (from: number, to: number): void => {
    if (first === -1) first = from
    end = to
  }
  for (const piece of lexSql(sql)) {
    if (piece.kind === 'comment') continue
    if (piece.kind !== 'code') {
      take(piece.start, piece.start + piece.text.length)
      continue
    }
    for (const { 0: token, index } of piece.text.matchAll(/;|[^\s;]+/g)) {
      if (token === ';') close()
      else take(piece.start + index, piece.start + index + token.length)
    }
  }
  close()
  return statements
}
