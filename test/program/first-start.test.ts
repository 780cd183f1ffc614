import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Office, openOffice } from '../slack/support/office.ts'
import { some } from '../support/soak.ts'
import { sayHere } from './here.ts'
import { openHomes } from './homes.ts'
import { freePort, start, startBot } from './program.ts'

const homes = openHomes()

let office: Office
beforeAll(async () => {
  office = await openOffice()
  office.front.inject(({ name }) =>
    name === 'apps.connections.open' ? { body: { ok: false, error: 'invalid_auth' } } : undefined,
  )
})
afterAll(() => office.close())

/** What is wrong with a start, and the one line that it ends with. */
interface Fault {
  readonly env: () => Promise<Readonly<Record<string, string>>>
  readonly status: number
  readonly line: RegExp
}

const slackAt = (origin: string) => ({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_API_URL: `${origin}/api/` })

const faults: Readonly<Record<string, Fault>> = {
  'Slack cannot be reached': {
    env: async () => ({ ...slackAt(`http://127.0.0.1:${await freePort()}`), SLACK_SIGNING_SECRET: 'secret' }),
    status: 1,
    line: /^✗ Cannot reach Slack \(auth\.test\): connection refused\. Check the network .*, then try again\.$/,
  },
  'the bot token is invalid': {
    env: async () => ({
      ...slackAt(office.front.origin),
      SLACK_BOT_TOKEN: 'xoxb-wrong',
      SLACK_SIGNING_SECRET: 'secret',
    }),
    status: 2,
    line: /^✗ SLACK_BOT_TOKEN is not a working bot token \(invalid_auth\)\. Copy the Bot User OAuth Token .*\.$/,
  },
  'the app-level token is invalid': {
    env: async () => ({ ...slackAt(office.front.origin), SLACK_APP_TOKEN: 'xapp-wrong' }),
    status: 2,
    line: /^✗ SLACK_APP_TOKEN is not a working app-level token \(invalid_auth\)\. Make one .*\.$/,
  },
  'there are no credentials of AWS': {
    env: async () => ({
      SPARKIFY_ENGINE: 'redshift',
      SPARKIFY_LOG_DATA: 's3://bucket/log_data',
      SPARKIFY_SONG_DATA: 's3://bucket/song_data',
      AWS_REGION: 'us-west-2',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nowhere',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    }),
    status: 1,
    line: /^✗ No AWS credentials were found\. Set AWS_PROFILE, or .*\.$/,
  },
}

describe('a first start', { timeout: 60_000 }, () => {
  it.each(some(Object.entries(faults), 2))('ends with one plain line where %s', async (_, { env, status, line }) => {
    const ended = await start(['main'], { ...(await homes.twoDays()), ...(await env()) }).ended
    expect(ended).toMatchObject({ status, stdout: '' })
    expect(ended.stderr.trimEnd()).toMatch(line)
  })

  it('says in one line that a source folder is missing, and answers all the same; a load fails with that line', async () => {
    const home = await homes.loaded()
    const missing = `${home.SPARKIFY_LOG_DATA}-gone`
    const bot = await startBot({ ...home, SPARKIFY_LOG_DATA: missing })
    await bot.write('/sparkify qa counts')
    bot.child.kill('SIGTERM')
    const { stdout, stderr, status } = await bot.ended
    const line = `${missing} does not exist. Point SPARKIFY_LOG_DATA at the data.`
    expect([status, stdout]).toEqual([0, expect.stringContaining(`⚠ ${line}\n`)])
    expect(stderr).toContain(`"msg":"${line}"`)

    const load = await sayHere('etl', { ...home, SPARKIFY_LOG_DATA: missing })
    expect(load.status).toBe(1)
    expect(`${load.stdout}${load.stderr}`).toContain(`${missing} does not exist.`)
  })
})
