import type { App as BoltApp } from '@slack/bolt'
import { z } from 'zod'
import type { Ears } from '../hear.ts'
import type { Identity } from '../identity.ts'
import type { NameOf } from '../names.ts'
import { placeOf } from '../place.ts'

/** A message as an event tells it (https://docs.slack.dev/reference/events/app_mention, …/message.im). */
const deliverySchema = z.object({
  event_id: z.string(),
  event: z.object({
    channel: z.string(),
    channel_type: z.string().optional(),
    ts: z.string(),
    thread_ts: z.string().optional(),
    user: z.string().optional(),
    text: z.string().default(''),
    bot_id: z.string().optional(),
    // Joins, edits, deletions, shared files.
    subtype: z.string().optional(),
    edited: z.unknown().optional(),
  }),
})

type Delivery = z.infer<typeof deliverySchema>

/**
 * Hears words without a slash, which also work in threads: those behind a mention of the bot, answered in the thread of that message,
 * and all in its direct messages. What other bots say, and the bot itself, is never answered.
 */
export function listenToMessages(
  bolt: BoltApp,
  ears: Ears,
  { userId }: Pick<Identity, 'userId'>,
  nameOf: NameOf,
): void {
  const hear = async ({ event_id, event }: Delivery, line: string, thread: string | undefined): Promise<void> => {
    const { user, bot_id, subtype, edited, channel } = event
    if (user === undefined || user === userId) return
    if (bot_id !== undefined || subtype !== undefined || edited !== undefined) return
    await ears.hear(line, {
      who: { kind: 'slack', id: user, name: await nameOf(user) },
      place: placeOf(channel, undefined, thread),
      delivery: event_id,
      responseUrl: undefined,
    })
  }

  // Bolt acknowledges events by itself, before it calls anyone.
  bolt.event('app_mention', async ({ body }) => {
    const delivery = deliverySchema.parse(body)
    const { text, ts, thread_ts } = delivery.event
    await hear(delivery, behindMention(text, userId), thread_ts ?? ts)
  })
  bolt.event('message', async ({ body }) => {
    const { event } = body
    // What is said in channels is not ours to read; only direct messages are subscribed to.
    if (!('channel_type' in event) || event.channel_type !== 'im') return
    const delivery = deliverySchema.parse(body)
    await hear(delivery, behindMention(delivery.event.text, userId), delivery.event.thread_ts)
  })
}

/** The words behind the first mention of the bot; all of them where it is not mentioned. */
function behindMention(text: string, userId: string): string {
  const mention = new RegExp(`<@${userId}(?:\\|[^>]*)?>[,:]?`).exec(text)
  return (mention === null ? text : text.slice(mention.index + mention[0].length)).trim()
}
