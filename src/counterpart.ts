import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Answer } from './core/answer.ts'
import { newMessage, waysTo } from './core/outbox/messages.ts'
import type { Clock } from './core/ports/clock.ts'
import type { Directory } from './core/ports/directory.ts'
import type { Log } from './core/ports/log.ts'
import { text } from './core/reply.ts'
import { localDirectory, withLocalPeople } from './local-people.ts'
import type { Routes } from './machine/server.ts'
import { createSlackClients } from './slack/clients.ts'
import { createSlackDirectory } from './slack/directory.ts'
import type { SlackFace, SlackFaceOptions } from './slack/face.ts'
import { createProfiles } from './slack/profiles.ts'
import { defaultChannels, defaultPersonas } from './workspace/people.ts'

/** What the bot talks to: Slack itself, or the local workspace that stands in for it. */
export interface Counterpart {
  readonly directory: Directory
  /** Where the HTTP server listens; the local workspace stays on loopback whatever is configured. */
  readonly host: string
  /** Makes it ready. Only a bot that owns its home may: the local workspace keeps its messages there. */
  open(): Promise<OpenCounterpart>
}

export interface OpenCounterpart {
  /** The stand-in's part of the HTTP server. */
  readonly rest: Routes['rest']
  /** What a person opens to get there, once this program itself is reached at `origin`; null where that is Slack. */
  page(origin: string): string | null
  /** How to reach it, once this program itself is reached at `origin` (`http://127.0.0.1:3000`). */
  slack(origin: string): Pick<SlackFaceOptions, 'botToken' | 'mode' | 'apiUrl' | 'clients' | 'profiles'>
  /** Says the first message where nothing has been said yet. */
  greet(face: SlackFace): Promise<void>
  close(): void
}

/** Chooses by the tokens that are set. */
export function counterpartOf(config: Config, clock: Clock, log: Log): Counterpart {
  const { slack } = config
  if (slack.kind === 'none') return localWorkspace(config, clock, log)
  const { botToken, apiUrl } = slack
  const clients = createSlackClients({ botToken, apiUrl, log })
  const profiles = createProfiles(clients.quick, clock, log)
  const { admins, operators } = config
  return {
    directory: withLocalPeople(
      createSlackDirectory({ client: clients.quick, profiles, admins, operators, clock, log }),
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

/** The stand-in. Its secrets are new at every start: nobody but this process needs them. */
function localWorkspace(config: Config, clock: Clock, log: Log): Counterpart {
  const botToken = `xoxb-${randomUUID()}`
  const signingSecret = randomUUID()
  // Whoever opens the page is admin there. What costs money is not for everybody who has an account on this machine.
  const pageToken = config.engine === 'redshift' ? randomUUID() : undefined
  return {
    directory: withLocalPeople(localDirectory(config)),
    host: '127.0.0.1',
    async open() {
      const { createWorkspace } = await import('./workspace/workspace.ts')
      const { addressWith } = await import('./workspace/entrance.ts')
      const workspace = createWorkspace({
        home: join(config.dataDir, 'workspace'),
        botToken,
        signingSecret,
        pageToken,
        clock,
        banner: config.banner ?? bannerOf(config.engine),
      })
      return {
        rest: (request, response) => workspace.handle(request, response),
        page: (origin) => addressWith(origin, pageToken),
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
  const aws = engine === 'redshift' ? 'Nothing here touches Slack; AWS is real.' : 'Nothing here touches Slack or AWS.'
  return `Local workspace: it stands in for Slack on this machine. ${aws}`
}

/** What this is, and three buttons in order. */
const welcome: Answer = {
  ok: true,
  exit: 0,
  headline: "Sparkify's warehouse bot is here.",
  audience: 'channel',
  run: null,
  replies: [
    text(
      "I am Sparkify's warehouse bot. Say what to do with /sparkify and a command, or press these in order: spin up a warehouse, load it, ask it.",
    ),
    text(
      'You can be Ada (admin), Otto (operator) or Vera (viewer); each may do different things. Gus and Sina are guests, and Petra in #partners is of another organization: I refuse all three.',
      'note',
    ),
  ],
  next: [
    { label: 'Spin up', line: 'spin-up' },
    { label: 'Load', line: 'etl' },
    { label: 'Top songs', line: 'top-songs' },
  ],
}
