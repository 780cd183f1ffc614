import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { inBackground } from '../core/background.ts'
import { OpsError } from '../core/errors.ts'
import type { Log } from '../core/ports/log.ts'

const usualPort = 3000
const portsTried = 20

/** Who answers what on the one HTTP server. */
export interface Routes {
  /**
   * `GET /healthz`: 200 while Slack and the bot reach each other, otherwise 503: ready for work or not. `GET /livez` is 200 as long as
   * the process answers: what a platform asks before it kills one, which may be in the middle of a load.
   */
  readonly health: () => { readonly ok: boolean; readonly detail: string }
  /** `POST /slack/events`, in Slack's HTTP mode. Bolt's listener throws on every other path, so it gets no other. */
  readonly slackEvents: RequestListener | null
  /** Everything else; false when it is not its own. */
  readonly rest: ((request: IncomingMessage, response: ServerResponse) => Promise<boolean>) | null
}

export interface Server {
  readonly port: number
  close(): Promise<void>
}

/**
 * Listens on `port`, or with null on 3000 or the next free one. Throws `port_taken` naming the port.
 */
export async function startServer(host: string, port: number | null, routes: Routes, log: Log): Promise<Server> {
  const server = createServer((request, response) => {
    void inBackground({ log }, 'HTTP request', async () => {
      try {
        await answer(request, response, routes)
      } catch (error) {
        if (!response.headersSent) response.writeHead(500)
        response.end()
        throw error
      }
    })
  })
  const candidates = port === null ? Array.from({ length: portsTried }, (_, i) => usualPort + i) : [port]
  for (const candidate of candidates) {
    const taken = await new Promise<boolean>((done, fail) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? done(true) : fail(cannotListen(host, candidate, error)),
      )
      server.listen(candidate, host, () => done(false))
    })
    server.removeAllListeners('error')
    if (taken) continue
    const address = server.address()
    return {
      port: typeof address === 'object' && address !== null ? address.port : candidate,
      close: () =>
        new Promise((done) => {
          server.close(() => done())
          // The page's event streams never end by themselves.
          server.closeAllConnections()
        }),
    }
  }
  throw new OpsError(
    'port_taken',
    `Port ${candidates.join(', ')} on ${host} is taken by another program.`,
    'Stop it, or set SPARKIFY_PORT to a free port.',
  )
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): OpsError {
  return new OpsError(
    'port_taken',
    `Port ${port} on ${host} cannot be used: ${error.message}.`,
    'Correct SPARKIFY_HOST and SPARKIFY_PORT.',
    { cause: error },
  )
}

async function answer(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  const path = request.url?.split('?')[0]
  if (path === '/healthz') {
    const { ok, detail } = routes.health()
    response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ok, detail }))
    return
  }
  if (path === '/livez') {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ok: true }))
    return
  }
  if (path === '/slack/events' && request.method === 'POST' && routes.slackEvents !== null) {
    routes.slackEvents(request, response)
    return
  }
  if (routes.rest !== null && (await routes.rest(request, response))) return
  response.writeHead(404)
  response.end()
}
