import stringWidth from 'string-width'
import { graphemes } from './cut.ts'

const latin = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]*$/
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

// Families of emoji have up to this many UTF-16 units for each of their two columns.
const unitsPerColumn = 8

/** Columns that a line takes in a monospaced font; beyond `most` they need not all be counted. */
export function widthOf(text: string, most = Number.POSITIVE_INFINITY): number {
  return latin.test(text) ? text.length : stringWidth(text.slice(0, (most + 1) * unitsPerColumn))
}

/** The text cut to this many columns, a cut shown as `…`. */
export function fitColumns(text: string, columns: number): string {
  if (widthOf(text, columns) <= columns) return text
  let kept = ''
  let used = 0
  for (const grapheme of graphemes(text)) {
    used += widthOf(grapheme)
    if (used > columns - 1) break
    kept += grapheme
  }
  return `${kept.trimEnd()}…`
}

/** The text cut or filled up to exactly this many columns. Right-to-left text is isolated, so that its neighbours stay where they are. */
export function column(text: string, columns: number, align: 'left' | 'right'): string {
  const fitted = fitColumns(text, columns)
  const fill = ' '.repeat(Math.max(0, columns - widthOf(fitted)))
  const shown = rightToLeft.test(fitted) ? `\u2068${fitted}\u2069` : fitted
  return align === 'left' ? `${shown}${fill}` : `${fill}${shown}`
}
