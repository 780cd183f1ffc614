import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultChannels, partner } from '../../src/workspace/personas.ts'
import { rateLimit } from '../../src/workspace/web-api.ts'
import { ada, botToken, dataEng, openStage, otto, random, type Stage, vera } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  const archive = { id: 'C0ARCHIVE00', name: 'archive', topic: '', hasBot: true, archived: true }
  const hidden = {
    id: 'C0HIDDEN000',
    name: 'hidden',
    topic: '',
    hasBot: false,
    kind: 'private',
    people: [ada],
  } as const
  const pending = {
    id: 'C0PENDING00',
    name: 'pending',
    topic: '',
    hasBot: false,
    people: [],
    shared: { with: partner, pending: true },
  }
  stage = await openStage({
    channels: [...defaultChannels, archive, hidden, pending],
    usergroups: { S0DATAOPS00: [ada, otto] },
    limits: { postBurst: 1_000, scale: 100 },
  })
})
afterAll(() => stage.close())

async function refusal(call: Promise<unknown>): Promise<{ error: string; messages: readonly string[] }> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof WebAPIPlatformError)) throw error
    return { error: error.data.error, messages: error.data.response_metadata?.messages ?? [] }
  }
  return { error: 'none', messages: [] }
}

describe('the token', () => {
  it('is who the bot is, with its scopes in a header', async () => {
    const me = await stage.client.auth.test()
    expect(me).toMatchObject({ ok: true, user_id: 'U0SPARKIFY0', bot_id: 'B0SPARKIFY0', team_id: 'T0SPARKIFY0' })
    expect(me.response_metadata?.scopes).toContain('chat:write')
  })

  it.each([
    ['is missing', {}, 'not_authed'],
    ['is wrong', { authorization: 'Bearer xoxb-other' }, 'invalid_auth'],
  ])('is refused when it %s', async (_, headers, error) => {
    const response = await fetch(`${stage.origin}/api/auth.test`, { method: 'POST', headers })
    expect(await response.json()).toEqual({ ok: false, error })
  })

  it('may lack a scope', async () => {
    const poor = await openStage({ scopes: ['chat:write'] })
    const call = poor.client.usergroups.users.list({ usergroup: 'S0DATAOPS00' })
    expect(await call.catch((error) => error.data)).toMatchObject({
      error: 'missing_scope',
      needed: 'usergroups:read',
      provided: 'chat:write',
    })
    await poor.close()
  })
})

describe('a call', () => {
  it('of an unknown method is refused', async () => {
    expect(await refusal(stage.client.apiCall('chat.scheduleMessage'))).toMatchObject({ error: 'unknown_method' })
    expect(await refusal(stage.client.apiCall('toString'))).toMatchObject({ error: 'unknown_method' })
  })

  it('may carry JSON as well as a form', async () => {
    const headers = { authorization: `Bearer ${botToken}`, 'content-type': 'application/json; charset=utf-8' }
    const post = (body: string) => fetch(`${stage.origin}/api/chat.postMessage`, { method: 'POST', headers, body })
    const response = await post(JSON.stringify({ channel: dataEng, text: 'hello', blocks: [{ type: 'divider' }] }))
    expect(await response.json()).toMatchObject({ ok: true, message: { text: 'hello', blocks: [{ type: 'divider' }] } })
    expect(await (await post('{')).json()).toMatchObject({ error: 'invalid_json' })
    expect(await (await post('[]')).json()).toMatchObject({ error: 'json_not_object' })
  })

  it('without a required argument says which', async () => {
    expect(await refusal(stage.client.apiCall('chat.postMessage', { text: 'x' }))).toEqual({
      error: 'invalid_arguments',
      messages: ['[ERROR] missing required field: channel [json-pointer:]'],
    })
  })
})

