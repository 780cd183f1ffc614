import { access, constants, mkdir } from 'node:fs/promises'
import { messageOf, OpsError } from '../core/errors.ts'

/** Makes the bot's own folder if it is missing. Throws `storage` when it cannot be made or written. */
export async function prepareHome(home: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true })
    await access(home, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new OpsError(
      'storage',
      `The bot's folder ${home} cannot be used: ${messageOf(error)}.`,
      'Make it writable, or set SPARKIFY_HOME to another.',
      { cause: error },
    )
  }
}
