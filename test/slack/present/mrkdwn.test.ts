import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mrkdwn } from '../../../src/slack/present/mrkdwn.ts'
import { lengths } from '../../support/soak.ts'
import { words } from './arbitrary.ts'

// What Slack's parser looks for in mrkdwn (https://docs.slack.dev/messaging/formatting-message-text).
const activeMarkup = [
  /[<>]/,
  /&(?!amp;|lt;|gt;)/,
  /\w:\/\//,
  /[\p{L}\p{N}-]\.\p{L}{2}/u,
  /@(?:here|channel|everyone|[\p{L}\p{N}_])/u,
  /#[\p{L}\p{N}_]/u,
  /:[\w+'-]{0,60}[a-z][\w+'-]{0,60}:/i,
  /[*~`]/,
  /(?<![\p{L}\p{N}])_\S[^\n]*_(?![\p{L}\p{N}])/u,
  /^\s*(?:&gt;|>)/m,
]

describe('any text as mrkdwn', () => {
  it('mentions nobody', () => {
    expect(mrkdwn('<!channel> <@U02AB3C4D> @here')).toBe('&lt;!channel&gt; &lt;@\u2060U02AB3C4D&gt; @\u2060here')
  })

  it('links to nothing', () => {
    expect(mrkdwn('https://evil.example and evil.com')).toBe('https:\u2060//evil.\u2060example and evil.\u2060com')
  })

  it('formats nothing, and leaves names with an underscore readable', () => {
    expect(mrkdwn('*b* _i_ ~s~ `c` user_id')).toBe('∗b∗ ˍiˍ ∼s∼ ˋcˋ user_id')
    expect(mrkdwn('> quoted\n > and again')).toBe('\u2060&gt; quoted\n \u2060&gt; and again')
    expect(mrkdwn(':skull: at 03:00:00')).toBe(':\u2060skull: at 03:00:00')
  })

  it('shows a cron expression as code, so that what is copied from there is what it says', () => {
    expect(mrkdwn('cron 0 3 * * 1-5 (UTC)')).toBe('cron `0 3 * * 1-5` (UTC)')
    expect(mrkdwn('Cron */15 * * * *, 30 Nov, 03:00: 2 * 3')).toBe('Cron `*/15 * * * *`, 30 Nov, 03:00: 2 ∗ 3')
    expect(mrkdwn('schedule-add "qa" "0 8 * * mon" *now*')).toBe('schedule-add "qa" "`0 8 * * mon`" ∗now∗')
    expect(mrkdwn('cron `0 * * * *')).toBe('cron ˋ0 ∗ ∗ ∗ ∗')
  })

  it('leaves figures and sentences as they are', () => {
    const sentence =
      'songplays 6,820 · 4.9% of plays match the catalogue (last load 4.9%). Next: /sparkify top-songs n=20'
    expect(mrkdwn(sentence)).toBe(sentence)
  })

  it('holds no markup, whatever it says', () => {
    fc.assert(
      fc.property(words, words, (one, other) => {
        const shown = mrkdwn(`${one}${other}`).replaceAll(/`[^`\n]+`/g, '')
        for (const markup of activeMarkup) expect(shown).not.toMatch(markup)
      }),
      { numRuns: lengths({ gate: 100, soak: 5000 }) },
    )
  })
})
