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
