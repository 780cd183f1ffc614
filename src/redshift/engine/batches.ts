import { createHash, randomUUID } from 'node:crypto'
import { OpsError } from '../../core/errors.ts'
import { type Backoff, cancelled, pauseAfter } from '../../core/pacing.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { QueryOptions, ResultSet } from '../../core/ports/engine.ts'
import type { Log } from '../../core/ports/log.ts'
import type { Work } from '../../core/step.ts'
import { isAwsError } from '../aws-error.ts'
import { isStalePassword, resubmitPause } from '../retries.ts'
import type { DataApi, Login, StatementLookup, Waiting } from './data-api.ts'
import { readResult } from './results.ts'
import { errorOfStatement, failedPart, hasEnded, type StatementBatch, type Submitted } from './statement.ts'
import { statementFailure } from './statement-failure.ts'

/** What batches of steps are carried out with. `home` names the ledger, in whose runs alone the keys of steps are unique. */
export interface RedshiftConnection extends Waiter {
  readonly login: Login
  readonly home: string
}

/**
 * Submits a batch for a step, once, and waits for its end. The id is in the ledger before it is waited on; a step
 * that is begun again waits for the same id. Should the process die between the two, the token makes AWS give the same id
 * again for 8 hours. A failure that passes is answered with the whole batch again, under names and tokens of its own.
 *
 * `part` names the batch within its step. The batch comes back finished or failed; stopped, it throws `cancelled`.
 */
export async function runBatch(
  connection: RedshiftConnection,
  work: Work,
  part: string,
  batch: StatementBatch,
): Promise<Submitted> {
  for (let attempt = 0; ; attempt++) {
    const name = attempt === 0 ? part : `${part}.${attempt}`
    const submitted = await carryOn(connection, work, name, batch)
    if (submitted.status === 'FINISHED') return submitted
    if (submitted.status === 'ABORTED') throw statementFailure(submitted)
    const error = errorOfStatement(submitted)
    const pause = resubmitPause(error, attempt + 1)
    if (pause === null) return submitted
    if (isStalePassword(error)) connection.login.forget()
    if (work.handle(`${part}.${attempt + 1}`) !== undefined) continue
    connection.log.warn({ statement: submitted.id, error }, 'a batch failed in passing and is submitted again')
    await orCancelled(work.signal, () => connection.clock.sleep(pause, work.signal))
  }
}

async function carryOn(
  connection: RedshiftConnection,
  work: Work,
  name: string,
  batch: StatementBatch,
): Promise<Submitted> {
  const { api, home } = connection
  const kept = work.handle(name)
  const known = kept === undefined ? null : await waitOrStop(connection, kept, work.signal)
  if (known !== null) return known
  if (work.signal.aborted) throw cancelled(work.signal)
  const token = createHash('sha256')
    .update(JSON.stringify([home, work.key, name]))
    .digest('hex')
  const answer = await api.submit(batch, token, { waitSeconds: 0, signal: work.signal })
  if (answer.kind === 'unsupported') throw new Error('a transaction was refused as if it were something else')
  await work.keep(name, answer.id)
  const submitted = await waitOrStop(connection, answer.id, work.signal)
  if (submitted === null) throw new OpsError('aws', `The Data API does not know its own statement ${answer.id}.`)
  return submitted
}

async function waitOrStop(waiter: Waiter, id: string, signal: AbortSignal): Promise<Submitted | null> {
  try {
    return await waitForEnd(waiter, id, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    // A run that another process carries on needs its statement to go on.
    const why = cancelled(signal)
    if (why.code !== 'interrupted') await cancelStatement(waiter, id)
    throw why
  }
}

/** Runs something that the signal ends, and throws the signal's reason if it did. */
export async function orCancelled<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw signal.aborted ? cancelled(signal) : error
  }
}

// Nearly every query ends within it, in one call; a cancellation waits no longer for the id to cancel by.
const firstWaitSeconds = 2

/** A batch that changes nothing, and which of its statements (from 0) holds the answer. */
interface BatchQuery {
  readonly batch: StatementBatch
  readonly answer: number
  readonly wanted: Omit<QueryOptions, 'signal'>
}

/** What came of a question: rows, the batch that failed, or a server that does not know the batch's mode. */
type QueryOutcome =
  | { readonly kind: 'answered'; readonly result: ResultSet }
  | { readonly kind: 'failed'; readonly submitted: Submitted }
  | { readonly kind: 'unsupported' }

