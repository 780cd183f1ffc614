import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** A refusal with Slack's error code; `messages` become `response_metadata.messages`. */
export class ApiError extends Error {
  readonly code: string
  readonly messages: readonly string[]
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, messages: readonly string[] = [], details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.messages = messages
    this.details = details
  }
}

/** A request's whole body. Throws `ApiError` above `limit` bytes. */
export async function readBody(request: IncomingMessage, limit = 1_000_000): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > limit) throw new ApiError('request_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The text parsed as JSON. Throws an `ApiError` of this code where it is not JSON. */
export function parseJson(text: string, code = 'invalid_json'): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(code)
  }
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}

/** Answers with text of a media type, which no cache keeps and no browser reads as another type. */
export function sendText(response: ServerResponse, body: string | Buffer, kind = 'text/plain', status = 200) {
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
  response.writeHead(status, { 'content-type': `${kind}; charset=utf-8`, ...headers }).end(body)
}

/** Whether a request may see the page. A request that may not has been answered: with 403, or with a redirect that sets the cookie. */
type PageGuard = (address: URL, request: IncomingMessage, response: ServerResponse) => boolean

/** The parameter of the printed address: `?token=…`. */
const parameter = 'token'

/**
 * Admits requests that know the token. The printed address exchanges it for a cookie, so the browser's history holds no token.
 * Without a token, everybody on this machine is admitted.
 */
export function createPageGuard(token: string | undefined): PageGuard {
  if (token === undefined) return () => true
  return (address, request, response) => {
    // Cookies are shared by all ports of a host, and another workspace may be open at the same time.
    const name = `sparkify-${address.port}`
    const given = address.searchParams.get(parameter)
    if (given !== null && request.method === 'GET' && isSame(given, token)) {
      address.searchParams.delete(parameter)
      const headers = {
        location: `${address.pathname}${address.search}`,
        'set-cookie': `${name}=${token}; Path=/; HttpOnly; SameSite=Lax`,
        'cache-control': 'no-store',
      }
      response.writeHead(303, headers).end()
      return false
    }
    if (cookiesOf(request).some((cookie) => isSame(cookie, `${name}=${token}`))) return true
    sendText(response, 'Open the address that the bot printed at its start. It ends in a token.', undefined, 403)
    return false
  }
}

/** The address of a workspace, with the token that admits to it. */
export function pageAddress(origin: string, token: string | undefined): string {
  return token === undefined ? origin : `${origin}/?${new URLSearchParams({ [parameter]: token })}`
}

function cookiesOf({ headers }: IncomingMessage): readonly string[] {
  return (headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}
