import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ada, botToken, eventually, openStage, otto, type Stage } from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage({ limits: { scale: 100 } })
})
afterEach(() => stage.close())

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } })
const pauseOption = { text: plain('Pause'), value: 'schedule pause 1' }
const overflow = { type: 'overflow' as const, action_id: 'more', options: [pauseOption] }
const loadButton = { type: 'button' as const, action_id: 'say', value: 'etl', text: plain('Load') }
const picker = { type: 'timepicker' as const, action_id: 'at', initial_time: '07:00' }
const blocks = [
  { ...section('*Nightly*'), block_id: 'nightly', accessory: overflow },
  { type: 'actions' as const, block_id: 'deeds', elements: [loadButton, picker] },
]
const publish = (more: object = {}, user_id = ada) =>
  stage.client.views.publish({ user_id, view: { type: 'home', blocks }, ...more })
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error) => {
      if (!(error instanceof WebAPIPlatformError)) throw error
      return { error: error.data.error, messages: error.data.response_metadata?.messages ?? [] }
    },
  )

describe('views.publish', () => {
  it('puts a view into one person’s Home tab, every block and element with an id, and answers with it', async () => {
    const { view } = await publish({
      view: { type: 'home', private_metadata: 'x', blocks: [{ type: 'actions', elements: [loadButton] }] },
    })
    expect(view).toMatchObject({
      id: expect.stringMatching(/^V[0-9A-F]{12}$/),
      type: 'home',
      hash: expect.stringMatching(/^\d{10}\.[\w-]{8}$/),
      private_metadata: 'x',
      callback_id: '',
      root_view_id: view?.id,
      blocks: [{ block_id: expect.any(String), elements: [{ action_id: 'say' }] }],
    })
    expect(stage.workspace.homeTab(ada)?.home.blocks).toEqual(view?.blocks)
    expect(stage.workspace.homeTab(otto)).toBeUndefined()
  })

  it('replaces what is there under the same id and a new hash', async () => {
    const first = (await publish()).view
    const second = (await publish({ view: { type: 'home', blocks: [section('new')] } })).view
    expect(second?.id).toBe(first?.id)
    expect(second?.hash).not.toBe(first?.hash)
    expect(stage.workspace.homeTab(ada)?.home.blocks).toMatchObject([{ text: { text: 'new' } }])
  })

  it('refuses a hash that is not that of the view now there, and leaves that view', async () => {
    expect(await refusal(publish({ hash: '1.unknown' }))).toEqual({ error: 'hash_conflict', messages: [] })
    const { hash } = (await publish()).view ?? {}
    expect(await refusal(publish({ hash }))).toBe('none')
    expect(await refusal(publish({ hash, view: { type: 'home', blocks: [] } }))).toMatchObject({
      error: 'hash_conflict',
    })
    expect(stage.workspace.homeTab(ada)?.home.blocks).toHaveLength(2)
  })

  it('refuses people who are not there', async () => {
    for (const user of ['U0NOBODY000', 'U0SPARKIFY0', 'D0ADA0ADMIN'])
      expect(await refusal(publish({}, user))).toEqual({
        error: 'invalid_arguments',
        messages: ['invalid `user_id`'],
      })
  })

  it('points at faults below /view', async () => {
    const faulty = { type: 'home', blocks: [{ type: 'plan', title: 'Load' }, section('')] }
    expect(await refusal(stage.client.apiCall('views.publish', { user_id: ada, view: faulty }))).toEqual({
      error: 'invalid_arguments',
      messages: [
        '[ERROR] unsupported type [json-pointer:/view/blocks/0/type]',
        '[ERROR] must be more than 0 characters [json-pointer:/view/blocks/1/text/text]',
      ],
    })
    expect(await refusal(stage.client.apiCall('views.publish', { user_id: ada }))).toMatchObject({
      error: 'invalid_arguments',
    })
    expect(stage.workspace.homeTab(ada)).toBeUndefined()
  })

  it('refuses more than 250 kB, though every block keeps its limit', async () => {
    const full = (last: number) =>
      publish({ view: { type: 'home', blocks: [...Array(81).fill(3000), last].map((n) => section('x'.repeat(n))) } })
    const room =
      250_000 -
      JSON.stringify({ type: 'home', blocks: [...Array(81).fill(section('x'.repeat(3000))), section('')] }).length
    expect(room).toBeLessThan(3000)
    expect(await refusal(full(room))).toBe('none')
    expect(await refusal(full(room + 1))).toEqual({ error: 'view_too_large', messages: [] })
  })

  it('needs no scope, and may be called a hundred times a minute', async () => {
    const strict = await openStage({ scopes: ['chat:write'] })
    const once = () => strict.client.views.publish({ user_id: ada, view: { type: 'home', blocks: [] } })
    for (let n = 0; n < 100; n++) await once()
    await expect(once()).rejects.toThrow(WebAPIRateLimitedError)
    strict.clock.forward(600)
    await once()
    await strict.close()
  })
})

