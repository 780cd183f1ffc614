import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { systemClock } from '../../src/machine/clock.ts'
import { neededScopes } from '../../src/slack/api-methods.ts'
import type { PostedMessage } from '../../src/workspace/journal.ts'
import { createWorkspace, type Workspace } from '../../src/workspace/workspace.ts'
import { listen } from '../slack/support/front.ts'
import type { Time } from './time.ts'

export const botToken = 'xoxb-1'
export const signingSecret = 'a signing secret'

const openedSchema = z.object({ view: z.object({ id: z.string() }) })
const postedSchema = z.object({ ok: z.literal(true), ts: z.string() })

/** What Slack does with one call: refuses it, or carries it out and the answer is lost. */
export type Treatment = { readonly kind: 'refuse'; readonly error: string } | { readonly kind: 'lose' } | null

/** The Web API for one process, which closes when it dies. */
export interface Door {
  readonly apiUrl: string
  /** Its process has noted that this post was accepted. */
  confirm(ts: string): void
  close(): Promise<void>
}

/** Slack, as the local workspace plays it, with a door for each process. */
export interface Slack {
  readonly workspace: Workspace
  /** Decides what becomes of each call of this Web API method. */
  treat: (method: string) => Treatment
  /** The ids of the dialogs that were opened, newest last. */
  readonly dialogs: readonly string[]
  /** The `ts` of the posts that were accepted without their process having known it for sure. */
  readonly uncertain: ReadonlySet<string>
  /** All that stands anywhere now, whoever sees it, each message once. */
  everything(): readonly PostedMessage[]
  /** A door to the Web API, and deliveries to `port` from now on. */
  open(port: number): Promise<Door>
  close(): void
}

/** `home` is the folder of what has been said before; nothing where it is left out. */
export function createSlack(time: Time, home?: string): Slack {
  const workspace = createWorkspace({
    home,
    signingSecret,
    botToken,
    clock: { now: time.now, sleep: systemClock.sleep },
    scopes: neededScopes,
  })
  const dialogs: string[] = []
  const uncertain = new Set<string>()

  const serve = (request: IncomingMessage, response: ServerResponse, unconfirmed: Set<string>): void => {
    const [, first = '', method = ''] = (request.url ?? '').split('/')
    if (first !== 'api') return void workspace.handle(request, response)
    const treatment = slack.treat(method)
    if (treatment?.kind === 'refuse') {
      request.resume()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ ok: false, error: treatment.error }))
      return
    }
    const end = response.end.bind(response)
    response.end = (body?: unknown) => {
      const answer: unknown = JSON.parse(String(body ?? 'null'))
      const opened = openedSchema.safeParse(answer)
      if (method === 'views.open' && opened.success) dialogs.push(opened.data.view.id)
      const posted = postedSchema.safeParse(answer)
      if (method === 'chat.postMessage' && posted.success) {
        if (treatment?.kind === 'lose') uncertain.add(posted.data.ts)
        else unconfirmed.add(posted.data.ts)
      }
      if (treatment?.kind !== 'lose') return end(body)
      request.socket.destroy()
      return response
    }
    void workspace.handle(request, response)
  }

  const slack: Slack = {
    workspace,
    treat: () => null,
    dialogs,
    uncertain,
    everything() {
      const found = new Map<string, PostedMessage>()
      for (const viewer of people) {
        for (const channel of [...channels, directOf(viewer)])
          for (const message of workspace.messages(channel, viewer))
            found.set(`${channel} ${message.ts} ${message.viewer ?? ''}`, message)
      }
      return [...found.values()]
    },
    async open(port) {
      const unconfirmed = new Set<string>()
      const { origin, close } = await listen((request, response) => serve(request, response, unconfirmed))
      workspace.connect({ origin, deliver: `http://127.0.0.1:${port}/slack/events` })
      return {
        apiUrl: `${origin}/api/`,
        confirm: (ts) => void unconfirmed.delete(ts),
        close() {
          for (const ts of unconfirmed) uncertain.add(ts)
          return close()
        },
      }
    },
    close: () => workspace.close(),
  }
  return slack
}

export const people = ['U0ADA0ADMIN', 'U0OTTO0OPER', 'U0VERA0VIEW'] as const
export const channels = ['C0DATAENG00', 'C0MUSIC0000', 'C0RANDOM000'] as const

/** Somebody's direct messages with the bot. */
export function directOf(person: string): string {
  return `D${person.slice(1)}`
}
