import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { App, HTTPReceiver, LogLevel } from '@slack/bolt'
import { WebClient } from '@slack/web-api'
import { createWorkspace, type Workspace, type WorkspaceOptions } from '../../src/workspace/workspace.ts'

export const signingSecret = 'local-signing-secret'
export const botToken = 'xoxb-local-token'

/** People and places of the default workspace, by name. */
export const ada = 'U0ADA0ADMIN'
export const otto = 'U0OTTO0OPER'
export const vera = 'U0VERA0VIEW'
export const dataEng = 'C0DATAENG00'
export const music = 'C0MUSIC0000'
export const random = 'C0RANDOM000'

/** The time at which it was made, moved on by `forward` ms: limits by the minute must not refill while a slow machine works. */
export function movableClock(): {
  now(): Date
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  forward(ms: number): void
} {
  let now = Date.now()
  return {
    now: () => new Date(now),
    sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
    forward: (ms) => {
      now += ms
    },
  }
}

/** A workspace and a real Bolt app behind one server, as the program mounts them. */
export interface Stage {
  readonly workspace: Workspace
  readonly origin: string
  readonly client: WebClient
  readonly app: App
  readonly clock: ReturnType<typeof movableClock>
  close(): Promise<void>
}

/** Listens on any port of the loopback; resolves to the origin. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

/** The client logs each refusal that a test asks for; the test says it better. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
}

export async function openStage(options: Partial<WorkspaceOptions> = {}): Promise<Stage> {
  const clock = movableClock()
  const workspace = createWorkspace({ home: undefined, signingSecret, botToken, clock, ...options })
  const receiver = new HTTPReceiver({ signingSecret, logLevel: LogLevel.ERROR })
  const server = createServer(async (request, response) => {
    if (await workspace.handle(request, response)) return
    if (request.url === '/slack/events') receiver.requestListener(request, response)
    else response.writeHead(404).end()
  })
  const origin = await listen(server)
  workspace.connect({ origin, deliver: `${origin}/slack/events` })
  const clientOptions = { slackApiUrl: `${origin}/api/`, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true }
  const app = new App({
    token: botToken,
    receiver,
    clientOptions,
    logLevel: LogLevel.ERROR,
    deferInitialization: true,
  })
  await app.init()
  const client = new WebClient(botToken, { ...clientOptions, logger: silent })
  return {
    workspace,
    origin,
    client,
    app,
    clock,
    close: async () => {
      workspace.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Resolves to the first value of `look` that is neither undefined, false nor an empty list; fails after 5 s. */
export async function eventually<T>(look: () => T | undefined | false, what: string): Promise<T> {
  const until = Date.now() + 5_000
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false && !(Array.isArray(found) && found.length === 0)) return found
    if (Date.now() > until) throw new Error(`never happened: ${what}`)
    await sleep(5)
  }
}
