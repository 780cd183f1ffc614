import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSocketMode, type SocketMode } from '../support/socket-mode.ts'
import { eventually } from './support/clock.ts'
import { ada, dataEng, type Office, openOffice } from './support/office.ts'

let slack: SocketMode
let office: Office
let away = false
beforeEach(async () => {
  away = false
  slack = await openSocketMode()
  office = await openOffice({
    mode: { kind: 'socket', appToken: 'xapp-1' },
    arrange: (front) =>
      front.inject(({ name }) => {
        if (name !== 'apps.connections.open') return undefined
        return away ? { status: 503, body: {} } : { body: { ok: true, url: slack.url } }
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
  team_id: 'T1',
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
    slack.refresh()
    await eventually(() => slack.opened() === 2 && slack.connections() === 1)
    await eventually(() => office.face.health().ok)
    expect(await slack.deliver('slash_commands', command('songs'))).toEqual({})
  })

  it('that is cut is made again', async () => {
    slack.cut()
    await eventually(() => slack.opened() === 2)
    await eventually(() => office.face.health().ok)
  })

  it('outlives an outage: it tries again with growing pauses, and says meanwhile that it is down', async () => {
    const rejected: unknown[] = []
    const note = (reason: unknown): void => void rejected.push(reason)
    process.on('unhandledRejection', note)
    away = true
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
    away = false
    await office.clock.until(() => office.face.health().ok)
    process.off('unhandledRejection', note)
    expect(rejected).toEqual([])
    expect(await slack.deliver('slash_commands', command('songs'))).toEqual({})
  })

  it('ends when the bot leaves, and is not made again', async () => {
    await office.face.stop()
    await eventually(() => slack.connections() === 0)
    office.clock.advance(120_000)
    expect(slack.opened()).toBe(1)
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
