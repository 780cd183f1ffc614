import type { RunView } from '../../core/answer.ts'
import { withChannelNames } from '../../core/channel.ts'
import { cleanLine, lasting, list } from '../../core/words.ts'
import type { Ladder, Message } from '../message.ts'
import { boldLine, sections, smallPrint } from './blocks.ts'
import { cut } from './cut.ts'
import { ladderOf } from './ladder.ts'
import { mentions, mrkdwn } from './mrkdwn.ts'
import { type Part, simplePart } from './part.ts'
import { planBlock, stepLines } from './steps.ts'
import type { View } from './view.ts'

const maxLine = 200

/** The one living message of a run that goes on, to be posted once and edited from then on. */
export function presentRun(run: RunView, view: View): Ladder {
  const stop = `Run ${run.id} · stop it with ${view.slash} cancel ${run.id}`
  return ladderOf(stateInWords(run, view.now), [
    runHead(run, view),
    simplePart('How to stop it', smallPrint(stop), stop),
  ])
}

/**
 * The line for the thread when a run is over: "<@U…> etl is done: …", with the answer's `headline` behind it. Undefined where there is
 * nobody to tell, or the run is not over.
 */
export function presentMention(run: RunView, headline: string, ids: readonly string[]): Message | undefined {
  if (run.state === 'running') return undefined
  const ending = { complete: 'is done', error: 'failed', cancelled: 'was cancelled' }[run.state]
  return presentCall(`${cut(cleanLine(run.command), maxLine)} ${ending}: ${headline}`, ids)
}

/** A line that calls exactly the Slack ids given (`U…`, `W…` people, `S…` groups). Undefined where there is nobody to call. */
export function presentCall(words: string, ids: readonly string[]): Message | undefined {
  const called = mentions(ids)
  if (called.length === 0) return undefined
  return { text: `${called.join(' ')} ${mrkdwn(cut(cleanLine(words), 700))}`, blocks: [] }
}

/**
 * A run at the top of its message, alive or over, in one block whose id stays, so that it does not fold up at each edit
 * (https://github.com/slackapi/node-slack-sdk/issues/2701). Without that block, the steps of a run that went well are left out:
 * the outcome stands below.
 */
export function runHead(run: RunView, view: View): Part {
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
