import { destination, type Logger, pino } from 'pino'
import { messageOf, OpsError } from '../core/errors.ts'
import { escapeControls } from '../core/format.ts'
import type { Log } from '../core/ports/log.ts'

// Tokens of Slack and keys of AWS by their public forms, wherever they turn up: in a message, a URL, a nested error.
const secretForms = /\bxox[a-z]-[\w-]+|\bxapp-[\w-]+|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g

const keptBytes = 1_000_000

/** A file in the data folder when a person uses the terminal, otherwise standard error, for a supervisor. */
type LogTarget = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'stderr' }

/** A log on standard error keeps its lines until it is released; what is held when the process ends is lost. */
export interface HeldLog extends Log {
  /** Writes the lines that are held, and from now on each line at once. */
  release(): void
}

interface LogOptions {
  readonly dest?: string
  readonly fd?: number
  readonly mkdir?: boolean
  readonly sync: boolean
  readonly maxLength: number
}

/** Opens the destination of the log. Throws `storage` with the path and the fix where the system refuses. */
function open(options: LogOptions): ReturnType<typeof destination> {
  try {
    return destination(options)
  } catch (error) {
    const message = `The log ${options.dest ?? 'on standard error'} cannot be written: ${messageOf(error)}.`
    const remedy = 'Let the user that runs the bot write to this file and its folder, or choose another home.'
    throw new OpsError('storage', message, remedy, { cause: error })
  }
}

/** The log, one JSON object a line. A failed write never ends the process. `secrets` are values that must not be written. */
export function openLog(target: LogTarget, secrets: readonly string[]): HeldLog & Pick<Logger, 'flush'> {
  const file = open({
    ...(target.kind === 'file' ? { dest: target.path, mkdir: true } : { fd: 2 }),
    sync: true,
    maxLength: keptBytes,
  })
  // Lines that a full disk refuses are kept up to `keptBytes`, and written with the next line.
  file.on('error', () => undefined)
  // As they are, and as JSON escapes them.
  const hidden = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  let held: string[] | null = target.kind === 'stderr' ? [] : null
  const scrubbed = {
    write(line: string) {
      if (held !== null) {
        held.push(line)
        return
      }
      const plain = hidden.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)
      // Standard error may be a terminal, which obeys control characters.
      file.write(escapeControls(plain.replace(secretForms, '[secret]')))
    },
  }
  const log = pino({ base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, scrubbed)
  return Object.assign(log, {
    release() {
      const lines = held ?? []
      held = null
      for (const line of lines) scrubbed.write(line)
    },
  })
}
