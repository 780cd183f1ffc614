import { randomUUID } from 'node:crypto'
import { OpsError } from '../../core/errors.ts'
import type { QueryOptions, ResultSet } from '../../core/ports/engine.ts'
import { orStopped, type Performer } from './perform.ts'
import { readResult } from './results.ts'
import { isStalePassword, secondChance } from './second-chance.ts'
import { type Batch, errorOf, failedPart, hasEnded, type Submitted } from './statement.ts'
import { stop, stopped, waitForEnd } from './wait.ts'

// Nearly every question is answered within it, in one call; and whoever cancels waits no longer for the id to cancel by.
const firstWaitSeconds = 2

/** A batch that changes nothing, and which of its statements (from 0) holds the answer. */
export interface Question {
  readonly batch: Batch
  readonly answer: number
  readonly wanted: Omit<QueryOptions, 'signal'>
}

/** What came of a question: rows, the batch that failed, or a server that does not know the batch's mode. */
export type Asked =
  | { readonly kind: 'answered'; readonly result: ResultSet }
  | { readonly kind: 'failed'; readonly submitted: Submitted }
  | { readonly kind: 'unsupported' }

/** Asks once, or a few times where a failure passes. Cancels the statement and throws `cancelled` when the signal says so. */
export async function ask(performer: Performer, question: Question, signal: AbortSignal): Promise<Asked> {
  for (let attempt = 0; ; attempt++) {
    const asked = await orStopped(signal, () => askOnce(performer, question, signal))
    const error = asked.kind === 'failed' ? errorOf(asked.submitted) : ''
    const pause = secondChance(error, attempt)
    if (pause === null) return asked
    if (isStalePassword(error)) performer.login.forget()
    await orStopped(signal, () => performer.clock.sleep(pause, signal))
  }
}

async function askOnce(performer: Performer, question: Question, signal: AbortSignal): Promise<Asked> {
  const { api } = performer
  const { batch, answer, wanted } = question
  if (signal.aborted) throw stopped(signal)
  const submission = await api.submit(batch, randomUUID(), { waitSeconds: firstWaitSeconds, signal })
  if (submission.kind === 'unsupported') return submission
  const { id } = submission
  try {
    signal.throwIfAborted()
    const seen = submission.status === 'FINISHED' ? null : await waitForEnd(performer, id, signal)
    if (seen === null || seen.status === 'FINISHED') {
      const result = await readResult(api, `${id}:${answer + 1}`, wanted, signal)
      if (result !== null) return { kind: 'answered', result }
    }
    // Where each statement stands for itself, the batch may be called finished although the one that matters failed.
    const failed = seen ?? (await waitForEnd(performer, id, signal))
    if (failed === null || (failed.status === 'FINISHED' && failedPart(failed) === undefined)) throw noResult(id)
    return { kind: 'failed', submitted: failed }
  } catch (error) {
    if (signal.aborted && !hasEnded(submission.status)) await stop(performer, id)
    throw error
  }
}

function noResult(id: string): OpsError {
  return new OpsError(
    'aws',
    `Statement ${id} finished, and AWS has no result of it (any more: results are kept for 24 hours).`,
    'Run it again.',
  )
}
