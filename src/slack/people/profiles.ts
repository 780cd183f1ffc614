import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { call } from '../api-methods.ts'
import { SlackRefused } from '../slack-errors.ts'
import { createLookups } from './lookups.ts'

/** What Slack knows of a person (https://docs.slack.dev/reference/objects/user-object). */
export interface Profile {
  /** What is typed after `@`. */
  readonly name: string
  /** IANA name; UTC where the profile has none. */
  readonly zone: string
  /** Whether the account is deactivated, or unknown to Slack. */
  readonly left: boolean
  readonly bot: boolean
  readonly guest: 'none' | 'multi-channel' | 'single-channel'
  /** The workspaces the person belongs to; the first is their home. */
  readonly teams: readonly string[]
  /** The organization of an Enterprise plan; null where there is none. */
  readonly enterprise: string | null
  /** Slack's own word for a person of another workspace who shares no channel with the bot. */
  readonly stranger: boolean
}

/** Profiles by user id. */
export interface Profiles {
  /** The profile, asked of Slack at most once in ten minutes. While Slack does not answer, one up to `trustedMs` old. Throws what Slack's refusal or the client throws. */
  of(id: string, trustedMs: number): Promise<Profile>
}

// People move and leave seldom, and users.info allows about 100 calls a minute.
const freshMs = 600_000

const flag = z.boolean().nullish()
const schema = z.object({
  user: z.object({
    name: z.string().nullish(),
    tz: z.string().nullish(),
    team_id: z.string().nullish(),
    deleted: flag,
    is_bot: flag,
    is_restricted: flag,
    is_ultra_restricted: flag,
    is_stranger: flag,
    enterprise_user: z.object({ enterprise_id: z.string().nullish(), teams: z.array(z.string()).nullish() }).nullish(),
  }),
})

/** Profiles of one bot's workspace. */
export function createProfiles(client: WebClient, clock: Clock, log: Log): Profiles {
  return createLookups<Profile>({
    clock,
    freshMs,
    ask: (id) => profileOf(client, id),
    failed: (error, user) => log.warn({ err: error, user }, `Slack did not return a profile: ${messageOf(error)}`),
  })
}

async function profileOf(client: WebClient, id: string): Promise<Profile> {
  try {
    const { user } = await call(client, 'users.info', { user: id }, schema)
    const { enterprise_user: enterprise } = user
    return {
      name: user.name ?? id,
      zone: user.tz ?? 'UTC',
      left: user.deleted === true,
      bot: user.is_bot === true,
      // Slack sets both for a single-channel guest.
      guest:
        user.is_ultra_restricted === true ? 'single-channel' : user.is_restricted === true ? 'multi-channel' : 'none',
      teams: [...(user.team_id == null ? [] : [user.team_id]), ...(enterprise?.teams ?? [])],
      enterprise: enterprise?.enterprise_id ?? null,
      stranger: user.is_stranger === true,
    }
  } catch (error) {
    if (error instanceof SlackRefused && unknownCodes.has(error.code)) return unknown(id)
    throw error
  }
}

// Nobody whom the bot's workspace may see.
const unknownCodes = new Set(['user_not_found', 'user_not_visible'])

const unknown = (id: string): Profile => ({
  name: id,
  zone: 'UTC',
  left: true,
  bot: false,
  guest: 'none',
  teams: [],
  enterprise: null,
  stranger: true,
})
