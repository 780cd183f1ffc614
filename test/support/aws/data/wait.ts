import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { AwsError } from '../error.ts'
import type { World } from '../world.ts'
import { hasEnded, type Part, type Statement } from './statement.ts'

/**
 * A long poll: waits until the awaited statement or part has ended, at most so many seconds, or until the client hangs
 * up. ActiveWaitingRequestsExceededException when too many wait for the same statement already.
 */
export async function waitFor(
  world: World,
  statement: Statement,
  awaited: Statement | Part,
  seconds: number | undefined,
  hungUp: AbortSignal,
): Promise<Statement> {
  if (seconds === undefined || seconds === 0 || hasEnded(awaited.status) || hungUp.aborted) return statement
  if (statement.waiters >= world.options.quotas.waitersPerStatement) {
    throw new AwsError(
      'ActiveWaitingRequestsExceededException',
      'The number of active waiting requests for this statement exceeded the allowed quota.',
    )
  }
  statement.waiters += 1
  const over = new AbortController()
  const timer = setTimeout(seconds * 1000, undefined, { signal: over.signal }).catch(() => undefined)
  try {
    await Promise.race([
      awaited.ended.promise,
      timer,
      once(hungUp, 'abort', { signal: over.signal }).catch(() => undefined),
    ])
  } finally {
    statement.waiters -= 1
    over.abort()
  }
  return statement
}