describe('chat.postMessage', () => {
  it('posts as the bot, gives every block an id and answers with the message', async () => {
    const button = { type: 'button', text: { type: 'plain_text', text: 'Go' } } as const
    const posted = await stage.client.chat.postMessage({
      channel: dataEng,
      text: 'done',
      blocks: [{ type: 'actions', elements: [button] }],
    })
    expect(posted.ts).toMatch(/^\d{10}\.\d{6}$/)
    expect(posted.message).toMatchObject({ user: 'U0SPARKIFY0', bot_id: 'B0SPARKIFY0', text: 'done', ts: posted.ts })
    expect(posted.message?.blocks?.[0]).toMatchObject({
      block_id: expect.any(String),
      elements: [{ action_id: expect.any(String) }],
    })
  })

  it('gives each message a later ts, however fast they come', async () => {
    const posts = Array.from({ length: 20 }, (_, n) =>
      stage.client.chat.postMessage({ channel: dataEng, text: `${n}` }),
    )
    const stamps = (await Promise.all(posts)).map(({ ts }) => ts)
    expect(new Set(stamps).size).toBe(20)
  })

  it('reaches a person by the direct channel or the user id', async () => {
    const posted = await stage.client.chat.postMessage({ channel: vera, text: 'psst' })
    expect(posted.channel).toBe('D0VERA0VIEW')
    expect(stage.workspace.messages(`${posted.channel}`, vera).map(({ text }) => text)).toEqual(['psst'])
  })

  it.each([
    ['not_in_channel', { channel: random, text: 'x' }],
    ['channel_not_found', { channel: 'C0NOWHERE00', text: 'x' }],
    ['is_archived', { channel: 'C0ARCHIVE00', text: 'x' }],
    ['no_text', { channel: dataEng, text: ' ' }],
    ['msg_too_long', { channel: dataEng, text: 'x'.repeat(4001) }],
    ['thread_not_found', { channel: dataEng, text: 'x', thread_ts: '1.000001' }],
    ['invalid_blocks_format', { channel: dataEng, text: 'x', blocks: '[{' }],
  ])('answers %s', async (error, args) => {
    expect(await refusal(stage.client.apiCall('chat.postMessage', args))).toEqual({ error, messages: [] })
  })

  it('answers in the thread of a message, also where it answers a reply, but in none of a message for one person', async () => {
    const post = (thread_ts: string) => stage.client.chat.postMessage({ channel: dataEng, text: 'x', thread_ts })
    const { ts: root = '' } = await stage.client.chat.postMessage({ channel: dataEng, text: 'root' })
    const { ts: reply = '' } = await post(root)
    const { message_ts = '' } = await stage.client.chat.postEphemeral({
      channel: dataEng,
      user: ada,
      text: 'psst',
      thread_ts: reply,
    })
    await post(reply)
    const threads = stage.workspace.messages(dataEng, ada).map(({ thread_ts }) => thread_ts)
    expect(threads.slice(-3)).toEqual([root, root, root])
    expect(await refusal(post(message_ts))).toMatchObject({ error: 'thread_not_found' })
  })

  it('takes a text of 4,000 characters', async () => {
    expect(await stage.client.apiCall('chat.postMessage', { channel: dataEng, text: 'x'.repeat(4000) })).toMatchObject({
      ok: true,
    })
  })

  it('answers invalid_blocks with a pointer to each fault', async () => {
    const long = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }
    const args = { channel: dataEng, text: 'x', blocks: [{ type: 'divider' }, long, { type: 'sparkle' }] }
    expect(await refusal(stage.client.apiCall('chat.postMessage', args))).toEqual({
      error: 'invalid_blocks',
      messages: [
        '[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]',
        '[ERROR] unsupported type [json-pointer:/blocks/2/type]',
      ],
    })
  })

  it('answers msg_blocks_too_long above 13,200 characters, though every block keeps its limit', async () => {
    const section = (length: number) => ({ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(length) } })
    const post = (last: number) =>
      refusal(
        stage.client.apiCall('chat.postMessage', {
          channel: dataEng,
          text: 'x',
          blocks: [...[3000, 3000, 3000, 3000, last].map(section)],
        }),
      )
    expect(await post(1200)).toMatchObject({ error: 'none' })
    expect(await post(1201)).toMatchObject({ error: 'msg_blocks_too_long' })
  })
})

describe('chat.update', () => {
  it('replaces text and blocks under the same ts, and drops blocks that are not sent again', async () => {
    const { ts = '' } = await stage.client.chat.postMessage({
      channel: dataEng,
      text: 'a',
      blocks: [{ type: 'divider' }],
    })
    const updated = await stage.client.chat.update({ channel: dataEng, ts, text: 'b' })
    expect(updated).toMatchObject({ ts, text: 'b' })
    const found = stage.workspace.messages(dataEng, ada).find((message) => message.ts === ts)
    expect(found).toMatchObject({ text: 'b' })
    expect(found).not.toHaveProperty('blocks')
  })

  it('refuses what is not there, not the bot’s own, or for one person only', async () => {
    const update = (ts: string) => refusal(stage.client.chat.update({ channel: dataEng, ts, text: 'x' }))
    await stage.workspace.users.send({ as: ada, channel: dataEng, text: 'mine' })
    const mine = stage.workspace.messages(dataEng, ada).at(-1)
    const { message_ts = '' } = await stage.client.chat.postEphemeral({ channel: dataEng, user: ada, text: 'psst' })
    expect(await update('1.000001')).toMatchObject({ error: 'message_not_found' })
    expect(await update(mine?.ts ?? '')).toMatchObject({ error: 'cant_update_message' })
    expect(await update(message_ts)).toMatchObject({ error: 'message_not_found' })
  })
})

