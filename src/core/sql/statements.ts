import { lexSql, lineAt } from './lexer.ts'

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
