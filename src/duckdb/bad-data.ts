import { OpsError } from '../core/errors.ts'
import { text } from '../core/reply.ts'
import { count, plural } from '../core/words.ts'

// Beyond this it is not a few bad rows but bad data, and `etl` takes no greater number either.
const maxLeftOut = 100_000

/** More rows cannot be read than may be left out. The first reason is the message, all that are known the evidence. */
export function tooManyBadRows(rejected: number, maxErrors: number, reasons: readonly string[]): OpsError {
  const allowed = maxErrors === 0 ? '' : `, ${count(maxErrors)} allowed`
  const evidence = reasons.length > 1 ? [text(reasons.join('\n'), 'note')] : []
  const message = `${reasons[0] ?? 'Rows cannot be read'} (${plural(rejected, 'row')}${allowed}). Live tables are untouched.`
  if (rejected > maxLeftOut) return new OpsError('bad_data', message, 'Mend the data and load again.', { evidence })
  const cure = `etl max-errors=${rejected}`
  const which = rejected === 1 ? 'this row' : 'these rows'
  return new OpsError('bad_data', message, `Mend the data, or load without ${which}: ${cure}.`, { cure, evidence })
}

/** A file that cannot be read past its fault, whatever may be left out. */
export function unreadableFile(reason: string, cause: unknown): OpsError {
  return new OpsError('bad_data', `${reason}. Live tables are untouched.`, 'Mend the file and load again.', { cause })
}
