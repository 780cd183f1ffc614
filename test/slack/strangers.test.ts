import { createClient } from '@libsql/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  confirmAction,
  dismissAction,
  formAction,
  formModal,
  runAction,
  typeAction,
  typedModal,
} from '../../src/slack/action-ids.ts'
import { type ChannelSeed, defaultPersonas, partner, team } from '../../src/workspace/personas.ts'
import type { Call } from './support/front.ts'
import { type Office, openOffice } from './support/office.ts'
import { postSigned, postSignedJson } from './support/signed.ts'

/*
 * Five kinds of people, five kinds of conversations, all doors: who is not of the organization gets one reply, for them alone, and leaves
 * nothing behind.
 */

const vera = 'U0VERA0VIEW'
const gus = 'U0GUS00GUES'
const sina = 'U0SINA0GUES'
const petra = 'U0PETRA0PAR'
const nadia = 'U0NADIA0FAI'
const personas = [
  ...defaultPersonas,
  { id: nadia, name: 'nadia', realName: 'Nadia', role: 'viewer', tz: 'UTC' } as const,
]

const people = [
  { who: 'a guest', id: gus, refusal: 'I do not answer guests.' },
  { who: 'a single-channel guest', id: sina, refusal: 'I do not answer guests.' },
  {
    who: 'somebody of another organization',
    id: petra,
    refusal: 'I only answer members of the organization that runs me.',
  },
  { who: 'somebody whom Slack fails to name', id: nadia, refusal: 'Cannot read your Slack profile (fatal_error).' },
  // Last, because what is noted of an answer comes after it.
  { who: 'a member', id: vera, refusal: null },
] as const
type Person = (typeof people)[number]

const everybody = people.map(({ id }) => id)
const places = ['public', 'private', 'direct', 'group', 'shared'] as const
type Kind = (typeof places)[number]

const ids = { public: 'C0PUBLIC000', private: 'C0PRIVATE00', group: 'C0GROUP0000', shared: 'C0SHARED000' } as const
const channels: readonly ChannelSeed[] = [
  { id: ids.public, name: 'public', topic: '', hasBot: true, people: everybody },
  { id: ids.private, name: 'private', topic: '', hasBot: true, people: everybody, kind: 'private' },
  { id: ids.group, name: 'mpdm-all', topic: '', hasBot: true, people: everybody, kind: 'group' },
  { id: ids.shared, name: 'shared', topic: '', hasBot: true, people: everybody, shared: { with: partner } },
]
const channelOf = (kind: Kind, { id }: Person): string => (kind === 'direct' ? `D${id.slice(1)}` : ids[kind])

let office: Office
let count = 0
beforeAll(async () => {
  office = await openOffice({ personas, channels })
  office.doors.open('songs')
  office.front.inject(({ name, body }) => {
    if (name === 'users.info' && body.get('user') === nadia) return { body: { ok: false, error: 'fatal_error' } }
    // The threads are not there, and triggers and response URLs not issued.
    if (name === 'views.open' || name === 'chat.postEphemeral') return { body: { ok: true } }
    // What Slack answers to direct messages for people of other organizations is not documented; taken here, so that none is sent again.
    const to = body.get('channel') ?? ''
    if (name === 'chat.postMessage' && to.endsWith(petra.slice(1)))
      return { body: { ok: true, channel: to, ts: '1.1' } }
    return name === 'response' ? { body: 'ok' } : undefined
  })
})
afterAll(() => office.close())

/** A delivery by one person in one conversation. */
interface Sent {
  readonly person: Person
  readonly kind: Kind
  readonly channel: string
  /** A number of its own. */
  readonly at: number
}

/** What Slack says of the person's workspace; now and then it says nothing. */
function teamOf({ person, at }: Sent): string | undefined {
  return at % 2 === 0 ? undefined : person.id === petra ? partner.id : team.id
}

const origin = () => office.front.origin
const responseUrl = () => `${origin()}/response/none`

function event(sent: Sent, fields: Readonly<Record<string, unknown>>): Promise<Response> {
  const { person, kind, channel, at } = sent
  const of = teamOf(sent)
  const ts = `1700000000.${String(at).padStart(6, '0')}`
  const about = { user: person.id, channel, ts, event_ts: ts, user_team: of, source_team: of }
  return postSignedJson(origin(), {
    type: 'event_callback',
    team_id: team.id,
    event_id: `Ev${at}`,
    is_ext_shared_channel: kind === 'shared',
    event: { ...about, ...fields },
  })
}

