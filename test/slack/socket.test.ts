import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSocketMode, type Reception, type SocketMode } from '../support/socket-mode.ts'
import { eventually } from './support/clock.ts'
import type { Injected } from './support/front.ts'
import { ada, dataEng, type Office, openOffice } from './support/office.ts'

let slack: SocketMode
let office: Office
/** What `apps.connections.open` answers in place of an address. */
let instead: Injected | undefined
beforeEach(async () => {
  instead = undefined
  slack = await openSocketMode()
  office = await openOffice({
    mode: { kind: 'socket', appToken: 'xapp-1' },
    arrange: (front) =>
      front.inject(({ name }) => {
        if (name !== 'apps.connections.open') return undefined
        return instead ?? { body: { ok: true, url: slack.url } }
      }),
  })
})
afterEach(async () => {
  await office.close()
  await slack.close()
})

const command = (text: string) => ({
  command: '/sparkify',
  text,
  channel_id: dataEng,
  channel_name: 'data-eng',
  user_id: ada,
  user_name: 'ada',
  team_id: 'T0SPARKIFY0',
  trigger_id: `trigger of ${text}`,
  response_url: `${office.front.origin}/response/none`,
})

describe('a Socket Mode connection', () => {
  it('brings commands, acknowledged before their work', async () => {
    expect(await slack.deliver('slash_commands', command('songs'))).toEqual({})
    await eventually(() => office.doors.arrivals('songs') === 1)
    office.doors.open('songs')
    await eventually(() => office.seen().length === 1)
  })

  it('needs no listener, and says how long it is up', () => {
    expect(office.face.listener).toBeUndefined()
    office.clock.advance(7_500_000)
    expect(office.face.health()).toEqual({ ok: true, detail: 'connected by Socket Mode for 2 h 5 min' })
  })

  it('that Slack wants renewed is renewed at once', async () => {
    office.clock.advance(3_600_000)
    slack.refresh()
    await eventually(() => slack.opened() === 2 && slack.connections() === 1)
    await eventually(() => office.face.health().ok)
    expect(await slack.deliver('slash_commands', command('songs'))).toEqual({})
  })

  it('that is cut is made again', async () => {
    office.clock.advance(3_600_000)
    slack.cut()
    await eventually(() => slack.opened() === 2)
    await eventually(() => office.face.health().ok)
  })

  it('outlives an outage: it tries again with growing pauses, and says meanwhile that it is down', async () => {
    const rejected: unknown[] = []
    const note = (reason: unknown): void => void rejected.push(reason)
    process.on('unhandledRejection', note)
    instead = { status: 503, body: {} }
    const before = office.front.named('apps.connections.open').length
    slack.cut()
    const tries = () => office.front.named('apps.connections.open').slice(before)
    await office.clock.until(() => tries().length === 12)
    expect(office.face.health().ok).toBe(false)
    expect(office.face.health().detail).toContain('not connected by Socket Mode for')
    const times = tries().map(({ at }) => at)
    for (const [i, at] of times.entries()) {
      if (i === 0) continue
      expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(1000)
      expect(at - (times[i - 1] ?? 0)).toBeLessThan(35_000)
    }
    instead = undefined
    await office.clock.until(() => office.face.health().ok)
    process.off('unhandledRejection', note)
    expect(rejected).toEqual([])
    expect(await slack.deliver('slash_commands', command('songs'))).toEqual({})
  })

  const opens = () => office.front.named('apps.connections.open')
  const warnings = () => office.log.filter(({ level }) => level === 'warn').map(({ message }) => message)
  const shared = /more than one connection/

  it.each<Reception>([{ kind: 'dismiss', reason: 'too_many_websockets' }, { kind: 'end' }])(
    'that Slack ends at once (%j) is retried with growing pauses, and logged',
    async (reception) => {
      slack.receive(reception)
      slack.cut()
      const start = office.clock.now().getTime()
      await office.clock.until(() => office.clock.now().getTime() - start >= 60_000)
      expect(opens().length).toBeGreaterThan(4)
      expect(opens().length).toBeLessThan(12)
      const why = reception.kind === 'dismiss' ? reception.reason : ''
      await office.clock.until(() => warnings().some((line) => line.includes('Socket Mode') && line.includes(why)))
      await office.clock.until(() => !office.face.health().ok && office.face.health().detail.includes(why))
      slack.receive({ kind: 'greet', connections: 1 })
      await office.clock.until(() => office.face.health().ok)
      expect(await slack.deliver('slash_commands', command('songs'))).toEqual({})
    },
  )

  it('that Slack does not greet is given up after half a minute, and made again', async () => {
    slack.receive({ kind: 'silence' })
    slack.cut()
    await office.clock.until(() => slack.opened() === 3)
    expect(office.face.health().ok).toBe(false)
    expect(warnings()).toContainEqual('no Socket Mode connection: no greeting within 30 s')
    slack.receive({ kind: 'greet', connections: 1 })
    await office.clock.until(() => office.face.health().ok)
  })

  it('waits as long as Slack asks for', async () => {
    instead = { status: 429, headers: { 'retry-after': '90' }, body: {} }
    office.clock.advance(3_600_000)
    const before = opens().length
    slack.cut()
    await office.clock.until(() => opens().length === before + 2)
    const [first, second] = opens().slice(before)
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(90_000)
    expect(office.face.health().detail).toContain('(rate limited for 90 s)')
  })

  it('survives messages that are not understood', async () => {
    const rejected: unknown[] = []
    const note = (reason: unknown): void => void rejected.push(reason)
    process.on('unhandledRejection', note)
    const texts = [
      '',
      'null',
      '[]',
      'not JSON',
      '{"type":"events_api"}',
      '{"type":"events_api","envelope_id":"1","payload":null}',
      '{"type":"events_api","envelope_id":"1","payload":{"event":null}}',
      '{"type":"slash_commands","envelope_id":"1","payload":null}',
      '{"type":"interactive","payload":{}}',
      '{"type":"something_new","envelope_id":"1","payload":{}}',
    ]
    for (const text of texts) slack.say(text)
    await eventually(() => warnings().length === texts.length)
    process.off('unhandledRejection', note)
    expect(rejected).toEqual([])
    expect(new Set(warnings())).toEqual(
      new Set(['Slack sent a Socket Mode message that is not understood; it is ignored']),
    )
    expect(await slack.deliver('slash_commands', command('songs'))).toEqual({})
  })

  it.each([
    ['a type of tomorrow', 'something_new', {}],
    ['an event without a payload', 'events_api', null],
    ['an event without a type', 'events_api', { event: {} }],
    ['a command without a payload', 'slash_commands', null],
    ['a form without a payload', 'interactive', undefined],
    ['choices of a menu', 'options', { type: 'block_suggestion' }],
  ])('acknowledges %s, which Slack would deliver again otherwise', async (_, type, payload) => {
    expect(await slack.deliver(type, payload)).toEqual({})
    expect(warnings()).toEqual(['Slack sent a Socket Mode message that is not understood; it is ignored'])
    expect(await slack.deliver('slash_commands', command('songs'))).toEqual({})
  })

  it('takes a greeting that does not count the connections', async () => {
    office.clock.advance(3_600_000)
    slack.receive({ kind: 'silence' })
    slack.refresh()
    await eventually(() => slack.opened() === 2 && slack.connections() === 1)
    slack.say('{"type":"hello","num_connections":null}')
    await eventually(() => office.face.health().ok)
  })

  const connectionLine = async () => {
    const probe = office.face.probes.find(({ title }) => title === 'Slack connection')
    return probe?.check(new AbortController().signal)
  }

  it('that is not the only one on the token for over a minute is logged, and doctor warns', async () => {
    slack.receive({ kind: 'greet', connections: 2 })
    office.clock.advance(3_600_000)
    slack.refresh()
    await eventually(() => slack.opened() === 2 && office.face.health().ok)
    expect(await connectionLine()).toMatchObject({ state: 'green' })
    office.clock.advance(59_000)
    expect(await connectionLine()).toMatchObject({ state: 'green' })
    office.clock.advance(2_000)
    await eventually(() => warnings().filter((line) => shared.test(line)).length === 1)
    expect(await connectionLine()).toMatchObject({
      state: 'warn',
      detail: expect.stringContaining('2 connections use SLACK_APP_TOKEN'),
      remedy: expect.stringContaining('Stop the other bot'),
    })
    slack.receive({ kind: 'greet', connections: 1 })
    slack.refresh()
    await eventually(() => slack.opened() === 3 && office.face.health().ok)
    expect(await connectionLine()).toMatchObject({ state: 'green' })
  })

  it('may be one of two for less than a minute, as when a new version takes over', async () => {
    slack.receive({ kind: 'greet', connections: 2 })
    office.clock.advance(3_600_000)
    slack.refresh()
    await eventually(() => slack.opened() === 2 && office.face.health().ok)
    slack.receive({ kind: 'greet', connections: 1 })
    office.clock.advance(30_000)
    slack.refresh()
    await office.clock.until(() => slack.opened() === 3 && office.face.health().ok)
    office.clock.advance(120_000)
    expect(await connectionLine()).toMatchObject({ state: 'green' })
    expect(warnings().filter((line) => shared.test(line))).toEqual([])
  })

  it('ends when the bot leaves, and is not made again', async () => {
    await office.face.stop()
    await eventually(() => slack.connections() === 0)
    office.clock.advance(120_000)
    expect(slack.opened()).toBe(1)
  })
})

