import type { Answer } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import type { NewRun, RunRecord } from '../ports/ledger.ts'
import { lasting } from '../words.ts'
import { failureAnswer } from './failure.ts'
import { viewOf } from './view.ts'

/**
 * Opens a run in the ledger. Where another one holds the warehouse, it is looked at first: if its process is gone it is closed,
 * and the place is free. Throws `busy`, saying who holds it, since when, and doing what.
 */
export async function openRun(run: NewRun, deps: Deps): Promise<RunRecord> {
  const opened = await deps.ledger.runs.open(run)
  if (opened.kind === 'opened') return opened.run
  const orphans = await deps.ledger.runs.orphans(deps.clock.now())
  const orphan = orphans.find(({ id }) => id === opened.holder.id)
  if (orphan !== undefined) {
    await closeOrphan(orphan, deps)
    const again = await deps.ledger.runs.open(run)
    if (again.kind === 'opened') return again.run
    throw busy(again.holder, deps)
  }
  throw busy(opened.holder, deps)
}

/** Ends a run whose process is gone, and gives back the answer its reader is to find in its message; null when another process was faster. */
export async function closeOrphan(orphan: RunRecord, deps: Deps): Promise<Answer | null> {
  if (!(await deps.ledger.runs.adopt(orphan.id, orphan.process, deps.process))) return null
  const ended = deps.clock.now().toISOString()
  const again = { label: 'Run again', line: `run-again ${orphan.id}` }
  const answer = failureAnswer(interruption(orphan), { ...viewOf(orphan), state: 'error', ended }, deps.log, [again])
  return (await deps.ledger.runs.end(orphan.id, deps.process, 'error', answer, ended)) ? answer : null
}

function interruption(orphan: RunRecord): OpsError {
  const at = orphan.steps.find((step) => step.state === 'in_progress')?.title
  const where = at === undefined ? '' : ` at "${at}"`
  return new OpsError(
    'interrupted',
    `The program stopped in the middle of ${orphan.command}${where}. Live tables are untouched.`,
    `Say run-again ${orphan.id}: what was finished is not done twice.`,
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
