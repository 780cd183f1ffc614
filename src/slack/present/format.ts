import type { Cell, Format } from '../../core/reply.ts'
import { bytes, duration } from '../../core/words.ts'
import { cleanLine } from './clean.ts'

const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

/** Formats whose cells are figures: aligned to the right, and sorted as numbers where Slack can. */
export const numericFormats: ReadonlySet<Format> = new Set(['integer', 'decimal', 'percent', 'duration', 'bytes'])

/**
 * One value of a table as people write it, in one line, never empty. A `percent` is in percent (4.9 is "4.9 %"), a `duration`
 * in milliseconds, a `time` is told in UTC. Whole numbers that came as text because they are beyond 2^53 stay as they are.
 */
export function formatCell(cell: Cell, format: Format): string {
  if (cell === null) return '–'
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'number') return formatNumber(cell, format)
  return format === 'time' ? formatTime(cell) : cleanLine(cell)
}

function formatNumber(n: number, format: Format): string {
  // Beyond 2^53 digits are no longer exact, and grouping would only dress them up.
  if (!Number.isFinite(n) || Math.abs(n) > Number.MAX_SAFE_INTEGER) return String(n)
  switch (format) {
    case 'integer':
      return grouped(n, 2)
    case 'decimal':
      return decimal(n)
    case 'percent':
      return `${Math.abs(n) < 0.1 ? decimal(n) : n.toFixed(1)} %`
    case 'duration':
      return n < 0 ? `-${duration(-n)}` : duration(n)
    case 'bytes':
      return n < 0 ? `-${bytes(-n)}` : bytes(n)
    default:
      return String(n)
  }
}

/** Two decimals, or two significant digits of what is smaller than that. */
function decimal(n: number): string {
  return n !== 0 && Math.abs(n) < 0.1 ? String(Number(n.toPrecision(2))) : grouped(n, 2)
}

function grouped(n: number, decimals: number): string {
  return n.toLocaleString('en', { maximumFractionDigits: decimals })
}

function formatTime(iso: string): string {
  const ms = Date.parse(iso)
  return Number.isNaN(ms) ? cleanLine(iso) : dayAndTime.format(ms)
}
