import { type Logger, LogLevel } from '@slack/bolt'
import { messageOf } from '../core/errors.ts'
import type { Log } from '../core/ports/log.ts'

/** Slack's libraries write into the bot's own log; their debug chatter, which holds whole payloads, is dropped. */
export function createBoltLogger(log: Log): Logger {
  const sentence = (parts: readonly unknown[]): string =>
    parts.map((part) => (typeof part === 'string' ? part : messageOf(part))).join(' ')
  const facts = { from: 'bolt' }
  return {
    debug: () => undefined,
    // What Bolt calls info is one line for each call that Slack asks to wait with, which the bot logs itself.
    info: () => undefined,
    warn: (...parts) => log.warn(facts, sentence(parts)),
    error: (...parts) => log.error(facts, sentence(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  }
}
