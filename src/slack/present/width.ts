import { graphemes } from './cut.ts'

// East Asian wide and full-width characters and emoji take two columns of a monospaced font (Unicode Standard Annex 11).
const wide =
  /^(?:\p{Emoji_Presentation}|.\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

const ascii = /^[\x20-\x7e]*$/

/** Columns that a line takes in a monospaced font; counting stops beyond `most`. */
export function widthOf(text: string, most = Number.POSITIVE_INFINITY): number {
  if (ascii.test(text)) return text.length
  let columns = 0
  for (const grapheme of graphemes(text)) {
    columns += wide.test(grapheme) ? 2 : 1
    if (columns > most) break
  }
  return columns
}

/** The text cut to this many columns, a cut shown as `…`. */
export function fitColumns(text: string, columns: number): string {
  if (widthOf(text, columns) <= columns) return text
  let kept = ''
  let used = 0
  for (const grapheme of graphemes(text)) {
    used += wide.test(grapheme) ? 2 : 1
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
