const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

// Latin, kana and Han letters stand alone; going through the segmenter for them takes ten times as long.
const alone = /^[\x20-\x7e\u00a1-\u02ff\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff]*$/

/** What a reader takes for single characters: "👩‍🚀" is one. */
export function graphemes(text: string): Iterable<string> {
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

/** The whole text in pieces of at most `max` units, broken at line ends where there are any, else between graphemes; one that is longer than that becomes `…`. */
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

/** The labels cut to `max` units and told apart by a number where that made them equal, or where they were equal before. */
export function uniqueCut(labels: readonly string[], max: number): readonly string[] {
  const taken = new Set<string>()
  return labels.map((label) => {
    let unique = cut(label, max)
    for (let n = 2; taken.has(unique); n++) unique = `${cut(label, max - ` ${n}`.length)} ${n}`
    taken.add(unique)
    return unique
  })
}
