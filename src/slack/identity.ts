import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { OpsError } from '../core/errors.ts'
import { call } from './methods.ts'
import { isTokenRefusal, SlackRefused } from './refused.ts'
import { unreachable } from './unreachable.ts'

/** Who the bot is in its workspace, and what its token may do. */
export interface Identity {
  readonly userId: string
  readonly botId: string
  /** What people type after `@`. */
  readonly name: string
  readonly team: string
  /** From the `x-oauth-scopes` header; undefined where the server does not say. */
  readonly scopes: readonly string[] | undefined
}

const authTest = z.object({
  user_id: z.string(),
  bot_id: z.string().optional(),
  user: z.string(),
  team: z.string(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
})

/** Asks Slack whose token this is. Throws `bad_config` naming the variable for a token that is no good, `slack` when Slack cannot be asked. */
export async function identify(client: WebClient): Promise<Identity> {
  const found = await call(client, 'auth.test', {}, authTest).catch((error: unknown) => {
    throw explained(error)
  })
  if (found.bot_id === undefined) throw notABot('it belongs to a person')
  return {
    userId: found.user_id,
    botId: found.bot_id,
    name: found.user,
    team: found.team,
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
