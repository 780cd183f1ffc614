import type { TextObject } from '../block-elements.ts'
import type { Inline, RichText } from '../block-kit.ts'

type Style = { bold?: true; italic?: true; strike?: true; code?: true }

const decode = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

function entity(inner: string, style: Style): Inline[] {
  const [body = '', ...rest] = inner.split('|')
  const label = rest.join('|')
  if (body.startsWith('@')) return [{ type: 'user', user_id: body.slice(1) }]
  if (body.startsWith('#')) return [{ type: 'channel', channel_id: body.slice(1) }]
  if (body.startsWith('!subteam^')) return [{ type: 'usergroup', usergroup_id: body.slice(9) }]
  if (body === '!here' || body === '!channel' || body === '!everyone')
    return [{ type: 'broadcast', range: body === '!here' ? 'here' : body === '!channel' ? 'channel' : 'everyone' }]
  const [, seconds, format] = /^!date\^(\d+)\^([^^]+)/.exec(body) ?? []
  if (seconds !== undefined && format !== undefined)
    return [{ type: 'date', timestamp: Number(seconds), format: decode(format), fallback: decode(label) }]
  if (/^(https?:\/\/|mailto:)/i.test(body))
    return [{ type: 'link', url: decode(body), text: decode(label === '' ? body : label), style }]
  return [{ type: 'text', text: decode(`<${inner}>`), style }]
}

const tokens =
  /<(?<entity>[^<>]+)>|`(?<code>[^`\n]+)`|(?<![\w*])\*(?<bold>\S|\S[^*\n]*\S)\*(?![\w*])|(?<!\w)_(?<italic>[^\s_]|[^\s_][^\n]*?\S)_(?!\w)|(?<![\w~])~(?<strike>\S|\S[^~\n]*\S)~(?![\w~])|(?<![\w:]):(?<emoji>[a-z][a-z0-9_+-]*):(?![\w:])/g

function inlines(text: string, style: Style): Inline[] {
  const found: Inline[] = []
  const literal = (raw: string) => {
    if (raw !== '') found.push({ type: 'text', text: decode(raw), style })
  }
  let at = 0
  for (const match of text.matchAll(tokens)) {
    literal(text.slice(at, match.index))
    at = match.index + match[0].length
    const { entity: inner, code, bold, italic, strike, emoji } = match.groups ?? {}
    if (inner !== undefined) found.push(...entity(inner, style))
    else if (code !== undefined) found.push({ type: 'text', text: decode(code), style: { ...style, code: true } })
    else if (bold !== undefined) found.push(...inlines(bold, { ...style, bold: true }))
    else if (italic !== undefined) found.push(...inlines(italic, { ...style, italic: true }))
    else if (strike !== undefined) found.push(...inlines(strike, { ...style, strike: true }))
    else if (emoji !== undefined) found.push({ type: 'emoji', name: emoji })
  }
  literal(text.slice(at))
  return found
}

/**
 * Slack's mrkdwn as the rich text it stands for (https://docs.slack.dev/messaging/formatting-message-text), as Slack itself stores it.
 * Read here because slack-blocks-to-jsx's own reader turns `1 * 2` into `1 ** 2` and drops lines that begin with `#`.
 */
export function richTextOf(object: TextObject): RichText {
  if (object.type === 'plain_text')
    return {
      type: 'rich_text',
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: object.text }] }],
    }
  const elements = object.text.split(/```\n?([\s\S]+?)```\n?/).flatMap((part, n): RichText['elements'] => {
    if (part === '') return []
    if (n % 2 === 1) return [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: decode(part) }] }]
    return part.split(/((?:^(?:&gt;|>) ?.*(?:\n|$))+)/m).flatMap((chunk, m): RichText['elements'] => {
      if (chunk === '') return []
      if (m % 2 === 0) return [{ type: 'rich_text_section', elements: inlines(chunk, {}) }]
      return [{ type: 'rich_text_quote', elements: inlines(chunk.replace(/^(&gt;|>) ?/gm, '').trimEnd(), {}) }]
    })
  })
  return { type: 'rich_text', elements }
}
