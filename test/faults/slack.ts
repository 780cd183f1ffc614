import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { systemClock } from '../../src/machine/clock.ts'
import { neededScopes } from '../../src/slack/methods.ts'
import { createWorkspace, type Workspace } from '../../src/workspace/workspace.ts'
import { listen } from '../slack/support/front.ts'
import type { Time } from './time.ts'

export const botToken = 'xoxb-1'
export const signingSecret = 'a signing secret'

const viewSchema = z.object({ view: z.object({ id: z.string() }) })

/** What Slack does with one call: carries it out and answers; refuses it; or carries it out, and the answer is lost. */
export type Treatment = { readonly kind: 'refuse'; readonly error: string } | { readonly kind: 'lose' } | null

/** Slack, as the local workspace plays it, with a door for each process, which closes when the process dies. */
export interface Slack {
  readonly workspace: Workspace
  /** Decides what becomes of each call of this Web API method. */
  treat: (method: string) => Treatment
  /** The ids of the dialogs that were opened, newest last. */
  readonly dialogs: readonly string[]
  /** How often each method was called. */
  readonly calls: ReadonlyMap<string, number>
  /** The Web API for one process, which gets the deliveries at `port` from now on. */
  open(port: number): Promise<{ readonly apiUrl: string; close(): Promise<void> }>
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
  const calls = new Map<string, number>()
  const dialogs: string[] = []

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const [, first = '', method = ''] = (request.url ?? '').split('/')
    if (first !== 'api') return void workspace.handle(request, response)
    calls.set(method, (calls.get(method) ?? 0) + 1)
    const treatment = slack.treat(method)
    if (treatment?.kind === 'refuse') {
      request.resume()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ ok: false, error: treatment.error }))
      return
    }
    if (treatment?.kind === 'lose') {
      response.writeHead = () => response
      response.end = () => {
        request.socket.destroy()
        return response
      }
    }
    if (method === 'views.open' && treatment === null) noteDialog(response)
    void workspace.handle(request, response)
  }

  /** Keeps the id of the dialog that this answer tells of. */
  const noteDialog = (response: ServerResponse): void => {
    const end = response.end.bind(response)
    response.end = (body?: unknown) => {
      const opened = viewSchema.safeParse(JSON.parse(String(body ?? 'null')))
      if (opened.success) dialogs.push(opened.data.view.id)
      return end(body)
    }
  }

  const slack: Slack = {
    workspace,
    treat: () => null,
    calls,
    dialogs,
    async open(port) {
      const { origin, close } = await listen(serve)
      workspace.connect({ origin, deliver: `http://127.0.0.1:${port}/slack/events` })
      return { apiUrl: `${origin}/api/`, close }
    },
    close: () => workspace.close(),
  }
  return slack
}
