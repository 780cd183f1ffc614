import { OpsError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { isAwsError } from '../aws-error.ts'
import type { DataApi, Look, Waiting } from './data-api.ts'
import { hasEnded, type Submitted } from './statement.ts'

// The longest that the Data API holds an answer back.
const longPollSeconds = 30

// Where it does not: doubled from a quarter of a second on, statements of a minute take as many looks as every 10 s would.
const firstPauseMs = 250
const longestPauseMs = 10_000

// Stopping takes Redshift a moment; after half a minute it is left alone.
const looksWhileStopping = 30
const stoppingMs = 1_000

/** What waiting needs. */
export interface Waiter {
  readonly api: DataApi
  readonly clock: Clock
  readonly log: Log
}

const never = new AbortController().signal

/**
 * Waits for a batch to end; null when the server knows nothing of it (any more: they are kept for 24 hours). The answer comes
 * with the end itself where long polls are supported, otherwise pauses grow between the looks. An aborted signal ends it at once.
 */
export async function waitForEnd({ api, clock }: Waiter, id: string, signal: AbortSignal): Promise<Submitted | null> {
  let waitSeconds = longPollSeconds
  let pause = firstPauseMs
  for (;;) {
    signal.throwIfAborted()
    const asked = clock.elapsed()
    const look = await describeOwn(api, id, { waitSeconds, signal })
    if (look.kind === 'unknown') return null
    if (look.kind === 'found' && hasEnded(look.submitted.status)) return look.submitted
    if (look.kind === 'crowded') waitSeconds = 0
    if (clock.elapsed() - asked >= waitSeconds * 1000 && waitSeconds > 0) continue
    await clock.sleep(pause, signal)
    pause = Math.min(pause * 2, longestPauseMs)
  }
}

/** Asks how a statement stands that this bot has submitted. Where that is denied, the reason is nearly always another session name. */
async function describeOwn(api: DataApi, id: string, waiting: Waiting): Promise<Look> {
  try {
    return await api.describe(id, waiting)
  } catch (error) {
    if (!(error instanceof OpsError) || !isAwsError(error.cause, 'AccessDenied')) throw error
    throw new OpsError(
      'aws_denied',
      `The bot submitted statement ${id}, and may not follow it. It may still be running on the cluster. ${error.message}`,
      'Its policy may only match the session that asks: FollowItsStatements must match every session of its role (docs/aws.md). doctor shows the line to add; then run it again.',
      { cause: error.cause, cure: 'doctor' },
    )
  }
}

/** Stops a batch and waits until it is stopped; whether it ended in another way meanwhile is for the next look to find out. */
export async function stop({ api, clock, log }: Waiter, id: string): Promise<void> {
  if (!(await api.cancel(id))) return
  for (let looks = 0; looks < looksWhileStopping; looks++) {
    const look = await api.describe(id, { waitSeconds: 0, signal: never })
    if (look.kind === 'unknown' || (look.kind === 'found' && hasEnded(look.submitted.status))) return
    await clock.sleep(stoppingMs)
  }
  log.warn({ statement: id }, 'a statement that was cancelled has not stopped after half a minute')
}

/** Why something was stopped: the signal's own reason, or a plain `cancelled`. */
export function stopped(signal: AbortSignal): OpsError {
  if (signal.reason instanceof OpsError) return signal.reason
  return OpsError.untouched('cancelled', 'Cancelled.', '', { cause: signal.reason })
}
