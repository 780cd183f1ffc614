import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf, OpsError } from '../../core/errors.ts'
import { capitalized } from '../../core/format.ts'
import type { Asker } from '../../core/people.ts'
import type { Conversation } from '../../core/place.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { call } from '../api-methods.ts'
import { externallyShared, isPlaceRefusal, isTokenRefusal } from '../slack-errors.ts'
import { createLookups } from './lookups.ts'
import { isExternallyShared, type SharedChannels, sharingFields } from './shared-channels.ts'

/** Slack's word for a thread whose first message was deleted (https://github.com/slackapi/bolt-js/issues/2307). */
export const threadNotFound = 'thread_not_found'

const conversation = z.object({
  channel: z.object({
    is_archived: z.boolean().optional(),
    is_member: z.boolean().optional(),
    is_im: z.boolean().optional(),
    is_mpim: z.boolean().optional(),
    is_private: z.boolean().optional(),
    ...sharingFields,
  }),
})

interface ChannelLookup {
  readonly client: WebClient
  readonly channels: Channels
  readonly shared: SharedChannels
  readonly log: Log
}

/**
 * A place with its channel's id, where only a name was given. Unchanged where the bot is in no such channel, for which `postingRefusal` has the
 * reason, and where Slack does not answer. Never throws.
 */
export async function withChannelId(place: Conversation, { channels, log }: ChannelLookup): Promise<Conversation> {
  const name = nameIn(place)
  if (name === null) return place
  try {
    const channel = await channels.named(name)
    return channel === null ? place : { ...place, channel, channelName: name }
  } catch (error) {
    log.warn(
      { err: error, channel: place.channel },
      `Slack did not return the channel of that name: ${messageOf(error)}`,
    )
    return place
  }
}

/**
 * Why the bot cannot post in a conversation, in Slack's word, or null when it can. Costs one `conversations.info`, and of a name the list
 * of the bot's channels before it. Null also where Slack does not answer: the check must not stop the work.
 * Never throws.
 */
export async function postingRefusal(
  place: Conversation,
  { client, channels, shared, log }: ChannelLookup,
): Promise<string | null> {
  // A person's id: their direct messages.
  if (/^[UW]/.test(place.channel)) return null
  try {
    const name = nameIn(place)
    const channel = name === null ? place.channel : await channels.named(name)
    if (channel === null) return 'channel_not_found'
    const { channel: found } = await call(client, 'conversations.info', { channel }, conversation)
    shared.note(channel, isExternallyShared(found))
    if (found.is_archived === true) return 'is_archived'
    if (await shared.isClosed(channel)) return externallyShared
    // Private conversations that the bot is not part of are not found at all.
    return found.is_im === true || found.is_mpim === true || found.is_member === true ? null : 'not_in_channel'
  } catch (error) {
    if (isPlaceRefusal(error)) return error.code
    log.warn(
      { err: error, channel: place.channel },
      `Slack did not return whether the bot is in a channel: ${messageOf(error)}`,
    )
    return null
  }
}

/**
 * Why nothing may be posted for this person in a channel that they are not in: they would post in it, and learn about it, around Slack's own
 * rules. A private channel looks to them as if it did not exist. Null for their own conversations. Never throws: where Slack does not answer,
 * that is the reason.
 */
export async function refusalFor(
  { kind, id }: Asker,
  place: Conversation,
  { client, channels }: ChannelLookup,
  botName: string,
): Promise<OpsError | null> {
  if (kind !== 'slack' || place.direct) return null
  const there = nameOf(place)
  try {
    const name = nameIn(place)
    const channel = name === null ? place.channel : await channels.named(name)
    if (channel === null) return cannotPost('channel_not_found', place, botName)
    if (await channels.isIn(channel, id)) return null
    const { channel: found } = await call(client, 'conversations.info', { channel }, conversation)
    if (found.is_private === true) return cannotPost('channel_not_found', place, botName)
  } catch (error) {
    if (isPlaceRefusal(error)) return cannotPost(error.code, place, botName)
    const message = `Cannot check with Slack whether you are in ${there}. Nothing was done.`
    return new OpsError('slack', message, 'Try again in a minute.', { cause: error, field: 'channel' })
  }
  return new OpsError(
    'not_allowed',
    `You are not in ${there}, and I post for you only where you are a member. Nothing was done.`,
    'Join it, then try again.',
    { field: 'channel' },
  )
}

