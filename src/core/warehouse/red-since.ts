import type { Deps } from '../deps.ts'
import type { LoadRecord } from '../ports/ledger.ts'
import { moment } from '../words.ts'

/**
 * Since when checks have been red, of all loads up to this one that were published: "new with this load", or "since the load of 28 Nov
 * 2018, 03:04 UTC". Titles that are not among those of the load's audit count as new.
 */
export async function redSince(
  titles: readonly string[],
  load: LoadRecord,
  { ledger }: Deps,
): Promise<(title: string) => string> {
  const loads = await ledger.loads.list(['live', 'previous', 'discarded'])
  const before = loads.filter(({ id, published }) => published !== null && id < load.id)
  const first = new Map(titles.map((title) => [title, firstRed(title, before)]))
  return (title) => {
    const published = first.get(title)?.published ?? null
    return published === null ? 'new with this load' : `since the load of ${moment(new Date(published))}`
  }
}

/** The oldest of the loads, newest first, that were red in a row. */
function firstRed(title: string, before: readonly LoadRecord[]): LoadRecord | null {
  const green = before.findIndex(({ facts: { checks } }) => checks?.warnings.includes(title) !== true)
  return before[(green === -1 ? before.length : green) - 1] ?? null
}
