import { expect, it, onTestFinished } from 'vitest'
import { createSlackClients } from '../../src/slack/clients.ts'
import { askerAlone, createChannels, postingRefusal, refusalFor, remedyFor } from '../../src/slack/people/channels.ts'
import { createSharedChannels } from '../../src/slack/people/shared-channels.ts'
import { externallyShared } from '../../src/slack/slack-errors.ts'
import { ada, type Office, openOffice } from './support/office.ts'

let office: Office

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

async function clientOf() {
  office = await openOffice()
  onTestFinished(() => office.close())
  const { quick } = createSlackClients({
    botToken: 'xoxb-1',
    apiUrl: `${office.front.origin}/api/`,
    log,
    retryPauseMs: 5,
  })
  return quick
}
async function channelsOf() {
  const client = await clientOf()
  return createChannels(client, office.clock, log)
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

const music = { kind: 'slack', channel: 'C0MUSIC0000', channelName: 'music', direct: false } as const
const group = { kind: 'slack', channel: 'D0GROUP0000', direct: true } as const
const typed = { kind: 'slack', channel: '#typo', direct: false } as const

it.each([
  [externallyShared, music, 'SPARKIFY_SHARED_CHANNELS=allow lets me post in shared channels.'],
  ['thread_not_found', music, 'Your message was deleted.'],
  ['restricted_action_thread_locked', music, 'That thread is locked.'],
  ['restricted_action_read_only_channel', music, 'Ask an admin of the workspace to let @Sparkify post in #music.'],
  ['is_archived', music, 'Use another channel than #music, which is archived.'],
  ['messages_tab_disabled', music, 'Switch on App Home'],
  ['team_access_not_granted', music, 'add the app to that workspace.'],
  ['missing_scope', music, 'Give the app the scopes in manifest.yml'],
  ['token_revoked', music, 'Slack refuses the bot token. doctor shows why.'],
  ['not_in_channel', music, 'Type /invite @Sparkify in #music.'],
  ['channel_not_found', typed, 'Check the spelling of #typo, and type /invite @Sparkify there.'],
  ['channel_not_found', group, 'I am not part of that conversation.'],
  ['a_code_of_tomorrow', music, 'Use another channel than #music.'],
])('where Slack answers %s, what helps is named', (code, where, words) => {
  expect(remedyFor(code, where, 'Sparkify')).toContain(words)
})

it.each([
  [externallyShared, 'Only you can see this: #music is shared with another organization.'],
  ['thread_not_found', 'Only you can see this: your message was deleted.'],
  ['not_in_channel', 'Only you can see this: I am not in #music. Type /invite @Sparkify in #music.'],
  ['is_archived', 'Only you can see this: I cannot post in #music (is_archived). Use another channel than'],
])('an answer that is not posted because of %s says so to its asker', (code, words) => {
  expect(askerAlone(code, music, 'Sparkify')).toContain(words)
})

/** Looks up what Slack answers of a channel, of which nothing else is known. */
async function lookupOf(
  channel: object | string,
): Promise<Parameters<typeof postingRefusal>[1] & { readonly noted: unknown[] }> {
  const client = await clientOf()
  office.front.inject(({ name }) => {
    if (name !== 'conversations.info') return undefined
    return { body: typeof channel === 'string' ? { ok: false, error: channel } : { ok: true, channel } }
  })
  const noted: unknown[] = []
  const shared = { isClosed: async () => noted.at(-1) === true, note: (_: string, is: boolean) => void noted.push(is) }
  return { client, channels: createChannels(client, office.clock, log), shared, log, noted }
}

it.each<[what: string, found: object | string, why: string | null]>([
  ['a channel that the bot is in', { is_member: true }, null],
  ['a channel that it is not in', { is_member: false }, 'not_in_channel'],
  ['an archived one that it is in', { is_member: true, is_archived: true }, 'is_archived'],
  ['one that is shared', { is_member: true, is_ext_shared: true }, externallyShared],
  ['direct messages', { is_im: true }, null],
  ['direct messages of several', { is_mpim: true }, null],
  ['one that it may not see', 'channel_not_found', 'channel_not_found'],
  ['any while Slack does not answer', 'internal_error', null],
])('why the bot cannot post in %s', async (_, found, why) => {
  const lookup = await lookupOf(found)
  expect(await postingRefusal(music, lookup)).toBe(why)
  expect(lookup.noted).toEqual(typeof found === 'string' ? [] : [why === externallyShared])
})

it('direct messages by the id of a person are not looked up', async () => {
  const lookup = await lookupOf('channel_not_found')
  for (const channel of ['U0ADA0ADMIN', 'W0ADA0ADMIN'])
    expect(await postingRefusal({ ...music, channel }, lookup)).toBeNull()
})

it.each<[what: string, channel: string, found: object | string, why: object | null]>([
  ['a channel that they are in', 'C0RANDOM000', 'internal_error', null],
  ['a public one that they are not in', 'C0OTHER0000', {}, { code: 'not_allowed', remedy: 'Join it, then try again.' }],
  [
    'a private one',
    'C0OTHER0000',
    { is_private: true },
    { message: 'I cannot post in #music (channel_not_found). Nothing was done.' },
  ],
  [
    'one that the bot may not see',
    'C0OTHER0000',
    'channel_not_found',
    { message: expect.stringContaining('channel_not_found') },
  ],
  [
    'any while Slack does not answer',
    'C0OTHER0000',
    'internal_error',
    { code: 'slack', remedy: 'Try again in a minute.' },
  ],
  [
    'a name that the bot is in no channel of',
    '#typo',
    {},
    { message: 'I cannot post in #typo (channel_not_found). Nothing was done.' },
  ],
])('why nothing is posted for somebody in %s', async (_, channel, found, why) => {
  const lookup = await lookupOf(found)
  const who = { kind: 'slack', id: ada, name: 'ada' } as const
  const refusal = await refusalFor(who, { ...music, channel }, lookup, 'Sparkify')
  if (why === null) expect(refusal).toBeNull()
  else expect(refusal).toMatchObject(why)
  expect(await refusalFor(who, group, lookup, 'Sparkify')).toBeNull()
  expect(await refusalFor({ ...who, kind: 'local' }, { ...music, channel }, lookup, 'Sparkify')).toBeNull()
})

it('a name that the bot is in no channel of is not closed: Slack itself refuses what is posted there', async () => {
  const client = await clientOf()
  const channels = createChannels(client, office.clock, log)
  const policy = { guests: 'refuse', sharedChannels: 'refuse' } as const
  const shared = createSharedChannels({ client, channels, policy, clock: office.clock, log })
  expect([await shared.isClosed('#typo'), await shared.isClosed('#partners')]).toEqual([false, true])
})
