import type { App as BoltApp } from '@slack/bolt'
import { z } from 'zod'
import { commandText, type Reading } from '../command-text.ts'
import type { Gate } from '../gate.ts'
import type { Ears } from '../hear.ts'

/** A message that was admitted (https://docs.slack.dev/reference/events/app_mention, …/message.im). */
const messageSchema = z.object({ event: z.object({ text: z.string().nullish() }) })

/** Handles messages without a slash: those that mention the bot, and all in its direct messages. */
export function listenToMessages(bolt: BoltApp, gate: Gate, ears: Ears, reading: () => Reading): void {
  const hear = async (body: object): Promise<void> => {
    const { text } = messageSchema.parse(body).event
    await ears.hear(commandText(text ?? '', reading()), gate.saidOf(body))
  }
  bolt.event('app_mention', async ({ body }) => hear(body))
  bolt.event('message', async ({ body }) => hear(body))
}
