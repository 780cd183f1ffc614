import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'

/** Slack's end of a Socket Mode connection (https://docs.slack.dev/apis/events-api/using-socket-mode). */
export interface SocketMode {
  /** What `apps.connections.open` answers. */
  readonly url: string
  /** Connections that are up. */
  connections(): number
  /** Connections there have ever been. */
  opened(): number
  /** Delivers an envelope (`slash_commands`, `interactive`, `events_api` or another type); resolves with the payload of its acknowledgement. */
  deliver(type: string, payload: unknown): Promise<unknown>
  /** Asks the bot to connect again, as Slack does every few hours. */
  refresh(): void
  /** What happens to connections from now on; at first they are greeted as the only one. */
  receive(how: Reception): void
  /** Sends this text as it is to every connection. */
  say(text: string): void
  /** Cuts every connection without a word. */
  cut(): void
  close(): Promise<void>
}

/** How Slack receives a connection: with a greeting, with one and a disconnect message at once, with silence, or by ending it. */
export type Reception =
  | { readonly kind: 'greet'; readonly connections: number }
  | { readonly kind: 'dismiss'; readonly reason: string }
  | { readonly kind: 'silence' }
  | { readonly kind: 'end' }

const ackSchema = z.object({ envelope_id: z.string(), payload: z.unknown() })

/** Opens the stand-in on a free port of loopback. */
export async function openSocketMode(): Promise<SocketMode> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const waiting = new Map<string, (payload: unknown) => void>()
  let opened = 0
  let reception: Reception = { kind: 'greet', connections: 1 }

  server.on('connection', (socket) => {
    opened++
    socket.on('message', (data) => {
      const { envelope_id, payload } = ackSchema.parse(JSON.parse(String(data)))
      waiting.get(envelope_id)?.(payload)
      waiting.delete(envelope_id)
    })
    if (reception.kind === 'silence') return
    if (reception.kind === 'end') return socket.close()
    const connections = reception.kind === 'greet' ? reception.connections : 1
    send(socket, { type: 'hello', num_connections: connections, connection_info: { app_id: 'A1' } })
    if (reception.kind === 'dismiss') send(socket, { type: 'disconnect', reason: reception.reason })
  })

  return {
    url: `ws://127.0.0.1:${address.port}/link`,
    connections: () => server.clients.size,
    opened: () => opened,
    deliver(type, payload) {
      const [socket] = server.clients
      if (socket === undefined) throw new Error('nobody is connected')
      const envelope_id = randomUUID()
      const acknowledged = new Promise<unknown>((resolve) => waiting.set(envelope_id, resolve))
      send(socket, { type, envelope_id, payload, accepts_response_payload: true })
      return acknowledged
    },
    refresh() {
      for (const socket of server.clients) send(socket, { type: 'disconnect', reason: 'refresh_requested' })
    },
    receive(how) {
      reception = how
    },
    say(text) {
      for (const socket of server.clients) socket.send(text)
    },
    cut() {
      for (const socket of server.clients) socket.terminate()
    },
    async close() {
      for (const socket of server.clients) socket.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

function send(socket: WebSocket, message: Readonly<Record<string, unknown>>): void {
  socket.send(JSON.stringify(message))
}
