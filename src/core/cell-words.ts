import type { Cell, Format } from './reply.ts'
import { bytes, dayAndTime, duration } from './words.ts'

/*
 * Values of tables as people write them, the same in every face; what a face cannot show safely of a text it takes out itself.
 */

/** Formats whose cells are figures: read from the right, and compared as numbers. */
export const numericFormats: ReadonlySet<Format> = new Set([
  'integer',
  'decimal',
  'percent',
  'duration',
  'seconds',
  'bytes',
])

/**
 * One value in words. A `percent` is in percent (4.88 is "4.9%"), a `duration` in milliseconds, `seconds` are what they say, a `time` is told in UTC, nothing is
 * "–". Whole numbers that came as text because they are beyond 2^53 stay as they are, as does every other text.
 */
export function cellWords(cell: Cell, format: Format): string {
  if (cell === null || cell === '') return '–'
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'number') return numberWords(cell, format)
  return format === 'time' ? timeWords(cell) : cell
}

function numberWords(n: number, format: Format): string {
  // Beyond 2^53 digits are no longer exact, and grouping would only dress them up.
  if (!Number.isFinite(n) || Math.abs(n) > Number.MAX_SAFE_INTEGER) return String(n)
  if (n < 0 && format !== 'text') return `−${numberWords(-n, format)}`
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

function timeWords(iso: string): string {
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
