import { SocketModeReceiver } from '@slack/bolt'
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import { getGlobalDispatcher } from 'undici'
import { z } from 'zod'
import { inBackground } from '../../core/background.ts'
import { messageOf, OpsError } from '../../core/errors.ts'
import { jsonOf } from '../../core/format.ts'
import { pauseAfter } from '../../core/pacing.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { createBoltLogger, quickOptions } from '../clients.ts'
import { isTokenRefusal, whyUnreachable } from '../slack-errors.ts'

/** The state of a Socket Mode connection. */
export interface SocketState {
  readonly connected: boolean
  /** Since when it is connected, or not. */
  readonly since: Date
  /** Why there is no connection, or why the last one ended; null before the first attempt has ended. */
  readonly why: string | null
  /** More connections than this one use the app-level token, as Slack counted when this one opened; null where it is alone. */
  readonly shared: { readonly connections: number; readonly since: Date } | null
}

/** A Socket Mode connection that reconnects. */
export interface Socket {
  readonly receiver: SocketModeReceiver
  /** Resolves when connected, or when the first attempt failed for a passing reason. Throws `bad_config` for a token that Slack refuses. */
  start(): Promise<void>
  stop(): Promise<void>
  state(): SocketState
}

// Pauses between attempts grow up to half a minute: nine attempts in the first minute, where Slack allows 50
// (https://docs.slack.dev/reference/methods/apps.connections.open).
const backoff = { firstMs: 1_000, factor: 1.5, mostMs: 30_000 } as const

// A connection that ends sooner has failed: Slack greets those that it closes at once (too many of them, Socket Mode switched off).
const steadyMs = 60_000

// How long Slack's greeting may take; the library sets no limit.
const helloMs = 30_000

/**
 * How long Slack must count more than one connection before that is a fault: while a connection is renewed, or a new version of the
 * bot replaces the old one, there are two for some seconds.
 */
export const sharedMs = 60_000

// Slack's library waits 5 s for a pong and 30 s for a ping, which busy processes miss (https://github.com/slackapi/bolt-js/issues/2496).
const pingTimeouts = { clientPingTimeout: 20_000, serverPingTimeout: 60_000 }

/**
 * The receiver and its supervisor. Connections end every few hours because Slack recycles them; the library's own reconnecting waits
 * a whole ping timeout before each attempt, and gives up when one fails with a network error, so it is switched off.
 */
export function createSocket(options: {
  readonly appToken: string
  readonly apiUrl: string | undefined
  readonly clock: Clock
  readonly log: Log
}): Socket {
  const { appToken, apiUrl, clock, log } = options
  const closing = new AbortController()
  let state: SocketState = { connected: false, since: clock.now(), why: null, shared: null }
  let reason: string | null = null
  let supervisor: Promise<unknown> | undefined

  // The library's lines about an ended connection become the reason in the supervisor's one line.
  const note = (_: object, words: string): void => {
    reason ??= words
  }
  const notes: Log = { info: note, warn: note, error: note }
  const receiver = new SocketModeReceiver({
    appToken,
    logger: createBoltLogger(notes),
    autoReconnectEnabled: false,
    dispatcher: getGlobalDispatcher(),
    ...pingTimeouts,
    installerOptions: { clientOptions: { ...quickOptions({ apiUrl, log: notes }), retryConfig: { retries: 0 } } },
    processEventErrorHandler: async ({ error }) => {
      log.error({ err: error }, `what Slack delivered was not answered: ${messageOf(error)}`)
      return false
    },
  })
  const { client } = receiver
  client.on('error', (error: unknown) => {
    reason = whyUnreachable(error)
  })

  const turn = (connected: boolean, why: string | null): void => {
    state = { ...state, connected, why, since: state.connected === connected ? state.since : clock.now() }
  }

  const count = (connections: number): void => {
    if (connections < 2) {
      state = { ...state, shared: null }
      return
    }
    const isNew = state.shared === null
    state = { ...state, shared: { connections, since: state.shared?.since ?? clock.now() } }
    if (isNew) void inBackground({ log }, 'Socket Mode connection', warnOfShared)
  }

  const warnOfShared = async (): Promise<void> => {
    await clock.sleep(sharedMs, closing.signal).catch(() => undefined)
    const { shared } = state
    if (closing.signal.aborted || shared === null || clock.now().getTime() - shared.since.getTime() < sharedMs) return
    log.warn(shared, 'more than one connection uses SLACK_APP_TOKEN: each gets only a part of what Slack delivers')
  }

  // The library throws at a frame that is not what it expects, in a promise that nobody awaits, which would end the process.
  const listeners = client.listeners('ws_message')
  client.removeAllListeners('ws_message')
  const pass = (data: unknown): void => {
    for (const listener of listeners) listener(data, false)
  }
  client.on('ws_message', (data: unknown) => {
    const frame = readFrame(data)
    if (frame.kind === 'unknown') {
      log.warn({}, 'Slack sent a Socket Mode message that is not understood; it is ignored')
      // The library's own sending is private. A delivery without content is acknowledged, and ignored by `createBolt`.
      if (frame.envelope !== null)
        pass(JSON.stringify({ type: 'interactive', envelope_id: frame.envelope, payload: {} }))
      return
    }
    if (frame.kind === 'hello') count(frame.connections)
    if (frame.kind === 'disconnect') reason = frame.reason
    pass(data)
  })

  /** Connects once; `ended` resolves when the connection has ended. */
  const connect = async (): Promise<{ readonly ended: Promise<void> }> => {
    reason = null
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    client.once('disconnected', end)
    const greeted = new AbortController()
    const late = clock.sleep(helloMs, greeted.signal).then(
      () => {
        reason = `no greeting within ${helloMs / 1000} s`
        void inBackground({ log }, 'Socket Mode connection', () => client.disconnect())
      },
      () => undefined,
    )
    try {
      await client.start()
    } catch (error) {
      client.off('disconnected', end)
      // The library rejects with nothing at all when the connection ends before Slack's greeting.
      throw error ?? new Error(reason ?? 'it ended before Slack greeted')
    } finally {
      greeted.abort()
      await late
    }
    turn(true, null)
    return { ended }
  }

  const failed = (error: unknown, failures: number, pauseMs: number): void => {
    const why = whyUnreachable(error)
    turn(false, why)
    log.warn({ err: error, failures, pauseMs }, `no Socket Mode connection: ${why}`)
  }

  const keepUp = async (first: Promise<void> | null, firstPause: number): Promise<void> => {
    let ended = first
    let failures = first === null ? 1 : 0
    let pause = firstPause
    while (!closing.signal.aborted) {
      if (ended !== null) {
        await ended
        if (closing.signal.aborted) return
        const why = reason ?? 'cut off'
        failures = clock.now().getTime() - state.since.getTime() < steadyMs ? failures + 1 : 0
        turn(false, why)
        pause = retryAfter(failures, undefined)
        if (failures > 1)
          log.warn({ why, failures, pauseMs: pause }, `the Socket Mode connection ended at once: ${why}`)
      }
      if (pause > 0) await clock.sleep(pause, closing.signal).catch(() => undefined)
      if (closing.signal.aborted) return
      try {
        ended = (await connect()).ended
      } catch (error) {
        ended = null
        failures++
        pause = retryAfter(failures, error)
        failed(error, failures, pause)
      }
    }
  }

  return {
    receiver,
    async start() {
      let pause = 0
      const first = await connect().catch((error: unknown) => {
        if (error instanceof WebAPIPlatformError && isTokenRefusal(error.data.error)) throw badAppToken(error)
        pause = retryAfter(1, error)
        failed(error, 1, pause)
        return null
      })
      supervisor = inBackground({ log }, 'Socket Mode connection', () => keepUp(first?.ended ?? null, pause))
    },
    async stop() {
      closing.abort()
      const left = new AbortController()
      const gone = client.disconnect().then(() => supervisor)
      // Slack may answer the close frame after half a minute only.
      await Promise.race([gone, clock.sleep(1000, left.signal).catch(() => undefined)])
      left.abort()
      turn(false, null)
    },
    state: () => state,
  }
}