describe('chat.postEphemeral', () => {
  it('is seen by one person only', async () => {
    await stage.client.chat.postEphemeral({ channel: dataEng, user: otto, text: 'for otto' })
    const texts = (viewer: string) => stage.workspace.messages(dataEng, viewer).map(({ text }) => text)
    expect(texts(otto)).toContain('for otto')
    expect(texts(ada)).not.toContain('for otto')
  })

  it('refuses people who are not there', async () => {
    const post = (channel: string, user: string) =>
      refusal(stage.client.chat.postEphemeral({ channel, user, text: 'x' }))
    expect(await post(dataEng, 'U0NOBODY000')).toMatchObject({ error: 'user_not_in_channel' })
    expect(await post('D0ADA0ADMIN', otto)).toMatchObject({ error: 'user_not_in_channel' })
    expect(await post(random, ada)).toMatchObject({ error: 'not_in_channel' })
  })
})

describe('the directory', () => {
  it('knows channels with membership, and user groups', async () => {
    expect(await stage.client.conversations.info({ channel: random })).toMatchObject({
      channel: { name: 'random', is_member: false, is_archived: false },
    })
    expect(await stage.client.usergroups.users.list({ usergroup: 'S0DATAOPS00' })).toMatchObject({ users: [ada, otto] })
  })

  it('knows who shares a channel, whose direct messages one is, and nothing of private ones without the bot', async () => {
    const info = async (channel: string) => (await stage.client.conversations.info({ channel })).channel
    const alone = { is_shared: false, is_ext_shared: false, is_pending_ext_shared: false, pending_shared: [] }
    const ours = { is_channel: true, is_mpim: false, is_private: false, is_member: true }
    expect(await info(dataEng)).toMatchObject({ ...alone, ...ours, shared_team_ids: ['T0SPARKIFY0'] })
    const both = ['T0SPARKIFY0', 'T0PARTNER00']
    expect(await info('C0PARTNERS0')).toMatchObject({
      ...alone,
      is_shared: true,
      is_ext_shared: true,
      shared_team_ids: both,
    })
    expect(await info('C0PENDING00')).toMatchObject({
      ...alone,
      is_pending_ext_shared: true,
      pending_shared: ['T0PARTNER00'],
      shared_team_ids: ['T0SPARKIFY0'],
    })
    expect(await info('D0ADA0ADMIN')).toEqual({ id: 'D0ADA0ADMIN', is_im: true, is_channel: false, user: ada })
    expect(await refusal(info('C0HIDDEN000'))).toMatchObject({ error: 'channel_not_found' })
  })

  it('knows guests, and people of another organization', async () => {
    const user = async (id: string) => (await stage.client.users.info({ user: id })).user
    const own = { team_id: 'T0SPARKIFY0', is_restricted: false, is_ultra_restricted: false }
    expect(await user(ada)).toMatchObject(own)
    expect(await user(ada)).not.toHaveProperty('is_stranger')
    expect(await user('U0GUS00GUES')).toMatchObject({ ...own, is_restricted: true })
    expect(await user('U0SINA0GUES')).toMatchObject({ ...own, is_restricted: true, is_ultra_restricted: true })
    expect(await user('U0PETRA0PAR')).toMatchObject({ ...own, team_id: 'T0PARTNER00', is_stranger: false })
    expect(await refusal(user('U0NOBODY000'))).toMatchObject({ error: 'user_not_found' })
  })

  it('lists the channels of the bot and of a person, page by page', async () => {
    const list = async (args: { readonly user?: string; readonly limit?: number; readonly cursor?: string }) => {
      const { channels = [], response_metadata } = await stage.client.users.conversations(args)
      return [channels.map(({ name }) => name), response_metadata?.next_cursor]
    }
    const [all = []] = await list({})
    expect(all).toEqual(['data-eng', 'music', 'partners', 'archive'])
    expect(await list({ user: ada })).toEqual([['data-eng', 'music', 'random', 'partners', 'archive'], ''])
    expect(await list({ user: 'U0GUS00GUES' })).toEqual([['music', 'partners'], ''])
    const [first, next = ''] = await list({ limit: 2 })
    expect([first, await list({ limit: 2, cursor: `${next}` })]).toEqual([
      ['data-eng', 'music'],
      [['partners', 'archive'], ''],
    ])
    expect(await refusal(stage.client.users.conversations({ user: 'U0NOBODY000' }))).toMatchObject({
      error: 'user_not_found',
    })
  })

  it('says what it does not know', async () => {
    expect(await refusal(stage.client.conversations.info({ channel: 'C0NOWHERE00' }))).toMatchObject({
      error: 'channel_not_found',
    })
    expect(await refusal(stage.client.usergroups.users.list({ usergroup: 'S0NOGROUP00' }))).toMatchObject({
      error: 'no_such_subteam',
    })
  })
})

