import type { Answer } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { DiskFull, liveUntouched, OpsError } from '../errors.ts'
import { lasting } from '../format.ts'
import { messagesOf } from '../outbox/messages.ts'
import type { OpenedRun, RunId, RunRecord } from '../ports/runs.ts'
import { failureAnswer, viewOf } from './answers.ts'
import { titled } from './run-title.ts'

/**
 * Opens a run, or another attempt of one, as `open` does. Where another run holds the warehouse, that is looked at first: if its process is
 * gone it is closed, and the place is free. Throws `busy` with who holds it, since when, and at which step; `expired` where its plan is settled.
 */
export async function opening(
  open: () => Promise<OpenedRun>,
  deps: Deps,
): Promise<Exclude<OpenedRun, { kind: 'busy' | 'settled' }>> {
  const first = await open()
  const orphan = first.kind === 'busy' ? await findOrphan(first.holder.id, deps) : null
  if (orphan !== null) await closeOrphan(orphan, deps)
  const opened = orphan === null ? first : await open()
  if (opened.kind === 'settled') throw settledBefore()
  if (opened.kind === 'busy') throw busy(opened.holder, deps)
  return opened
}

/** The error of a plan that somebody else has settled meanwhile. */
export function settledBefore(): OpsError {
  return new OpsError('expired', 'This plan was settled already. Nothing was done.')
}

/** Runs that wait for a process, or whose process is gone. Never this process's own, even if it slept too long to beat: it is awake again, and at work on them. */
export async function orphansOfOthers({ ledger, clock, process }: Deps): Promise<readonly RunRecord[]> {
  return (await ledger.runs.orphans(clock.now())).filter(({ worker }) => worker !== process)
}

/** The same, with those of this process among `unrecorded`. */
export async function abandonedRuns(
  deps: Deps,
  unrecorded: ReadonlyMap<RunId, unknown>,
): Promise<readonly RunRecord[]> {
  const own = await Promise.all([...unrecorded.keys()].map((id) => deps.ledger.runs.get(id)))
  const running = own.filter((run) => run !== null && run.state === 'running' && run.worker === deps.process)
  return [...running.filter((run) => run !== null), ...(await orphansOfOthers(deps))]
}

/** What becomes of a run that `settleOrphans` leaves. */
export const interruptedWords = 'its process ended, and the bot continues it when it starts'

/**
 * What every look at runs begins with. Ends the runs of terminals whose process is gone, because nobody carries them on, and gives the
 * others whose process is gone: the bot carries them on or ends them.
 */
export async function settleOrphans(deps: Deps): Promise<readonly RunRecord[]> {
  const left: RunRecord[] = []
  for (const orphan of await orphansOfOthers(deps)) {
    if (orphan.place.kind !== 'terminal' || !(await isClosed(orphan, deps))) left.push(orphan)
  }
  return left
}

/** Closes an orphan where the ledger takes it: who only looks must not fail because a disk is full. */
async function isClosed(orphan: RunRecord, deps: Deps): Promise<boolean> {
  try {
    await closeOrphan(orphan, deps)
    return true
  } catch (error) {
    if (!(error instanceof DiskFull)) throw error
    deps.log.warn({ err: error, run: orphan.id }, 'the end of a run whose process is gone could not be noted')
    return false
  }
}

/** The run with this number, if its process is gone. */
export async function findOrphan(id: RunId, deps: Deps): Promise<RunRecord | null> {
  return (await orphansOfOthers(deps)).find((orphan) => orphan.id === id) ?? null
}

/**
 * Ends a run whose process is gone: as interrupted, or for the reason given. Gives back the answer its reader is to find in its message;
 * null when another process was faster.
 */
export async function closeOrphan(orphan: RunRecord, deps: Deps, reason?: OpsError): Promise<Answer | null> {
  return closeRun(orphan, reason ?? (await interruption(orphan, deps)), deps)
}

/** Ends a run that was not carried to its end, who had it then. Null when it had ended, or another process has it by now. */
export async function closeRun(run: RunRecord, error: unknown, deps: Deps): Promise<Answer | null> {
  const ended = deps.clock.now().toISOString()
  const next = [{ label: 'Run again', line: `run-again ${run.id}` }]
  const state = error instanceof OpsError && error.code === 'cancelled' ? 'cancelled' : 'error'
  const shown = await titled(error, run, deps)
  const answer = failureAnswer(shown, { ...viewOf(run), state, ended }, deps.log, { audience: 'channel', next })
  const end = { state, answer, ended, costUsd: await costOf(run, new Date(ended), deps) } as const
  return (await deps.ledger.runs.end(run.id, run.worker, end, await messagesOf(run, answer, deps))) ? answer : null
}

/** The error that ends a run short of its end; where the run built a load, it also states what became of that. */
export async function leaving(error: OpsError, run: RunRecord, { ledger }: Deps): Promise<OpsError> {
  const load = run.writer ? await ledger.loads.get(run.id) : null
  if (load === null || error.reason !== undefined) return error
  const { message } = error
  return load.state === 'live'
    ? error.with({ message: `${message} Load ${load.id} was published before and is live.` })
    : error.with({ message: `${message} ${liveUntouched}`, reason: message })
}

async function interruption(orphan: RunRecord, deps: Deps): Promise<OpsError> {
  const at = orphan.steps.find((step) => step.state === 'in_progress')?.title
  const where = at === undefined ? '' : ` at "${at}"`
  const isOccurrence = orphan.origin.kind === 'fire'
  const during = isOccurrence ? '' : ` during ${orphan.command}`
  const remedy =
    orphan.writer || isOccurrence
      ? `Continue it with run-again ${orphan.id}: finished steps are not repeated.`
      : 'Ask again.'
  const message = `The program stopped${during}${where}.`
  return leaving(new OpsError('interrupted', message, remedy), orphan, deps)
}

/** What a run is at, as its readers see it. */
export function stepAt({ steps }: Pick<RunRecord, 'steps'>): string {
  return steps.find(({ state }) => state === 'in_progress')?.title ?? 'starting'
}

function busy(holder: RunRecord, deps: Deps): OpsError {
  const time = lasting(new Date(holder.started), deps.clock.now())
  return new OpsError(
    'busy',
    `${holder.who.name}'s ${holder.line} (run ${holder.id}) has been changing the warehouse for ${time}, now at "${stepAt(holder)}". Nothing was done.`,
    `Wait for it, or stop it with cancel ${holder.id}.`,
    { fixCommand: `runs ${holder.id}` },
  )
}

/**
 * What the cluster cost while a run was at work on it, in US dollars; null for runs that neither change the warehouse nor are a
 * schedule's, and where it costs nothing or nobody knows its price.
 */
export async function costOf(
  { writer, origin, started }: RunRecord,
  ended: Date,
  { cluster }: Deps,
): Promise<number | null> {
  if (!writer && origin.kind !== 'fire') return null
  const bills = await cluster.bill(new Date(started), ended)
  const known = bills.flatMap(({ usd }) => (usd === null ? [] : [usd]))
  return known.length === 0 ? null : known.reduce((sum, usd) => sum + usd, 0)
}
