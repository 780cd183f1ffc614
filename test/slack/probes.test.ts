import { afterEach, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/core/ports/probe.ts'
import { ada, dataEng, type Office, openOffice, random } from './support/office.ts'

let office: Office
afterEach(() => office.close())

async function findings(): Promise<Readonly<Record<string, Finding>>> {
  const looks = office.face.probes.map(
    async ({ title, look }) => [title, await look(new AbortController().signal)] as const,
  )
  return Object.fromEntries(await Promise.all(looks))
}
const scheduleIn = (channel: string, channelName: string) =>
  office.ledger.schedules.add({
    lines: ['help'],
    phrase: 'daily at 03:00',
    cron: '0 3 * * *',
    zone: 'UTC',
    place: { kind: 'slack', channel, channelName, direct: false },
    owner: { kind: 'slack', id: ada, name: 'ada' },
    created: office.clock.now().toISOString(),
    state: 'active',
  })

describe('what doctor sees of Slack', () => {
  it('is green in a workspace where all is well', async () => {
    office = await openOffice()
    await scheduleIn(dataEng, 'data-eng')
    const found = await findings()
    expect(Object.values(found).map(({ state }) => state)).toEqual(['green', 'green', 'green', 'green'])
    expect(found['Slack token']?.detail).toBe('@sparkify in Sparkify')
  })

  it('names the scopes that are missing', async () => {
    office = await openOffice()
    office.front.inject(({ name }) =>
      name === 'auth.test'
        ? {
            headers: { 'x-oauth-scopes': 'commands,chat:write' },
            body: { ok: true, user_id: 'U1', bot_id: 'B1', user: 'sparkify', team: 'Sparkify' },
          }
        : undefined,
    )
    const { state, detail, cure } = (await findings())['Slack scopes'] ?? {}
    expect(state).toBe('red')
    expect(detail).toContain('files:write')
    expect(detail).not.toContain('chat:write')
    expect(cure).toContain('reinstall')
  })

  it('says so when the token was revoked', async () => {
    office = await openOffice()
    office.front.inject(({ name }) =>
      name === 'auth.test' ? { body: { ok: false, error: 'token_revoked' } } : undefined,
    )
    const found = (await findings())['Slack token']
    expect(found).toMatchObject({ state: 'red', detail: expect.stringContaining('SLACK_BOT_TOKEN') })
    expect(found?.cure).not.toBe('')
  })

  it('names the channels of schedules where the bot may not post, with the cure', async () => {
    office = await openOffice()
    await scheduleIn(dataEng, 'data-eng')
    await scheduleIn(random, 'random')
    expect((await findings())['Slack channels of schedules']).toEqual({
      state: 'red',
      detail: 'the bot may not post in random',
      cure: 'Type /invite @sparkify in #random.',
    })
  })
})
