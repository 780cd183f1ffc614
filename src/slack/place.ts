import type { Place } from '../core/place.ts'

/** A conversation in Slack, or a thread in it. */
export type SlackPlace = Extract<Place, { kind: 'slack' }>

// What Slack sends in place of the names of private conversations.
const nameless = /^(privategroup|directmessage|mpdm-.*)$/

/**
 * Where something was said. Ids of direct messages begin with D (https://docs.slack.dev/reference/objects/conversation-object), and a
 * person's own id stands for theirs.
 */
export function placeOf(channel: string, name: string | undefined, thread?: string): SlackPlace {
  return {
    kind: 'slack',
    channel,
    direct: /^[DUW]/.test(channel),
    ...(name === undefined || nameless.test(name) ? {} : { channelName: name }),
    ...(thread === undefined ? {} : { thread }),
  }
}

/** Somebody's direct messages with the bot: their own id stands for them. */
export function directlyTo(person: string): SlackPlace {
  return { kind: 'slack', channel: person, direct: true }
}
