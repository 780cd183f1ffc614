import type { Answer } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import type { NewRun, Opened, RunRecord } from '../ports/runs.ts'
import { lasting } from '../words.ts'
import { costOf } from './cost.ts'
import { failureAnswer } from './failure.ts'
import { viewOf } from './view.ts'

/**
 * Opens a run in the ledger, or finds the one that its fire or line has already. Where another one holds the warehouse, it is looked
 * at first: if its process is gone it is closed, and the place is free. Throws `busy`, saying who holds it, since when, and doing what.
 */
export async function openRun(run: NewRun, deps: Deps): Promise<Exclude<Opened, { kind: 'busy' }>> {
  const opened = await deps.ledger.runs.open(run)
  if (opened.kind !== 'busy') return opened
  const orphan = (await orphansOfOthers(deps)).find(({ id }) => id === opened.holder.id)
  if (orphan !== undefined) {
    await closeOrphan(orphan, deps)
    const again = await deps.ledger.runs.open(run)
    if (again.kind !== 'busy') return again
    throw busy(again.holder, deps)
  }
  throw busy(opened.holder, deps)
}

/** Runs whose process is gone. Never this process's own, even if it slept too long to beat: it is awake again, and at work on them. */
export async function orphansOfOthers({ ledger, clock, process }: Deps): Promise<readonly RunRecord[]> {
  return (await ledger.runs.orphans(clock.now())).filter((run) => run.process !== process)
}

/** Ends a run whose process is gone, and gives back the answer its reader is to find in its message; null when another process was faster. */
export async function closeOrphan(orphan: RunRecord, deps: Deps): Promise<Answer | null> {
  if (!(await deps.ledger.runs.adopt(orphan.id, orphan.process, deps.process))) return null
  return closeRun(orphan, await interruption(orphan, deps), deps)
}

/** Ends a run of this process that was not carried to its end. Null when it had ended, or another process has it by now. */
export async function closeRun(run: RunRecord, error: unknown, deps: Deps): Promise<Answer | null> {
  const ended = deps.clock.now().toISOString()
  const next = [{ label: 'Run again', line: `run-again ${run.id}` }]
  const view = { ...viewOf(run), state: 'error', ended } as const
  const answer = failureAnswer(error, view, deps.log, { audience: 'channel', next })
  const end = { state: 'error', answer, ended, costUsd: await costOf(run, new Date(ended), deps) } as const
  return (await deps.ledger.runs.end(run.id, deps.process, end)) ? answer : null
}

/** What a run that stopped short of its end left behind: a sentence behind a space, or nothing where it built no load. */
export async function leftBehind(run: RunRecord, { ledger }: Deps): Promise<string> {
  const load = run.writer ? await ledger.loads.get(run.continues ?? run.id) : null
  if (load === null) return ''
  return load.state === 'live' ? ` Load ${load.id} was published before and is live.` : ' Live tables are untouched.'
}

async function interruption(orphan: RunRecord, deps: Deps): Promise<OpsError> {
  const at = orphan.steps.find((step) => step.state === 'in_progress')?.title
  const where = at === undefined ? '' : ` at "${at}"`
  return new OpsError(
    'interrupted',
    `The program stopped in the middle of ${orphan.command}${where}.${await leftBehind(orphan, deps)}`,
    orphan.writer ? `Say run-again ${orphan.id}: what was finished is not done twice.` : 'Ask again.',
  )
}

function busy(holder: RunRecord, deps: Deps): OpsError {
  const doing = holder.steps.find((step) => step.state === 'in_progress')?.title ?? 'starting'
  const time = lasting(new Date(holder.started), deps.clock.now())
  return new OpsError(
    'busy',
    `${holder.who.name} is changing the warehouse: ${holder.line} (run ${holder.id}), for ${time}, now at "${doing}". Nothing was done.`,
    `Wait for it, or stop it with cancel ${holder.id}.`,
    { cure: `runs ${holder.id}` },
  )
}
