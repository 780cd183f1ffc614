import { createHash } from 'node:crypto'
import { OpsError } from '../../core/errors.ts'
import type { Work } from '../../core/step.ts'
import type { Login } from './login.ts'
import { isStalePassword, secondChance } from './second-chance.ts'
import { type Batch, errorOf, type Submitted } from './statement.ts'
import { statementFailure } from './statement-failure.ts'
import { stop, stopped, type Waiter, waitForEnd } from './wait.ts'

/** What batches of steps are carried out with. `home` names the ledger, in whose runs alone the keys of steps are unique. */
export interface Performer extends Waiter {
  readonly login: Login
  readonly home: string
}

/**
 * Submits a batch for a step, once for ever, and waits for its end. The id is in the ledger before it is waited on; a step
 * that is begun again waits for the same id. Should the process die between the two, the token makes AWS give the same id
 * again for 8 hours. A failure that passes is answered with the whole batch again, under names and tokens of its own.
 *
 * `part` names the batch within its step. The batch comes back finished or failed; stopped, it throws `cancelled`.
 */
export async function perform(performer: Performer, work: Work, part: string, batch: Batch): Promise<Submitted> {
  for (let attempt = 0; ; attempt++) {
    const name = attempt === 0 ? part : `${part}.${attempt}`
    const submitted = await carryOn(performer, work, name, batch)
    if (submitted.status === 'FINISHED') return submitted
    if (submitted.status === 'ABORTED') throw statementFailure(submitted)
    const error = errorOf(submitted)
    const pause = secondChance(error, attempt)
    if (pause === null) return submitted
    if (isStalePassword(error)) performer.login.forget()
    if (work.handle(`${part}.${attempt + 1}`) !== undefined) continue
    performer.log.warn({ statement: submitted.id, error }, 'a batch failed in passing and is submitted again')
    await orStopped(work.signal, () => performer.clock.sleep(pause, work.signal))
  }
}

async function carryOn(performer: Performer, work: Work, name: string, batch: Batch): Promise<Submitted> {
  const { api, home } = performer
  const kept = work.handle(name)
  const known = kept === undefined ? null : await waitOrStop(performer, kept, work.signal)
  if (known !== null) return known
  if (work.signal.aborted) throw stopped(work.signal)
  const token = createHash('sha256')
    .update(JSON.stringify([home, work.key, name]))
    .digest('hex')
  const answer = await api.submit(batch, token, { waitSeconds: 0, signal: work.signal })
  if (answer.kind === 'unsupported') throw new Error('a transaction was refused as if it were something else')
  await work.keep(name, answer.id)
  const submitted = await waitOrStop(performer, answer.id, work.signal)
  if (submitted === null) throw new OpsError('aws', `The Data API does not know its own statement ${answer.id}.`)
  return submitted
}

async function waitOrStop(waiter: Waiter, id: string, signal: AbortSignal): Promise<Submitted | null> {
  try {
    return await waitForEnd(waiter, id, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    // A run that goes on in another process wants its statement to go on too.
    const why = stopped(signal)
    if (why.code !== 'interrupted') await stop(waiter, id)
    throw why
  }
}

/** Runs something that the signal ends, and throws the signal's reason if it did. */
export async function orStopped<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw signal.aborted ? stopped(signal) : error
  }
}
