import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'
import { createLookups } from './lookups.ts'
import { call } from './methods.ts'

/** Who is in which channel. */
export interface Channels {
  /** The id of the channel of that name, in lower case; null where the bot is in none. Throws what Slack's refusal or the client throws. */
  named(name: string): Promise<string | null>
  /** Whether this person is in the channel, as far as the bot, which must be in it too, may know. Throws as `named` does. */
  isIn(channel: string, person: string): Promise<boolean>
}

const pageSchema = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
})

// A name that was just looked for is looked for again right after, and schedules come many at a minute.
const knownMs = 10_000
const pageSize = 200

/** Channels without the bot are not asked for: it cannot post in them. */
export function createChannels(client: WebClient, clock: Clock, log: Log): Channels {
  const joined = createLookups<ReadonlyMap<string, string>>({
    clock,
    freshMs: knownMs,
    ask: (person) => joinedBy(person, client),
    failed: (error, person) => log.warn({ err: error, person }, `Slack did not say who is where: ${messageOf(error)}`),
  })
  return {
    named: async (name) => (await joined.of(theBot, knownMs)).get(name) ?? null,
    isIn: async (channel, person) => [...(await joined.of(person, knownMs)).values()].includes(channel),
  }
}

// Nobody's id.
const theBot = ''

/** Ids by name. Of others' private channels Slack tells those that the bot is in (https://docs.slack.dev/reference/methods/users.conversations). */
async function joinedBy(person: string, client: WebClient): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>()
  const of = {
    types: 'public_channel,private_channel',
    limit: pageSize,
    ...(person === theBot ? {} : { user: person }),
  }
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const asked = cursor === '' ? of : { ...of, cursor }
    const page: z.output<typeof pageSchema> = await call(client, 'users.conversations', asked, pageSchema)
    for (const { id, name } of page.channels) ids.set(name.toLowerCase(), id)
    const next = page.response_metadata?.next_cursor ?? ''
    cursor = next === '' ? undefined : next
  }
  return ids
}