function interaction(sent: Sent, fields: Readonly<Record<string, unknown>>): Promise<Response> {
  const { person, at } = sent
  const of = teamOf(sent)
  const payload = {
    trigger_id: `trigger ${at}`,
    user: { id: person.id, username: person.id, name: person.id, team_id: of },
    team: of === undefined ? null : { id: of, domain: 'of' },
    enterprise: null,
    ...fields,
  }
  return postSigned(origin(), { payload: JSON.stringify(payload) })
}

function button(action_id: string, value: string) {
  return (sent: Sent) =>
    interaction(sent, {
      type: 'block_actions',
      channel: { id: sent.channel, name: 'somewhere' },
      container: { type: 'message', message_ts: '1.1', channel_id: sent.channel },
      response_url: responseUrl(),
      actions: [{ type: 'button', action_id, value }],
    })
}

function submission(callback_id: string, private_metadata: (sent: Sent) => string, block: string, field: string) {
  return (sent: Sent) =>
    interaction(sent, {
      type: 'view_submission',
      view: {
        type: 'modal',
        callback_id,
        private_metadata: private_metadata(sent),
        state: { values: { [block]: { [field]: { type: 'plain_text_input', value: 'sparkify' } } } },
      },
    })
}

interface Door {
  readonly door: string
  /** What a member gets there. */
  readonly reply: RegExp
  /** Set where what is there already is not sent again. */
  readonly isKept?: true
  /** Where there is no such door, and nothing comes of it. */
  readonly only?: Kind
  send(sent: Sent): Promise<Response>
}

