import { afterEach, describe, expect, it } from 'vitest'
import { formModal, runAction } from '../../src/slack/action-ids.ts'
import { partner, team } from '../../src/workspace/personas.ts'
import { eventually } from './support/clock.ts'
import { ada, dataEng, type Office, openOffice } from './support/office.ts'
import { postSigned, postSignedJson } from './support/signed.ts'

let office: Office
afterEach(() => office.close())

const gus = 'U0GUS00GUES'
const vera = 'U0VERA0VIEW'
const partners = 'C0PARTNERS0'
const said = () =>
  office.front.calls.map(({ name, body }) => (name.startsWith('chat.') ? `${body.get('text')}` : '')).join(' ')
const user = (id: string) => ({ id, username: id, name: id, team_id: team.id })

function press(value: string, id: string): Promise<Response> {
  const payload = {
    type: 'block_actions',
    trigger_id: `press ${value}`,
    user: user(id),
    team: { id: team.id },
    channel: { id: dataEng, name: 'data-eng' },
    container: { type: 'message', message_ts: '1.1', channel_id: dataEng },
    actions: [{ type: 'button', action_id: runAction, value }],
  }
  return postSigned(office.front.origin, { payload: JSON.stringify(payload) })
}

function submit(command: string, id: string, of = team): Promise<Response> {
  const view = {
    type: 'modal',
    callback_id: formModal.callbackId,
    private_metadata: JSON.stringify({ command, channel: dataEng }),
    state: { values: { [`${formModal.blockPrefix}n`]: { [formModal.actionId]: { type: 'x', value: '1' } } } },
  }
  const payload = {
    type: 'view_submission',
    trigger_id: `form ${command}`,
    user: { ...user(id), team_id: of.id },
    team: { id: team.id },
    view,
  }
  return postSigned(office.front.origin, { payload: JSON.stringify(payload) })
}

function slash(text: string, id: string): Promise<Response> {
  const fields = { user_id: id, channel_id: dataEng, channel_name: 'data-eng', team_id: team.id }
  return postSigned(office.front.origin, { command: '/sparkify', text, trigger_id: `slash ${text}`, ...fields })
}

function mention(text: string, id: string): Promise<Response> {
  const event = {
    type: 'app_mention',
    user: id,
    channel: dataEng,
    ts: `1.${text.length}`,
    text: `<@U0SPARKIFY0> ${text}`,
  }
  return postSignedJson(office.front.origin, { type: 'event_callback', event_id: `Ev ${text}`, event })
}

describe('a guest, where SPARKIFY_GUESTS is viewer', () => {
  it.each([
    ['a slash command', slash],
    ['a mention', mention],
    ['a button', press],
    ['a form', submit],
  ])('is a viewer at %s, whatever the configuration calls them', async (_, send) => {
    office = await openOffice({ access: { guests: 'viewer' }, admins: [ada, gus] })
    office.doors.open('songs')
    expect((await send('songs', gus)).status).toBe(200)
    await office.clock.until(() => said().includes('Three songs.'))
    const answer = await (await send('wipe', gus)).text()
    const refusal = `wipe needs an admin. You are ${gus}, viewer here.`
    await office.clock.until(() => `${answer} ${said()}`.includes(refusal))
    expect(said()).not.toContain('Wipe it?')
    expect((await office.ledger.runs.list({ limit: 10 })).map(({ line, who }) => [line, who.id])).toEqual([
      [expect.stringMatching(/^songs/), gus],
    ])
  })
})

it('a guest is refused once for each thing asked, however often Slack delivers it', async () => {
  office = await openOffice()
  // What is sent is not counted: a call that takes long is sent again.
  const refused = () => office.log.filter(({ message }) => message.startsWith('a request was refused')).length
  for (const [at, text] of ['help', 'songs'].entries()) {
    await Promise.all([slash(text, gus), slash(text, gus)])
    await eventually(() => said().split('I do not answer guests.').length > at + 1)
  }
  expect(refused()).toBe(2)
  expect(await office.ledger.runs.list({ limit: 1 })).toEqual([])
})

it('a guest whom no message reaches where they asked is refused in their direct messages', async () => {
  office = await openOffice()
  office.front.inject(({ name }) =>
    name === 'chat.postEphemeral' ? { body: { ok: false, error: 'user_not_in_channel' } } : undefined,
  )
  await slash('help', gus)
  await office.clock.until(() => office.front.named('chat.postMessage').length === 1)
  const [direct] = office.front.named('chat.postMessage')
  expect([direct?.body.get('channel'), direct?.body.get('text')]).toEqual([
    gus,
    'I do not answer guests. Nothing was done.',
  ])
})

describe('a member in a channel of another organization', () => {
  it('is a member where they mention the bot, although the payload names the host of the channel as well', async () => {
    office = await openOffice()
    const teams = { user_team: team.id, source_team: partner.id }
    const event = {
      type: 'app_mention',
      user: vera,
      channel: partners,
      ts: '1.1',
      text: '<@U0SPARKIFY0> help',
      ...teams,
    }
    const envelope = { type: 'event_callback', event_id: 'Ev1', is_ext_shared_channel: true }
    await postSignedJson(office.front.origin, { ...envelope, event })
    await office.clock.until(() => said().includes('This is the help.'))
  })

  it('is a member where they press a button, too', async () => {
    office = await openOffice()
    const payload = {
      type: 'block_actions',
      trigger_id: 'press',
      user: user(vera),
      team: { id: partner.id },
      channel: { id: partners, name: 'partners' },
      container: { type: 'message', message_ts: '1.1', channel_id: partners },
      actions: [{ type: 'button', action_id: runAction, value: 'help' }],
    }
    await postSigned(office.front.origin, { payload: JSON.stringify(payload) })
    await office.clock.until(() => said().includes('This is the help.'))
  })
})

describe('a submitted dialog', () => {
  it('of somebody whom Slack places in another organization stays open with the refusal, and does nothing', async () => {
    office = await openOffice()
    const answer = await (await submit('songs', vera, partner)).text()
    expect(JSON.parse(answer)).toMatchObject({ response_action: 'errors' })
    expect(answer).toContain('I only answer members of the organization that runs me.')
    expect(await office.ledger.runs.list({ limit: 1 })).toEqual([])
  })

  it('is answered within 1.5 s where Slack does not say who somebody is: it stays open, and nothing is done, then or later', async () => {
    office = await openOffice()
    office.doors.open('songs')
    let answer = (): void => undefined
    const late = new Promise<undefined>((resolve) => {
      answer = () => resolve(undefined)
    })
    office.front.inject(({ name }) => (name === 'users.info' ? late : undefined))
    const asked = () => office.front.named('users.info').length
    let response: Response | undefined
    const sent = submit('songs', ada).then((given) => {
      response = given
    })
    await eventually(() => asked() === 1)
    office.clock.advance(1_499)
    await new Promise(setImmediate)
    expect(response).toBeUndefined()
    office.clock.advance(1)
    await sent
    expect(await response?.json()).toEqual({
      response_action: 'errors',
      errors: {
        [`${formModal.blockPrefix}n`]:
          'Slack did not return your profile in time. Nothing was done. Submit it again in a minute.',
      },
    })
    answer()
    // Who they are is known now, and the next one goes through.
    expect(await (await slash('help', ada)).text()).toBe('')
    await office.clock.until(() => office.front.named('chat.postEphemeral').length === 1)
    expect(office.doors.arrivals('songs')).toBe(0)
  })
})
