import { AwsError, DroppedConnection } from '../error.ts'
import { matches } from '../iam/wildcard.ts'
import type { Fault } from './fault.ts'

/** The faults that are still to happen. */
export type Faults = {
  readonly add: (fault: Fault) => void
  readonly clear: () => void
  /** Throws what is to go wrong before an action is done: an AwsError or DroppedConnection. */
  readonly before: (action: string) => void
  /** Whether the answer to a finished action is to be lost. `sqls` are the statements it submitted. */
  readonly losesAnswer: (action: string, sqls: readonly string[]) => boolean
  /** Whether half of the answer is to be lost. */
  readonly cuts: (action: string) => boolean
  readonly denies: (action: string) => boolean
  readonly failureOf: (sql: string) => string | undefined
  readonly hangs: (sql: string) => boolean
  /** Waits until the faults are cleared; rejects when the signal is aborted. */
  readonly untilCleared: (signal: AbortSignal) => Promise<void>
  readonly secretIsStale: () => boolean
}

/** A list of faults, empty at first. Each happens as often as it says. */
export function createFaults(): Faults {
  const pending: { readonly fault: Fault; left: number }[] = []
  const hanging: (() => void)[] = []
  const take = <K extends Fault['kind']>(
    kind: K,
    fits: (fault: Extract<Fault, { kind: K }>) => boolean,
  ): Extract<Fault, { kind: K }> | undefined => {
    for (const each of pending) {
      if (each.left > 0 && isKind(each.fault, kind) && fits(each.fault)) {
        each.left -= 1
        return each.fault
      }
    }
    return undefined
  }
  return {
    add: (fault) => {
      pending.push({ fault, left: 'times' in fault ? fault.times : Number.POSITIVE_INFINITY })
    },
    clear: () => {
      pending.length = 0
      for (const release of hanging.splice(0)) release()
    },
    before: (action) => {
      const aims = (fault: { readonly action: string }) => matches(action, fault.action)
      if (take('drop', (fault) => fault.when === 'before' && aims(fault))) throw new DroppedConnection()
      if (take('expired-token', aims)) throw expiredToken(action)
      if (take('throttle', aims)) throw throttled(action)
      if (take('internal', aims)) throw internal(action)
      const error = take('error', aims)
      if (error !== undefined) throw new AwsError(error.code, error.message, error.status)
    },
    losesAnswer: (action, sqls) =>
      take('drop', (fault) => fault.when === 'answer' && matches(action, fault.action)) !== undefined ||
      take('statement-answer-lost', (fault) => sqls.some((sql) => fits(fault.matching, sql))) !== undefined,
    cuts: (action) => take('cut', (fault) => matches(action, fault.action)) !== undefined,
    denies: (action) => take('deny', (fault) => matches(action, fault.action)) !== undefined,
    failureOf: (sql) => {
      const failing = take('statement-fails', (fault) => fits(fault.matching, sql))
      return failing === undefined ? undefined : `ERROR: ${failing.error}`
    },
    hangs: (sql) => take('statement-hangs', (fault) => fits(fault.matching, sql)) !== undefined,
    untilCleared: (signal) =>
      new Promise((resolve, reject) => {
        hanging.push(resolve)
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
    secretIsStale: () => take('secret-rotated', () => true) !== undefined,
  }
}

function isKind<K extends Fault['kind']>(fault: Fault, kind: K): fault is Extract<Fault, { kind: K }> {
  return fault.kind === kind
}

function fits(pattern: string, sql: string): boolean {
  return new RegExp(pattern, 'i').test(sql)
}

/** The Data API has names of its own for what every service may say. */
function isDataApi(action: string): boolean {
  return action.startsWith('redshift-data:')
}

function expiredToken(action: string): AwsError {
  const message = 'The security token included in the request is expired'
  return isDataApi(action) ? new AwsError('ExpiredTokenException', message) : new AwsError('ExpiredToken', message, 403)
}

function throttled(action: string): AwsError {
  return new AwsError(isDataApi(action) ? 'ThrottlingException' : 'Throttling', 'Rate exceeded')
}

function internal(action: string): AwsError {
  const message = 'An internal error has occurred.'
  return new AwsError(isDataApi(action) ? 'InternalServerException' : 'InternalFailure', message, 500)
}
