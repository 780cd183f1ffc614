import type { PlanBlock, TaskCardBlock } from '@slack/types'
import type { RunView } from '../../core/answer.ts'
import { withChannelNames } from '../../core/channel.ts'
import { cleanLine, duration, lasting, list, plural } from '../../core/format.ts'
import type { StepState, StepsReply, StepView } from '../../core/reply.ts'
import type { Fallbacks, SlackMessage } from '../outbound/fallbacks.ts'
import { boldLine, richText, sections, smallPrint } from './blocks.ts'
import { cut } from './cut.ts'
import { mentions, mrkdwn } from './mrkdwn.ts'
import { fallbacksOf, type PresentedPart, simplePart, type View } from './parts.ts'

const maxLine = 200

/** The progress message of a run: posted once, then edited. */
export function presentRun(run: RunView, view: View): Fallbacks {
  const stop = `Run ${run.id} · stop it with ${view.slash} cancel ${run.id}`
  return fallbacksOf(stateInWords(run, view.now), [
    runHead(run, view),
    simplePart('How to stop it', smallPrint(stop), stop),
  ])
}

/**
 * The line for the thread when a run has ended: "<@U…> etl is done: …", with the answer's `headline`. Undefined without anybody to
 * mention, and while the run goes on.
 */
export function presentMention(run: RunView, headline: string, ids: readonly string[]): SlackMessage | undefined {
  if (run.state === 'running') return undefined
  const ending = { complete: 'is done', error: 'failed', cancelled: 'was cancelled' }[run.state]
  return presentCall(`${cut(cleanLine(run.command), maxLine)} ${ending}: ${headline}`, ids)
}

/** A line that mentions exactly these Slack ids (`U…`, `W…` people, `S…` groups). Undefined without ids. */
export function presentCall(words: string, ids: readonly string[]): SlackMessage | undefined {
  const called = mentions(ids)
  if (called.length === 0) return undefined
  return { text: `${called.join(' ')} ${mrkdwn(cut(cleanLine(words), 700))}`, blocks: [] }
}

/**
 * A run at the top of its message, in one block whose id stays, so that it does not collapse at each edit
 * (https://github.com/slackapi/node-slack-sdk/issues/2701). Without that block, the steps of a
 * successful run are left out: the outcome is below.
 */
export function runHead(run: RunView, view: View): PresentedPart {
  const title = runTitle(run, view)
  if (run.steps.length === 0) return simplePart(title, [boldLine(title)])
  const lines = run.state === 'complete' ? '' : stepLines(run.steps)
  const plan = [planBlock(`run-${run.id}`, title, run.steps)]
  return {
    label: title,
    newest: plan,
    older: plan,
    oldest: [boldLine(title), ...sections(lines)],
    words: [title, ...lines.split('\n')].map(mrkdwn).filter((line) => line !== ''),
  }
}

/** "Ada: etl · 41 s", without the name where only its owner reads it. */
function runTitle(run: RunView, { asker, direct, now }: View): string {
  const who = direct ? '' : `${cut(cleanLine(asker), 80)}: `
  const what = `${who}${cut(cleanLine(withChannelNames(run.line)), maxLine)}`
  const time = elapsed(run, now)
  if (run.state === 'cancelled') return `${what} · cancelled after ${time}`
  if (run.state !== 'error') return `${what} · ${time}`
  const failed = run.steps.find((step) => step.state === 'error')?.title
  return `✗ ${what} · failed ${failed === undefined ? '' : `at "${cut(cleanLine(failed), 80)}" `}after ${time}`
}

/** The state in one sentence: "etl: Stage events, 12 s". */
function stateInWords(run: RunView, now: Date): string {
  const active = run.steps.filter((step) => step.state === 'in_progress').map((step) => cut(cleanLine(step.title), 80))
  const doing = {
    running:
      active.length > 0 ? list(active) : run.steps.some((step) => step.state !== 'pending') ? 'going on' : 'starting',
    complete: 'done',
    error: 'failed',
    cancelled: 'cancelled',
  }[run.state]
  return `${cut(cleanLine(run.command), maxLine)}: ${doing}, ${elapsed(run, now)}`
}

function elapsed(run: RunView, now: Date): string {
  return lasting(new Date(run.started), run.ended === null ? now : new Date(run.ended))
}

// Slack names no limit; the longest run of this bot has about fifteen, and each card is a tenth of a screen.
const maxCards = 30
const maxTitle = 100
const maxDetail = 200

const marks: Readonly<Record<StepState, string>> = {
  pending: '○',
  in_progress: '●',
  complete: '✓',
  skipped: '✓',
  error: '✗',
}

/** Steps as Slack's `plan` block: one card each, what is known of it in its details. */
function planBlock(id: string, title: string, steps: readonly StepView[]): PlanBlock {
  return {
    type: 'plan',
    block_id: id,
    title: cut(cleanLine(title), 300),
    tasks: folded(steps).map((step, at): TaskCardBlock => {
      const detail = detailOf(step)
      return {
        type: 'task_card',
        task_id: `step-${at + 1}`,
        title: cut(cleanLine(step.title), maxTitle),
        status: step.state === 'skipped' ? 'complete' : step.state,
        ...(detail === '' ? {} : { details: richText(detail) }),
      }
    }),
  }
}

/** Steps as lines: "✓ Stage events · 8,056 rows · 2.1 s". */
export function stepLines(steps: readonly StepView[]): string {
  return folded(steps)
    .map((step) => {
      const detail = detailOf(step)
      return `${marks[step.state]} ${cut(cleanLine(step.title), maxTitle)}${detail === '' ? '' : ` · ${detail}`}`
    })
    .join('\n')
}

/** A list of steps within an answer. */
export function presentSteps({ title, steps }: StepsReply): PresentedPart {
  const lines = stepLines(steps)
  return simplePart(cut(cleanLine(title), 150), [boldLine(title), ...sections(lines)], `${cleanLine(title)}\n${lines}`)
}

function detailOf({ state, ms, detail }: StepView): string {
  const text = detail === undefined ? '' : cut(cleanLine(detail), maxDetail)
  const facts = [
    state === 'skipped' ? `skipped${text === '' ? '' : `: ${text}`}` : text,
    ms === null || state === 'pending' || state === 'skipped' ? '' : duration(Math.max(0, ms)),
  ]
  return facts.filter((fact) => fact !== '').join(' · ')
}

/** At most 30 steps; those beyond are one, in the state of the first that failed, runs or waits. */
function folded(steps: readonly StepView[]): readonly StepView[] {
  if (steps.length <= maxCards) return steps
  const rest = steps.slice(maxCards - 1)
  const state = (['error', 'in_progress', 'pending'] as const).find((one) => rest.some((step) => step.state === one))
  const doing = rest.find((step) => step.state === state)
  return [
    ...steps.slice(0, maxCards - 1),
    {
      title: `and ${plural(rest.length, 'more step')}`,
      state: state ?? 'complete',
      ms: null,
      ...(state === 'error' || state === 'in_progress' ? { detail: doing?.title ?? '' } : {}),
    },
  ]
}
