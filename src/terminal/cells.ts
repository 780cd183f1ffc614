import stringWidth from 'string-width'
import type { Cell, Format } from '../core/reply.ts'
import { bytes, duration } from '../core/words.ts'

const rightAligned: readonly Format[] = ['integer', 'decimal', 'percent', 'duration', 'bytes']

/** Whether a column of this format is read from the right. */
export function alignsRight(format: Format): boolean {
  return rightAligned.includes(format)
}

/** One value as people read it in a terminal, on one line, with nothing that a terminal would obey. */
export function cellText(cell: Cell, format: Format): string {
  if (cell === null || cell === '') return '–'
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'string') return format === 'time' ? timeText(cell) : harmless(cell)
  switch (format) {
    case 'percent':
      return `${cell} %`
    case 'duration':
      return duration(cell)
    case 'bytes':
      return bytes(cell)
    case 'integer':
    case 'decimal':
      return cell.toLocaleString('en', { maximumFractionDigits: 3 })
    default:
      return String(cell)
  }
}

function timeText(iso: string): string {
  return harmless(iso.replace('T', ' ').replace(/\.000Z$|Z$/, ''))
}

/** Data may hold escape sequences; a terminal would obey them. Characters that turn the reading direction would mix up a row. */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
}

/** The text cut or filled to a width in columns; wide characters count two. */
export function padded(text: string, width: number, right: boolean): string {
  const cut = stringWidth(text) <= width ? text : shorten(text, width)
  const fill = ' '.repeat(Math.max(0, width - stringWidth(cut)))
  return right ? fill + cut : cut + fill
}

function shorten(text: string, width: number): string {
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break
    kept += segment
  }
  return `${kept}…`
}