// The bot is not a member, or Slack answers as if it were not.
const inviteHelps = new Set(['not_in_channel', 'channel_not_found', 'user_not_in_channel'])

/** What to do about it, in a sentence of its own. */
export function remedyFor(why: string, where: Conversation, botName: string): string {
  const there = nameOf(where)
  if (why === externallyShared)
    return 'Use a channel of your own organization, or a direct message with me. SPARKIFY_SHARED_CHANNELS=allow lets me post in shared channels.'
  if (why === threadNotFound) return 'Your message was deleted.'
  if (why === 'restricted_action_thread_locked')
    return 'That thread is locked. Ask in its channel, or ask someone to unlock it.'
  if (why === 'is_archived') return `Use another channel than ${there}, which is archived.`
  if (why === 'messages_tab_disabled')
    return 'Switch on App Home → Messages Tab for the app at https://api.slack.com/apps.'
  if (why === 'team_access_not_granted') return 'Ask an admin of your organization to add the app to that workspace.'
  if (why === 'missing_scope') return 'Give the app the scopes in manifest.yml, then reinstall it.'
  if (isTokenRefusal(why)) return 'Slack refuses the bot token. doctor shows why.'
  if (why.startsWith('restricted_action')) return `Ask an admin of the workspace to let @${botName} post in ${there}.`
  if (!inviteHelps.has(why)) return `Use another channel than ${there}.`
  if (where.direct)
    return 'Use a channel that I am in, or a direct message with me. I am not part of that conversation.'
  if (nameIn(where) !== null) return `Check the spelling of ${there}, and type /invite @${botName} there.`
  return `Type /invite @${botName} in ${there}.`
}

/** The refusal of a run whose messages could not be posted. */
export function cannotPost(why: string, where: Conversation, botName: string): OpsError {
  const there = nameOf(where)
  return new OpsError(
    'slack',
    why === externallyShared
      ? `${capitalized(there)} is shared with another organization, so I post nothing there. Nothing was done.`
      : `I cannot post in ${there} (${why}). Nothing was done.`,
    `${remedyFor(why, where, botName)} Then try again.`,
  )
}

/** The error of an answer that could not be posted: it reached its asker alone, or nobody. */
export function wasNotPosted(why: string, where: Conversation, botName: string): OpsError {
  const there = nameOf(where)
  return new OpsError(
    'slack',
    why === externallyShared
      ? `${capitalized(there)} is shared with another organization, so I post nothing there.`
      : `I could not post in ${there} (${why}).`,
    remedyFor(why, where, botName),
  )
}

/** The note on an answer that only its asker sees, because it could not be posted. */
export function askerAlone(why: string, where: Conversation, botName: string): string {
  if (why === externallyShared) return `Only you can see this: ${nameOf(where)} is shared with another organization.`
  if (why === threadNotFound) return 'Only you can see this: your message was deleted.'
  const reason = inviteHelps.has(why) ? `I am not in ${nameOf(where)}` : `I cannot post in ${nameOf(where)} (${why})`
  return `Only you can see this: ${reason}. ${remedyFor(why, where, botName)}`
}

/** The name that a place is given by, where it is by no id. */
function nameIn({ channel }: Conversation): string | null {
  return channel.startsWith('#') ? channel.slice(1).toLowerCase() : null
}

function nameOf({ channel, channelName }: Conversation): string {
  if (channel.startsWith('#')) return channel
  return channelName === undefined ? 'this conversation' : `#${channelName}`
}

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

// One request looks a name up several times, and many schedules run in the same minute.
const knownMs = 10_000
const pageSize = 200

/** Only channels with the bot: it cannot post in others. */
export function createChannels(client: WebClient, clock: Clock, log: Log): Channels {
  const joined = createLookups<ReadonlyMap<string, string>>({
    clock,
    freshMs: knownMs,
    ask: (person) => joinedBy(person, client),
    failed: (error, person) =>
      log.warn({ err: error, person }, `Slack did not return the channels of a person: ${messageOf(error)}`),
  })
  return {
    named: async (name) => (await joined.of(theBot, knownMs)).get(name) ?? null,
    isIn: async (channel, person) => [...(await joined.of(person, knownMs)).values()].includes(channel),
  }
}

// Nobody's id.
const theBot = ''

/** Ids by name. Of others' private channels Slack lists those that the bot is in (https://docs.slack.dev/reference/methods/users.conversations). */
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
