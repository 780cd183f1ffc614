import { SocketModeReceiver } from '@slack/bolt'
import { WebAPIPlatformError } from '@slack/web-api'
import { messageOf, OpsError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'
import { createBoltLogger } from './bolt-logger.ts'

/** A Socket Mode connection that is kept up. */
export interface Socket {
  readonly receiver: SocketModeReceiver
  /** Resolves when connected, or when the first try failed for want of a network. Throws `bad_config` for a token that is no good. */
  start(): Promise<void>
  stop(): Promise<void>
  state(): { readonly connected: boolean; readonly since: Date }
}

// Pauses between tries grow up to half a minute.
const firstPauseMs = 1000
const maxPauseMs = 30_000

// Slack's library waits 5 s for a pong and 30 s for a ping, which busy processes miss (https://github.com/slackapi/bolt-js/issues/2496).
const pingTimeouts = { clientPingTimeout: 20_000, serverPingTimeout: 60_000 }

/**
 * The receiver and its supervisor. Connections end every few hours because Slack recycles them; the library's own reconnecting waits
 * a whole ping timeout before each try, and gives up for ever when one fails with a network error, so it is switched off.
 */
export function createSocket(options: {
  readonly appToken: string
  readonly apiUrl: string | undefined
  readonly clock: Clock
  readonly log: Log
}): Socket {
  const { appToken, apiUrl, clock, log } = options
  const receiver = new SocketModeReceiver({
    appToken,
    logger: createBoltLogger(log),
    autoReconnectEnabled: false,
    ...pingTimeouts,
    installerOptions: {
      clientOptions: {
        timeout: 10_000,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
      },
    },
  })
  const { client } = receiver
  const closing = new AbortController()
  let state = { connected: false, since: clock.now() }
  let supervisor: Promise<void> | undefined

  const turn = (connected: boolean): void => {
    if (state.connected !== connected) state = { connected, since: clock.now() }
  }

  /** Connects once; `ended` resolves when the connection has ended. */
  const connect = async (): Promise<{ readonly ended: Promise<void> }> => {
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    client.once('disconnected', end)
    try {
      await client.start()
    } catch (error) {
      client.off('disconnected', end)
      // The library rejects with nothing at all when the connection ends before Slack's greeting.
      throw error ?? new Error('the connection ended before it began')
    }
    turn(true)
    return { ended }
  }

  const keepUp = async (first: Promise<void> | null): Promise<void> => {
    let ended = first
    let failures = first === null ? 1 : 0
    while (!closing.signal.aborted) {
      if (ended !== null) {
        await ended
        turn(false)
      } else {
        await clock.sleep(Math.min(maxPauseMs, firstPauseMs * 1.5 ** failures), closing.signal).catch(() => undefined)
      }
      if (closing.signal.aborted) return
      try {
        ended = (await connect()).ended
        failures = 0
      } catch (error) {
        ended = null
        failures++
        log.warn({ err: error, failures }, 'no Socket Mode connection; trying again')
      }
    }
  }

  return {
    receiver,
    async start() {
      const first = await connect().catch((error: unknown) => {
        if (error instanceof WebAPIPlatformError) throw badAppToken(error)
        log.warn({ err: error }, 'no Socket Mode connection yet; trying again')
        return null
      })
      supervisor = keepUp(first?.ended ?? null)
    },
    async stop() {
      closing.abort()
      const left = new AbortController()
      const gone = client.disconnect().then(() => supervisor)
      // Slack may leave the closing unanswered for half a minute; the process need not wait for it.
      await Promise.race([gone, clock.sleep(1000, left.signal).catch(() => undefined)])
      left.abort()
      turn(false)
    },
    state: () => state,
  }
}

function badAppToken(error: WebAPIPlatformError): OpsError {
  return new OpsError(
    'bad_config',
    `SLACK_APP_TOKEN is not a working app-level token (${messageOf(error)}).`,
    'Make one with the scope connections:write under Basic Information → App-Level Tokens at https://api.slack.com/apps.',
    { cause: error },
  )
}
