import stringWidth from 'string-width'

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

// Latin, kana and Han letters are graphemes by themselves; the segmenter takes ten times as long.
const alone = /^[\x20-\x7e\u00a1-\u02ff\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff]*$/

/** Characters as a reader counts them: "👩‍🚀" is one. */
function graphemes(text: string): Iterable<string> {
  if (alone.test(text)) return text
  return {
    *[Symbol.iterator]() {
      for (const { segment } of segmenter.segment(text)) yield segment
    },
  }
}

/** At most `max` UTF-16 units of text, cut between graphemes; a cut shows as `…`. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  let kept = ''
  for (const grapheme of graphemes(text)) {
    if (kept.length + grapheme.length > max - 1) break
    kept += grapheme
  }
  return `${kept.trimEnd()}…`
}

/** The whole text in pieces of at most `max` units, broken at line ends where there are any, else between graphemes; a longer grapheme becomes `…`. */
export function pieces(text: string, max: number): readonly string[] {
  const found: string[] = []
  let piece = ''
  const flush = (): void => {
    if (piece.trim() !== '') found.push(piece.replace(/^\n+|\n+$/g, ''))
    piece = ''
  }
  for (const line of text.split(/(?<=\n)/)) {
    if (piece.length + line.length > max) flush()
    if (line.length <= max) piece += line
    else
      for (const grapheme of graphemes(line)) {
        if (piece.length + grapheme.length > max) flush()
        piece += grapheme.length > max ? '…' : grapheme
      }
  }
  flush()
  return found
}

/** The labels cut to `max` units and numbered where that made them equal, or where they were equal before. */
export function uniqueCut(labels: readonly string[], max: number): readonly string[] {
  const taken = new Set<string>()
  return labels.map((label) => {
    let unique = cut(label, max)
    for (let n = 2; taken.has(unique); n++) unique = `${cut(label, max - ` ${n}`.length)} ${n}`
    taken.add(unique)
    return unique
  })
}

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
