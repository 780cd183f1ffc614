import type { KnownBlock } from '@slack/types'
import type { Log } from '../../core/ports/log.ts'
import { isContentRefusal } from '../slack-errors.ts'

/**
 * A block as sent. `data_visualization` is missing from @slack/types 3.2 (docs.slack.dev/reference/block-kit/blocks), so blocks
 * are plain records that the known types fit into.
 */
export type Block = KnownBlock | ({ readonly type: string } & Readonly<Record<string, unknown>>)

/** One message: `text` is for notifications and screen readers, at most 3,900 characters. */
export interface SlackMessage {
  readonly text: string
  readonly blocks: readonly Block[]
}

/** The fields of a message as the Web API takes them. */
export function messageFields({ text, blocks }: SlackMessage): Partial<SlackMessage> {
  return blocks.length === 0 ? { text } : { text, blocks }
}

/**
 * The same message from its richest form down to text alone, without blocks. Where Slack refuses one, the next is sent.
 */
export type Fallbacks = readonly [SlackMessage, ...SlackMessage[]]

/** A whole result as a file. */
export interface CsvFile {
  readonly filename: string
  readonly title: string
  readonly content: string
}

/**
 * A file for what a message had to cut: needed once `page` (0 is the main message, 1 the first of the thread) was accepted on the
 * level `from` or a lower one.
 */
export interface Attached extends CsvFile {
  readonly page: number
  readonly from: number
}

/** An answer as Slack shows it: one message, more of it in its thread, and files for what was cut. */
export interface Presented {
  readonly main: Fallbacks
  readonly thread: readonly Fallbacks[]
  /** The charts among the replies whose pictures are to follow, by their place. */
  readonly pictures: readonly number[]
  readonly files: readonly Attached[]
}

/** The result of sending, and the level that Slack accepted. */
export interface Accepted<T> {
  readonly result: T
  readonly level: number
}

/**
 * Sends the richest form, and after each refusal of its content the next simpler one, from the level `from` on. Slack's reason is logged.
 * Throws any other error, and the refusal of the last level.
 */
export async function sendWithFallbacks<M, T>(
  fallbacks: readonly [M, ...M[]],
  send: (message: M) => Promise<T>,
  log: Log,
  from = 0,
): Promise<Accepted<T>> {
  const level = Math.min(from, fallbacks.length - 1)
  const message = fallbacks[level] ?? fallbacks[0]
  try {
    return { result: await send(message), level }
  } catch (error) {
    if (!isContentRefusal(error) || level + 1 >= fallbacks.length) throw error
    log.warn({ slack: error.code, why: error.messages, level }, 'Slack refused a message; a simpler form of it follows')
    return sendWithFallbacks(fallbacks, send, log, level + 1)
  }
}

/** The same fallbacks with a sentence of small print below each level. */
export function withNote(fallbacks: Fallbacks, note: string): Fallbacks {
  const add = ({ text, blocks }: SlackMessage): SlackMessage => ({
    text: `${text}\n${note}`,
    blocks: blocks.length === 0 ? [] : [...blocks, { type: 'context', elements: [{ type: 'plain_text', text: note }] }],
  })
  const [first, ...rest] = fallbacks
  return [add(first), ...rest.map(add)]
}
