import type { Clock } from '../../core/ports/clock.ts'
import { isAwsError, isTransient, readAwsError } from '../aws-error.ts'

// With these, a call that stays crowded out gives up after half a minute to a minute.
const firstMs = 500
const longestMs = 20_000
const triesWhenCrowded = 8
const triesWhenCutOff = 5
const triesWhenBlinking = 4

/** Calls again, after growing and random pauses and a bounded number of times, where AWS is crowded or briefly out of reach. */
export async function patiently<T>(call: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await call()
    } catch (error) {
      if (signal.aborted || failures >= triesFor(error)) throw error
    }
    await clock.sleep(pauseAfter(failures), signal)
  }
}

/** A random pause in milliseconds, so that those who were turned away together do not come back together. */
export function pauseAfter(failures: number): number {
  return Math.random() * Math.min(firstMs * 2 ** failures, longestMs)
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

/** Whether the Data API says that the cluster is not there to be asked. */
export function isAway(message: string): boolean {
  return /endpoint doesn't exist|cluster .*(not available|not found|does ?n[o']t exist)/i.test(message)
}
