import { afterEach, describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import { identify } from '../../src/slack/bot-identity.ts'
import { createSlackClients } from '../../src/slack/clients.ts'
import { listen } from './support/front.ts'
import { type Office, openOffice } from './support/office.ts'
import { postSigned } from './support/signed.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

describe('a bot token', () => {
  const identifyWith = async (answer: object, status = 200): Promise<unknown> => {
    const slack = await listen((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
    try {
      const { quick } = createSlackClients({ botToken: 'xoxb-2', apiUrl: `${slack.origin}/api/`, log, retryPauseMs: 5 })
      return await identify(quick).catch((error: unknown) => error)
    } finally {
      await slack.close()
    }
  }

  it.each(['invalid_auth', 'token_revoked', 'account_inactive'])(
    'that is no good (%s) is a wrong configuration, named',
    async (error) => {
      const thrown = await identifyWith({ ok: false, error })
      expect(thrown).toBeInstanceOf(OpsError)
      expect(thrown).toMatchObject({ code: 'bad_config', message: expect.stringContaining(`SLACK_BOT_TOKEN`) })
      expect(thrown).toMatchObject({ message: expect.stringContaining(error) })
    },
  )

  it('of a person is a wrong configuration too', async () => {
    const thrown = await identifyWith({ ok: true, user_id: 'U1', user: 'ada', team: 'Sparkify', team_id: 'T1' })
    expect(thrown).toMatchObject({ code: 'bad_config', message: expect.stringContaining('belongs to a person') })
  })

  it('tells where the app is installed', async () => {
    const answer = { ok: true, user_id: 'U1', bot_id: 'B1', user: 'sparkify', team: 'Sparkify', team_id: 'T1' }
    const who = { userId: 'U1', botId: 'B1', name: 'sparkify', team: 'Sparkify', scopes: undefined }
    const alone = { team: 'T1', enterprise: null, orgWide: false }
    expect(await identifyWith(answer)).toEqual({ ...who, installation: alone })
    const ofOrganization = { team: 'T1', enterprise: 'E1', orgWide: false }
    expect(await identifyWith({ ...answer, enterprise_id: 'E1' })).toEqual({ ...who, installation: ofOrganization })
    const inOrganization = { ...answer, enterprise_id: 'E1', is_enterprise_install: true }
    const installation = { team: 'T1', enterprise: 'E1', orgWide: true }
    expect(await identifyWith(inOrganization)).toEqual({ ...who, installation })
  })

  it('that cannot be looked at because Slack is away is not blamed', async () => {
    expect(await identifyWith({}, 503)).toMatchObject({ code: 'slack' })
  })
})

describe('the face', () => {
  let office: Office
  afterEach(() => office.close())

  it('is healthy while it listens', async () => {
    office = await openOffice()
    expect(office.face.health()).toEqual({ ok: true, detail: 'listening at POST /slack/events' })
  })

  it('takes nothing more after it has left', async () => {
    office = await openOffice()
    await office.face.stop()
    expect((await postSigned(office.front.origin, { command: '/sparkify' })).status).toBe(503)
    expect(office.face.health()).toEqual({ ok: false, detail: 'not listening yet' })
  })

  it('asks Slack who it is once, not at each command', async () => {
    office = await openOffice()
    for (const text of ['/sparkify help', '/sparkify help']) {
      await office.workspace.users.send({ as: 'U0ADA0ADMIN', channel: 'C0DATAENG00', text })
    }
    expect(office.front.named('auth.test')).toHaveLength(1)
  })
})

describe('a bot token that is revoked while the bot runs', () => {
  let office: Office
  afterEach(() => office.close())

  it('makes it unready until the token is accepted again, and is logged once', async () => {
    office = await openOffice()
    let refused = true
    office.front.inject(({ name }) =>
      name === 'auth.test' && refused ? { body: { ok: false, error: 'token_revoked' } } : undefined,
    )
    await office.clock.until(() => !office.face.health().ok)
    expect(office.face.health()).toEqual({ ok: false, detail: 'SLACK_BOT_TOKEN is refused (token_revoked)' })
    const start = office.clock.now().getTime()
    await office.clock.until(() => office.clock.now().getTime() - start > 180_000)
    expect(office.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'Slack refuses SLACK_BOT_TOKEN: token_revoked',
    ])
    refused = false
    await office.clock.until(() => office.face.health().ok)
    expect(office.log.map(({ message }) => message)).toContain('Slack accepts SLACK_BOT_TOKEN again')
  })

  it('is not blamed where Slack is only away', async () => {
    office = await openOffice()
    office.front.inject(({ name }) => (name === 'auth.test' ? { status: 503, body: {} } : undefined))
    const before = office.front.named('auth.test').length
    await office.clock.until(() => office.front.named('auth.test').length > before)
    expect(office.face.health().ok).toBe(true)
  })
})
