import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { AccessPolicy } from '../../core/deps.ts'
import { messageOf } from '../../core/errors.ts'
import { isDirectChannel } from '../../core/place.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { hourMs } from '../../core/span.ts'
import { call } from '../api-methods.ts'
import { isPlaceRefusal } from '../slack-errors.ts'
import type { Channels } from './channels.ts'
import { createLookups } from './lookups.ts'

/** The fields of `conversations.info` about sharing (https://docs.slack.dev/reference/objects/conversation-object). */
export const sharingFields = {
  is_ext_shared: z.boolean().nullish(),
  is_pending_ext_shared: z.boolean().nullish(),
}

/** Whether people of another organization read along, or are invited to. */
export function isExternallyShared({
  is_ext_shared,
  is_pending_ext_shared,
}: z.infer<z.ZodObject<typeof sharingFields>>): boolean {
  return is_ext_shared === true || is_pending_ext_shared === true
}

/** The channels in which nothing is posted because another organization reads along. */
export interface SharedChannels {
  /** Asked of Slack at most once a minute. Throws what Slack's refusal or the client throws, where Slack has not answered for an hour. */
  isClosed(channel: string): Promise<boolean>
  /** Stores what another answer of Slack has just shown of a channel. */
  note(channel: string, isShared: boolean): void
}

// A channel that becomes shared is closed within a minute; conversations.info allows about 50 calls a minute.
const freshMs = 60_000
const trustedMs = hourMs

export function createSharedChannels(parts: {
  readonly client: WebClient
  readonly channels: Channels
  readonly policy: AccessPolicy
  readonly clock: Clock
  readonly log: Log
}): SharedChannels {
  const { client, channels, policy, clock, log } = parts
  const lookups = createLookups<boolean>({
    clock,
    freshMs,
    ask: async (given) => {
      const channel = given.startsWith('#') ? await channels.named(given.slice(1).toLowerCase()) : given
      return channel !== null && (await isShared(channel, client))
    },
    failed: (error, channel) =>
      log.warn({ err: error, channel }, `Slack did not return whether a channel is shared: ${messageOf(error)}`),
  })
  return {
    async isClosed(channel) {
      // Direct messages with the bot, by their own id or a person's.
      if (policy.sharedChannels === 'allow' || isDirectChannel(channel)) return false
      return lookups.of(channel, trustedMs)
    },
    note: lookups.note,
  }
}

/** False of a channel that the bot may not see: Slack refuses the post itself. */
async function isShared(channel: string, client: WebClient): Promise<boolean> {
  try {
    const schema = z.object({ channel: z.object(sharingFields) })
    return isExternallyShared((await call(client, 'conversations.info', { channel }, schema)).channel)
  } catch (error) {
    if (isPlaceRefusal(error)) return false
    throw error
  }
}
