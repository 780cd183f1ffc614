import type { App as BoltApp } from '@slack/bolt'
import type { Log } from '../../core/ports/log.ts'
import type { Ears } from '../hear.ts'
import { placeOf } from '../place.ts'
import { createResponseUrl } from '../response-url.ts'

/**
 * Hears slash commands. Which name the command has is the manifest's business (`/sparkify`, `/sparkify-dev`); `named` learns it, so
 * that answers can spell lines as they are typed here.
 */
export function listenToCommands(bolt: BoltApp, ears: Ears, named: (slash: string) => void, log: Log): void {
  bolt.command(/^\/.+/, async ({ ack, command }) => {
    await ack()
    named(command.command)
    await ears.hear(command.text, {
      who: { kind: 'slack', id: command.user_id, name: command.user_name },
      place: placeOf(command.channel_id, command.channel_name),
      delivery: command.trigger_id,
      responseUrl: createResponseUrl(command.response_url, log),
    })
  })
}
