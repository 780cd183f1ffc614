import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { repeatInBackground } from '../core/background.ts'
import { OpsError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'
import { call } from './api-methods.ts'
import { isTokenRefusal, SlackRefused, unreachable } from './slack-errors.ts'

/** Where the app is installed (https://docs.slack.dev/reference/methods/auth.test). */
export interface Installation {
  /** The workspace; with an installation for a whole organization, the one that the token was made in. */
  readonly team: string
  /** The organization of an Enterprise plan; null where there is none. */
  readonly enterprise: string | null
  readonly orgWide: boolean
}

/** Who the bot is in its workspace, and what its token may do. */
export interface BotIdentity {
  readonly userId: string
  readonly botId: string
  /** What people type after `@`. */
  readonly name: string
  readonly team: string
  readonly installation: Installation
  /** From the `x-oauth-scopes` header; undefined where the server sends none. */
  readonly scopes: readonly string[] | undefined
}

const authTest = z.object({
  user_id: z.string(),
  bot_id: z.string().optional(),
  user: z.string(),
  team: z.string(),
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  is_enterprise_install: z.boolean().nullish(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
})

/** Calls `auth.test`. Throws `bad_config` naming the variable for an invalid token, `slack` when Slack cannot be reached. */
export async function identify(client: WebClient): Promise<BotIdentity> {
  const found = await call(client, 'auth.test', {}, authTest).catch((error: unknown) => {
    throw explained(error)
  })
  if (found.bot_id === undefined) throw notABot('it belongs to a person')
  return {
    userId: found.user_id,
    botId: found.bot_id,
    name: found.user,
    team: found.team,
    installation: {
      team: found.team_id,
      enterprise: found.enterprise_id ?? null,
      orgWide: found.is_enterprise_install === true,
    },
    scopes: found.response_metadata?.scopes,
  }
}

function explained(error: unknown): OpsError {
  if (error instanceof SlackRefused && isTokenRefusal(error.code)) return notABot(error.code, error)
  return unreachable('auth.test', error)
}

function notABot(why: string, cause?: unknown): OpsError {
  return new OpsError(
    'bad_config',
    `SLACK_BOT_TOKEN is not a working bot token (${why}).`,
    'Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions at https://api.slack.com/apps, after installing the app.',
    cause === undefined ? {} : { cause },
  )
}

const everyMs = 60_000

/** Whether Slack still accepts the bot token. */
interface TokenWatch {
  start(): void
  /** Resolves when the call that is on its way has ended. */
  stop(): Promise<void>
  /** Slack's code of a token that it refuses; null while it accepts it, or cannot be reached. */
  refused(): string | null
}

/**
 * Calls `auth.test` once a minute. Slack does not report a token that is revoked while the bot runs: it only stops delivering. A refusal is
 * logged once, and ends when the token is accepted again.
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
      // Slack cannot be reached.
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
