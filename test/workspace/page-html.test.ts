import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultChannels, partner } from '../../src/workspace/personas.ts'
import { ada, dataEng, openStage, type Stage, vera } from './stage.ts'

const gus = 'U0GUS00GUES'
const secret = 'C0SECRET000'
const invited = 'C0INVITED00'
const topic = 'Plans'

let stage: Stage
beforeAll(async () => {
  const more = { topic, hasBot: true, people: [ada] }
  stage = await openStage({
    channels: [
      ...defaultChannels,
      { id: secret, name: 'secret', kind: 'private', ...more },
      { id: invited, name: 'invited', shared: { with: partner, pending: true }, ...more },
    ],
    hints: [
      { text: '/sparkify songs', summary: 'Songs', role: 'viewer' },
      { text: '/sparkify wipe', summary: 'Wipes', role: 'admin' },
    ],
    limits: { postBurst: 1_000, scale: 100 },
  })
})
afterAll(() => stage.close())

const page = async (as: string, channel: string, more = ''): Promise<string> =>
  (await fetch(`${stage.origin}/?as=${as}&in=${channel}${more}`)).text()
const all = (markup: string, pattern: RegExp): readonly string[] =>
  [...markup.matchAll(pattern)].map(([, found]) => found ?? '')
const channelsIn = (markup: string) => all(markup, /<li><a [^>]*>([^<]*)<\/a><\/li>/g)
const headed = (markup: string) => /<main><header><h1>(.*?)<\/h1><p>(.*?)<\/p>/.exec(markup)?.slice(1)

it('lists the channels that a person is in, with a mark where one is private or shared', async () => {
  expect(channelsIn(await page(ada, dataEng))).toEqual([
    '# data-eng',
    '# music',
    '# random',
    '# partners ⇄',
    '🔒 secret',
    '# invited ⇄',
    '✦ Sparkify',
  ])
  expect(channelsIn(await page(gus, 'C0MUSIC0000'))).toEqual(['# music', '# partners ⇄', '✦ Sparkify'])
})

it('says with whom a channel is shared, or is going to be', async () => {
  expect(headed(await page(ada, 'C0PARTNERS0'))).toEqual([
    '#partners',
    'Shared with Partner Records · Releases of Partner Records',
  ])
  expect(headed(await page(ada, invited))).toEqual(['#invited', 'Invited to share with Partner Records · Plans'])
  expect(headed(await page(ada, secret))).toEqual(['#secret', 'Plans'])
})

it('shows nobody a channel that they are not in, nor the direct messages of another person', async () => {
  expect(headed(await page(vera, secret))?.[0]).toBe('#data-eng')
  expect(headed(await page(gus, secret))?.[0]).toBe('#music')
  const direct = await page(vera, 'D0ADA0ADMIN')
  expect(all(direct, /<form class="composer" data-channel="(\w+)"/g)).toEqual(['D0VERA0VIEW'])
})

it('suggests the commands that a person may use, and people and channels that they know', async () => {
  const suggested = async (as: string, channel: string) => all(await page(as, channel), /data-insert="([^"]+) "/g)
  expect(await suggested(vera, 'C0RANDOM000')).toEqual([
    '/sparkify songs',
    '/invite @Sparkify',
    ...['@sparkify', '@ada', '@otto', '@vera', '@gus', '@sina', '@petra'],
    ...['#data-eng', '#music', '#random', '#partners'],
  ])
  expect((await suggested(ada, dataEng)).slice(0, 3)).toEqual(['/sparkify songs', '/sparkify wipe', '@sparkify'])
})

it('has the newest hundred messages, and says so where there are more; replies are counted, and are in no channel', async () => {
  const post = async (n: number, thread = {}) =>
    (await stage.client.chat.postMessage({ channel: secret, text: `message ${n}`, ...thread })).ts ?? ''
  const shown = async () => {
    const markup = await page(ada, secret)
    const texts = all(markup, /data-announce="Sparkify: ([^"]*)"/g)
    return [texts.length, texts[0], all(markup, /<p class="hint">([^<]*)/g)[0]]
  }
  expect(await shown()).toEqual([0, undefined, 'No messages yet. Type '])
  const first = await post(0)
  for (let n = 1; n < 100; n++) await post(n)
  for (let n = 0; n < 2; n++) await post(200 + n, { thread_ts: first })
  expect(await shown()).toEqual([100, 'message 0', ''])
  const replies = all(await page(ada, secret), /<a class="replies [^>]*>([^<]*)</g)
  expect([replies[0], replies[1]]).toEqual(['2 replies', 'Reply in thread'])
  await post(100)
  expect(await shown()).toEqual([100, 'message 1', 'Only the newest 100 messages are shown.'])
  const thread = await page(ada, secret, `&thread=${first}`)
  expect(all(thread, /id="thread-[\d.]+"\s[^>]*data-announce="Sparkify: ([^"]*)"/g)).toEqual([
    'message 0',
    'message 200',
    'message 201',
  ])
})
