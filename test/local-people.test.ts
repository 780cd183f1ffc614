import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import type { Asker } from '../src/core/people.ts'
import { localDirectory, withLocalPeople } from '../src/local-people.ts'
import { slackInTerminal } from '../src/terminal-slack.ts'

const configured = {
  SPARKIFY_ADMINS: 'U0ANNA000,S0GROUP01',
  SPARKIFY_OPERATORS: 'U0BOB0000',
  SPARKIFY_MCP_ROLE: 'operator',
}
const withSlack = { ...configured, SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' }
const quiet = { info() {}, warn() {}, error() {} }

function directoryOf(env: Readonly<Record<string, string>>) {
  const config = readConfig(env)
  return withLocalPeople(localDirectory(config), config)
}

const asker = (kind: Asker['kind'], id: string): Asker => ({ kind, id, name: id })
const people = ['U0ANNA000', 'U0BOB0000', 'U0CAROL00', 'U0ADA0ADMIN', 'U0OTTO0OPER', 'U0VERA0VIEW']

describe('who may do what where Slack is not asked', () => {
  it.each([
    [configured, ['admin', 'operator', 'viewer', 'admin', 'operator', 'viewer']],
    [withSlack, ['admin', 'operator', 'viewer', 'viewer', 'viewer', 'viewer']],
  ])('is configured, and the local workspace has its own people: %j', async (env, roles) => {
    const { roleOf } = directoryOf(env)
    expect(await Promise.all(people.map((id) => roleOf(asker('slack', id))))).toEqual(roles)
    // Nobody at this machine becomes somebody of Slack by their name.
    expect(await roleOf(asker('local', 'U0CAROL00'))).toBe('admin')
    expect(await roleOf(asker('agent', 'U0ANNA000'))).toBe('operator')
  })

  it('tells those who hold a role, admins among the operators, and nobody of a group', async () => {
    const { holders, peopleOf } = directoryOf(withSlack)
    expect(holders('admin')).toEqual(['U0ANNA000', 'S0GROUP01'])
    expect(holders('operator')).toEqual(['U0ANNA000', 'S0GROUP01', 'U0BOB0000'])
    expect(await peopleOf(['U0ANNA000', 'S0GROUP01'])).toEqual(['U0ANNA000'])
    expect(directoryOf(configured).holders('admin')).toEqual(['U0ADA0ADMIN', 'U0ANNA000', 'S0GROUP01'])
  })

  it('asks Slack about its own people alone', async () => {
    const config = readConfig(withSlack)
    const directory = withLocalPeople(
      {
        ...localDirectory(config),
        zoneOf: async () => 'Europe/Vienna',
        hasLeft: async () => true,
        isGuest: async () => true,
      },
      config,
    )
    const known = async (who: Asker) =>
      Promise.all([directory.zoneOf(who), directory.hasLeft(who), directory.isGuest(who)])
    expect(await known(asker('slack', 'U0ANNA000'))).toEqual(['Europe/Vienna', true, true])
    for (const kind of ['local', 'agent'] as const)
      expect(await known(asker(kind, 'ada'))).toEqual(['UTC', false, false])
  })

  it('lets nobody post in Slack from a terminal, which knows of channels only what a token can read', async () => {
    const place = { kind: 'slack', channel: '#music', direct: false } as const
    const local = await slackInTerminal(readConfig(configured), quiet)
    const real = await slackInTerminal(readConfig(withSlack), quiet)
    for (const { outbox } of [local, real]) {
      expect(() => outbox.requirePosts()).toThrow('The terminal cannot post in Slack. Nothing was done.')
      expect(await outbox.postingError(place, asker('local', 'ada'))).toBeNull()
      expect(await outbox.resolve(place)).toBe(place)
    }
    expect([local.outbox.isBlind, real.outbox.isBlind]).toEqual([true, undefined])
    expect([local, real].map(({ probes }) => probes().map(({ id }) => id))).toEqual([[], ['slack-token', 'access']])
  })
})
