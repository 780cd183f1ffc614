import { type Channel, readChannel } from '../../channel.ts'
import { OpsError } from '../../errors.ts'
import { beginsWhen, readWhen, type When } from './when.ts'

/** When and where, as it was said: `daily at 03:00 in #music`. The channel is null where none is said. */
export interface Phrase extends When {
  readonly channel: Channel | null
}

/** Reads when and where. Throws `bad_argument` naming the word and the forms there are. */
export function readPhrase(words: readonly string[]): Phrase {
  const { channel, rest } = cutChannel(words)
  return { ...readWhen(rest), channel }
}

/** Takes `in #channel` out of the words. Throws `bad_argument` where something else follows the "in". */
export function cutChannel(words: readonly string[]): {
  readonly channel: Channel | null
  readonly rest: readonly string[]
} {
  const at = words.findIndex((word) => word.toLowerCase() === 'in')
  return at < 0 ? { channel: null, rest: words } : { channel: channelOf(words[at + 1]), rest: words.toSpliced(at, 2) }
}

/**
 * Parts the lines of a schedule from the words about its time, wherever these begin: people on phones forget quotation marks. Where
 * nothing is about time, words with a semicolon are lines, all of them; otherwise the first word is, and the rest is for `readPhrase` to
 * refuse.
 */
export function cutLines(words: readonly string[]): { readonly lines: string; readonly when: readonly string[] } {
  const begins = words.findIndex((word, at) => word.toLowerCase() === 'in' || beginsWhen(words, at))
  const isAt = words[0]?.toLowerCase() === 'at'
  const unquoted = words.some((word) => word.includes(';')) ? words.length : Math.min(1, words.length)
  const at = isAt ? 0 : begins < 0 ? unquoted : begins
  return { lines: words.slice(0, at).join(' '), when: words.slice(at) }
}

function channelOf(word = ''): Channel {
  // Somebody's direct messages, by whose id they go; `schedule export` writes it.
  const channel = readChannel(word) ?? (/^[UW][A-Z0-9]{7,}$/.test(word) ? { channel: word } : null)
  if (channel !== null) return channel
  throw new OpsError('bad_argument', `"${word}" is not a channel. Nothing was done.`, 'Say in #channel.')
}
