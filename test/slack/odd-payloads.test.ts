import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formModal, runAction, typedModal } from '../../src/slack/action-ids.ts'
import { some } from '../support/soak.ts'
import { eventually } from './support/clock.ts'
import { ada, dataEng, type Office, openOffice } from './support/office.ts'
import { postSigned, postSignedJson, postSignedText } from './support/signed.ts'

/*
 * Payloads as no documentation describes them: every field of each kind missing, null, of another type, or far too long (half of these
 * at the gate, which ones by the seed). Each is acknowledged, none breaks anything, and the next person is answered.
 */

const direct = `D${ada.slice(1)}`
const user = { id: ada, username: 'ada', name: 'ada', team_id: 'T0SPARKIFY0' }
const team = { id: 'T0SPARKIFY0', domain: 'sparkify' }
const event = (fields: Readonly<Record<string, unknown>>) => ({
  type: 'event_callback',
  team_id: team.id,
  enterprise_id: null,
  api_app_id: 'A1',
  event_id: 'Ev1',
  event_time: 1,
  is_ext_shared_channel: false,
  authorizations: [{ enterprise_id: null, team_id: team.id, user_id: 'U0SPARKIFY0', is_bot: true }],
  event: { user: ada, channel: direct, ts: '1.1', event_ts: '1.1', user_team: team.id, ...fields },
})

const payloads: Readonly<Record<string, object>> = {
  'a mention': event({ type: 'app_mention', text: '<@U0SPARKIFY0> help', thread_ts: '1.0', channel: dataEng }),
  'a message': event({ type: 'message', channel_type: 'im', text: 'help', subtype: 'file_share', files: [] }),
  'a Home': event({ type: 'app_home_opened', tab: 'home', view: { id: 'V1' } }),
  'a press': {
    type: 'block_actions',
    trigger_id: 't',
    user,
    team,
    enterprise: null,
    channel: { id: dataEng, name: 'data-eng' },
    container: { type: 'message', message_ts: '1.1', thread_ts: '1.0' },
    response_url: '',
    actions: [{ type: 'button', action_id: runAction, block_id: 'b', value: 'help', action_ts: '1.1' }],
  },
  'a press in a Home tab': {
    type: 'block_actions',
    trigger_id: 't',
    user,
    team,
    container: { type: 'view', view_id: 'V1' },
    view: { type: 'home', id: 'V1', state: { values: {} } },
    actions: [{ type: 'button', action_id: runAction, value: 'help' }],
  },
  'a form': {
    type: 'view_submission',
    trigger_id: 't',
    user,
    team,
    view: {
      type: 'modal',
      callback_id: formModal.callbackId,
      private_metadata: JSON.stringify({ command: 'help', channel: dataEng }),
      state: { values: { [`${formModal.blockPrefix}n`]: { [formModal.actionId]: { type: 'x', value: '1' } } } },
    },
  },
  'a dialog': {
    type: 'view_submission',
    trigger_id: 't',
    user,
    team,
    view: {
      type: 'modal',
      callback_id: typedModal.callbackId,
      private_metadata: 'plan-1',
      state: { values: { [typedModal.blockId]: { [typedModal.actionId]: { value: 'sparkify' } } } },
    },
  },
}

/** Kinds of payload by which nobody asks the bot for anything. */
const unasked: Readonly<Record<string, object>> = {
  'a kind that nobody knows yet': { type: 'invented', trigger_id: 't', user, team, actions: [{ type: 'button' }] },
  'a closed dialog': {
    type: 'view_closed',
    user,
    team,
    view: { type: 'modal', callback_id: 'form' },
    is_cleared: false,
  },
  'a global shortcut': { type: 'shortcut', callback_id: 'any', trigger_id: 't', user, team, action_ts: '1.1' },
  'a message shortcut': {
    type: 'message_action',
    callback_id: 'any',
    trigger_id: 't',
    user,
    team,
    channel: { id: dataEng },
    message: { ts: '1.1' },
  },
  'a suggestion': {
    type: 'block_suggestion',
    action_id: 'any',
    block_id: 'b',
    value: 'x',
    user,
    team,
    api_app_id: 'A1',
  },
  'a workflow’s step': event({ type: 'function_executed', function: { callback_id: 'any' }, inputs: {} }),
  'a channel that became shared': event({ type: 'channel_shared', connected_team_id: 'T2' }),
  'a revoked token': event({ type: 'tokens_revoked', tokens: { bot: [] } }),
}

const command = {
  command: '/sparkify',
  text: 'help',
  user_id: ada,
  user_name: 'ada',
  channel_id: dataEng,
  channel_name: 'data-eng',
  team_id: team.id,
  trigger_id: 't',
  response_url: '',
}

const missing = Symbol('missing')
const odd = [missing, null, 42, '', {}, 'x'.repeat(100_000)] as const

