import type { Answer, Failure, RowsOf, RunView, Suggestion } from '../answer.ts'
import { labelOf } from '../command/line.ts'
import { codeFrom, exitStatusOf, messageOf, OpsError } from '../errors.ts'
import { plural } from '../format.ts'
import type { RunRecord, StepRecord } from '../ports/ledger.ts'
import type { Log } from '../ports/log.ts'
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

/** The questions whose rows an answer holds: what its run asked itself, or what it has from others. */
export function rowsIn(
  { asked, rowsOf = [], ...answer }: Answer,
  run: Pick<RunView, 'command' | 'started' | 'ended'> | null = answer.run,
): readonly RowsOf[] {
  if (asked === undefined || run === null) return rowsOf
  return [{ command: run.command, ended: run.ended ?? run.started }]
}

/** Those questions as an answer notes them: not at all where there are none. */
export function noted(rowsOf: readonly RowsOf[] = []): Pick<Answer, 'rowsOf'> {
  return rowsOf.length === 0 ? {} : { rowsOf: [...rowsOf] }
}

/** How a line ended, for who may know that it was run: of rows only how many there are. */
export function outcomeWithoutRows(answer: Answer): string {
  if (rowsIn(answer).length === 0) return answer.headline
  const table = answer.replies.find((reply) => reply.kind === 'table')
  return table === undefined ? 'answered' : plural(table.total, 'row')
}

/**
 * Anything thrown, as an answer. An `OpsError` explains itself; anything else is a bug, whose stack goes to the log and whose
 * reader learns only that it happened. What ended in exit status 2 or 3 did nothing, and is for the asker alone.
 */
export function failureAnswer(
  thrown: unknown,
  run: RunView | null,
  log: Log,
  { audience = 'asker', next = [] }: { audience?: Answer['audience']; next?: readonly Suggestion[] } = {},
): Answer {
  const error = thrown instanceof OpsError ? thrown : asBug(thrown, run, log)
  const fix =
    error.fixCommand === undefined
      ? []
      : [{ label: error.fixLabel ?? labelOf(error.fixCommand), line: error.fixCommand }]
  const { report, code, message, remedy, ask, reason, leaveOut, saysBill } = error
  const shown = { code, message, remedy, ...(ask.length === 0 ? {} : { ask: [...ask] }) }
  const failure: Failure = {
    ...shown,
    ...(reason === undefined ? {} : { reason }),
    ...(error.fixCommand === undefined ? {} : { cure: error.fixCommand }),
    ...(leaveOut === undefined ? {} : { leaveOut }),
    ...(saysBill ? { saysBill } : {}),
  }
  return {
    ok: false,
    exit: exitStatusOf(error.code),
    headline: report?.headline ?? error.message,
    ...(report === undefined ? {} : { title: report.title, details: [...report.details], ...noted(report.rowsOf) }),
    // Readers wait for what a schedule could not post, whatever the reason.
    audience: exitStatusOf(error.code) > 1 && report === undefined ? 'asker' : audience,
    run,
    replies: [{ kind: 'failure', ...shown }, ...error.evidence],
    failure,
    next: report === undefined ? [...fix, ...(error.next ?? next)] : [...next, ...report.next],
  }
}

/** The error of a failed answer, with its evidence; `checks_red` where it has none. */
export function errorOfAnswer({ failure, headline, replies }: Answer): OpsError {
  if (failure === undefined) return new OpsError('checks_red', headline, '', { evidence: replies })
  const { code, message, remedy, cure, ...options } = failure
  return new OpsError(codeFrom(code), message, remedy, {
    ...options,
    fixCommand: cure,
    evidence: replies.filter(({ kind }) => kind !== 'failure'),
  })
}

/** Whether a run is left to another process: this one leaves, or would not begin it. */
export function isLeftOpen({ run, failure }: Answer): boolean {
  if (run !== null) return run.state === 'running'
  return failure?.code === 'shutting_down' || failure?.code === 'interrupted'
}

function asBug(thrown: unknown, run: RunView | null, log: Log): OpsError {
  log.error({ err: thrown, run: run?.id }, `bug: ${messageOf(thrown)}`)
  return new OpsError(
    'bug',
    'Something in the bot broke that should not have.',
    'The log has the details. Please report it.',
  )
}
