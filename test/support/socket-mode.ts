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
  /** Delivers an envelope; resolves with the payload of its acknowledgement. */
  deliver(type: 'slash_commands' | 'interactive', payload: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Asks the bot to connect anew, as Slack does every few hours. */
  refresh(): void
  /** Cuts every connection without a word. */
  cut(): void
  close(): Promise<void>
}

const ackSchema = z.object({ envelope_id: z.string(), payload: z.unknown() })

/** Opens the stand-in on a free port of loopback. */
export async function openSocketMode(): Promise<SocketMode> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const waiting = new Map<string, (payload: unknown) => void>()
  let opened = 0

  server.on('connection', (socket) => {
    opened++
    socket.on('message', (data) => {
      const { envelope_id, payload } = ackSchema.parse(JSON.parse(String(data)))
      waiting.get(envelope_id)?.(payload)
      waiting.delete(envelope_id)
    })
    send(socket, { type: 'hello', num_connections: 1, connection_info: { app_id: 'A1' } })
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
