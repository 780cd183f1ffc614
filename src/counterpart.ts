import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Answer } from './core/answer.ts'
import type { Directory } from './core/ports/directory.ts'
import type { Log } from './core/ports/log.ts'
import { text } from './core/reply.ts'
import { systemClock } from './machine/clock.ts'
import { createListDirectory, withLocalPeople } from './machine/directory.ts'
import type { Routes } from './machine/server.ts'
import { createSlackClients } from './slack/clients.ts'
import { createSlackDirectory } from './slack/directory.ts'
import type { SlackFace, SlackFaceOptions } from './slack/face.ts'
import type { Workspace } from './workspace/workspace.ts'

/** What the bot talks to: Slack itself, or the local workspace that stands in for it. */
export interface Counterpart {
  readonly directory: Directory
  /** The stand-in's part of the HTTP server. */
  readonly rest: Routes['rest']
  /** Null in a real Slack workspace. */
  readonly workspace: Workspace | null
  /** Says where this program is reached (`http://127.0.0.1:3000`). */
  connect(origin: string): void
  slack(origin: string): Pick<SlackFaceOptions, 'botToken' | 'mode' | 'apiUrl' | 'clients'>
  close(): Promise<void>
}

/** Chooses by the tokens that are set. */
export async function counterpartOf(config: Config, log: Log): Promise<Counterpart> {
  const { slack } = config
  if (slack.kind === 'none') return standIn(config, log)
  const { botToken, apiUrl } = slack
  const clients = createSlackClients({ botToken, apiUrl, log })
  const directory = createSlackDirectory({
    client: clients.quick,
    admins: config.admins,
    operators: config.operators,
    clock: systemClock,
    log,
  })
  return {
    directory: withLocalPeople(directory),
    rest: null,
    workspace: null,
    connect: () => undefined,
    slack: () => ({ botToken, mode: slack, apiUrl, clients }),
    close: async () => undefined,
  }
}

/** The local workspace. Its secrets are new at every start: nobody but this process needs them. */
async function standIn(config: Config, log: Log): Promise<Counterpart> {
  const { createWorkspace } = await import('./workspace/workspace.ts')
  const { defaultPersonas } = await import('./workspace/people.ts')
  const botToken = `xoxb-${randomUUID()}`
  const signingSecret = randomUUID()
  const workspace = createWorkspace({
    home: join(config.home, 'workspace'),
    botToken,
    signingSecret,
    clock: systemClock,
  })
  const playing = (part: string): readonly string[] =>
    defaultPersonas.filter((persona) => persona.part === part).map(({ id }) => id)
  return {
    directory: withLocalPeople(
      createListDirectory([...playing('admin'), ...config.admins], [...playing('operator'), ...config.operators]),
    ),
    rest: (request, response) => workspace.handle(request, response),
    workspace,
    connect: (origin) => workspace.connect({ origin, deliver: `${origin}/slack/events` }),
    slack(origin) {
      const apiUrl = `${origin}/api/`
      return {
        botToken,
        mode: { kind: 'http', signingSecret },
        apiUrl,
        clients: createSlackClients({ botToken, apiUrl, log }),
      }
    },
    close: async () => workspace.close(),
  }
}

/** The first message of a new local workspace: what this is, and three buttons in order. */
export async function welcome(workspace: Workspace, face: SlackFace): Promise<void> {
  const { defaultChannels, defaultPersonas } = await import('./workspace/people.ts')
  const [channel] = defaultChannels
  const [reader] = defaultPersonas
  if (channel === undefined || reader === undefined || workspace.messages(channel.id, reader.id).length > 0) return
  const answer: Answer = {
    ok: true,
    exit: 0,
    headline: "Sparkify's warehouse bot is here.",
    audience: 'channel',
    run: null,
    replies: [
      text(
        "I am Sparkify's warehouse bot. This is a local workspace: it stands in for Slack, and nothing here touches Slack or AWS.",
      ),
      text('Type /sparkify and a command, or press the buttons in order: spin up a warehouse, load it, ask it.'),
      text('You can be Ada (admin), Otto (operator) or Vera (viewer); each may do different things.', 'note'),
    ],
    next: [
      { label: 'Spin up', line: 'spin-up' },
      { label: 'Load', line: 'etl' },
      { label: 'Top songs', line: 'top-songs' },
    ],
  }
  await face.post(
    { kind: 'slack', channel: channel.id, direct: false },
    answer,
    { kind: 'slack', id: reader.id, name: reader.name },
    [],
  )
}
