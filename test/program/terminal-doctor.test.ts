import { afterEach, describe, expect, it } from 'vitest'
import { type Office, openOffice } from '../slack/support/office.ts'
import { sayHere } from './here.ts'
import { openHomes } from './homes.ts'

const homes = openHomes()
const say = (line: string, env: Readonly<Record<string, string>>) => sayHere(line, env)
const unseen = 'only the bot can check its channel'

let office: Office | undefined
afterEach(async () => {
  await office?.close()
  office = undefined
})

async function withSlack(botToken = 'xoxb-1') {
  office = await openOffice()
  const slack = {
    SLACK_BOT_TOKEN: botToken,
    SLACK_SIGNING_SECRET: 'secret',
    SLACK_API_URL: `${office.front.origin}/api/`,
    SPARKIFY_ADMINS: 'U0ADA0ADMIN',
  }
  return { ...(await homes.twoDays()), ...slack }
}

describe('doctor in the terminal', { timeout: 60_000 }, () => {
  it('looks with the token of Slack at the channels of schedules, which are made without it', async () => {
    const home = await withSlack()
    for (const channel of ['#data-eng', '#random', '#typo']) {
      expect((await say(`schedule add help daily at 07:00 in ${channel} --yes`, home)).status).toBe(0)
    }
    const { status, stdout } = await say('doctor', home)
    expect(status).toBe(1)
    expect(stdout).toContain('Schedule 2: help in #random: I cannot post in #random (channel_not_found)')
    expect(stdout).toContain('Check the spelling of #random, and type /invite @sparkify there.')
    expect(stdout).toContain('Schedule 3: help in #typo: I cannot post in #typo (channel_not_found)')
    expect(stdout).toMatch(/OK: Slack token · .*Schedule 1/)
    expect(stdout).not.toContain('Schedule 1:')
    expect(stdout).not.toContain(unseen)
  })

  it('says of a token that Slack does not take that it is none, and nothing of the channels', async () => {
    const home = await withSlack('xoxb-wrong')
    await say('schedule add help daily at 07:00 in #data-eng --yes', home)
    const { status, stdout } = await say('doctor', home)
    expect(status).toBe(1)
    expect(stdout).toContain('Slack token: SLACK_BOT_TOKEN is not a working bot token (invalid_auth).')
    expect(stdout).not.toContain('I cannot post')
  })

  it('says that only the bot looks at them where no token is configured, and only where there are any', async () => {
    const home = await homes.twoDays()
    expect((await say('doctor', home)).stdout).not.toContain(unseen)
    await say('schedule add help daily at 07:00 in #data-eng --yes', home)
    expect((await say('doctor', home)).stdout).toContain(unseen)
  })
})
