import { dayMs } from '../../core/span.ts'
import type { Inline, RichText, TextObject } from '../block-kit.ts'
import { element, type Html, html } from './html.ts'

/** Whether an address may be opened: a script's, for example, may not. */
const isLink = (url: string): boolean => /^(https?:\/\/|mailto:)/i.test(url)

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
  if (isLink(body)) return [{ type: 'link', url: decode(body), text: decode(label === '' ? body : label), style }]
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
 * Slack's mrkdwn parsed to rich text (https://docs.slack.dev/messaging/formatting-message-text), as Slack itself stores it.
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

type Options = Intl.DateTimeFormatOptions

// The reader's language in Slack is English (UK), and their preference the 24-hour clock: as the bot itself writes dates.
const time: Options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const short: Options = { month: 'short', day: 'numeric', year: 'numeric' }
const plain: Options = { month: 'long', day: 'numeric', year: 'numeric' }
const long: Options = { weekday: 'long', ...plain }

/** Fills Slack's date tokens (https://docs.slack.dev/messaging/formatting-message-text#date-formatting) for a reader in time zone `tz`. */
export function slackDate(when: Date, format: string, tz: string, now: Date): string {
  const write = (options: Options, date = when) => date.toLocaleString('en-GB', { timeZone: tz, ...options })
  const pretty = (options: Options) => {
    const days: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 }
    const named = Object.entries(days).find(
      ([, offset]) => write(short) === write(short, new Date(now.getTime() + offset * dayMs)),
    )
    return named?.[0] ?? write(options)
  }
  const tokens: Readonly<Record<string, () => string>> = {
    date_num: () => when.toLocaleDateString('sv-SE', { timeZone: tz }),
    date: () => write(plain),
    date_short: () => write(short),
    date_long: () => write(long),
    date_pretty: () => pretty(plain),
    date_short_pretty: () => pretty(short),
    date_long_pretty: () => pretty(long),
    time: () => write(time),
    time_secs: () => write({ ...time, second: '2-digit' }),
  }
  return format.replace(/\{(\w+)\}/g, (token, name: string) => tokens[name]?.() ?? token)
}

/** When a message was posted: its time, and the day above it, for a reader in time zone `tz`. */
export function postedAt(
  ts: string,
  tz: string,
): { readonly iso: string; readonly time: string; readonly day: string } {
  const when = new Date(Number(ts) * 1000)
  return {
    iso: when.toISOString(),
    time: when.toLocaleString('en-GB', { timeZone: tz, ...time }),
    day: when.toLocaleString('en-GB', { timeZone: tz, weekday: 'long', month: 'long', day: 'numeric' }),
  }
}

/** What the markup of a text depends on: the reader's time zone, the time, and names by id. */
export interface ReaderContext {
  readonly tz: string
  readonly now: Date
  userName(id: string): string
  channelName(id: string): string
}

/** The tags of each style, outermost first. */
const styleTags = { bold: 'strong', italic: 'em', strike: 's', code: 'code' } as const

function styled(text: Html, style: Extract<Inline, { type: 'text' }>['style'] = {}): Html {
  const tags = (['code', 'strike', 'italic', 'bold'] as const).filter((each) => style[each] === true)
  return tags.reduce((inner, each) => element(styleTags[each], inner), text)
}

function inlineHtml(inline: Inline, { tz, now, userName, channelName }: ReaderContext): Html {
  const mention = (name: string) => html`<span class="mention">${name}</span>`
  switch (inline.type) {
    case 'text':
      return styled(html`${inline.text}`, inline.style)
    case 'link': {
      const label = styled(html`${inline.text ?? inline.url}`, inline.style)
      if (!isLink(inline.url)) return label
      return html`<a href="${inline.url}" target="_blank" rel="noopener noreferrer">${label}</a>`
    }
    case 'user':
      return mention(`@${userName(inline.user_id)}`)
    case 'channel':
      return mention(`#${channelName(inline.channel_id)}`)
    case 'usergroup':
      return mention(`@${inline.usergroup_id}`)
    case 'broadcast':
      return mention(`@${inline.range}`)
    case 'emoji':
      return html`:${inline.name}:`
    case 'date': {
      const when = new Date(inline.timestamp * 1000)
      return html`<time datetime="${when.toISOString()}">${slackDate(when, inline.format, tz, now)}</time>`
    }
  }
}

function partHtml(part: RichText['elements'][number], reader: ReaderContext): Html {
  const inlineList = (all: readonly Inline[]) => all.map((each) => inlineHtml(each, reader))
  switch (part.type) {
    case 'rich_text_section':
      return html`<div>${inlineList(part.elements)}</div>`
    case 'rich_text_preformatted':
      return html`<pre tabindex="0">${inlineList(part.elements)}</pre>`
    case 'rich_text_quote':
      return html`<blockquote>${inlineList(part.elements)}</blockquote>`
    case 'rich_text_list': {
      const items = html`${part.elements.map((item) => html`<li>${inlineList(item.elements)}</li>`)}`
      return element(part.style === 'ordered' ? 'ol' : 'ul', items)
    }
  }
}

/** Formatted text for one reader. */
export function richTextHtml({ elements }: Pick<RichText, 'elements'>, reader: ReaderContext): Html {
  return html`<div class="rich-text">${elements.map((part) => partHtml(part, reader))}</div>`
}

/** A text object for one reader. */
export function textHtml(text: TextObject, reader: ReaderContext): Html {
  return richTextHtml(richTextOf(text), reader)
}
