import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpsError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import { ApiError } from './content.ts'
import type { Interactions } from './deeds.ts'
import { createDeliver } from './deliveries.ts'
import { createEntrance } from './entrance.ts'
import type { HomeTab, Message } from './entries.ts'
import { createEvents, servedEvents } from './events.ts'
import { openFiles } from './files.ts'
import { createResponseUrls, createTriggers } from './grants.ts'
import { bodyOf, jsonOf, sendJson, sendText } from './http.ts'
import { createInteractions } from './interactions.ts'
import { openJournal } from './journal.ts'
import { createMethods } from './methods.ts'
import { createPage } from './page/routes.ts'
import { type ChannelSeed, defaultChannels, defaultPersonas, type Persona } from './people.ts'
import { createRespond } from './responses.ts'
import { openState } from './state.ts'
import { createWebApi, type Limits, slackLimits } from './web-api.ts'

/** The deliveries this workspace sends, by Slack's names. */
export const servedDeliveries = ['slash_command', 'block_actions', 'view_submission', ...servedEvents] as const

/** The scopes that bring slash commands, mentions and direct messages; a Home tab needs none. */
const deliveryScopes = ['commands', 'app_mentions:read', 'im:history']

/** How a workspace is set up; all that is left out is as in Slack, with three people and three channels. */
export interface WorkspaceOptions {
  /** Folder for what has been said and shared; undefined keeps it in memory only. */
  readonly home: string | undefined
  readonly signingSecret: string
  readonly botToken: string
  /** What leads to the page and its files; without one they are open to everybody on this machine. */
  readonly pageToken?: string | undefined
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly personas?: readonly Persona[]
  readonly channels?: readonly ChannelSeed[]
  /** Members of user groups, by `S…` id. */
  readonly usergroups?: Readonly<Record<string, readonly string[]>>
  readonly commands?: readonly string[]
  readonly scopes?: readonly string[]
  /** The events to which the app subscribes. */
  readonly events?: readonly (typeof servedEvents)[number][]
  readonly limits?: Partial<Limits>
  /** A sentence above the messages. */
  readonly banner?: string
}

/** What Slack is to the bot, on loopback. */
export interface Workspace {
  /** Answers a request, or gives false when the path belongs to somebody else. Never rejects for what a client sends. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** Says where this workspace is reached (`http://127.0.0.1:3000`) and where the bot listens; until then nothing is delivered. */
  connect(where: { readonly origin: string; readonly deliver: string }): void
  /** What people do, for the page and for tests. */
  readonly people: Interactions
  /** The names of the Web API methods served. */
  readonly methods: readonly string[]
  /** The messages of a channel that a person sees, oldest first. */
  messages(channel: string, viewer: string): readonly Message[]
  /** What the bot last published in this person's Home tab. */
  homeTab(viewer: string): HomeTab | undefined
  close(): void
}

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/
const maxUpload = 50_000_000

/** Makes a workspace, with everything that its journal tells. Throws `OpsError` `storage` when the journal cannot be read. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { clock, home } = options
  const now = () => clock.now().getTime()
  let where: { readonly origin: string; readonly deliver: string } | undefined
  const url = (path: string) => `${where?.origin ?? 'http://localhost'}${path}`
  const personas = options.personas ?? defaultPersonas
  const state = openState(openJournal(home), () => clock.now(), personas, options.channels ?? defaultChannels)
  const triggers = createTriggers(now)
  const responseUrls = createResponseUrls(now)
  const files = openFiles(home)
  const deliver = createDeliver(() => where?.deliver, options.signingSecret, clock)
  const commands = options.commands ?? ['/sparkify']
  const events = createEvents({ state, deliver, subscribed: options.events ?? servedEvents, now })
  const respond = createRespond(state)
  const people = createInteractions({ state, triggers, responseUrls, deliver, events, respond, url, commands, now })
  const methods = createMethods({ state, triggers, files, usergroups: options.usergroups ?? {}, url })
  const limits = { ...slackLimits, ...options.limits }
  const needed = new Set([...deliveryScopes, ...Object.values(methods).flatMap((method) => method.scopes)])
  const webApi = createWebApi({ methods, token: options.botToken, scopes: options.scopes ?? [...needed], limits, now })
  const enter = createEntrance(options.pageToken)
  const page = createPage({ state, interactions: people, now: () => clock.now(), banner: options.banner })

  const receiveUpload = async (id: string, request: IncomingMessage, response: ServerResponse) => {
    const bytes = await uploadedBytes(await bodyOf(request, maxUpload), request.headers['content-type'] ?? '')
    if (files.receive(id, bytes)) sendText(response, `OK - ${bytes.length}`)
    else sendText(response, 'upload_not_expected', undefined, 400)
  }
  const respondTo = async (id: string, request: IncomingMessage, response: ServerResponse) => {
    const found = responseUrls.redeem(id)
    const error = 'error' in found && (found.error === 'used' ? 'used_url' : 'expired_url')
    if ('error' in found) return sendJson(response, { ok: false, error }, 404)
    respond(found.what, jsonOf((await bodyOf(request)).toString()))
    sendText(response, 'ok')
  }
  const download = (id: string, response: ServerResponse) => {
    const bytes = files.bytes(id)
    if (bytes === undefined) return sendText(response, 'Not found', undefined, 404)
    response.setHeader('content-disposition', 'attachment')
    sendText(response, bytes, 'application/octet-stream')
  }
  const route = async (address: URL, request: IncomingMessage, response: ServerResponse) => {
    const [, first = '', second = ''] = address.pathname.split('/')
    const fromPage = first === '' || first === 'page'
    if (request.method === 'POST' && fromPage && request.headers.origin !== address.origin)
      return sendText(response, 'Only the page itself may do this.', undefined, 403)
    if ((fromPage || first === 'files') && !enter(address, request, response)) return
    if (fromPage) return page.handle(address, request, response)
    if (first === 'files') return download(second, response)
    if (request.method !== 'POST') return sendText(response, 'Method not allowed', undefined, 405)
    if (first === 'api') return webApi(second, request, response)
    return first === 'upload' ? receiveUpload(second, request, response) : respondTo(second, request, response)
  }

  return {
    async handle(request, response) {
      const path = request.url ?? '/'
      if (!/^\/($|\?|(api|files|page|response|upload)\/)/.test(path)) return false
      const host = request.headers.host ?? ''
      // A name that merely resolves to this machine is somebody else's page looking in (DNS rebinding).
      const origin = `http://${host}`
      if (!loopback.test(host) || !URL.canParse(path, origin))
        sendText(response, 'This workspace is for this machine only.', undefined, 403)
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
    people,
    methods: Object.keys(methods),
    messages: (channel, viewer) => state.messages(channel, viewer),
    homeTab: (viewer) => state.homeTab(viewer),
    close: () => page.close(),
  }
}

async function uploadedBytes(body: Buffer, contentType: string): Promise<Buffer> {
  if (!contentType.startsWith('multipart/form-data')) return body
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
  const file = [...form.values()].find((value) => typeof value !== 'string')
  return file === undefined ? body : Buffer.from(await file.arrayBuffer())
}