describe('what was published', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'workspace-home-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))
  const journal = () => join(home, 'workspace.jsonl')
  const lines = () => readFileSync(journal(), 'utf8').trim().split('\n')

  it('is there again after a restart, the last view of each person and no other', async () => {
    const before = await openStage({ home })
    for (const text of ['first', 'last'])
      await before.client.views.publish({ user_id: ada, view: { type: 'home', blocks: [section(text)] } })
    await before.client.views.publish({ user_id: otto, view: { type: 'home', blocks } })
    const then = before.workspace.homeTab(ada)
    await before.close()

    const after = await openStage({ home })
    expect(after.workspace.homeTab(ada)).toEqual(then)
    expect(after.workspace.homeTab(ada)?.home.blocks).toMatchObject([{ text: { text: 'last' } }])
    expect(after.workspace.homeTab(otto)?.home.blocks).toHaveLength(2)
    expect(lines().filter((line) => line.includes('"home"'))).toHaveLength(2)
    const again = { user_id: ada, view: { type: 'home' as const, blocks: [] }, hash: then?.hash ?? '' }
    expect((await after.client.views.publish(again)).view?.id).toBe(then?.id)
    await after.close()
  })

  it('is forgotten where this version would refuse it', async () => {
    const view = { type: 'home', blocks: [{ type: 'sparkle' }] }
    writeFileSync(journal(), `${JSON.stringify({ op: 'home', id: 'V1', user: ada, hash: '1.1', home: view })}\n`)
    const after = await openStage({ home })
    expect(after.workspace.homeTab(ada)).toBeUndefined()
    await after.close()
  })
})

describe('entering a tab', () => {
  const enter = (tab: 'home' | 'messages', as = ada) => stage.workspace.users.openTab({ as, tab })
  const hear = () => {
    const heard: { event: unknown; id: string }[] = []
    stage.app.event('app_home_opened', async ({ event, body }) => void heard.push({ event, id: body.event_id }))
    return heard
  }

  it('tells the app who form which one, each time under an id of its own', async () => {
    const heard = hear()
    expect(await enter('home')).toEqual({})
    expect(await enter('messages', otto)).toEqual({})
    await eventually(() => heard.length === 2, 'both events')
    const event_ts = expect.stringMatching(/^\d{10}\.\d{6}$/)
    expect(heard.map(({ event }) => event)).toEqual([
      { type: 'app_home_opened', user: ada, channel: 'D0ADA0ADMIN', tab: 'home', event_ts },
      { type: 'app_home_opened', user: otto, channel: 'D0OTTO0OPER', tab: 'messages', event_ts },
    ])
    expect(new Set(heard.map(({ id }) => id)).size).toBe(2)
  })

  it('carries the view as it was last published, on the Home tab only', async () => {
    const heard = hear()
    const { view } = await publish()
    await enter('home')
    await enter('messages')
    await eventually(() => heard.length === 2, 'both events')
    expect(heard[0]?.event).toMatchObject({ view: { id: view?.id, hash: view?.hash, type: 'home' } })
    expect(heard[1]?.event).not.toHaveProperty('view')
  })

  it('is not told to an app that does not subscribe', async () => {
    const deaf = await openStage({ events: ['app_mention', 'message.im'] })
    deaf.workspace.connect({ origin: deaf.origin, deliver: 'http://127.0.0.1:1/slack/events' })
    expect(await deaf.workspace.users.openTab({ as: ada, tab: 'home' })).toEqual({})
    expect(await deaf.workspace.users.send({ as: ada, channel: 'D0ADA0ADMIN', text: 'hi' })).toHaveProperty('notice')
    await deaf.close()
  })

  it('says when the app does not answer', async () => {
    stage.workspace.connect({ origin: stage.origin, deliver: 'http://127.0.0.1:1/slack/events' })
    expect(await enter('home')).toEqual({ notice: 'Sparkify did not answer (dispatch_failed).' })
  })

  it('can be done by the page alone, as someone who is there', async () => {
    const post = (body: object, origin = stage.origin) =>
      fetch(`${stage.origin}/page/openTab`, { method: 'POST', headers: { origin }, body: JSON.stringify(body) })
    const heard = hear()
    expect((await post({ as: ada, tab: 'home' })).status).toBe(200)
    expect((await post({ as: ada, tab: 'about' })).status).toBe(400)
    expect((await post({ as: 'U0NOBODY000', tab: 'home' })).status).toBe(400)
    expect((await post({ as: ada, tab: 'home' }, 'http://evil.example')).status).toBe(403)
    await eventually(() => heard.length > 0, 'the event')
    expect(heard).toHaveLength(1)
  })
})

