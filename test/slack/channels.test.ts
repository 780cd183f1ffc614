import { afterEach, expect, it } from 'vitest'
import { createSlackClients } from '../../src/slack/clients.ts'
import { createChannels } from '../../src/slack/people/channels.ts'
import { ada, type Office, openOffice } from './support/office.ts'

let office: Office
afterEach(() => office.close())

async function channelsOf() {
  office = await openOffice()
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const { quick } = createSlackClients({
    botToken: 'xoxb-1',
    apiUrl: `${office.front.origin}/api/`,
    log,
    retryPauseMs: 5,
  })
  return createChannels(quick, office.clock, log)
}
const asked = () => office.front.named('users.conversations')

it('a channel is found by its name where the bot is in it; asked once for all who ask', async () => {
  const channels = await channelsOf()
  const found = Promise.all(['music', 'data-eng', 'random', 'typo'].map((name) => channels.named(name)))
  expect(await found).toEqual(['C0MUSIC0000', 'C0DATAENG00', null, null])
  expect(asked()).toHaveLength(1)
  office.clock.advance(10_000)
  await channels.named('music')
  expect(asked()).toHaveLength(2)
})

it('a channel is found on whichever page it stands', async () => {
  const channels = await channelsOf()
  office.front.inject(({ name, body }) => {
    if (name !== 'users.conversations') return undefined
    const next = body.get('cursor') === null ? 'more' : ''
    const channel = next === '' ? { id: 'C0LAST0000', name: 'last' } : { id: 'C0FIRST000', name: 'first' }
    return { body: { ok: true, channels: [channel], response_metadata: { next_cursor: next } } }
  })
  expect(await channels.named('last')).toBe('C0LAST0000')
  expect(asked()).toHaveLength(2)
})

it('nothing is said of a name while Slack cannot say', async () => {
  const channels = await channelsOf()
  office.front.inject(({ name }) =>
    name === 'users.conversations' ? { body: { ok: false, error: 'internal_error' } } : undefined,
  )
  await expect(channels.named('music')).rejects.toThrow('internal_error')
})

it('somebody is looked for among their own channels, and nobody is taken for one who is there', async () => {
  const channels = await channelsOf()
  expect(await channels.isIn('C0RANDOM000', ada)).toBe(true)
  expect(await channels.isIn('C0TYPO00000', ada)).toBe(false)
  await expect(channels.isIn('C0RANDOM000', 'U0NOBODY')).rejects.toThrow('user_not_found')
  expect(asked().map(({ body }) => body.get('user'))).toEqual([ada, 'U0NOBODY'])
})
