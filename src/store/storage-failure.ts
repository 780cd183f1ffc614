import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf, DiskFull, OpsError } from '../core/errors.ts'
import { StatementError } from './connection.ts'

/** Whether another process holds the lock, so that the same statement may succeed in a moment. */
export function isBusy(error: unknown): boolean {
  return error instanceof StatementError && error.code === 'SQLITE_BUSY'
}

/** Whether a unique index refused a row: someone else was first. */
export function isConstraint(error: unknown): boolean {
  return error instanceof StatementError && error.code === 'SQLITE_CONSTRAINT'
}

/**
 * What to throw for a failed statement: an `OpsError` (`storage`) with its fix when disk, file or network are the reason, and
 * otherwise, for a bug in this program, the error itself. Codes: https://www.sqlite.org/rescode.html
 */
export function storageFailure(ledger: string, error: unknown): unknown {
  if (isFull(ledger, error)) return ledgerDiskFull(ledger, error)
  const explained = explain(ledger, reasonOf(error))
  return explained === null ? error : new OpsError('storage', explained.message, explained.remedy, { cause: error })
}

/**
 * Whether a statement failed because the disk of a ledger file is full. Opening the write-ahead log then fails as well, as an error of
 * reading or writing, or of opening.
 */
export function isFull(ledger: string, error: unknown): boolean {
  const reason = reasonOf(error)
  if (reason === 'SQLITE_FULL') return true
  return (reason.startsWith('SQLITE_IOERR') || reason === 'SQLITE_CANTOPEN') && hasNoSpace(ledger)
}

/** What is thrown where the disk of a ledger file takes nothing. */
export function ledgerDiskFull(ledger: string, cause: unknown): DiskFull {
  return new DiskFull(
    `The disk that holds the ledger ${ledger} is full; nothing was written.`,
    'Free some space on that disk and try again; doctor lists what can be deleted.',
    cause,
  )
}

const scarceBytes = 1_000_000

function hasNoSpace(ledger: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(ledger))
    return bavail * bsize < scarceBytes
  } catch (error) {
    // Without a folder there is no disk to be full.
    if (codeOf(error) !== '') return false
    throw error
  }
}

function reasonOf(error: unknown): string {
  return error instanceof StatementError ? error.code : 'UNKNOWN'
}

function explain(ledger: string, reason: string): { readonly message: string; readonly remedy: string } | null {
  switch (reason) {
    case 'SQLITE_BUSY':
      return {
        message: `Another process keeps the ledger ${ledger} locked; nothing was written.`,
        remedy: 'Look for a stopped or hanging process of this bot, end it, and try again.',
      }
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
    case 'SQLITE_AUTH':
      return {
        message: `The ledger ${ledger} cannot be opened for writing.`,
        remedy: 'Let the user that runs the bot write to this file and its folder, or choose another home.',
      }
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return {
        message: `The ledger ${ledger} is damaged or not a database; it was left as it is.`,
        remedy: 'Restore it from a backup, or move it away and the bot starts with an empty history.',
      }
    case 'SQLITE_IOERR':
    case 'SQLITE_NOMEM':
    case 'SQLITE_PROTOCOL':
      return {
        message: `The ledger ${ledger} could not be read or written.`,
        remedy: 'Check the disk that holds it; it must be a local one.',
      }
    case 'SERVER_ERROR':
    case 'HRANA_CLOSED_ERROR':
    case 'HRANA_PROTO_ERROR':
    case 'HRANA_WEBSOCKET_ERROR':
      return {
        message: `The ledger at ${ledger} did not answer.`,
        remedy: 'Check its address, its token and the network, and try again.',
      }
    default:
      return null
  }
}
