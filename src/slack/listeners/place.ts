import type { SlackPlace } from '../hear.ts'

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
