import type { App as BoltApp } from '@slack/bolt'
import { commandText } from '../command-text.ts'
import type { Gate } from '../gate.ts'
import type { Ears } from '../hear.ts'

/** Where commands are handled, and what is learned from them. */
export interface CommandParts {
  readonly gate: Gate
  readonly ears: Ears
  readonly botUserId: string
  /** Learns the command's name, which is the manifest's business (`/sparkify`, `/sparkify-dev`), so that answers can spell lines as they are typed here. */
  named(slash: string): void
}

/** Handles slash commands. */
export function listenToCommands(bolt: BoltApp, { gate, ears, botUserId, named }: CommandParts): void {
  bolt.command(/^\/.+/, async ({ body, command: { command, text = '' } }) => {
    named(command)
    await ears.hear(commandText(text, { botUserId, slash: command }), gate.saidOf(body))
  })
}
