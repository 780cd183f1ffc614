import { type Backoff, jitteredPauseAfter, pauseAfter } from '../core/pacing.ts'
import type { Clock } from '../core/ports/clock.ts'
import { isAwsError, isTransient, readAwsError } from './aws-error.ts'

/*
 * What is tried again, and how often: single calls, batches that failed in passing, and states that are waited for.
 */

// Calls: with these, one that stays crowded out gives up after half a minute to a minute.
const callBackoff: Backoff = { firstMs: 1_000, factor: 2, mostMs: 20_000 }
const triesWhenCrowded = 8
const triesWhenCutOff = 5
const triesWhenBlinking = 4

/** Calls again, after growing and random pauses and a bounded number of times, where AWS is crowded or briefly out of reach. */
export async function withRetries<T>(call: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await call()
    } catch (error) {
      if (signal.aborted || failures >= triesFor(error)) throw error
    }
    await clock.sleep(jitteredPauseAfter(failures, callBackoff), signal)
  }
}

function triesFor(error: unknown): number {
  // The SDK does not try these again by itself.
  if (isAwsError(error, 'ActiveStatementsExceeded', 'ActiveSessionsExceeded', 'Throttling')) return triesWhenCrowded
  if (isBlinking(error)) return triesWhenBlinking
  return isTransient(error) ? triesWhenCutOff : 1
}

/** Clusters blink in and out of availability shortly after they were created (apache/airflow #58645). */
function isBlinking(thrown: unknown): boolean {
  const error = readAwsError(thrown)
  return error?.name === 'Validation' && isAway(error.message) && !/paus|resum|delet/i.test(error.message)
}

/** Whether the Data API reports that the cluster is not there to be asked. */
export function isAway(message: string): boolean {
  return /endpoint doesn't exist|cluster .*(not available|not found|does ?n[o']t exist)/i.test(message)
}

/** S3 or the connection to it failed in a way that passes. */
export const s3Passing =
  /(S3ServiceException:.*Status 5\d\d|SlowDown|S3CurlException:).*CanRetry 1|Error (SlowDown|ServiceUnavailable|InternalError)\b/is

interface PassingFailure {
  readonly error: RegExp
  readonly times: number
  readonly pauseMs: (failures: number) => number
}

const batchBackoff: Backoff = { firstMs: 2_000, factor: 2, mostMs: 64_000 }
const steadily = (failures: number): number => pauseAfter(failures, batchBackoff)

/** Failures after which a whole batch is submitted again, because the next time it may succeed. */
const passingFailures: readonly PassingFailure[] = [
  {
    // https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html; the other two are seen beside it (jdbc #147, dbt-core #3112).
    error:
      /\b1023\b|serializable isolation violation|conflict with concurrent transaction|could not open relation with OID/i,
    times: 4,
    pauseMs: (failures) => jitteredPauseAfter(failures, callBackoff),
  },
  // A rotation takes less than a minute, in which new connections may get the old password.
  { error: /password authentication failed/i, times: 5, pauseMs: steadily },
  // In COPY's words: "Status 503, Error SlowDown, … CanRetry 1" (arthur-redshift-etl#70).
  { error: s3Passing, times: 5, pauseMs: steadily },
  // IAM needs a minute or two until a new role can be assumed (aws-cdk #29871).
  { error: /not authorized to assume (the )?IAM role/i, times: 6, pauseMs: steadily },
]

/** How long to wait before a batch that failed `failures` times (from 1) is submitted again, in milliseconds; null where that is of no use. */
export function resubmitPause(error: string, failures: number): number | null {
  const passing = passingFailures.find((one) => one.error.test(error))
  return passing === undefined || failures > passing.times ? null : passing.pauseMs(failures)
}

/** Whether the password that the secret holds is not the database's any more, or not yet. */
export function isStalePassword(error: string): boolean {
  return /password authentication failed/i.test(error)
}

// A pause or a failure shows within seconds; over the ten minutes of a creation this comes to half the calls of a poll every 10 s.
const pollBackoff: Backoff = { firstMs: 5_000, factor: 1.3, mostMs: 30_000 }

// AWS throttles and drops connections now and then, after which the cluster is still what it was.
const failuresInARow = 5

/** How to poll. */
interface Polling {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly atMostMs: number
}

/** Checks again and again, at growing intervals, until `check` finds something. Null when the time is over. */
export async function poll<T>(check: () => Promise<T | null>, { clock, signal, atMostMs }: Polling): Promise<T | null> {
  const end = clock.elapsed() + atMostMs
  let failures = 0
  for (let checks = 1; ; checks++) {
    signal.throwIfAborted()
    try {
      const found = await check()
      if (found !== null) return found
      failures = 0
    } catch (error) {
      failures++
      if (!isTransient(error) || failures === failuresInARow) throw error
    }
    if (clock.elapsed() >= end) return null
    await clock.sleep(pauseAfter(checks, pollBackoff), signal)
  }
}
