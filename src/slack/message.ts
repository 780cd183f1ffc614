import type { KnownBlock } from '@slack/types'

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
