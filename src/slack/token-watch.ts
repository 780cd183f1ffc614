import type { WebClient } from '@slack/web-api'
import { repeatInBackground } from '../core/background.ts'
import { OpsError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'
import { identify } from './identity.ts'
import { SlackRefused } from './refused.ts'

const everyMs = 60_000

/** Whether Slack still accepts the bot token. */
export interface TokenWatch {
  start(): void
  /** Resolves when the call that is on its way has ended. */
  stop(): Promise<void>
  /** Slack's code of a token that it refuses; null while it accepts it, or cannot be reached. */
  refused(): string | null
}

/**
 * Asks Slack once a minute whose token this is. Slack does not report a token that is revoked while the bot runs: it only stops
 * delivering. A refusal is logged once, and ends when the token is accepted again.
 */
export function watchToken(client: WebClient, clock: Clock, log: Log): TokenWatch {
  let refused: string | null = null
  let looking: Promise<void> | null = null
  let stop = (): void => undefined

  const look = async (): Promise<void> => {
    try {
      await identify(client)
      if (refused !== null) log.info({}, 'Slack accepts SLACK_BOT_TOKEN again')
      refused = null
    } catch (error) {
      // Whether Slack can be reached at all is not the token's fault.
      if (!(error instanceof OpsError) || error.code !== 'bad_config') return
      const code = error.cause instanceof SlackRefused ? error.cause.code : 'not a bot token'
      if (refused === null) log.error({ code }, `Slack refuses SLACK_BOT_TOKEN: ${code}`)
      refused = code
    }
  }

  return {
    start() {
      stop = repeatInBackground({ clock, log }, everyMs, 'Slack token', async () => {
        looking ??= look().finally(() => {
          looking = null
        })
        await looking
      })
    },
    async stop() {
      stop()
      await looking
    },
    refused: () => refused,
  }
}