describe('a press in the Home tab', () => {
  let body: Record<string, unknown> = {}
  let view_id = ''
  beforeEach(async () => {
    body = {}
    stage.app.action({ type: 'block_actions' }, async (given) => {
      body = { ...given.body }
      await given.ack()
    })
    view_id = (await publish()).view?.id ?? ''
  })
  const form = [{ block_id: 'deeds', action_id: 'at', value: '08:15' }]
  const press = (block_id: string, action_id: string, value?: string) =>
    stage.workspace.users.press({ as: ada, view_id, block_id, action_id, form, ...(value && { value }) })

  it('carries the view with what stands in it, but no channel, no message and no way to answer', async () => {
    const hash = stage.workspace.homeTab(ada)?.hash
    expect(await press('deeds', 'say')).toEqual({})
    expect(body).toMatchObject({
      type: 'block_actions',
      user: { id: ada, username: 'ada', name: 'ada', team_id: 'T0SPARKIFY0' },
      team: { id: 'T0SPARKIFY0' },
      trigger_id: expect.any(String),
      container: { type: 'view', view_id },
      view: { id: view_id, hash, type: 'home', blocks: [{ block_id: 'nightly' }, { block_id: 'deeds' }] },
      actions: [{ type: 'button', block_id: 'deeds', action_id: 'say', value: 'etl', action_ts: expect.any(String) }],
    })
    // An overflow menu and a button keep nothing.
    const state = { values: { deeds: { at: { type: 'timepicker', selected_time: '08:15' } } } }
    expect(body['view']).toHaveProperty('state', state)
    for (const field of ['channel', 'message', 'response_url', 'state']) expect(body).not.toHaveProperty(field)
  })

  it('opens a modal with its trigger', async () => {
    await press('deeds', 'say')
    const view = { type: 'modal' as const, title: plain('Load?'), blocks: [section('x')] }
    expect(await stage.client.views.open({ trigger_id: String(body['trigger_id']), view })).toMatchObject({ ok: true })
  })

  it('on an overflow menu says which line was chosen, on a time picker which time', async () => {
    await press('nightly', 'more', 'schedule pause 1')
    expect(body['actions']).toMatchObject([{ type: 'overflow', selected_option: pauseOption }])
    await press('deeds', 'at', '08:15')
    expect(body['actions']).toMatchObject([{ type: 'timepicker', selected_time: '08:15' }])
  })

  it('of what is no longer there, or is another person’s, does nothing', async () => {
    const changed = { notice: 'This page has changed. Check it, then click again.' }
    expect(await press('deeds', 'gone')).toEqual(changed)
    const as = (person: string, id: string) =>
      stage.workspace.users.press({ as: person, view_id: id, block_id: 'deeds', action_id: 'say' })
    expect(await as(otto, view_id)).toEqual(changed)
    await publish({}, otto)
    expect(await as(otto, view_id)).toEqual(changed)
    expect(await as(ada, stage.workspace.homeTab(otto)?.id ?? '')).toEqual(changed)
    expect(body).toEqual({})
  })

  it('says when the app does not answer', async () => {
    stage.workspace.connect({ origin: stage.origin, deliver: 'http://127.0.0.1:1/slack/events' })
    expect(await press('deeds', 'say')).toEqual({ notice: 'Sparkify did not answer (dispatch_failed).' })
  })

  it('can be done by the page alone', async () => {
    const post = (headers: Record<string, string>) =>
      fetch(`${stage.origin}/page/press`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ as: ada, view_id, block_id: 'deeds', action_id: 'say' }),
      }).then(({ status }) => status)
    expect(await post({ authorization: `Bearer ${botToken}` })).toBe(403)
    expect(body).toEqual({})
    expect(await post({ origin: stage.origin })).toBe(200)
    expect(body).toHaveProperty('container.view_id', view_id)
  })
})
