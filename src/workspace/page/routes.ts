import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OpsError } from '../../core/errors.ts'
import { validOr } from '../content.ts'
import { parseJson, readBody, sendJson, sendText } from '../http.ts'
import { type ActionResult, type Users, userActions } from '../user-actions.ts'
import { check } from '../validate.ts'
import type { WorkspaceState } from '../workspace-state.ts'
import { type CommandHint, locationOf, pageHtml } from './page-html.ts'
import { styleSheet } from './style.ts'

/** The page's own routes. */
interface PageServer {
  /** Answers a request for `/` or `/page/…`. Throws `ApiError` for a body that the page's script does not send. */
  handle(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Ends the open event streams. */
  close(): void
}

const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A script that `npm run build` makes of `client*.ts`: in the folder of this file in `dist`, or there when run from `src`. */
function clientScript(name: string): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const candidates = [join(here, name), join(here, '../../../dist/workspace/page', name)]
  const path = candidates.find((candidate) => existsSync(candidate))
  if (path === undefined) throw new OpsError('not_found', `The page has no ${name} yet.`, 'Build it: npm run build')
  return readFileSync(path, 'utf8')
}

/** The page over this state. `now` dates what it shows. */
export function createPage(deps: {
  readonly state: WorkspaceState
  readonly users: Users
  readonly now: () => Date
  readonly banner: string | undefined
  readonly hints: readonly CommandHint[]
}): PageServer {
  const { state, users, now, banner, hints } = deps
  const streams = new Set<ServerResponse>()
  const started = now().getTime()
  let changes = 0
  let closed = false

  const version = () => `${started}.${changes}`
  const sendVersion = (stream: ServerResponse) => stream.write(`data: ${version()}\n\n`)
  const unsubscribe = state.onChange(() => {
    changes += 1
    for (const stream of streams) sendVersion(stream)
  })

  const sendPage = (url: URL, response: ServerResponse) => {
    const location = locationOf(state, url.searchParams)
    if (location === undefined)
      return sendText(response, 'This workspace has no people or no channels.', undefined, 404)
    response.setHeader('content-security-policy', contentSecurityPolicy)
    sendText(response, pageHtml(state, location, { version: version(), banner, hints, now: now() }).markup, 'text/html')
  }

  const openStream = (request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    sendVersion(response)
    // The page connects as soon as its script runs, which may be after the workspace was closed.
    if (closed) {
      response.end()
      return
    }
    streams.add(response)
    request.on('close', () => streams.delete(response))
  }

  const act = async (name: string, request: IncomingMessage): Promise<ActionResult | undefined> => {
    const action = parseJson((await readBody(request)).toString())
    switch (name) {
      case 'send':
        return users.send(validOr(check(userActions.send, action), name))
      case 'press':
        return users.press(validOr(check(userActions.press, action), name))
      case 'submit':
        return users.submit(validOr(check(userActions.submit, action), name))
      case 'dismiss':
        return users.dismiss(validOr(check(userActions.dismiss, action), name))
      case 'openTab':
        return users.openTab(validOr(check(userActions.openTab, action), name))
      default:
        return undefined
    }
  }

  return {
    async handle(url, request, response) {
      const [, , name = ''] = url.pathname.split('/')
      if (request.method === 'POST') {
        const result = await act(name, request)
        if (result !== undefined) return sendJson(response, result)
      } else if (url.pathname === '/') return sendPage(url, response)
      else if (name === 'events') return openStream(request, response)
      else if (name === 'style.css') return sendText(response, styleSheet, 'text/css')
      else if (/^client[a-z-]*\.js$/.test(name)) return sendText(response, clientScript(name), 'text/javascript')
      sendText(response, 'Not found', undefined, 404)
    },
    close() {
      unsubscribe()
      closed = true
      for (const stream of streams) stream.end()
    },
  }
}
