import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpsError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import { createDeliver, createEvents, servedEvents } from './deliveries.ts'
import { ApiError, createPageGuard, parseJson, readBody, sendJson, sendText } from './http.ts'
import { createUsers } from './interactions.ts'
import { openJournal, type PostedMessage, type PublishedHome } from './journal.ts'
import type { CommandHint } from './page/page-html.ts'
import { createPage } from './page/routes.ts'
import { type ChannelSeed, defaultChannels, defaultPersonas, type Persona } from './personas.ts'
import { createResponseUrls, createTriggers, respond } from './responses.ts'
import { openUploads } from './uploads.ts'
import type { Users } from './user-actions.ts'
import { createWebApi, type Limits, slackLimits } from './web-api.ts'
import { createWebMethods } from './web-methods.ts'
import { openWorkspaceState } from './workspace-state.ts'

/** The deliveries this workspace sends, by Slack's names. */
export const servedDeliveries = ['slash_command', 'block_actions', 'view_submission', ...servedEvents] as const

/** The scopes that bring slash commands, mentions and direct messages; a Home tab needs none. */
const deliveryScopes = ['commands', 'app_mentions:read', 'im:history']

/** How a workspace is set up. What is left out is as in Slack, with the default people and channels. */
export interface WorkspaceOptions {
  /** Folder for messages and files; undefined keeps them in memory only. */
  readonly home: string | undefined
  readonly signingSecret: string
  readonly botToken: string
  /** The secret that admits to the page and its files; without one they are open to everybody on this machine. */
  readonly pageToken?: string | undefined
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly personas?: readonly Persona[]
  readonly channels?: readonly ChannelSeed[]
  /** Members of user groups, by `S…` id. */
  readonly usergroups?: Readonly<Record<string, readonly string[]>>
  readonly commands?: readonly string[]
  /** What the page suggests while one types a command. */
  readonly hints?: readonly CommandHint[]
  readonly scopes?: readonly string[]
  /** The events to which the app subscribes. */
  readonly events?: readonly (typeof servedEvents)[number][]
  readonly limits?: Partial<Limits>
  /** A sentence above the messages. */
  readonly banner?: string
}

/** The local workspace, on loopback. */
export interface Workspace {
  /** Answers a request, or resolves to false where the path is not the workspace's. Never rejects for what a client sends. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** Sets the origin of this workspace (`http://127.0.0.1:3000`) and the bot's address; until then nothing is delivered. */
  connect(where: { readonly origin: string; readonly deliver: string }): void
  /** What users do, for the page and for tests. */
  readonly users: Users
  /** The names of the Web API methods served. */
  readonly methods: readonly string[]
  /** The messages of a channel that a person sees, oldest first. */
  messages(channel: string, viewer: string): readonly PostedMessage[]
  /** The Home tab that the bot last published for this person. */
  homeTab(viewer: string): PublishedHome | undefined
  close(): void
}

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

/** Makes a workspace with everything that its journal holds. Throws `OpsError` `storage` when the journal cannot be read. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { clock, home } = options
  const now = () => clock.now().getTime()
  let where: { readonly origin: string; readonly deliver: string } | undefined
  const url = (path: string) => `${where?.origin ?? 'http://localhost'}${path}`
  const personas = options.personas ?? defaultPersonas
  const state = openWorkspaceState(openJournal(home), () => clock.now(), personas, options.channels ?? defaultChannels)
  const triggers = createTriggers(now)
  const responseUrls = createResponseUrls(now)
  const uploads = openUploads(home)
  const deliver = createDeliver(() => where?.deliver, options.signingSecret, clock)
  const commands = options.commands ?? ['/sparkify']
  const events = createEvents({ state, deliver, subscribed: options.events ?? servedEvents, now })
  const users = createUsers({ state, triggers, responseUrls, deliver, events, url, commands, now })
  const methods = createWebMethods({ state, triggers, uploads, usergroups: options.usergroups ?? {}, url })
  const limits = { ...slackLimits, ...options.limits }
  const needed = new Set([...deliveryScopes, ...Object.values(methods).flatMap((method) => method.scopes)])
  const webApi = createWebApi({ methods, token: options.botToken, scopes: options.scopes ?? [...needed], limits, now })
  const isAdmitted = createPageGuard(options.pageToken)
  const page = createPage({ state, users, now: () => clock.now(), banner: options.banner, hints: options.hints ?? [] })

  const receiveResponse = async (token: string, request: IncomingMessage, response: ServerResponse) => {
    const found = responseUrls.redeem(token)
    if ('error' in found)
      return sendJson(response, { ok: false, error: found.error === 'used' ? 'used_url' : 'expired_url' }, 404)
    respond(state, found.value, parseJson((await readBody(request)).toString()))
    sendText(response, 'ok')
  }
  const route = async (address: URL, request: IncomingMessage, response: ServerResponse) => {
    const [, first = '', second = ''] = address.pathname.split('/')
    const isPage = first === '' || first === 'page'
    if (request.method === 'POST' && isPage && request.headers.origin !== address.origin)
      return sendText(response, 'Only the page itself may send this request.', undefined, 403)
    if ((isPage || first === 'files') && !isAdmitted(address, request, response)) return
    if (isPage) return page.handle(address, request, response)
    if (first === 'files') return uploads.download(second, response)
    if (request.method !== 'POST') return sendText(response, 'Method not allowed', undefined, 405)
    if (first === 'api') return webApi(second, request, response)
    return first === 'upload' ? uploads.receive(second, request, response) : receiveResponse(second, request, response)
  }

  return {
    async handle(request, response) {
      const path = request.url ?? '/'
      if (!/^\/($|\?|(api|files|page|response|upload)\/)/.test(path)) return false
      const host = request.headers.host ?? ''
      // Another name that resolves to this machine may be an attacker's page (DNS rebinding).
      const origin = `http://${host}`
      if (!loopback.test(host) || !URL.canParse(path, origin))
        sendText(response, 'This workspace can only be opened on the machine it runs on.', undefined, 403)
      else {
        try {
          await route(new URL(path, origin), request, response)
        } catch (error) {
          if (error instanceof ApiError) sendText(response, error.code, undefined, 400)
          else if (error instanceof OpsError) sendText(response, `${error.message} ${error.remedy}`, undefined, 503)
          else throw error
        }
      }
      return true
    },
    connect: (given) => {
      where = given
    },
    users,
    methods: Object.keys(methods),
    messages: (channel, viewer) => state.messages(channel, viewer),
    homeTab: (viewer) => state.homeTab(viewer),
    close: () => page.close(),
  }
}