describe('the first connection', () => {
  it.each<Injected>([
    { body: { ok: false, error: 'fatal_error' } },
    { body: { ok: false, error: 'a_code_of_tomorrow' } },
    { status: 429, headers: { 'retry-after': '3' }, body: {} },
    { body: '<html>Blocked by your company</html>' },
  ])('outlives %j: the bot starts, and connects later', async (answer) => {
    instead = answer
    await office.close()
    office = await openOffice({
      mode: { kind: 'socket', appToken: 'xapp-1' },
      arrange: (front) =>
        front.inject(({ name }) =>
          name === 'apps.connections.open' ? (instead ?? { body: { ok: true, url: slack.url } }) : undefined,
        ),
    })
    expect(office.face.health().ok).toBe(false)
    expect(office.face.health().detail).not.toContain('<html>')
    instead = undefined
    await office.clock.until(() => office.face.health().ok)
  })
})

describe('an app-level token that is no good', () => {
  it('is a wrong configuration, named', async () => {
    const opening = openOffice({
      mode: { kind: 'socket', appToken: 'xapp-2' },
      arrange: (front) =>
        front.inject(({ name }) =>
          name === 'apps.connections.open' ? { body: { ok: false, error: 'not_allowed_token_type' } } : undefined,
        ),
    })
    await expect(opening).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('SLACK_APP_TOKEN'),
      remedy: expect.stringContaining('connections:write'),
    })
  })
})
