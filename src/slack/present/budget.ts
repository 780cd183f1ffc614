import type { Block } from '../message.ts'
import { maxButtons } from './buttons.ts'
import { type Form, forms, type Part } from './part.ts'

/** What a message may hold only so much of. */
export type Load = Readonly<Record<'blocks' | 'characters' | 'tables' | 'charts' | 'plans' | 'buttons', number>>

/**
 * Slack's limits of one message, with room left for a line that says what follows: 50 blocks
 * (https://docs.slack.dev/block-kit), 13,200 characters (https://github.com/slackapi/bolt-js/issues/2509), one table, one plan,
 * two charts (https://github.com/vercel/chat/pull/696). Buttons are our own limit.
 */
const most: Load = { blocks: 48, characters: 12_600, tables: 1, charts: 2, plans: 1, buttons: maxButtons }

const nothing: Load = { blocks: 0, characters: 0, tables: 0, charts: 0, plans: 0, buttons: 0 }

/** What is in these parts when all of them take this form. */
export function loadOf(parts: readonly Part[], form: Form): Load {
  return parts.flatMap((part) => part[form]).reduce((sum, block) => add(sum, loadOfBlock(block)), nothing)
}

/** Whether these parts make one message in every form. */
export function fitsOneMessage(parts: readonly Part[]): boolean {
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
    buttons: block.type === 'actions' && Array.isArray(block['elements']) ? block['elements'].length : 0,
  }
}

const keywords = new Set(['type', 'block_id', 'action_id', 'task_id', 'value', 'style', 'status', 'align'])

/** Every string of a block but identifiers and keywords: an upper bound of what Slack may count. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce((sum, [key, inner]) => sum + (keywords.has(key) ? 0 : charactersOf(inner)), 0)
}
