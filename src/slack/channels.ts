import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'
import { createLookups } from './lookups.ts'
import { call } from './methods.ts'

/** The channels that the bot is a member of, by their names. */
export interface Channels {
  /** The id of the channel of that name, in lower case; null where the bot is in none. Throws what Slack's refusal or the client throws. */
  named(name: string): Promise<string | null>
}

const pageSchema = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
})

// A name that was just looked for is looked for again right after, and schedules come many at a minute.
const knownMs = 10_000
const pageSize = 200

/** Nobody else's channels are asked for: where the bot is no member it cannot post. */
export function createChannels(client: WebClient, clock: Clock, log: Log): Channels {
  const joined = createLookups<ReadonlyMap<string, string>>({
    clock,
    freshMs: knownMs,
    trustedMs: knownMs,
    ask: () => joinedBy(client),
    failed: (error) => log.warn({ err: error }, `Slack did not say which channels the bot is in: ${messageOf(error)}`),
  })
  return { named: async (name) => (await joined.of('')).get(name) ?? null }
}

async function joinedBy(client: WebClient): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>()
  const of = { types: 'public_channel,private_channel', limit: pageSize }
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const asked = cursor === '' ? of : { ...of, cursor }
    const page: z.output<typeof pageSchema> = await call(client, 'users.conversations', asked, pageSchema)
    for (const { id, name } of page.channels) ids.set(name.toLowerCase(), id)
    const next = page.response_metadata?.next_cursor ?? ''
    cursor = next === '' ? undefined : next
  }
  return ids
}
