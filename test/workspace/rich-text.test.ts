import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { richTextHtml, richTextOf, slackDate } from '../../src/workspace/page/rich-text.ts'

const read = (text: string) => richTextOf({ type: 'mrkdwn', text }).elements
const inline = (text: string) => {
  const [first] = read(text)
  return first?.type === 'rich_text_section' ? first.elements : []
}

describe('mrkdwn', () => {
  it.each([
    ['*bold*', [{ type: 'text', text: 'bold', style: { bold: true } }]],
    ['_italic_', [{ type: 'text', text: 'italic', style: { italic: true } }]],
    ['*_both_*', [{ type: 'text', text: 'both', style: { bold: true, italic: true } }]],
    ['~gone~', [{ type: 'text', text: 'gone', style: { strike: true } }]],
    ['`a * b`', [{ type: 'text', text: 'a * b', style: { code: true } }]],
    ['<@U0ADA0ADMIN|ada>', [{ type: 'user', user_id: 'U0ADA0ADMIN' }]],
    ['<#C0MUSIC0000|music>', [{ type: 'channel', channel_id: 'C0MUSIC0000' }]],
    ['<!subteam^S123|ops>', [{ type: 'usergroup', usergroup_id: 'S123' }]],
    ['<!channel>', [{ type: 'broadcast', range: 'channel' }]],
    [
      '<https://x.org/?a=1&amp;b|the *page*>',
      [{ type: 'link', url: 'https://x.org/?a=1&b', text: 'the *page*', style: {} }],
    ],
    [
      '<!date^1543536000^{date_short}|30 Nov>',
      [{ type: 'date', timestamp: 1543536000, format: '{date_short}', fallback: '30 Nov' }],
    ],
    ['1 * 2 * 3', [{ type: 'text', text: '1 * 2 * 3', style: {} }]],
    ['user_id and song_id', [{ type: 'text', text: 'user_id and song_id', style: {} }]],
    ['# not a header', [{ type: 'text', text: '# not a header', style: {} }]],
    ['03:10:20', [{ type: 'text', text: '03:10:20', style: {} }]],
    ['&lt;b&gt; &amp;amp;', [{ type: 'text', text: '<b> &amp;', style: {} }]],
    ['<javascript:alert(1)|x>', [{ type: 'text', text: '<javascript:alert(1)|x>', style: {} }]],
  ])('reads %s as Slack does', (text, elements) => {
    expect(inline(text)).toEqual(elements)
  })

  it('reads code blocks and quotes as blocks of their own', () => {
    expect(read('see\n```\na &amp; *b*\n```\n>quoted\n> too\nafter')).toMatchObject([
      { type: 'rich_text_section', elements: [{ text: 'see\n' }] },
      { type: 'rich_text_preformatted', elements: [{ text: 'a & *b*\n' }] },
      { type: 'rich_text_quote', elements: [{ text: 'quoted\ntoo' }] },
      { type: 'rich_text_section', elements: [{ text: 'after' }] },
    ])
  })

  it('loses no character of text without markup, escaped as Slack asks', () => {
    const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[*_~`:]/.test(text) && !/^>/.test(text)),
        (text) => {
          const shown = inline(escaped(text)).map((element) => ('text' in element ? element.text : ''))
          expect(shown.join('')).toBe(text)
        },
      ),
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'*_~`:<>@#!^|& \nab') }), (text) => void read(text)))
  })
})

describe('rich text as HTML', () => {
  const reader = {
    tz: 'UTC',
    now: new Date('2018-12-01T12:00:00Z'),
    userName: (id: string) => `<${id}>`,
    channelName: (id: string) => id,
  }
  const shown = (text: string) => richTextHtml(richTextOf({ type: 'mrkdwn', text }), reader).markup

  it.each([
    ['*_both_* and `a &lt; b`', '<div><strong><em>both</em></strong> and <code>a &lt; b</code></div>'],
    [
      '<@U1> &amp; <!here>',
      '<div><span class="mention">@&lt;U1&gt;</span> &amp; <span class="mention">@here</span></div>',
    ],
    ['>quoted', '<blockquote>quoted</blockquote>'],
    [
      '<!date^1543536000^{date_num} {time}|x>',
      '<div><time datetime="2018-11-30T00:00:00.000Z">2018-11-30 00:00</time></div>',
    ],
  ])('%s', (text, markup) => {
    expect(shown(text)).toBe(`<div class="rich-text">${markup}</div>`)
  })

  it('makes a list, and a link of an address that opens a page but not of one that runs a script', () => {
    const link = (url: string) => ({ type: 'link' as const, url, text: 'a "link"' })
    const section = (url: string) => ({ type: 'rich_text_section' as const, elements: [link(url)] })
    const list = {
      type: 'rich_text_list' as const,
      style: 'ordered' as const,
      elements: [section('https://x.org'), section('javascript:alert(1)')],
    }
    expect(richTextHtml({ elements: [list] }, reader).markup).toBe(
      '<div class="rich-text"><ol><li><a href="https://x.org" target="_blank" rel="noopener noreferrer">a &quot;link&quot;</a></li><li>a &quot;link&quot;</li></ol></div>',
    )
  })
})

describe('a date token', () => {
  const when = new Date('2018-11-30T23:30:00Z')
  it.each([
    ['{date_num} {time}', 'UTC', '2018-11-30 23:30'],
    ['{date_short}', 'Europe/Berlin', '1 Dec 2018'],
    ['{date_long} at {time_secs}', 'America/New_York', 'Friday 30 November 2018 at 18:30:00'],
    ['{date_pretty}', 'UTC', 'yesterday'],
    ['{date_short_pretty}', 'Europe/Berlin', 'today'],
    ['on {date}, {unknown}', 'UTC', 'on 30 November 2018, {unknown}'],
  ])('%s is written for a reader in %s', (format, tz, written) => {
    // Versions of Node differ in the comma after the weekday.
    expect(slackDate(when, format, tz, new Date('2018-12-01T12:00:00Z')).replace('day, ', 'day ')).toBe(written)
  })
})