/** The same value with another one at this path. */
function withAt(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other
  if (Array.isArray(value)) return value.map((each, at) => (String(at) === key ? withAt(each, rest, other) : each))
  if (typeof value !== 'object' || value === null) return value
  const changed = Object.entries(value).map(([name, each]) => [name, name === key ? withAt(each, rest, other) : each])
  return Object.fromEntries(changed.filter(([, each]) => each !== missing))
}

/** The paths of everything in a value. */
function pathsIn(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => [[key], ...pathsIn(each).map((path) => [key, ...path])])
}

let office: Office
beforeAll(async () => {
  office = await openOffice()
  office.front.inject(({ name }) =>
    name.startsWith('chat.') || name.startsWith('views.')
      ? { body: { ok: true, channel: 'C1', ts: '1.1', view: { hash: 'h' } } }
      : undefined,
  )
})
afterAll(() => office.close())

let sent = 0
/** Names of their own for each delivery, where there are any: nothing is passed over as a repetition. */
function fresh(payload: unknown): unknown {
  sent += 1
  const named = JSON.stringify(payload).replaceAll('"trigger_id":"t"', `"trigger_id":"t${sent}"`)
  return JSON.parse(named.replaceAll('"ts":"1.1"', `"ts":"2.${sent}"`).replaceAll('"Ev1"', `"Ev${sent}"`))
}
const send = (payload: unknown): Promise<Response> => {
  const body = fresh(payload)
  if (typeof body !== 'object' || body === null) throw new Error('a payload is an object')
  return 'event_id' in body
    ? postSignedJson(office.front.origin, body)
    : postSigned(office.front.origin, { payload: JSON.stringify(body) })
}
/** Sends every variation, a few at a time, and expects each to be acknowledged well within three seconds. */
async function acknowledged(
  variations: readonly { readonly what: string; send(): Promise<Response> }[],
): Promise<void> {
  for (let at = 0; at < variations.length; at += 20) {
    await Promise.all(
      variations.slice(at, at + 20).map(async ({ what, send }) => {
        // Later than in three seconds Bolt answers 404 by itself.
        const response = await send()
        expect([what, response.status]).toEqual([what, 200])
        await response.text()
      }),
    )
    office.clock.advance(60_000)
  }
}
const label = (path: readonly string[], other: unknown) =>
  `${path.join('.')} = ${typeof other === 'symbol' ? 'missing' : JSON.stringify(other).slice(0, 20)}`

const variationsOf = (payload: object, values: readonly unknown[]) =>
  pathsIn(payload).flatMap((path) =>
    values.map((other) => ({ what: label(path, other), send: () => send(withAt(payload, path, other)) })),
  )

const asks = event({ type: 'message', channel_type: 'im', text: 'help' })
const answers = () =>
  office.front.calls.filter(({ name, body }) => name === 'chat.postMessage' && body.get('text')?.includes('help'))

describe('what asks for nothing', () => {
  it.each(Object.entries(unasked))('%s is acknowledged', async (_, payload) => {
    await acknowledged(variationsOf(payload, [payload, missing, null, 42]))
  })

  it.each(['null', '42', '"text"', '[]', 'true', '', '{'])('a body %s is refused', async (text) => {
    const form = await postSigned(office.front.origin, { payload: text })
    const json = await postSignedText(office.front.origin, text)
    expect([form.status, json.status]).toEqual([400, 400])
    expect((await postSignedText(office.front.origin, text, { secret: 'another' })).status).toBe(401)
  })

  it('leaves nothing in the ledger: what is asked next is the first run', async () => {
    await send(asks)
    await eventually(() => answers().length > 0)
    const runs = await office.ledger.runs.list({ limit: 2 })
    expect(runs.map(({ id, command }) => [id, command])).toEqual([[1, 'help']])
  })
})

describe('what asks for something, with each of its fields odd, is acknowledged', () => {
  it.each(Object.entries(payloads))('%s', async (_, payload) => {
    await acknowledged(variationsOf(payload, some(odd, 3)))
  })

  it('a slash command', async () => {
    const values = [undefined, '', 'null', 'x'.repeat(100_000)]
    await acknowledged(
      Object.keys(command).flatMap((name) =>
        values.map((value) => ({
          what: `${name} = ${String(value).slice(0, 20)}`,
          send: () => {
            sent += 1
            const entries = Object.entries({ ...command, trigger_id: `t${sent}`, [name]: value })
            return postSigned(
              office.front.origin,
              Object.fromEntries(entries.flatMap(([key, text]) => (text === undefined ? [] : [[key, text]]))),
            )
          },
        })),
      ),
    )
  })

  it('and breaks nothing: the log holds no error, and the next person is answered', async () => {
    const before = answers().length
    await send(asks)
    await office.clock.until(() => answers().length > before)
    expect(office.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([])
  })
})
