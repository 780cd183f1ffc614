import type { App as BoltApp } from '@slack/bolt'
import { z } from 'zod'
import type { Log } from '../../core/ports/log.ts'
import { commandText } from '../command-text.ts'
import type { Ears } from '../hear.ts'
import type { NameOf } from '../names.ts'
import { placeOf } from '../place.ts'
import { createResponseUrl } from '../response-url.ts'

/** A slash command. `user_name` is being phased out (https://docs.slack.dev/interactivity/implementing-slash-commands). */
const commandSchema = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  user_name: z.string().optional(),
  channel_id: z.string(),
  channel_name: z.string().optional(),
  trigger_id: z.string(),
  response_url: z.string(),
})

/** Where commands are handled, and what is learned from them. */
export interface CommandParts {
  readonly ears: Ears
  readonly botUserId: string
  /** Learns the command's name, which is the manifest's business (`/sparkify`, `/sparkify-dev`), so that answers can spell lines as they are typed here. */
  named(slash: string): void
  readonly nameOf: NameOf
  readonly log: Log
}

/** Handles slash commands. */
export function listenToCommands(bolt: BoltApp, { ears, botUserId, named, nameOf, log }: CommandParts): void {
  bolt.command(/^\/.+/, async ({ ack, command: body }) => {
    await ack()
    const command = commandSchema.parse(body)
    named(command.command)
    await ears.hear(commandText(command.text, { botUserId, slash: command.command }), {
      who: { kind: 'slack', id: command.user_id, name: command.user_name ?? (await nameOf(command.user_id)) },
      place: placeOf(command.channel_id, command.channel_name),
      delivery: command.trigger_id,
      responseUrl: createResponseUrl(command.response_url, log),
    })
  })
}
