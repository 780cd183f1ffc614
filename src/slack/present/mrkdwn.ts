import { clean } from '../../core/format.ts'
import { cronSource } from '../../core/schedule/make/when.ts'

// mrkdwn has no escape for these; characters that look alike are the known way out
// (https://github.com/yhatt/jsx-slack/blob/main/docs/about-escape-and-exact-mode.md).
const lookAlikes: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ' }

// Keeps Slack from reading a token across it; invisible, and no line break.
const joiner = '\u2060'

// A cron expression as the bot writes it. It is copied, so it must keep its exact characters.
const cron = new RegExp(`((?<=\\bcron )${cronSource}(?<!,)(?=[\\s,.;]|$)|(?<=")${cronSource}(?="))`, 'i')

/**
 * Any text as mrkdwn that shows it and does nothing else: no mention, no link, no emoji, no formatting, except that a cron expression is
 * code. For the `text` of a message and the few blocks that need mrkdwn; all others are plain text, where nothing is read as markup
 * (https://docs.slack.dev/messaging/formatting-message-text).
 */
export function mrkdwn(text: string): string {
  // Every second piece is a cron expression.
  const pieces = clean(text).split(cron)
  return pieces.map((piece, at) => (at % 2 === 1 ? `\`${piece}\`` : escaped(piece))).join('')
}

/** Lines in a monospaced font as mrkdwn; made of clean text by the caller, whose spaces stay. */
export function codeBlock(lines: string): string {
  return `\`\`\`\n${escaped(lines)}\n\`\`\``
}

/** What is typed, as code: copied, it is exactly this text, without the marks that keep Slack from reading other text as markup. */
export function codeSpan(text: string): string {
  return `\`${clean(text).replaceAll('`', 'ˋ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\``
}

function escaped(text: string): string {
  return (
    text
      .replace(/[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (mark) => lookAlikes[mark] ?? mark)
      // URLs, host names, addresses, @channel, #channel, :emoji:
      .replace(
        /:(?=\/\/)|(?<=[\p{L}\p{N}_-])\.(?=\p{L}{2})|[@#](?=[\p{L}\p{N}_])|:(?=[\w+'-]{0,60}[a-z][\w+'-]{0,60}:)/giu,
        (mark) => `${mark}${joiner}`,
      )
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // Escaped or not, it makes a quotation at the beginning of a line.
      .replace(/^(\s*)&gt;/gm, `$1${joiner}&gt;`)
  )
}

/** More mentions than these would hide the message. */
export const maxCalled = 20

/** Mentions of people (`U…`, `W…`) and groups (`S…`) by their Slack ids; other ids are left out. */
export function mentions(ids: readonly string[]): readonly string[] {
  return ids.flatMap((id) => {
    if (/^[UW][A-Z0-9]+$/.test(id)) return [`<@${id}>`]
    return /^S[A-Z0-9]+$/.test(id) ? [`<!subteam^${id}>`] : []
  })
}
