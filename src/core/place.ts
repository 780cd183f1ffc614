import { z } from 'zod'

/** Where a request came from, and its answer goes. `direct`: direct messages with the bot, read by one person. */
export const placeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('terminal') }),
  z.object({
    kind: z.literal('slack'),
    channel: z.string(),
    channelName: z.string().optional(),
    direct: z.boolean(),
    thread: z.string().optional(),
  }),
])
export type Place = z.infer<typeof placeSchema>

/** A conversation in Slack, or a thread in it. */
export type Conversation = Extract<Place, { kind: 'slack' }>

// What Slack sends in place of the names of private conversations.
const nameless = /^(privategroup|directmessage|mpdm-.*)$/

/** A conversation by its id, its name where Slack sends one, and a thread in it. */
export function conversationOf(channel: string, name: string | undefined, thread?: string): Conversation {
  return {
    kind: 'slack',
    channel,
    direct: isDirectChannel(channel),
    ...(name === undefined || nameless.test(name) ? {} : { channelName: name }),
    ...(thread === undefined ? {} : { thread }),
  }
}

/**
 * Whether an id means direct messages: D… (https://docs.slack.dev/reference/objects/conversation-object), or a person's own id (U…, W…).
 */
export function isDirectChannel(id: string): boolean {
  return /^[DUW]/.test(id)
}

/** Somebody's direct messages with the bot. */
export function directMessagesOf(person: string): Conversation {
  return conversationOf(person, undefined)
}

/** Whether one person alone reads what is posted there. */
export function isDirect(place: Place): boolean {
  return place.kind === 'slack' && place.direct
}

/** Whether two places are one conversation, whatever their threads and names. */
export function isSameChannel(one: Place, other: Place): boolean {
  return channelOf(one) === channelOf(other)
}

function channelOf(place: Place): string | null {
  return place.kind === 'slack' ? place.channel : null
}

/** "#music", "direct messages"; an id where no name is known. */
export function placeWords(place: Place): string {
  if (place.kind === 'terminal') return 'the terminal'
  if (place.direct) return 'direct messages'
  return place.channelName === undefined ? place.channel : `#${place.channelName}`
}
