import type { Log } from '../core/ports/log.ts'
import type { Ladder, Message } from './message.ts'
import { isContentRefusal } from './refused.ts'

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
