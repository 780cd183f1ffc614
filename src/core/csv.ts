import { keptName } from './cell-words.ts'
import type { Cell, TableReply } from './reply.ts'

// What spreadsheets take for a formula (https://owasp.org/www-community/attacks/CSV_Injection), full-width forms included.
const formula = /^[=+\-@\t\r\n＝＋－＠]/
const number = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i

// Excel reads a file without it in the code page of its system, and Björk as BjÃ¶rk.
const byteOrderMark = '\ufeff'

/**
 * A table as a file by RFC 4180 in UTF-8 with a byte order mark, values as they are: times in ISO 8601, figures ungrouped, null as
 * nothing. A text that a spreadsheet would take for a formula is led by an apostrophe; numbers stay numbers. The name says when rows
 * are missing.
 */
export function csvOf({ title, columns, rows, total, timeOrder }: TableReply): {
  readonly name: string
  readonly content: string
} {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  const part = rows.length < total ? `-${keptName({ timeOrder })}-${rows.length}` : ''
  return {
    name: `${slug === '' ? 'answer' : slug}${part}.csv`,
    content: byteOrderMark + [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join(''),
  }
}

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  const guarded = formula.test(cell) && !number.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