/** Milliseconds to wait before the next attempt; longer where Slack asks for it. */
function retryAfter(failures: number, error: unknown): number {
  const wanted = error instanceof WebAPIRateLimitedError ? error.retryAfter * 1000 : 0
  return Math.max(wanted, failures === 0 ? 0 : pauseAfter(failures, backoff))
}

function badAppToken(error: WebAPIPlatformError): OpsError {
  return new OpsError(
    'bad_config',
    `SLACK_APP_TOKEN is not a working app-level token (${error.data.error}).`,
    'Make one with the scope connections:write under Basic Information → App-Level Tokens at https://api.slack.com/apps.',
    { cause: error },
  )
}

/** One message on a Socket Mode connection (https://docs.slack.dev/apis/events-api/using-socket-mode). */
type Frame =
  /** Slack's greeting, with the number of connections that the app-level token has now. */
  | { readonly kind: 'hello'; readonly connections: number }
  /** The connection is about to end: `warning` and `refresh_requested` are usual, `link_disabled` and `too_many_websockets` are faults. */
  | { readonly kind: 'disconnect'; readonly reason: string }
  | { readonly kind: 'delivery' }
  /** Anything else. One with an `envelope` is delivered again until that is acknowledged. */
  | { readonly kind: 'unknown'; readonly envelope: string | null }

const frameSchema = z.union([
  z
    .object({ type: z.literal('hello'), num_connections: z.int().nullish().catch(null) })
    .transform(({ num_connections }): Frame => ({ kind: 'hello', connections: num_connections ?? 1 })),
  z
    .object({ type: z.literal('disconnect'), reason: z.string().nullish().catch(null) })
    .transform(({ reason }): Frame => ({ kind: 'disconnect', reason: reason ?? 'disconnect' })),
  z
    .object({
      type: z.literal('events_api'),
      envelope_id: z.string(),
      payload: z.looseObject({ event: z.looseObject({ type: z.string() }) }),
    })
    .transform((): Frame => ({ kind: 'delivery' })),
  z
    .object({ type: z.enum(['slash_commands', 'interactive']), envelope_id: z.string(), payload: z.looseObject({}) })
    .transform((): Frame => ({ kind: 'delivery' })),
])

const envelopeSchema = z.object({ envelope_id: z.string() })

function readFrame(data: unknown): Frame {
  const message = typeof data === 'string' ? jsonOf(data) : undefined
  const read = frameSchema.safeParse(message)
  if (read.success) return read.data
  return { kind: 'unknown', envelope: envelopeSchema.safeParse(message).data?.envelope_id ?? null }
}
