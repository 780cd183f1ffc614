import { fitsOneMessage } from './budget.ts'
import type { Part } from './part.ts'

/** Parts by message, in order: the first for the channel, the others for its thread. */
export interface Pages {
  readonly main: readonly Part[]
  readonly thread: readonly (readonly Part[])[]
}

/**
 * Spreads the parts over as many messages as Slack's limits ask for; `tail` stays on the first. A further table or chart goes to
 * the thread while the words behind it stay; words that find no room take all that follows with them, so that they are read in order.
 */
export function paginate(parts: readonly Part[], tail: readonly Part[]): Pages {
  const main: Part[] = []
  const later: Part[] = []
  let full = false
  for (const part of parts.flatMap(loose)) {
    if (!full && fitsOneMessage([...main, part, ...tail])) main.push(part)
    else {
      later.push(part)
      full ||= isWords(part)
    }
  }
  return { main, thread: inOrder(later) }
}

/** Parts in their order, as many on each page as fit. A line over a table or a chart stays with it. */
export function inOrder(parts: readonly Part[]): readonly (readonly Part[])[] {
  const pages: Part[][] = []
  for (const part of parts.flatMap(loose)) {
    const page = pages.at(-1)
    if (page !== undefined && fitsOneMessage([...page, part])) page.push(part)
    else pages.push([...headingOf(page, part), part])
  }
  return pages
}

/** Takes the last line off the page that is full, where it stands over what begins the next one. */
function headingOf(page: Part[] | undefined, next: Part): readonly Part[] {
  const last = page?.at(-1)
  if (page === undefined || last === undefined || page.length < 2 || isWords(next)) return []
  const isHeading = last.newest.length === 1 && last.newest[0]?.type === 'section'
  return isHeading && fitsOneMessage([last, next]) ? page.splice(-1) : []
}

// Rich text holds the boxes of a code text, and titles.
const wordTypes: ReadonlySet<string> = new Set(['section', 'context', 'rich_text'])

/** Words alone look the same in every form, and may be parted between any two blocks. */
function isWords({ newest, oldest }: Part): boolean {
  return newest === oldest && newest.every(({ type }) => wordTypes.has(type))
}

function loose(part: Part): readonly Part[] {
  if (!isWords(part) || part.newest.length < 2) return [part]
  const { label, newest, words } = part
  return newest.map((block, at) => {
    const blocks = [block]
    const own = words.length === newest.length ? words.slice(at, at + 1) : at === 0 ? words : []
    return { label, newest: blocks, older: blocks, oldest: blocks, words: own }
  })
}
