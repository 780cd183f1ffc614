import { bytes, cleanLine, dayAndTime, duration } from './format.ts'
import type { Cell, Format, TableReply } from './reply.ts'

/*
 * Tables as people read them, the same in Slack, in the terminal and as a file.
 */

/** Formats of numbers: aligned right, and sorted as numbers. */
export const numericFormats: ReadonlySet<Format> = new Set([
  'integer',
  'decimal',
  'percent',
  'duration',
  'seconds',
  'bytes',
])

/**
 * One value of a table, in one line of clean text; null and '' become "–". Units: `percent` is in percent (4.88 is "4.9%"), `duration` in
 * milliseconds, `time` in UTC. Whole numbers beyond 2^53 come as text and stay as they are.
 */
export function formatCell(cell: Cell, format: Format): string {
  if (cell === null || cell === '') return '–'
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'number') return formatNumber(cell, format)
  return cleanLine(format === 'time' ? formatTime(cell) : cell)
}

function formatNumber(n: number, format: Format): string {
  // Beyond 2^53 digits are not exact, so they are not grouped.
  if (!Number.isFinite(n) || Math.abs(n) > Number.MAX_SAFE_INTEGER) return String(n)
  if (n < 0 && format !== 'text') return `−${formatNumber(-n, format)}`
  switch (format) {
    case 'integer':
      return grouped(n)
    case 'decimal':
      return decimal(n)
    case 'percent':
      return `${Math.abs(n) < 0.1 ? decimal(n) : n.toFixed(1)}%`
    case 'duration':
      return duration(n)
    case 'seconds':
      return duration(n * 1000)
    case 'bytes':
      return bytes(n)
    default:
      return String(n)
  }
}

/** Two decimals, or two significant digits of what is smaller than that. */
function decimal(n: number): string {
  return n !== 0 && Math.abs(n) < 0.1 ? String(Number(n.toPrecision(2))) : grouped(n)
}

function grouped(n: number): string {
  return n.toLocaleString('en', { maximumFractionDigits: 2 })
}

function formatTime(iso: string): string {
  const ms = Date.parse(iso)
  return Number.isNaN(ms) ? iso : dayAndTime(new Date(ms))
}

/**
 * Rows in the order of time, oldest first, behind `after` rows of another kind such as a total. Where not all of them find room, those
 * first rows and the newest ones are kept.
 */
export interface TimeOrder {
  readonly after: number
}

/** At most `most` of the rows, in their order: the first ones, or the newest where they are in the order of time. */
export function keptRows<T>(rows: readonly T[], most: number, order: TimeOrder | undefined): readonly T[] {
  return rows.filter((_, at) => isKept(at, rows.length, most, order))
}

/** Whether row `at` (from 0) of `total` is among the `most` that are kept. */
export function isKept(at: number, total: number, most: number, order: TimeOrder | undefined): boolean {
  if (order === undefined || total <= most) return at < most
  const first = Math.min(order.after, most)
  return at < first || at >= total - (most - first)
}

/** The same rows, those first that are kept longest. */
export function byImportance<T>(rows: readonly T[], order: TimeOrder | undefined): readonly T[] {
  return order === undefined ? rows : [...rows.slice(0, order.after), ...rows.slice(order.after).toReversed()]
}

/** What the kept rows are called where others were left out: "the first 1,000 of 1,100 rows". */
export function keptName({ timeOrder }: { readonly timeOrder?: TimeOrder | undefined }): 'first' | 'newest' {
  return timeOrder === undefined ? 'first' : 'newest'
}

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
