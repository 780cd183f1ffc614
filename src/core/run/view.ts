import type { RunView } from '../answer.ts'
import type { RunRecord, StepRecord } from '../ports/ledger.ts'
import type { StepView } from '../reply.ts'

/** A run without what only the bot needs. */
export function viewOf(run: RunRecord): RunView {
  return {
    id: run.id,
    command: run.command,
    line: run.line,
    who: run.who.name,
    state: run.state,
    started: run.started,
    ended: run.ended,
    ...(run.attempt === 1 ? {} : { attempt: run.attempt }),
    steps: run.steps.map(stepView),
  }
}

function stepView({ title, state, ms, detail }: StepRecord): StepView {
  return detail === undefined ? { title, state, ms } : { title, state, ms, detail }
}
