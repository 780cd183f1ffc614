import stringWidth from 'string-width'
import { cellWords, numericFormats } from '../core/cell-words.ts'
import { cleanLine } from '../core/clean.ts'
import type { Cell, Format } from '../core/reply.ts'

/** Whether a column of this format is read from the right. */
export function alignsRight(format: Format): boolean {
  return numericFormats.has(format)
}

/** One value as people read it in a terminal, on one line, with nothing that a terminal would obey. */
export function cellText(cell: Cell, format: Format): string {
  return cleanLine(cellWords(cell, format))
}

const latin = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]*$/

// Families of emoji have up to this many UTF-16 units for each of their two columns.
const unitsPerColumn = 8

/** Columns that a line takes; beyond `most` they need not all be counted. */
export function widthOf(text: string, most = Number.POSITIVE_INFINITY): number {
  return latin.test(text) ? text.length : stringWidth(text.slice(0, (most + 1) * unitsPerColumn))
}

/** The text cut or filled to a width in columns; wide characters count two. */
export function padded(text: string, width: number, right: boolean): string {
  const cut = widthOf(text, width) <= width ? text : shorten(text, width)
  const fill = ' '.repeat(Math.max(0, width - widthOf(cut)))
  return right ? fill + cut : cut + fill
}

function shorten(text: string, width: number): string {
  let kept = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += widthOf(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept}…`
}
