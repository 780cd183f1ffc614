import type { KnownBlock } from '@slack/types'
import type { Log } from '../core/ports/log.ts'
import { isContentRefusal } from './refused.ts'

/**
 * A block as sent. `data_visualization` is missing from @slack/types 3.2 (docs.slack.dev/reference/block-kit/blocks), so blocks
 * are plain records that the known types fit into.
 */
export type Block = KnownBlock | ({ readonly type: string } & Readonly<Record<string, unknown>>)

/** One message: `text` is what notifications and screen readers say, at most 3,900 characters. */
export interface Message {
  readonly text: string
  readonly blocks: readonly Block[]
}

/**
 * The same message from its richest form down to text alone. What Slack refuses steps down one rung and still arrives.
 * The last rung has no blocks.
 */
export type Ladder = readonly [Message, ...Message[]]

/** A whole result as a file. */
export interface CsvFile {
  readonly filename: string
  readonly title: string
  readonly content: string
}

/**
 * A file for what a message had to cut: needed once `page` (0 is the main message, 1 the first of the thread) was accepted on the
 * rung `from` or a lower one.
 */
export interface Attached extends CsvFile {
  readonly page: number
  readonly from: number
}

/** An answer as Slack shows it: one message, more of it in its thread, and files for what was cut. */
export interface Presented {
  readonly main: Ladder
  readonly thread: readonly Ladder[]
  readonly files: readonly Attached[]
}

/** What came of sending, and the rung that Slack accepted. */
export interface Accepted<T> {
  readonly result: T
  readonly rung: number
}

/**
 * Sends the richest form, and after each refusal of what the message holds the next simpler one, from the rung `from` on. Slack's
 * reason is logged. Throws what the last rung, or anything but a refusal of content, threw.
 */
export async function descend<M, T>(
  ladder: readonly [M, ...M[]],
  send: (message: M) => Promise<T>,
  log: Log,
  from = 0,
): Promise<Accepted<T>> {
  const rung = Math.min(from, ladder.length - 1)
  const message = ladder[rung] ?? ladder[0]
  try {
    return { result: await send(message), rung }
  } catch (error) {
    if (!isContentRefusal(error) || rung + 1 >= ladder.length) throw error
    log.warn({ slack: error.code, why: error.messages, rung }, 'Slack refused a message; a simpler form of it follows')
    return descend(ladder, send, log, rung + 1)
  }
}

/** The same ladder with a sentence of small print below each rung. */
export function withNote(ladder: Ladder, note: string): Ladder {
  const add = ({ text, blocks }: Message): Message => ({
    text: `${text}\n${note}`,
    blocks: blocks.length === 0 ? [] : [...blocks, { type: 'context', elements: [{ type: 'plain_text', text: note }] }],
  })
  const [first, ...rest] = ladder
  return [add(first), ...rest.map(add)]
}
