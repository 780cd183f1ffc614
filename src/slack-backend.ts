import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Answer } from './core/answer.ts'
import type { Command } from './core/command/define.ts'
import { newMessage, waysTo } from './core/outbox/messages.ts'
import type { Clock } from './core/ports/clock.ts'
import type { Directory } from './core/ports/directory.ts'
import type { Log } from './core/ports/log.ts'
import { text } from './core/reply.ts'
import { localDirectory, withLocalPeople } from './local-people.ts'
import type { Routes } from './machine/server.ts'
import type { SlackAdapter, SlackAdapterOptions } from './slack/adapter.ts'
import { createSlackClients } from './slack/clients.ts'
import { createSlackDirectory } from './slack/people/directory.ts'
import { createProfiles } from './slack/people/profiles.ts'
import { defaultChannels, defaultPersonas } from './workspace/personas.ts'

/** Slack, or the local workspace in its place. */
export interface SlackBackend {
  readonly directory: Directory
  /** Where the HTTP server listens; the local workspace stays on loopback whatever is configured. */
  readonly host: string
  /**
   * Makes it ready; the local workspace suggests these commands. Only a bot that owns its data folder may call it: the workspace keeps its
   * messages there.
   */
  open(commands: readonly Pick<Command, 'name' | 'summary' | 'role'>[]): Promise<OpenSlackBackend>
}

interface OpenSlackBackend {
  /** The local workspace's part of the HTTP server; null for the real Slack. */
  readonly rest: Routes['rest']
  /** The address that a person opens, where this program is reached at `origin`; null for the real Slack. */
  page(origin: string): string | null
  /** How to connect to it, where this program is reached at `origin` (`http://127.0.0.1:3000`). */
  slack(origin: string): Pick<SlackAdapterOptions, 'botToken' | 'mode' | 'apiUrl' | 'clients' | 'profiles'>
  /** Posts a welcome where there are no messages yet. */
  greet(face: SlackAdapter): Promise<void>
  close(): void
}

/** The real Slack where its tokens are set, otherwise the local workspace. */
export function slackBackendFor(config: Config, clock: Clock, log: Log): SlackBackend {
  const { slack } = config
  if (slack.kind === 'none') return localBackend(config, clock, log)
  const { botToken, apiUrl } = slack
  const clients = createSlackClients({ botToken, apiUrl, log })
  const profiles = createProfiles(clients.quick, clock, log)
  const { admins, operators } = config
  return {
    directory: withLocalPeople(
      createSlackDirectory({ client: clients.quick, profiles, admins, operators, clock, log }),
      config,
    ),
    host: config.host,
    open: async () => ({
      rest: null,
      page: () => null,
      slack: () => ({ botToken, mode: slack, apiUrl, clients, profiles }),
      greet: async () => undefined,
      close: () => undefined,
    }),
  }
}

/** The local workspace. Its secrets are new at every start: only this process needs them. */
function localBackend(config: Config, clock: Clock, log: Log): SlackBackend {
  const botToken = `xoxb-${randomUUID()}`
  const signingSecret = randomUUID()
  // Everyone who opens the page can be its admin. Where commands cost money, other accounts on this machine are kept out.
  const pageToken = config.engine === 'redshift' ? randomUUID() : undefined
  return {
    directory: withLocalPeople(localDirectory(config), config),
    host: '127.0.0.1',
    async open(commands) {
      const { createWorkspace } = await import('./workspace/workspace.ts')
      const { pageAddress } = await import('./workspace/http.ts')
      const workspace = createWorkspace({
        home: join(config.dataDir, 'workspace'),
        botToken,
        signingSecret,
        pageToken,
        clock,
        hints: commands.map(({ name, summary, role }) => ({ text: `/sparkify ${name}`, summary, role })),
        banner: config.banner ?? bannerOf(config.engine),
      })
      return {
        rest: (request, response) => workspace.handle(request, response),
        page: (origin) => pageAddress(origin, pageToken),
        slack(origin) {
          workspace.connect({ origin, deliver: `${origin}/slack/events` })
          const apiUrl = `${origin}/api/`
          const clients = createSlackClients({ botToken, apiUrl, log })
          const profiles = createProfiles(clients.quick, clock, log)
          return { botToken, mode: { kind: 'http', signingSecret }, apiUrl, clients, profiles }
        },
        async greet(face) {
          const [channel] = defaultChannels
          const [reader] = defaultPersonas
          if (channel === undefined || reader === undefined) return
          if (workspace.messages(channel.id, reader.id).length > 0) return
          const place = { kind: 'slack', channel: channel.id, direct: false } as const
          const ways = waysTo(place, { kind: 'slack', ...reader }, 'channel', false)
          await face.put(
            newMessage({ key: 'welcome', content: { kind: 'answer', answer: welcome }, ways }, clock.now()),
          )
        },
        close: () => workspace.close(),
      }
    },
  }
}

function bannerOf(engine: Config['engine']): string {
  const aws = engine === 'redshift' ? 'Nothing here reaches Slack; AWS is real.' : 'Nothing here reaches Slack or AWS.'
  return `Local workspace: a stand-in for Slack on this machine. ${aws}`
}

/** The welcome: what the bot is, and three buttons. */
export const welcome: Answer = {
  ok: true,
  exit: 0,
  headline: "Sparkify's warehouse bot is here.",
  audience: 'channel',
  run: null,
  replies: [
    text(
      "I am Sparkify's warehouse bot. Type /sparkify and a command, or click these in order: create a warehouse, load it, query it.",
    ),
    text(
      'Choose a person at "You are": Ada (admin), Otto (operator) and Vera (viewer) have different permissions. I refuse the guests Gus and Sina, and Petra of Partner Records in #partners.',
      'note',
    ),
  ],
  next: [
    { label: 'Spin up', line: 'spin-up' },
    { label: 'Load', line: 'etl' },
    { label: 'Top songs', line: 'top-songs' },
  ],
}
