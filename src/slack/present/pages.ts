import type { Block } from '../outbound/fallbacks.ts'
import { maxButtons } from './blocks.ts'
import { forms, type MessageForm, type PresentedPart } from './parts.ts'

/** Parts by message, in order: the first for the channel, the others for its thread. */
export interface Pages {
  readonly main: readonly PresentedPart[]
  readonly thread: readonly (readonly PresentedPart[])[]
}

/**
 * Spreads the parts over as many messages as Slack's limits need; `tail` stays on the first. A second table or chart moves to the thread,
 * but the words behind it stay; words that do not fit take everything after them along, so that they are read in order.
 */
export function paginate(parts: readonly PresentedPart[], tail: readonly PresentedPart[]): Pages {
  const main: PresentedPart[] = []
  const later: PresentedPart[] = []
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
export function inOrder(parts: readonly PresentedPart[]): readonly (readonly PresentedPart[])[] {
  const pages: PresentedPart[][] = []
  for (const part of parts.flatMap(loose)) {
    const page = pages.at(-1)
    if (page !== undefined && fitsOneMessage([...page, part])) page.push(part)
    else pages.push([...headingOf(page, part), part])
  }
  return pages
}

/** Moves a heading at the end of a full page to the next one. */
function headingOf(page: PresentedPart[] | undefined, next: PresentedPart): readonly PresentedPart[] {
  const last = page?.at(-1)
  if (page === undefined || last === undefined || page.length < 2 || isWords(next)) return []
  const isHeading = last.newest.length === 1 && last.newest[0]?.type === 'section'
  return isHeading && fitsOneMessage([last, next]) ? page.splice(-1) : []
}

// Rich text holds the boxes of a code text, and titles.
const wordTypes: ReadonlySet<string> = new Set(['section', 'context', 'rich_text'])

/** Words look the same in every form, and may be split between any two blocks. */
function isWords({ newest, oldest }: PresentedPart): boolean {
  return newest === oldest && newest.every(({ type }) => wordTypes.has(type))
}

function loose(part: PresentedPart): readonly PresentedPart[] {
  if (!isWords(part) || part.newest.length < 2) return [part]
  const { label, newest, words } = part
  return newest.map((block, at) => {
    const blocks = [block]
    const own = words.length === newest.length ? words.slice(at, at + 1) : at === 0 ? words : []
    return { label, newest: blocks, older: blocks, oldest: blocks, words: own }
  })
}

/** What is limited in a message. */
export type Load = Readonly<Record<'blocks' | 'characters' | 'tables' | 'charts' | 'plans' | 'buttons', number>>

/**
 * Slack's limits of one message, with room left for the line about what follows: 50 blocks
 * (https://docs.slack.dev/block-kit), 13,200 characters (https://github.com/slackapi/bolt-js/issues/2509), one table, one plan,
 * two charts (https://github.com/vercel/chat/pull/696). Buttons are our own limit.
 */
const most: Load = { blocks: 48, characters: 12_600, tables: 1, charts: 2, plans: 1, buttons: maxButtons }

const nothing: Load = { blocks: 0, characters: 0, tables: 0, charts: 0, plans: 0, buttons: 0 }

/** What is in these parts when all of them take this form. */
export function loadOf(parts: readonly PresentedPart[], form: MessageForm): Load {
  return parts.flatMap((part) => part[form]).reduce((sum, block) => add(sum, loadOfBlock(block)), nothing)
}

/** Whether these parts make one message in every form. */
function fitsOneMessage(parts: readonly PresentedPart[]): boolean {
  return forms.every((form) => {
    const load = loadOf(parts, form)
    return keys.every((key) => load[key] <= most[key])
  })
}

const keys = ['blocks', 'characters', 'tables', 'charts', 'plans', 'buttons'] as const

function add(one: Load, other: Load): Load {
  return {
    blocks: one.blocks + other.blocks,
    characters: one.characters + other.characters,
    tables: one.tables + other.tables,
    charts: one.charts + other.charts,
    plans: one.plans + other.plans,
    buttons: one.buttons + other.buttons,
  }
}

function loadOfBlock(block: Block): Load {
  return {
    blocks: 1,
    characters: charactersOf(block),
    tables: block.type === 'table' || block.type === 'data_table' ? 1 : 0,
    charts: block.type === 'data_visualization' ? 1 : 0,
    plans: block.type === 'plan' ? 1 : 0,
    buttons: block.type === 'actions' ? buttonsIn(block['elements']) : 0,
  }
}

function buttonsIn(elements: unknown): number {
  const isButton = (element: unknown): boolean =>
    typeof element === 'object' && element !== null && 'type' in element && element.type === 'button'
  return Array.isArray(elements) ? elements.filter(isButton).length : 0
}

const keywords = new Set(['type', 'block_id', 'action_id', 'task_id', 'value', 'style', 'status', 'align'])

/** Every string of a block but identifiers and keywords: an upper bound of what Slack may count. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce((sum, [key, inner]) => sum + (keywords.has(key) ? 0 : charactersOf(inner)), 0)
}
