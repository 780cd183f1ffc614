import { randomBytes } from 'node:crypto'
import type { AnyBlock, Element, HomeView, MessageBlock, Modal, TableCell } from './block-kit.ts'
import { ApiError } from './http.ts'
import {
  type Checked,
  charactersOf,
  checkHome,
  checkMessageBlocks,
  checkModal,
  maxMessageCharacters,
} from './validate.ts'

/** The value, or an `ApiError` of this code with Slack's JSON pointers (below `prefix`). */
export function validOr<T>(checked: Checked<T>, code: string, prefix = ''): T {
  if ('value' in checked) return checked.value
  const messages = checked.issues.map(({ pointer, message }) => `[ERROR] ${message} [json-pointer:${prefix}${pointer}]`)
  throw new ApiError(code, messages)
}

/** The text and blocks of a message. */
interface MessageContent {
  readonly text: string
  readonly blocks?: MessageBlock[]
}

/** `chat.update` names this limit (https://docs.slack.dev/reference/methods/chat.update); held on every message. */
const maxText = 4_000

/**
 * A message's text and blocks as Slack stores them, every block and element with an id. Throws `no_text`, `msg_too_long`,
 * `invalid_blocks` or `msg_blocks_too_long`.
 */
export function contentOf(given: { readonly text?: string | undefined; readonly blocks?: unknown }): MessageContent {
  const text = given.text ?? ''
  if (text.length > maxText) throw new ApiError('msg_too_long')
  const blocks = given.blocks === undefined ? [] : validOr(checkMessageBlocks(given.blocks), 'invalid_blocks')
  if (charactersOf(blocks) > maxMessageCharacters) throw new ApiError('msg_blocks_too_long')
  if (text.trim() === '' && blocks.length === 0) throw new ApiError('no_text')
  return blocks.length === 0 ? { text } : { text, blocks: blocks.map(blockWithIds) }
}

const id = () => randomBytes(4).toString('base64url')

function elementWithId<T extends Element>(element: T): T {
  return { ...element, action_id: element.action_id ?? id() }
}

function cellWithId<T extends TableCell>(cell: T): T {
  return cell.type === 'action_cell' ? { ...cell, element: elementWithId(cell.element) } : cell
}

function blockWithIds<T extends AnyBlock>(block: T): T {
  const named = { ...block, block_id: block.block_id ?? id() }
  if (named.type === 'actions') return { ...named, elements: named.elements.map(elementWithId) }
  if (named.type === 'data_table') return { ...named, rows: named.rows.map((row) => row.map(cellWithId)) }
  if (named.type === 'input')
    return { ...named, element: { ...named.element, action_id: named.element.action_id ?? id() } }
  if (named.type === 'section' && named.accessory !== undefined)
    return { ...named, accessory: elementWithId(named.accessory) }
  return named
}

/** 250 kB (https://docs.slack.dev/reference/methods/views.publish), read as the smaller of what it may mean. */
const maxViewBytes = 250_000

function checkedView<V extends Modal | HomeView>(checked: Checked<V>): V {
  const view = validOr(checked, 'invalid_arguments', '/view')
  if (Buffer.byteLength(JSON.stringify(view)) > maxViewBytes) throw new ApiError('view_too_large')
  return view
}

/** The modal as Slack stores it, every block and element with an id. Throws `invalid_arguments` or `view_too_large`. */
export function modalOf(given: unknown): Modal {
  const modal = checkedView(checkModal(given))
  return { ...modal, blocks: modal.blocks.map(blockWithIds) }
}

/** The Home tab as Slack stores it, every block and element with an id. Throws `invalid_arguments` or `view_too_large`. */
export function homeViewOf(given: unknown): HomeView {
  const home = checkedView(checkHome(given))
  return { ...home, blocks: home.blocks.map(blockWithIds) }
}
