/** What a message must be read with: the bot's user id, and its slash command as people type it (`/sparkify`). */
export interface Reading {
  readonly botUserId: string
  readonly slash: string
}

/**
 * The command line in a message: without mentions of the bot, code marks, bold, italics, quotes, list marks, the slash command, and a full stop
 * at the end.
 */
export function commandText(text: string, { botUserId, slash }: Reading): string {
  const plain = withoutMarks(withoutMentions(text, botUserId))
  const [first = ''] = plain.split(/\s/, 1)
  return first.toLowerCase() === slash.toLowerCase() ? withoutMarks(plain.slice(first.length)) : plain
}

/** What follows the first mention; what precedes it where nothing follows. */
function withoutMentions(text: string, botUserId: string): string {
  const mention = new RegExp(`<@${botUserId}(?:\\|[^>]*)?>[,:]?`, 'g')
  const [before = '', ...after] = text.split(mention)
  const behind = after.join(' ')
  return withoutMarks(behind) === '' ? before : behind
}

// A line of a quote or of a list. In messages ">" arrives as "&gt;" (https://docs.slack.dev/messaging/formatting-message-text#escaping).
const lineStart = /^[^\S\n]*(?:(?:&gt;|>)+|[•◦▪-](?=\s)|\d+\.(?=\s))[^\S\n]*/gm

// Bold, italics and strike-through around whole words: `0 3 * * *` and `max_errors` hold none.
const emphasis = /(?<![^\s("'])([*_~])(?=\S)(.+?)(?<=\S)\1(?![^\s)"'.,;:!?])/gs

const fullStop = /[.,:!?…]+$/

/** Repeated until nothing changes, because marks are nested: `*_top songs_.*` */
function withoutMarks(text: string): string {
  const plain = text
    .replaceAll('`', '')
    .replace(lineStart, '')
    .replace(emphasis, '$2')
    .trim()
    .replace(fullStop, '')
    .trim()
  return plain === text ? plain : withoutMarks(plain)
}
