import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendText } from './http.ts'

/** Whether a request may see the page. Where it may not, it has been answered: with 403, or on its way in with a redirect. */
export type Entrance = (address: URL, request: IncomingMessage, response: ServerResponse) => boolean

/** What leads in behind the address that is printed: `?token=…`. */
const parameter = 'token'

/**
 * Lets those in who know the token: from the address that is printed to a cookie, which leaves no token in the browser's history, and is
 * sent by this page alone. Without a token everybody on this machine may come in.
 */
export function createEntrance(token: string | undefined): Entrance {
  if (token === undefined) return () => true
  return (address, request, response) => {
    // Cookies do not tell ports apart, and another workspace may be open beside this one.
    const name = `sparkify-${address.port}`
    const given = address.searchParams.get(parameter)
    if (given !== null && request.method === 'GET' && isSame(given, token)) {
      address.searchParams.delete(parameter)
      const cookie = `${name}=${token}; Path=/; HttpOnly; SameSite=Lax`
      const headers = {
        location: `${address.pathname}${address.search}`,
        'set-cookie': cookie,
        'cache-control': 'no-store',
      }
      response.writeHead(303, headers).end()
      return false
    }
    if (cookiesOf(request).some((cookie) => isSame(cookie, `${name}=${token}`))) return true
    sendText(response, 'Open the address that the bot printed when it started: it ends in a token.', undefined, 403)
    return false
  }
}

/** The address of a workspace with the token that leads in. */
export function addressWith(origin: string, token: string | undefined): string {
  return token === undefined ? origin : `${origin}/?${new URLSearchParams({ [parameter]: token })}`
}

function cookiesOf({ headers }: IncomingMessage): readonly string[] {
  return (headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}
