import { describe, expect, it } from 'vitest'
import { tokenize } from '../../src/core/command/line.ts'
import { commandText } from '../../src/slack/inbound/command-text.ts'

const bot = '<@U0SPARKIFY0>'
const reading = { botUserId: 'U0SPARKIFY0', slash: '/sparkify' }
const read = (typed: string): string => commandText(typed, reading)

describe('what is typed means this command', () => {
  it.each([
    [`${bot} top songs`, 'top songs'],
    [`${bot} top songs 20 last=7d`, 'top songs 20 last=7d'],
    [`${bot}, top songs`, 'top songs'],
    [`${bot}: top songs`, 'top songs'],
    [`<@U0SPARKIFY0|sparkify> top songs`, 'top songs'],
    [`hey ${bot} top songs`, 'top songs'],
    [`top songs ${bot}`, 'top songs'],
    [`top songs, ${bot}`, 'top songs'],
    [`${bot} top songs ${bot}`, 'top songs'],
    [`${bot} ${bot} top songs`, 'top songs'],
    [`${bot}`, ''],
    [`  ${bot}  `, ''],
    ['top songs', 'top songs'],
    ['/sparkify top songs', 'top songs'],
    ['/Sparkify', ''],
    [`${bot} /sparkify top songs`, 'top songs'],
    [`${bot} \`/sparkify top songs\``, 'top songs'],
    [`/sparkify top songs ${bot}`, 'top songs'],
    ['`top songs`', 'top songs'],
    ['`top songs` 20', 'top songs 20'],
    ['```top songs 20```', 'top songs 20'],
    [`${bot} \`\`\`\ntop songs 20\n\`\`\``, 'top songs 20'],
    ['*top songs*', 'top songs'],
    ['*top* songs', 'top songs'],
    ['_top songs_', 'top songs'],
    ['~top songs~', 'top songs'],
    ['*_top songs_*', 'top songs'],
    ['**top songs**', 'top songs'],
    ['_etl max_errors=5_', 'etl max_errors=5'],
    ['&gt; top songs', 'top songs'],
    [`&gt; ${bot} top songs`, 'top songs'],
    [`${bot}\n&gt; top songs`, 'top songs'],
    ['• top songs', 'top songs'],
    ['- top songs', 'top songs'],
    ['1. top songs', 'top songs'],
    [`• ${bot} top songs`, 'top songs'],
    ['top songs.', 'top songs'],
    ['*top songs*.', 'top songs'],
    ['top songs last=7d?', 'top songs last=7d'],
    ['top songs…', 'top songs'],
  ])('%j', (typed, command) => {
    expect(read(typed)).toBe(command)
  })
})

describe('what belongs to the command stays', () => {
  it.each([
    'etl max_errors=5',
    'etl max_errors=5 gone_files=2',
    'schedule add "top songs; qa checks" every day at 7:00 in <#C0MUSIC0000|music>',
    'schedule add "top songs" cron="*/15 * * * *"',
    'schedule add etl cron="0 3 * * *" in <#C0MUSIC0000|music>',
    'schedule add \'top songs\' note="Two  spaces, and a stop."',
    'top-songs --n=20 --last 7d',
    'cost <@U0ADA0ADMIN>',
    'top songs since=2018-11-01',
    'a &amp; b',
    'share 2 in &lt;music&gt;',
  ])('%j', (typed) => {
    expect(read(typed)).toBe(typed)
    expect(tokenize(read(typed))).toEqual(tokenize(typed))
  })
})

it('a command of another name is known by that name', () => {
  expect(commandText('/sparkify-dev top songs', { ...reading, slash: '/sparkify-dev' })).toBe('top songs')
  expect(read('/sparkify-dev top songs')).toBe('/sparkify-dev top songs')
})
