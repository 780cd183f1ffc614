import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from './support/clock.ts'
import { ada, dataEng, type Office, openOffice, random, vera } from './support/office.ts'
import { postSignedJson } from './support/signed.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const direct = `D${ada.slice(1)}`
const say = (text: string, more: { channel?: string; thread_ts?: string; copies?: number } = {}) =>
  office.workspace.users.send({ as: ada, channel: dataEng, text, ...more })
const answers = (channel = dataEng, viewer = ada) =>
  office.workspace.messages(channel, viewer).filter(({ user }) => user === 'U0SPARKIFY0')
const runs = async () => (await office.ledger.runs.list({ limit: 10 })).map(({ line, who }) => `${line} by ${who.name}`)

/** An event as Slack sends it, with what a test changes of it. */
const deliver = (event: Readonly<Record<string, unknown>>) => {
  const said = {
    user: ada,
    text: 'songs',
    ts: '1700000000.000100',
    channel: direct,
    channel_type: 'im',
    type: 'message',
  }
  const body = {
    type: 'event_callback',
    team_id: 'T0SPARKIFY0',
    api_app_id: 'A1',
    event: { ...said, ...event },
    event_id: 'Ev1',
  }
  return postSignedJson(office.front.origin, body)
}

describe('a mention', () => {
  it('in a channel is answered in the thread of that message, for everybody', async () => {
    office.doors.open('songs')
    await say('@Sparkify songs')
    await eventually(() => answers().length === 1)
    const [asked] = office.workspace.messages(dataEng, ada)
    expect(answers(dataEng, vera)[0]).toMatchObject({ thread_ts: asked?.ts })
    expect(answers()[0]?.text).toContain('Three songs.')
    expect(await runs()).toEqual(['songs by ada'])
  })

  it('in a thread is answered in that thread', async () => {
    office.doors.open('songs')
    await say('What do people listen to?')
    const [parent] = office.workspace.messages(dataEng, ada)
    await say('<hm> @sparkify, songs', { thread_ts: parent?.ts ?? '' })
    await eventually(() => answers().length === 1)
    expect(answers()[0]?.thread_ts).toBe(parent?.ts)
  })

  it('is answered with buttons that answer in that thread', async () => {
    office.doors.open('songs')
    await say('@Sparkify help')
    await eventually(() => answers().length === 1)
    const [asked] = office.workspace.messages(dataEng, ada)
    await office.workspace.users.press({ as: ada, ...office.button('Songs') })
    await eventually(() => answers(dataEng, vera).length === 1)
    expect(answers(dataEng, vera)[0]).toMatchObject({ thread_ts: asked?.ts, text: expect.stringContaining('songs') })
  })

  it('alone is a line without words, as the slash command alone is', async () => {
    await say('@Sparkify')
    await eventually(() => answers().length === 1)
    expect(JSON.stringify(answers())).toContain('I do not know')
  })

  it('delivered twice is answered once', async () => {
    office.doors.open('songs')
    await say('@Sparkify songs', { copies: 2 })
    await eventually(() => answers().length === 1)
    await eventually(() => office.delivered())
    expect(office.doors.arrivals('songs')).toBe(1)
    expect(answers()).toHaveLength(1)
  })

  it('that asks for what must be confirmed shows the plan in the thread, to its asker alone', async () => {
    await say('@Sparkify spend')
    await eventually(() => answers().length === 1)
    const [asked] = office.workspace.messages(dataEng, ada)
    expect(answers()[0]).toMatchObject({ viewer: ada, thread_ts: asked?.ts })
    office.doors.open('spend')
    await office.workspace.users.press({ as: ada, ...office.button('Spend $0.54') })
    await eventually(() => answers(dataEng, vera).length === 1)
    expect(answers(dataEng, vera)[0]).toMatchObject({
      thread_ts: asked?.ts,
      text: expect.stringContaining('It is spent.'),
    })
  })

  it('where the bot is not a member does not reach it, and Slack says so', async () => {
    expect(await say('@Sparkify songs', { channel: random })).toEqual({ notice: expect.stringContaining('/invite') })
    expect(await runs()).toEqual([])
  })
})

