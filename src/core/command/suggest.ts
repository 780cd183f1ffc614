/** The word of `known` that `word` was probably meant to be, or null where none is near (a third of its letters may differ). */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null
  let least = Math.max(1, Math.floor(word.length / 3)) + 0.5
  for (const candidate of known) {
    const begins = candidate.startsWith(word) && word.length >= 3
    // Nothing of a very different length is near, and a line of 3,000 letters is not compared letter by letter.
    if (!begins && Math.abs(candidate.length - word.length) > least) continue
    const distance = begins ? 1 : editDistance(word, candidate)
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

const swap = 0.9

/**
 * Damerau-Levenshtein distance (optimal string alignment): swapped neighbours count one, as they do for fingers, and a little less, because
 * all letters are there: "pluse" is nearer to "pulse" than to "pause".
 */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    rows.push([i])
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same)
      rows[i]?.push(swapped ? Math.min(least, at(i - 2, j - 2) + swap) : least)
    }
  }
  return at(a.length, b.length)
}
