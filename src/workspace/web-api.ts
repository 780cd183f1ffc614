import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError, parseJson, readBody, sendJson } from './http.ts'
import type { WebMethod } from './web-methods.ts'

/** How fast the bot may call; the defaults are Slack's. Bursts are calls at once before the rate holds. */
export interface Limits {
  /** `chat.postMessage`, in one channel. */
  readonly postsPerSecond: number
  readonly postBurst: number
  /** Factor on every method's calls a minute. */
  readonly scale: number
}

/** About one message a second in a channel with short bursts (https://docs.slack.dev/apis/web-api/rate-limits). */
export const slackLimits: Limits = { postsPerSecond: 1, postBurst: 5, scale: 1 }

/** A token bucket per key: `take` gives 0 when there is room, and otherwise the whole seconds until there is. */
interface RateLimit {
  take(key: string): number
}

/** `burst` calls at once, refilled at `perSecond`. Times in ms from `now`. */
export function rateLimit(now: () => number, perSecond: number, burst: number): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    take(key) {
      const at = now()
      const bucket = buckets.get(key) ?? { left: burst, at }
      // A clock that is set back refills nothing; it must not empty the bucket for as long.
      const passed = Math.max(0, at - bucket.at)
      const left = Math.min(burst, bucket.left + (passed / 1000) * perSecond)
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at })
      return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond)
    },
  }
}

const structured = new Set(['blocks', 'view', 'files'])

function argumentsOf(body: string, contentType: string): Record<string, unknown> {
  if (contentType.startsWith('application/json')) {
    const parsed: unknown = parseJson(body)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new ApiError('json_not_object')
    return { ...parsed }
  }
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]) => [
      key,
      structured.has(key) ? parseJson(value, key === 'blocks' ? 'invalid_blocks_format' : 'invalid_arguments') : value,
    ]),
  )
}

/**
 * Slack's Web API over HTTP: reads the token and the arguments (form or JSON), holds the rate limits (429 with `Retry-After`),
 * calls the method and answers `{ ok, … }`. `now` is in ms.
 */
export function createWebApi(deps: {
  readonly methods: Readonly<Record<string, WebMethod>>
  readonly token: string
  readonly scopes: readonly string[]
  readonly limits: Limits
  readonly now: () => number
}): (name: string, request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { methods, token, scopes, limits, now } = deps
  const posts = rateLimit(now, limits.postsPerSecond, limits.postBurst)
  const calls = new Map(
    Object.entries(methods).map(([name, { perMinute }]) => {
      const allowed = perMinute * limits.scale
      return [name, rateLimit(now, allowed / 60, Math.max(1, allowed))]
    }),
  )
  const waitFor = (name: string, args: Readonly<Record<string, unknown>>) =>
    Math.max(
      calls.get(name)?.take('') ?? 0,
      name === 'chat.postMessage' && typeof args['channel'] === 'string' ? posts.take(args['channel']) : 0,
    )

  return async (name, request, response) => {
    try {
      const args = argumentsOf((await readBody(request)).toString(), request.headers['content-type'] ?? '')
      const given = request.headers.authorization?.replace(/^Bearer /i, '') ?? ''
      if (given === '') throw new ApiError('not_authed')
      if (given !== token) throw new ApiError('invalid_auth')
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined
      if (method === undefined) throw new ApiError('unknown_method', [], { req_method: name })
      const provided = scopes.join(',')
      if (method.scopes.length > 0 && !method.scopes.some((scope) => scopes.includes(scope)))
        throw new ApiError('missing_scope', [], { needed: method.scopes.join(','), provided })
      const wait = waitFor(name, args)
      if (wait > 0) return sendJson(response, { ok: false, error: 'ratelimited' }, 429, { 'retry-after': String(wait) })
      sendJson(response, { ok: true, ...method.call(args) }, 200, { 'x-oauth-scopes': provided })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const metadata = error.messages.length === 0 ? {} : { response_metadata: { messages: error.messages } }
      sendJson(response, { ok: false, error: error.code, ...metadata, ...error.details })
    }
  }
}
