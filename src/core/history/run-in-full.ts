import type { Suggestion } from '../answer.ts'
import type { Context } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import { duration, moment, usd } from '../format.ts'
import type { Approval, AttemptRecord, RunId, RunRecord, RunSummary } from '../ports/runs.ts'
import { figuresTable, type Reply, text } from '../reply.ts'
import { outcomeWithoutRows, viewOf } from '../runner/answers.ts'
import { findOrphan, interruptedWords } from '../runner/orphans.ts'
import { mayRead, noRun, type RunReader, shownLine, whyNotRead } from '../runner/readers.ts'
import { requestedBy } from './audit-file.ts'

/**
 * One run in full: what called it, the plan that was read and who agreed to it, its cost, its steps, its lines where it is a schedule's,
 * and its answer. Throws `not_found`.
 */
export async function describeRun(id: RunId, context: Context): Promise<Outcome> {
  const { ledger, clock } = context.deps
  const run = await ledger.runs.get(id)
  if (run === null) throw noRun(id)
  const isLeft = (await findOrphan(id, context.deps)) !== null
  const lines = run.origin.kind === 'fire' ? (await ledger.runs.summaries({ parent: id, limit: 100 })).toReversed() : []
  const state = isLeft ? 'interrupted' : run.state
  const title = `Run ${id}, ${shownLine(run, context)}: ${state}, ${duration(secondsOf(run, clock.now()) * 1000)}`
  const called = `${requestedBy(run)}, ${moment(new Date(run.started))}`
  const earlier =
    run.attempt === 1 ? [] : (await ledger.runs.attempts(id)).filter(({ attempt }) => attempt < run.attempt)
  const hidden = await whyNotRead(run, context)
  const cost = run.costUsd === null ? [] : [`The cluster cost ${usd(run.costUsd)} in that time.`]
  return {
    headline: `${title}.`,
    replies: [
      text([title, called, ...cost].join('\n')),
      ...(isLeft ? [text(`Interrupted: ${interruptedWords}.`, 'warning')] : []),
      ...(run.approval === null || !mayRead(run, context) ? [] : [planOf(run.approval, run)]),
      ...stepsOf(run, hidden !== null, context),
      ...(lines.length === 0 ? [] : [tableOf(lines, clock.now(), context)]),
      ...(earlier.length === 0 ? [] : [attemptsOf(earlier, hidden === null)]),
      ...(run.answer === null ? [] : hidden === null ? run.answer.replies : [text(hidden, 'note')]),
    ],
    next: nextOf(run, isLeft, lines, context),
  }
}

/** How long a run lasted, or has lasted so far. */
export function secondsOf(run: RunSummary, now: Date): number {
  const end = run.ended === null ? now : new Date(run.ended)
  return Math.max(0, Math.round((end.getTime() - new Date(run.started).getTime()) / 100) / 10)
}

function planOf({ plan, by }: Approval, { who }: RunRecord): Reply {
  const agreed = by.id === who.id ? `Confirmed by ${by.name}` : `Approved by ${by.name}, asked for by ${who.name}`
  return text([plan.title, ...plan.facts, agreed].join('\n'))
}

function tableOf(lines: readonly RunSummary[], now: Date, reader: RunReader): Reply {
  return figuresTable(
    'Commands',
    { id: 'integer', command: 'text', state: 'text', seconds: 'seconds' },
    lines.map((run) => [run.id, shownLine(run, reader), run.state, secondsOf(run, now)]),
  )
}

/** How it was tried before; with its outcomes, but no rows, for those who may see them. */
function attemptsOf(earlier: readonly AttemptRecord[], isShown: boolean): Reply {
  const rows = earlier.map(({ attempt, who, state, started, ended, answer }) => [
    attempt,
    who.name,
    state,
    started,
    ended === null ? null : (Date.parse(ended) - Date.parse(started)) / 1000,
    ...(isShown ? [answer === null ? null : outcomeWithoutRows(answer)] : []),
  ])
  const columns = { attempt: 'integer', who: 'text', state: 'text', started: 'time', seconds: 'seconds' } as const
  return figuresTable('Earlier attempts', isShown ? { ...columns, outcome: 'text' } : columns, rows)
}

/**
 * Its steps. What an earlier version wrote beside those of a schedule are rows; and their titles are its lines, which stand in a table of
 * their own, each as its reader may see it.
 */
function stepsOf(run: RunRecord, isHidden: boolean, reader: RunReader): readonly Reply[] {
  if (run.steps.length === 0 || (run.origin.kind === 'fire' && !mayRead(run, reader))) return []
  const { steps } = viewOf(run)
  const shown = isHidden ? steps.map(({ title, state, ms }) => ({ title, state, ms })) : [...steps]
  return [{ kind: 'steps', title: shownLine(run, reader), steps: shown }]
}

/** What to do about it, then what belongs to it: the lines of a schedule, what failed first, or the schedule of a line. */
function nextOf(
  run: RunRecord,
  isLeft: boolean,
  lines: readonly RunSummary[],
  reader: RunReader,
): readonly Suggestion[] {
  const failed = lines.filter(({ state }) => state === 'error')
  const others = lines.filter((line) => !failed.includes(line))
  return [
    ...(run.state === 'running' ? [{ label: 'Cancel', line: `cancel ${run.id}` }] : []),
    ...(run.state === 'error' || run.state === 'cancelled' || isLeft
      ? [{ label: 'Run again', line: `run-again ${run.id}` }]
      : []),
    ...[...failed, ...others].map((line) => ({
      label: `${line.id}: ${shownLine(line, reader)}`,
      line: `runs ${line.id}`,
    })),
    ...(run.origin.kind === 'line' ? [{ label: 'Whole schedule', line: `runs ${run.origin.fire}` }] : []),
  ]
}
