import { bytes, capitalized, cleanLine, dayAndTime, decimalsNear, duration, withDecimals } from './format.ts'
import type { Cell, Format, TableReply } from './reply.ts'

/*
 * Tables as people read them, the same in Slack, in the terminal and as a file.
 */

/** Formats of numbers: aligned right, and sorted as numbers. */
export const numericFormats: ReadonlySet<Format> = new Set([
  'integer',
  'id',
  'decimal',
  'signed',
  'percent',
  'change',
  'duration',
  'seconds',
  'bytes',
])

type Titled = Pick<TableReply, 'columns' | 'labels'> & Partial<Pick<TableReply, 'formats'>>

/**
 * The title of each column for people: the one it was given, or its name in words: `plays_per_listener` is "Plays per listener". Bytes are
 * written with a unit of their own, so their column is the size.
 */
export function columnTitles({ columns, labels, formats }: Titled): readonly string[] {
  return columns.map((name, at) => labels?.[at] ?? titleOfColumn(formats?.[at] === 'bytes' ? 'size' : name))
}

/** The name of a column in words. */
export function titleOfColumn(name: string): string {
  return capitalized(name.replaceAll('_', ' ').replace(/\bid\b/g, 'ID'))
}

/** The format of a column of this name that has none of its own: whole numbers that name something are not grouped. */
export function usualFormat(name: string, format: Format): Format {
  return format === 'integer' && /(?:^|_)(?:id|year)$/.test(name) ? 'id' : format
}

/** The title of one column within a sentence: "plays per listener". Its name where the table has no such column. */
export function columnInSentence(table: Titled, column: string): string {
  const title = columnTitles(table)[table.columns.indexOf(column)] ?? column
  return /^\p{Lu}\p{Ll}/u.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title
}

/** One value of a table by itself. */
export function formatCell(cell: Cell, format: Format): string {
  return formatColumn([cell], format)(cell)
}

/**
 * Writes the values of a column, each in one line of clean text, all with the number of decimals that the column needs; null and '' become
 * "–". Units: `percent` is in percent (4.88 is "4.9%"), `duration` in milliseconds, `time` in UTC. Whole numbers beyond 2^53 come as text and
 * stay as they are.
 */
export function formatColumn(cells: readonly Cell[], format: Format): (cell: Cell) => string {
  const decimals = decimalsOf(cells, format)
  return (cell) => {
    if (cell === null || cell === '') return '–'
    if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
    if (typeof cell === 'number') return formatNumber(cell, format, decimals)
    return cleanLine(format === 'time' ? formatTime(cell) : cell)
  }
}

// Six show every rate that is more than one in a million.
const mostDecimals = 6

/** How many decimals a column shows: percentages one, other figures at most two, and more where a value would read as nothing, or a share as all. */
function decimalsOf(cells: readonly Cell[], format: Format): number {
  const isShare = format === 'percent' || format === 'change'
  return cells.reduce<number>(
    (most, cell) => {
      if (!isPlainNumber(cell)) return most
      const near = format === 'percent' ? Math.min(mostDecimals, decimalsNear(cell, 100)) : 0
      return Math.max(most, ownDecimals(Math.abs(cell), isShare), near)
    },
    isShare ? 1 : 0,
  )
}

function ownDecimals(n: number, isShare: boolean): number {
  if (n === 0 || (isShare && n >= 0.1)) return 0
  const shown = n < 0.1 ? n.toFixed(Math.min(mostDecimals, 1 + Math.ceil(-Math.log10(n)))) : n.toFixed(2)
  return (/\.(\d*?)0*$/.exec(shown)?.[1] ?? '').length
}

// Beyond 2^53 digits are no longer exact, and grouping would only dress them up.
function isPlainNumber(cell: Cell): cell is number {
  return typeof cell === 'number' && Math.abs(cell) <= Number.MAX_SAFE_INTEGER
}

function formatNumber(n: number, format: Format, decimals: number): string {
  if (!isPlainNumber(n)) return String(n)
  if (n < 0 && format !== 'text') return negative(formatNumber(-n, format, decimals))
  switch (format) {
    case 'integer':
    case 'decimal':
      return withDecimals(n, decimals)
    case 'signed':
      return positive(withDecimals(n, decimals))
    case 'percent':
      return `${n.toFixed(decimals)}%`
    case 'change':
      return positive(`${n.toFixed(decimals)}%`)
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

/** With a sign in front, unless it reads as nothing. */
function positive(digits: string): string {
  return /[1-9]/.test(digits) ? `+${digits}` : digits
}

function negative(digits: string): string {
  return `${/[1-9]/.test(digits) ? '−' : ''}${digits.replace(/^\+/, '')}`
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
 * A table as a CSV file (RFC 4180, UTF-8 with a byte order mark), values as they are: times in ISO 8601, numbers ungrouped, null empty. A text
 * that a spreadsheet would read as a formula gets an apostrophe in front. The file's name shows when rows are missing.
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
    .slice(0, 100)
    .replace(/-$/, '')
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