const songs = /Three songs\./
const noPlan = /no longer|not known|no such|expired|There is no/i
const doors: readonly Door[] = [
  {
    door: 'a slash command',
    reply: songs,
    send: (sent) => {
      const { person, channel, at } = sent
      const of = teamOf(sent)
      return postSigned(origin(), {
        command: '/sparkify',
        text: 'songs',
        user_id: person.id,
        channel_id: channel,
        ...(of === undefined ? {} : { team_id: of }),
        trigger_id: `trigger ${at}`,
        response_url: responseUrl(),
      })
    },
  },
  {
    door: 'a mention',
    reply: songs,
    send: (sent) => event(sent, { type: 'app_mention', text: '<@U0SPARKIFY0> songs' }),
  },
  {
    door: 'a mention in a thread',
    reply: songs,
    send: (sent) => event(sent, { type: 'app_mention', text: '<@U0SPARKIFY0> songs', thread_ts: '1600000000.000001' }),
  },
  {
    door: 'a message',
    reply: songs,
    only: 'direct',
    send: (sent) =>
      event(sent, { type: 'message', text: 'songs', channel_type: sent.kind === 'direct' ? 'im' : 'channel' }),
  },
  {
    door: 'a file with words',
    reply: songs,
    only: 'direct',
    send: (sent) =>
      event(sent, {
        type: 'message',
        subtype: 'file_share',
        text: 'songs',
        channel_type: sent.kind === 'direct' ? 'im' : 'group',
        files: [{ id: 'F1' }],
      }),
  },
  { door: 'a button that runs a command', reply: songs, send: button(runAction, 'songs') },
  {
    door: 'a button that opens a form',
    reply: /"title":\{"type":"plain_text","text":"songs"/i,
    send: button(formAction, 'songs'),
  },
  { door: 'a button that confirms a plan', reply: noPlan, send: button(confirmAction, 'plan-1') },
  { door: 'a button that asks for a word', reply: noPlan, send: button(typeAction, 'plan-1') },
  { door: 'a button that dismisses a plan', reply: noPlan, send: button(dismissAction, 'plan-1') },
  { door: 'a button of another version', reply: /another version/, send: button('unknown', '') },
  {
    door: 'a form',
    reply: songs,
    send: submission(
      formModal.callbackId,
      ({ channel }) => JSON.stringify({ command: 'songs', channel }),
      `${formModal.blockPrefix}n`,
      formModal.actionId,
    ),
  },
  {
    door: 'a dialog with a word',
    reply: noPlan,
    send: submission(typedModal.callbackId, () => 'plan-1', typedModal.blockId, typedModal.actionId),
  },
  {
    door: 'the Home tab',
    reply: /Your role here: viewer\./,
    isKept: true,
    send: (sent) => event(sent, { type: 'app_home_opened', tab: 'home', ts: undefined }),
  },
  {
    door: 'a button in the Home tab',
    reply: songs,
    send: (sent) =>
      interaction(sent, {
        type: 'block_actions',
        container: { type: 'view', view_id: 'V1' },
        view: { type: 'home', id: 'V1' },
        actions: [{ type: 'button', action_id: runAction, value: 'songs' }],
      }),
  },
]

const lookups = ['auth.test', 'users.info', 'conversations.info']

/** Calls that reach somebody. */
function sentSince(from: number): readonly Call[] {
  return office.front.calls.slice(from).filter(({ name }) => !lookups.includes(name))
}

/** Who reads what a call sends: a person, or everybody in a channel. */
function readerOf({ name, body }: Call): string | null {
  if (name === 'response') {
    const said = z.object({ response_type: z.string() }).parse(JSON.parse(body.get('raw') ?? ''))
    return said.response_type === 'ephemeral' ? 'whoever asked' : 'everybody'
  }
  return name === 'chat.postEphemeral'
    ? body.get('user')
    : name === 'views.publish'
      ? body.get('user_id')
      : body.get('channel')
}

/** Everything in the ledger. */
async function ledgerNow(): Promise<string> {
  const client = createClient({ url: office.ledgerUrl })
  const tables = await client.execute("select name from sqlite_master where type = 'table' order by name")
  const rows: unknown[] = []
  for (const { name } of tables.rows) rows.push(name, (await client.execute(`select * from "${name}"`)).rows)
  client.close()
  return JSON.stringify(rows)
}

const cells = people.flatMap((person) => places.map((kind) => ({ ...person, person, kind })))

describe.each(cells)('$who in a $kind conversation', ({ person, kind, refusal }) => {
  it(
    refusal === null ? 'is answered at every door' : 'is refused at every door, and the ledger does not change',
    async () => {
      const before = await ledgerNow()
      const channel = channelOf(kind, person)
      for (const { door, reply, only, isKept, send } of doors) {
        const from = office.front.calls.length
        count += 1
        const response = await send({ person, kind, channel, at: count })
        expect(response.status, door).toBe(200)
        if (only !== undefined && only !== kind) {
          expect(await response.text(), door).toBe('')
          continue
        }
        const said = await response.text()
        const words = refusal === null ? reply : { test: (text: string) => text.includes(refusal) }
        const since = refusal === null && isKept ? 0 : from
        const isAnswered = () => [said, ...sentSince(since).map(textOf)].some((text) => words.test(text))
        await office.clock
          .until(isAnswered)
          .catch(() => expect([said, ...sentSince(from).map(textOf)], door).toEqual([reply]))
        if (refusal === null) continue
        const readers = new Set(sentSince(from).map(readerOf))
        const own = ['whoever asked', person.id, `D${person.id.slice(1)}`]
        expect(
          [...readers].filter((reader) => reader === null || !own.includes(reader)),
          door,
        ).toEqual([])
      }
      expect((await ledgerNow()) === before).toBe(refusal !== null)
    },
  )
})

it('nothing was posted in the shared channel, whoever asked', () => {
  const posts = office.front.calls.filter(
    ({ name, body }) => name !== 'chat.postEphemeral' && name.startsWith('chat.') && body.get('channel') === ids.shared,
  )
  expect(posts).toEqual([])
  expect(office.front.named('chat.postMessage').length).toBeGreaterThan(20)
})

it('Slack was asked about each person once, and about each channel at most once a minute', () => {
  const asked = office.front.named('users.info').map(({ body }) => body.get('user'))
  for (const { id } of people.filter(({ id }) => id !== nadia))
    expect(asked.filter((user) => user === id)).toHaveLength(1)
})

function textOf({ name, body }: Call): string {
  return name === 'response' ? (body.get('raw') ?? '') : `${body.get('text')} ${body.get('blocks')} ${body.get('view')}`
}
