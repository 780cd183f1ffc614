import { DiskFull, liveUntouched, messageOf, OpsError } from '../core/errors.ts'
import { cancelled } from '../core/pacing.ts'
import type { LoadId } from '../core/ports/engine.ts'

/** The first line of a DuckDB error, without its class: "Binder Error: Referenced column …" → "Referenced column …". */
function firstLine(error: unknown): string {
  const line = messageOf(error).split('\n', 1)[0] ?? ''
  return line.replace(/^[A-Z][\w ]*Error: /, '').trim()
}

/** Whether DuckDB reports a value or a text that it could not read, rather than a file, a table or a disk. */
export function isAboutData(error: unknown): boolean {
  return /^(Invalid Input|Conversion|Out of Range) Error: /.test(messageOf(error))
}

/** Whether the system refused to write because a disk, a quota or a limit of a file's size was reached: the words of `strerror`. */
function isFullDisk(error: unknown): boolean {
  return /no space left on device|disk quota exceeded|file too large/i.test(messageOf(error))
}

/** Whether another process holds the lock of a database file. */
function isLocked(error: unknown): boolean {
  return messageOf(error).includes('Could not set lock on file')
}

/**
 * What DuckDB threw, as an expected failure: `cancelled` (with the signal's own reason if that is an `OpsError`), `storage`,
 * `busy`, `source_missing`, `source_unreadable` or `sql_failed`. What did not come from DuckDB is a bug and is passed on.
 */
export function asOpsError(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof OpsError) return error
  const message = messageOf(error)
  if (message.startsWith('INTERRUPT Error')) return cancelled(signal, error)
  if (!/^[A-Z][\w ]*Error: /.test(message)) return error
  const line = firstLine(error)
  if (isFullDisk(error)) {
    const reason = 'The disk that holds the loads is full.'
    const remedy = 'Free some space on it and run it again; doctor lists what can be deleted.'
    return new DiskFull(`${reason} ${liveUntouched}`, remedy, error, reason)
  }
  if (/^Out of Memory Error|max_temp_directory_size/.test(message)) {
    return new OpsError('storage', `The warehouse ran out of memory: ${line}`, 'Free some memory and try again.', {
      cause: error,
    })
  }
  if (isLocked(error)) {
    return new OpsError('busy', 'Another process is writing this load.', 'Wait until it has finished.', {
      cause: error,
    })
  }
  if (/Permission denied/.test(message)) {
    return new OpsError('source_unreadable', `A file cannot be read: ${line}`, 'Let the bot read it and try again.', {
      cause: error,
    })
  }
  if (/No files found that match the pattern|No such file or directory/.test(message)) {
    return new OpsError('source_missing', `A file is gone: ${line}`, 'List the sources again.', { cause: error })
  }
  return new OpsError('sql_failed', `The warehouse refused a statement: ${line}`, '', { cause: error })
}

/** Does work in the folder of loads. What the system refuses there is `storage`, with the folder and the fix, or `DiskFull`. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof OpsError) throw error
    if (isFullDisk(error)) throw asOpsError(new Error(`IO Error: ${messageOf(error)}`, { cause: error }))
    if (
      !/Permission denied|permission denied|Read-only file system|read-only file system|operation not permitted/.test(
        messageOf(error),
      )
    )
      throw error
    const reason = `The folder of loads ${folder} cannot be written by this user.`
    const remedy = 'Let the user that runs the bot write to this folder and all in it, or choose another home.'
    throw OpsError.untouched('storage', reason, remedy, { cause: error })
  }
}

/** Whether a file that is only read could not be read as what DuckDB once wrote: it was emptied, cut, overwritten or replaced. */
export function isDamage(error: unknown): boolean {
  const thrown = error instanceof OpsError && error.code === 'sql_failed' ? error.cause : error
  return /^(IO|Serialization|FATAL|INTERNAL) Error: /i.test(messageOf(thrown))
}

/** What is thrown about a finished load that cannot be read: the live one, or another that is kept or held. */
export function damaged(load: LoadId, which: 'live' | 'kept' | 'held', cause: unknown): OpsError {
  const words = `The file of ${which} load ${load} is damaged or not a load any more.`
  const remedy = 'Load again with etl.'
  const fix = { cause, fixCommand: 'etl', fixLabel: 'Load' }
  return which === 'live'
    ? new OpsError('storage', `${words} Questions cannot be answered from it.`, remedy, fix)
    : OpsError.untouched('storage', words, remedy, fix)
}

/** Whether a block of a database file is not what DuckDB wrote there. */
export function isCorrupt(error: unknown): boolean {
  const thrown = error instanceof OpsError && error.code === 'sql_failed' ? error.cause : error
  return /^IO Error: .*(corrupt|checksum)|^(Serialization|FATAL|INTERNAL) Error: /i.test(messageOf(thrown))
}

/** What is thrown about a candidate that cannot be read: nearly always the damage was in the live load that it began as a copy of. */
export function damagedCandidate(load: LoadId, cause: unknown): OpsError {
  const reason = `The file of load ${load}, which begins as a copy of the live one, is damaged.`
  const remedy = 'Load again without the copy: etl full=yes.'
  return OpsError.untouched('storage', reason, remedy, { cause, fixCommand: 'etl full=yes', fixLabel: 'Load' })
}
