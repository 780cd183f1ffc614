import { OpsError } from '../core/errors.ts'
import { text } from '../core/reply.ts'

import { count, plural } from '../core/words.ts'

// Beyond this it is not a few bad rows but bad data, and `etl` takes no greater number either.
const maxLeftOut = 100_000

/** How many rows of the files can be read, how many cannot, and the first reasons. */
export interface Read {
  readonly readable: number
  readonly unreadable: number
  readonly reasons: readonly string[]
}

/**
 * More rows cannot be read than may be left out. The first reason is the message, all that are known the evidence. Leaving them out
 * is only offered where something is left.
 */
export function tooManyBadRows({ readable, unreadable, reasons }: Read, maxErrors: number): OpsError {
  const allowed = maxErrors === 0 ? '' : `, ${count(maxErrors)} allowed`
  const evidence = reasons.length > 1 ? [text(reasons.join('\n'), 'note')] : []
  const message = `${reasons[0] ?? 'Rows cannot be read'} (${plural(unreadable, 'row')}${allowed}). Live tables are untouched.`
  if (unreadable > maxLeftOut || readable === 0) {
    return new OpsError('bad_data', message, 'Fix the data and load again.', { evidence })
  }
  const cure = `etl max-errors=${unreadable}`
  const which = unreadable === 1 ? 'this row' : 'these rows'
  return new OpsError('bad_data', message, `Fix the data, or load without ${which}: ${cure}.`, { cure, evidence })
}

/** A file that cannot be read past its fault, whatever may be left out. */
export function unreadableFile(reason: string, cause?: unknown): OpsError {
  return new OpsError('bad_data', `${reason}. Live tables are untouched.`, 'Fix the file and load again.', { cause })
}
