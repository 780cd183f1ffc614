import { readdir, readFile } from 'node:fs/promises'
import type { AppsManifestValidateArguments } from '@slack/web-api'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { neededScopes, scopesOf, scopesOfEvents } from '../../src/slack/api-methods.ts'

type Manifest = Exclude<AppsManifestValidateArguments['manifest'], string>

/** `manifest.yml` once more, where the compiler knows Slack's scopes and keys. */
const expected: Manifest = {
  _metadata: { major_version: 2, minor_version: 1 },
  display_information: {
    name: 'Sparkify',
    description: expect.any(String),
    long_description: expect.any(String),
    background_color: '#1f2937',
  },
  features: {
    app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
    bot_user: { display_name: 'Sparkify', always_online: false },
    slash_commands: [
      {
        command: '/sparkify',
        description: 'Run and ask the warehouse',
        usage_hint: 'help | etl | qa | top-songs 20 last=7d',
        should_escape: true,
      },
    ],
  },
  oauth_config: {
    scopes: {
      bot: [
        'app_mentions:read',
        'channels:read',
        'chat:write',
        'commands',
        'files:write',
        'groups:read',
        'im:history',
        'im:read',
        'mpim:read',
        'usergroups:read',
        'users:read',
      ],
    },
  },
  settings: {
    event_subscriptions: { bot_events: ['app_home_opened', 'app_mention', 'message.im'] },
    interactivity: { is_enabled: true },
    org_deploy_enabled: false,
    socket_mode_enabled: true,
    token_rotation_enabled: false,
  },
}

const root = new URL('../../', import.meta.url)
const text = await readFile(new URL('manifest.yml', root), 'utf8')
const manifest = parse(text)

/** Opens Slack's app creation with the manifest filled in (https://docs.slack.dev/app-manifests). Markdown links end at a bracket. */
function createAppLink(): string {
  const bare = stringify(manifest, { lineWidth: 0 })
  const encoded = encodeURIComponent(bare).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  return `https://api.slack.com/apps?new_app=1&manifest_yaml=${encoded}`
}

async function sources(): Promise<readonly { name: string; code: string }[]> {
  const folder = new URL('src/slack/', root)
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))
  return Promise.all(names.map(async (name) => ({ name, code: await readFile(new URL(name, folder), 'utf8') })))
}

describe('manifest.yml', () => {
  it('is what Slack’s own type allows', () => {
    expect(manifest).toEqual(expected)
  })

  it('asks for the scopes of the methods that are called and the events that are heard, and no others', () => {
    expect(manifest.oauth_config.scopes.bot).toEqual(neededScopes)
  })

  it('says why it asks for each scope, by the method or the event that needs it', () => {
    for (const [name, scopes] of Object.entries({ ...scopesOf, ...scopesOfEvents })) {
      for (const scope of scopes) expect(text).toMatch(new RegExp(`- ${scope} # .*${name.replace('.', '\\.')}`))
    }
  })

  it('keeps within Slack’s lengths', () => {
    const { name, description, long_description } = manifest.display_information
    expect(name.length).toBeLessThanOrEqual(35)
    expect(description.length).toBeLessThanOrEqual(140)
    expect(long_description.length).toBeGreaterThanOrEqual(175)
    expect(long_description.length).toBeLessThanOrEqual(4000)
  })

  it('subscribes to the events that the code listens to, and no others', async () => {
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(Object.keys(scopesOfEvents))
    const heard = (await sources()).flatMap(({ code }) =>
      [...code.matchAll(/\bbolt\.(?:event\('(\w+)'|(message|shortcut|options|function)\()/g)].map(
        ([, event, other]) => event ?? other,
      ),
    )
    expect(heard.toSorted()).toEqual(Object.keys(scopesOfEvents).map((event) => event.split('.')[0]))
  })

  it('knows every call: nothing but api-methods.ts reaches the Web API', async () => {
    const calling = (await sources()).filter(({ code }) =>
      /\.apiCall\(|\.filesUploadV2\(|\bclient\.[a-z]+\.[a-z]/i.test(code),
    )
    expect(calling.map(({ name }) => name)).toEqual(['api-methods.ts'])
  })

  it('is what the README’s link fills in', async () => {
    const readme = await readFile(new URL('README.md', root), 'utf8')
    const found = /https:\/\/api\.slack\.com\/apps\?new_app=1&manifest_yaml=([^)\s>"]+)/.exec(readme)
    const filledIn = found?.[1] === undefined ? undefined : parse(decodeURIComponent(found[1]))
    expect(filledIn, `The README's link should be:\n${createAppLink()}\n`).toEqual(manifest)
  })
})
