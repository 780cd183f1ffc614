import type { Place } from '../core/place.ts'

/** A conversation in Slack, or a thread in it. */
export type SlackPlace = Extract<Place, { kind: 'slack' }>

/** Where something was said. Ids of direct messages begin with D (https://docs.slack.dev/reference/objects/conversation-object). */
export function placeOf(channel: string, name: string | undefined, thread?: string): SlackPlace {
  return {
    kind: 'slack',
    channel,
    direct: channel.startsWith('D'),
    ...(name === undefined ? {} : { channelName: name }),
    ...(thread === undefined ? {} : { thread }),
  }
}

/** Somebody's direct messages with the bot: their own id stands for them. */
export function directlyTo(person: string): SlackPlace {
  return { kind: 'slack', channel: person, direct: true }
}
