import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request of the bot to Slack: a Web API method, `response` for a response URL, or `upload`. */
export interface Call {
  readonly name: string
  readonly at: number
  readonly body: URLSearchParams
  /** What the workspace answered, once it has. */
  answer: string
}

/** What Slack answers in place of the workspace; a text is a page of HTML. */
export interface Injected {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** What to answer a call; undefined for what others answer. */
type Rule = (call: Call) => Injected | undefined | Promise<Injected | undefined>

/** A server in front of the workspace: writes down what the bot calls, and answers in the workspace's place when told to. */
export interface Front {
  readonly origin: string
  readonly calls: readonly Call[]
  named(name: string): readonly Call[]
  /** Answers calls for which `answer` gives something; the newest rule is asked first. */
  inject(answer: Rule): void
  /** Who gets `POST /slack/events`. */
  events: RequestListener | undefined
  close(): Promise<void>
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/** Opens the front and, behind it, a server for the workspace. `now` dates the calls. */
export async function openFront(workspace: Handler, now: () => number): Promise<Front> {
  const behind = await listen((request, response) => void workspace(request, response))
  const calls: Call[] = []
  const rules: Rule[] = []

  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const path = request.url ?? '/'
    const [, first = '', second = ''] = path.split('/')
    const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded'
    const call: Call = {
      name: first === 'api' ? second : first,
      at: now(),
      body: isForm ? new URLSearchParams(bytes.toString()) : new URLSearchParams({ raw: bytes.toString() }),
      answer: '',
    }
    calls.push(call)
    for (const rule of rules.toReversed()) {
      const injected = await rule(call)
      if (injected === undefined) continue
      const isPage = typeof injected.body === 'string'
      const type = isPage ? 'text/html' : 'application/json'
      response.writeHead(injected.status ?? 200, { 'content-type': type, ...injected.headers })
      response.end(isPage ? injected.body : JSON.stringify(injected.body))
      return
    }
    const answer = await fetch(`${behind.origin}${path}`, {
      method: request.method ?? 'GET',
      ...(request.method === 'GET' ? {} : { body: bytes }),
      headers: {
        'content-type': request.headers['content-type'] ?? '',
        authorization: request.headers.authorization ?? '',
      },
    })
    const kept = ['content-type', 'x-oauth-scopes', 'retry-after'].flatMap((name) => {
      const value = answer.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    })
    call.answer = await answer.text()
    response.writeHead(answer.status, Object.fromEntries(kept)).end(call.answer)
  }

  const front: Front = {
    get origin() {
      return server.origin
    },
    calls,
    named: (name) => calls.filter((call) => call.name === name),
    inject(rule) {
      rules.push(rule)
    },
    events: undefined,
    async close() {
      await server.close()
      await behind.close()
    },
  }
  const server = await listen((request, response) => {
    if (front.events !== undefined && request.url?.startsWith('/slack/')) front.events(request, response)
    else void relay(request, response)
  })
  return front
}

/** Listens on a free port of loopback. */
export async function listen(listener: RequestListener): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port }: AddressInfo = addressOf(server.address())
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address
}