describe('a file', () => {
  it('arrives through filesUploadV2 in a thread, and can be downloaded byte for byte', async () => {
    const { ts = '' } = await stage.client.chat.postMessage({ channel: dataEng, text: 'all rows' })
    const content = 'song,plays\n"Undo, again",28\n'
    const file = Buffer.from(content)
    await stage.client.filesUploadV2({
      channel_id: dataEng,
      thread_ts: ts,
      filename: 'top songs.csv',
      title: 'Top songs',
      file,
    })
    const shared = stage.workspace.messages(dataEng, ada).at(-1)
    expect(shared).toMatchObject({
      thread_ts: ts,
      files: [{ name: 'top songs.csv', title: 'Top songs', size: content.length }],
    })
    const response = await fetch(`${stage.origin}/files/${shared?.files?.[0]?.id}/top%20songs.csv`)
    expect(await response.text()).toBe(content)
    expect(response.headers.get('content-disposition')).toBe('attachment')
  })

  it('must have the promised size, and be there before it is shared', async () => {
    const promised = await stage.client.files.getUploadURLExternal({ filename: 'a.csv', length: 3 })
    const files: [{ id: string }] = [{ id: promised.file_id ?? '' }]
    expect(await refusal(stage.client.files.completeUploadExternal({ files, channel_id: dataEng }))).toMatchObject({
      error: 'file_not_found',
    })
    const put = (body: string) =>
      fetch(promised.upload_url ?? '', { method: 'POST', body }).then(({ status }) => status)
    expect([await put('four'), await put('abc'), await put('abc')]).toEqual([400, 200, 400])
    expect(await refusal(stage.client.files.completeUploadExternal({ files, channel_id: random }))).toMatchObject({
      error: 'not_in_channel',
    })
  })
})

describe('the rate limits', () => {
  it('allow a short burst in a channel, then one message a second, and say when to come back', async () => {
    const strict = await openStage()
    const post = (channel: string) => strict.client.chat.postMessage({ channel, text: 'x' })
    for (let n = 0; n < 5; n++) await post(dataEng)
    const refused = await post(dataEng).catch((error) => error)
    expect(refused).toBeInstanceOf(WebAPIRateLimitedError)
    expect(refused.retryAfter).toBe(1)
    await post('C0MUSIC0000')
    strict.clock.forward(1_000)
    await post(dataEng)
    await strict.close()
  })

  it('allow fifty edits a minute in the whole workspace', async () => {
    const strict = await openStage()
    const { ts = '' } = await strict.client.chat.postMessage({ channel: dataEng, text: 'x' })
    const edit = () => strict.client.chat.update({ channel: dataEng, ts, text: 'y' })
    for (let n = 0; n < 50; n++) await edit()
    await expect(edit()).rejects.toThrow(WebAPIRateLimitedError)
    strict.clock.forward(1_200)
    await edit()
    await strict.close()
  })
})

it('a rate limit takes a burst at once, then as many a second as it may, and after a long silence no more than a burst again', () => {
  let now = 0
  const limit = rateLimit(() => now, 0.5, 2)
  const take = (times: number): readonly number[] => Array.from({ length: times }, () => limit.take('C1'))
  expect(take(3)).toEqual([0, 0, 2])
  expect(limit.take('C2')).toBe(0)
  now += 2_000
  expect(take(2)).toEqual([0, 2])
  now += 3_600_000
  expect(take(3)).toEqual([0, 0, 2])
  // Set back by an hour, it holds no longer than before.
  now -= 3_600_000
  expect(take(1)).toEqual([2])
  now += 2_000
  expect(take(2)).toEqual([0, 2])
})
