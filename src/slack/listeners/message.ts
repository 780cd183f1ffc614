import type { App as BoltApp } from '@slack/bolt'
import { z } from 'zod'
import { commandText, type Reading } from '../command-text.ts'
import type { Ears } from '../hear.ts'
import type { NameOf } from '../names.ts'
import { placeOf } from '../place.ts'

/** A message as an event tells it (https://docs.slack.dev/reference/events/app_mention, …/message.im). */
const deliverySchema = z.object({
  event: z.object({
    channel: z.string(),
    ts: z.string(),
    thread_ts: z.string().nullish(),
    user: z.string().nullish(),
    text: z.string().nullish(),
    bot_id: z.string().nullish(),
    subtype: z.string().nullish(),
    edited: z.unknown().optional(),
  }),
})

type Message = z.infer<typeof deliverySchema>['event']

// What people type; edits, deletions, joins and the posts of bots have other subtypes (https://docs.slack.dev/reference/events/message).
const typedSubtypes = ['file_share', 'thread_broadcast', 'me_message']

/**
 * Handles messages without a slash, which also work in threads: those that mention the bot, answered in the thread of that message, and
 * all in its direct messages. What other bots post, and the bot itself, is never answered.
 */
export function listenToMessages(bolt: BoltApp, ears: Ears, reading: () => Reading, nameOf: NameOf): void {
  const hear = async (message: Message): Promise<void> => {
    const { channel, ts, user, text } = message
    const read = reading()
    if (typeof user !== 'string' || user === read.botUserId || !isTyped(message)) return
    const thread = message.thread_ts ?? undefined
    const place = placeOf(channel, undefined, thread)
    await ears.hear(commandText(text ?? '', read), {
      who: { kind: 'slack', id: user, name: await nameOf(user) },
      place: place.direct ? place : { ...place, thread: thread ?? ts },
      // A mention in direct messages arrives as both events; the message has one `ts` (https://github.com/openclaw/openclaw/issues/32190).
      delivery: `message:${channel}:${ts}`,
      responseUrl: undefined,
    })
  }

  // Bolt acknowledges events by itself, before it calls anyone.
  bolt.event('app_mention', async ({ body }) => hear(deliverySchema.parse(body).event))
  bolt.event('message', async ({ body }) => {
    const { event } = body
    // What is said in channels is not ours to read; only direct messages are subscribed to.
    if ('channel_type' in event && event.channel_type === 'im') await hear(deliverySchema.parse(body).event)
  })
}

/** Whether a person typed it, and not as a change of an earlier message. */
function isTyped({ bot_id, subtype, edited }: Message): boolean {
  return bot_id == null && edited == null && (subtype == null || typedSubtypes.includes(subtype))
}