/** Runs a query once, or a few times where a failure passes. When the signal is aborted, cancels the statement and throws `cancelled`. */
export async function fetchResult(
  connection: RedshiftConnection,
  question: BatchQuery,
  signal: AbortSignal,
): Promise<QueryOutcome> {
  for (let attempt = 0; ; attempt++) {
    const asked = await orCancelled(signal, () => fetchOnce(connection, question, signal))
    const error = asked.kind === 'failed' ? errorOfStatement(asked.submitted) : ''
    const pause = resubmitPause(error, attempt + 1)
    if (pause === null) return asked
    if (isStalePassword(error)) connection.login.forget()
    await orCancelled(signal, () => connection.clock.sleep(pause, signal))
  }
}

async function fetchOnce(
  connection: RedshiftConnection,
  question: BatchQuery,
  signal: AbortSignal,
): Promise<QueryOutcome> {
  const { api } = connection
  const { batch, answer, wanted } = question
  if (signal.aborted) throw cancelled(signal)
  const submission = await api.submit(batch, randomUUID(), { waitSeconds: firstWaitSeconds, signal })
  if (submission.kind === 'unsupported') return submission
  const { id } = submission
  try {
    signal.throwIfAborted()
    const seen = submission.status === 'FINISHED' ? null : await waitForEnd(connection, id, signal)
    if (seen === null || seen.status === 'FINISHED') {
      const result = await readResult(api, `${id}:${answer + 1}`, wanted, signal)
      if (result !== null) return { kind: 'answered', result }
    }
    // Where each statement stands for itself, the batch may be called finished although the one that matters failed.
    const failed = seen ?? (await waitForEnd(connection, id, signal))
    if (failed === null || (failed.status === 'FINISHED' && failedPart(failed) === undefined)) throw noResult(id)
    return { kind: 'failed', submitted: failed }
  } catch (error) {
    if (signal.aborted && !hasEnded(submission.status)) await cancelStatement(connection, id)
    throw error
  }
}

function noResult(id: string): OpsError {
  return new OpsError(
    'aws',
    `Statement ${id} finished, but AWS has no result for it (results are kept for 24 hours).`,
    'Run it again.',
  )
}

// The longest that the Data API holds an answer back.
const longPollSeconds = 30

// Where it does not: with these, statements of a minute take as many calls as every 10 s would.
const backoff: Backoff = { firstMs: 250, factor: 2, mostMs: 10_000 }

// Stopping takes Redshift a moment; after half a minute it is left alone.
const checksWhileStopping = 30
const stoppingMs = 1_000

/** What waiting needs. */
interface Waiter {
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
  for (let pauses = 1; ; ) {
    signal.throwIfAborted()
    const asked = clock.elapsed()
    const found = await describeOwn(api, id, { waitSeconds, signal })
    if (found.kind === 'unknown') return null
    if (found.kind === 'found' && hasEnded(found.submitted.status)) return found.submitted
    if (found.kind === 'crowded') waitSeconds = 0
    if (clock.elapsed() - asked >= waitSeconds * 1000 && waitSeconds > 0) continue
    await clock.sleep(pauseAfter(pauses++, backoff), signal)
  }
}

/** Asks how a statement stands that this bot has submitted. Where that is denied, the reason is nearly always another session name. */
async function describeOwn(api: DataApi, id: string, waiting: Waiting): Promise<StatementLookup> {
  try {
    return await api.describe(id, waiting)
  } catch (error) {
    if (!(error instanceof OpsError) || !isAwsError(error.cause, 'AccessDenied')) throw error
    throw new OpsError(
      'aws_denied',
      `The bot submitted statement ${id} but is not allowed to follow it. It may still be running on the cluster. ${error.message}`,
      'Its policy may match only one session: FollowItsStatements must match every session of its role (docs/aws.md). doctor shows the statement to add; then run it again.',
      { cause: error.cause, fixCommand: 'doctor' },
    )
  }
}

/** Cancels a batch and waits until it has stopped. Whether it ended in another way by then, the next call finds out. */
export async function cancelStatement({ api, clock, log }: Waiter, id: string): Promise<void> {
  if (!(await api.cancel(id))) return
  for (let checks = 0; checks < checksWhileStopping; checks++) {
    const found = await api.describe(id, { waitSeconds: 0, signal: never })
    if (found.kind === 'unknown' || (found.kind === 'found' && hasEnded(found.submitted.status))) return
    await clock.sleep(stoppingMs)
  }
  log.warn({ statement: id }, 'a statement that was cancelled has not stopped after half a minute')
}