describe('words in the bot’s direct messages', () => {
  it('need no slash and no mention', async () => {
    office.doors.open('songs')
    await say('songs', { channel: direct })
    await eventually(() => answers(direct).length === 1)
    expect(answers(direct)[0]?.text).toContain('Three songs.')
    expect(answers(direct)[0]?.thread_ts).toBeUndefined()
  })

  it('for the asker alone are answered by a message that stays', async () => {
    await say('help', { channel: direct })
    await eventually(() => answers(direct).length === 1)
    expect(answers(direct)[0]?.viewer).toBeUndefined()
    expect(office.front.named('chat.postEphemeral')).toEqual([])
  })

  it('in a channel without a mention are nobody’s business', async () => {
    expect(await say('songs please')).toEqual({})
    await deliver({ channel: dataEng, channel_type: 'channel' })
    await say('@Sparkify help')
    await eventually(() => answers().length === 1)
    expect(office.doors.arrivals('songs')).toBe(0)
  })
})

describe('what a person types is answered', () => {
  it.each(['file_share', 'thread_broadcast', 'me_message'])('as a %s too', async (subtype) => {
    office.doors.open('songs')
    await deliver({ subtype, files: [{ id: 'F1' }] })
    await eventually(() => answers(direct).length === 1)
    expect(answers(direct)[0]?.text).toContain('Three songs.')
  })

  it('also where Slack writes null for what there is not', async () => {
    office.doors.open('songs')
    await deliver({ subtype: null, bot_id: null, thread_ts: null, edited: null })
    await eventually(() => answers(direct).length === 1)
  })

  it('with the marks of Slack’s editor and the slash command, behind a mention', async () => {
    office.doors.open('songs')
    await say('@Sparkify `/sparkify songs`.')
    await eventually(() => answers().length === 1)
    expect(answers()[0]?.text).toContain('Three songs.')
  })

  it('once, where one message arrives as a direct message and as a mention', async () => {
    office.doors.open('songs')
    const text = '<@U0SPARKIFY0> songs'
    await Promise.all([deliver({ text }), deliver({ text, type: 'app_mention', channel_type: undefined })])
    await eventually(() => answers(direct).length === 1)
    await deliver({ text: 'help', ts: '1700000002.000100' })
    await office.clock.until(() => answers(direct).length === 2)
    expect(office.doors.arrivals('songs')).toBe(1)
    expect(answers(direct).map(({ thread_ts }) => thread_ts)).toEqual([undefined, undefined])
  })
})

describe('what is never answered', () => {
  it.each([
    ['another bot', { bot_id: 'B0OTHER' }],
    ['the bot itself', { user: 'U0SPARKIFY0' }],
    ['an edit', { subtype: 'message_changed' }],
    ['a message that was edited', { edited: { user: ada, ts: '1700000001.000100' } }],
    ['a join', { subtype: 'channel_join' }],
    ['a message of nobody', { user: undefined }],
  ])('%s', async (_, event) => {
    expect((await deliver(event)).status).toBe(200)
    await deliver({ text: 'help', ts: '1700000002.000100' })
    await eventually(() => answers(direct).length === 1)
    expect(office.doors.arrivals('songs')).toBe(0)
  })

  it('somebody whom Slack fails to name: nothing is run, and they can try again', async () => {
    office.front.inject(({ name }) =>
      name === 'users.info' ? { body: { ok: false, error: 'fatal_error' } } : undefined,
    )
    office.doors.open('songs')
    await say('@Sparkify songs')
    await eventually(() => answers().length === 1)
    expect(answers()[0]).toMatchObject({
      viewer: ada,
      text: expect.stringContaining('Cannot read your Slack profile'),
    })
    expect(JSON.stringify(answers()[0]?.blocks)).toContain('Try again in a minute.')
    expect(await runs()).toEqual([])
  })
})
