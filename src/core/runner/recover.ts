import type { Answer } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import type { Asker, Person } from '../people.ts'
import type { RunId, RunRecord } from '../ports/ledger.ts'
import { failureAnswer, viewOf } from './answers.ts'
import { execute } from './execute.ts'
import type { Watch } from './live-run.ts'
import { closeOrphan, closeRun, orphansOfOthers } from './orphans.ts'
import type { Session } from './session.ts'

/** A run that is carried on or was closed, and its answer. */
export interface Recovered {
  readonly run: RunRecord
  readonly answer: Promise<Answer>
}

// A run that has taken three processes with it will take the fourth.
const maxLost = 3

/**
 * After a restart, and from time to time: runs of the clock and of Slack are carried on where they change the warehouse (their steps know what is done),
 * and closed where they only asked a question; a terminal's run is closed, because whoever typed it saw it stop.
 */
export async function recover(session: Session, watch: (run: RunRecord) => Watch): Promise<readonly Recovered[]> {
  const { deps, registry } = session
  const orphans = await orphansOfOthers(deps)
  const looks = [
    ...[...registry.unended].map(([id, error]) => [id, () => endUnended(id, error, session)] as const),
    ...orphans.map((orphan) => [orphan.id, () => recoverOrphan(orphan, watch, session)] as const),
  ]
  const recovered: Recovered[] = []
  for (const [id, look] of looks) {
    const found = await look().catch((error: unknown) => later(id, error, deps))
    if (found !== null) recovered.push(found)
  }
  return recovered
}

/** What cannot be looked at now is looked at again soon; those that were found before it are told all the same. Throws what is a bug. */
function later(id: RunId, error: unknown, { log }: Deps): null {
  if (!(error instanceof OpsError)) throw error
  log.warn({ err: error, run: id }, `a run that was left could not be looked at: ${error.message}`)
  return null
}

async function recoverOrphan(
  orphan: RunRecord,
  watch: (run: RunRecord) => Watch,
  session: Session,
): Promise<Recovered | null> {
  const { deps } = session
  if (await isCarriedOnByItsFire(orphan, session)) return null
  if (!worthCarryingOn(orphan)) {
    const answer = await closeOrphan(orphan, deps)
    return answer === null ? null : { run: orphan, answer: Promise.resolve(answer) }
  }
  const who = await knownNow(orphan.who, deps)
  if (who === null) return null
  const run = await deps.ledger.runs.claim(orphan.id, orphan.worker, deps.process, deps.clock.now())
  if (run === null) return null
  deps.log.info({ run: run.id, attempt: run.attempt }, `carrying on with ${run.line}`)
  return { run, answer: carryOn(run, who, watch(run), session) }
}

/**
 * A run of this process that is over, but whose end could not be written (a full disk): it would hold the warehouse as long as it lives.
 * Throws `storage` where it still cannot be. A line is told with its fire.
 */
async function endUnended(id: RunId, error: unknown, { deps, registry }: Session): Promise<Recovered | null> {
  const run = await deps.ledger.runs.get(id)
  const answer = run?.state === 'running' ? await closeRun(run, error, deps) : null
  registry.unended.delete(id)
  if (run === null || answer === null || run.origin.kind === 'line') return null
  return { run, answer: Promise.resolve(answer) }
}

function worthCarryingOn(run: RunRecord): boolean {
  return (run.writer || run.origin.kind === 'fire') && run.place.kind === 'slack' && lostWith(run) < maxLost
}

/** How many processes a run that was left has lost, with the last one. */
function lostWith({ lost, worker }: RunRecord): number {
  return worker === null ? lost : lost + 1
}

/** A line belongs to its fire, which comes to it again; only a line whose fire is over is nobody's. */
async function isCarriedOnByItsFire({ origin }: RunRecord, { deps }: Session): Promise<boolean> {
  if (origin.kind !== 'line') return false
  return (await deps.ledger.runs.get(origin.fire))?.state === 'running'
}

/** Somebody with their role; null while nobody can say which that is: their run is looked at again soon, and loses nothing. */
async function knownNow(asker: Asker, { directory, log }: Deps): Promise<Person | null> {
  try {
    return { ...asker, role: await directory.roleOf(asker) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    log.warn({ err: error, user: asker.id }, `a run waits to be carried on: ${error.message}`)
    return null
  }
}

/** Never throws: a run that cannot even begin again (its command is gone after an update) is closed, or it would hold the warehouse for ever. */
async function carryOn(run: RunRecord, who: Person, watch: Watch, session: Session): Promise<Answer> {
  const { deps, catalog } = session
  try {
    const bound = catalog.understood(run)
    return await execute(run, bound, { who, place: run.place, deps, catalog }, watch, session)
  } catch (error) {
    return (await closeRun(run, error, deps)) ?? failureAnswer(error, viewOf(run), deps.log)
  }
}
