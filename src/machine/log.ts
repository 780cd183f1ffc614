import { destination, type Logger, pino } from 'pino'
import { messageOf, OpsError } from '../core/errors.ts'
import { escapeControls } from '../core/format.ts'
import type { Log } from '../core/ports/log.ts'

// Tokens of Slack and keys of AWS by their public forms, wherever they turn up: in a message, a URL, a nested error.
const secretForms = /\bxox[a-z]-[\w-]+|\bxapp-[\w-]+|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g

const keptBytes = 1_000_000

/** Where the log goes: a file beside the state when a person sits at the terminal, otherwise standard error, for a supervisor. */
export type LogTarget = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'stderr' }

/** A log on standard error keeps its lines until it is released; what is held when the process ends is lost. */
export interface HeldLog extends Log {
  /** Writes the lines that are held, and from now on each line at once. */
  release(): void
}

/** Where pino writes, and how. */
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

/** The log, one JSON object a line. It never ends the process: a log that cannot be written is no reason to stop working. `secrets` are values that must never be written. */
export function openLog(target: LogTarget, secrets: readonly string[]): HeldLog & Pick<Logger, 'flush'> {
  const file = open({
    ...(target.kind === 'file' ? { dest: target.path, mkdir: true } : { fd: 2 }),
    sync: true,
    maxLength: keptBytes,
  })
  // What a full disk does not take is kept, written with the next line that it does take, and dropped beyond `keptBytes`.
  file.on('error', () => undefined)
  // As they are, and as they stand in JSON.
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
      // Where standard error is a terminal, a line of the log is obeyed there like any other.
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
