import type { PlanBlock, TaskCardBlock } from '@slack/types'
import type { StepState, StepsReply, StepView } from '../../core/reply.ts'
import { cleanLine, duration, plural } from '../../core/words.ts'
import { boldLine, richText, sections } from './blocks.ts'
import { cut } from './cut.ts'
import { type Part, simplePart } from './part.ts'

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
export function planBlock(id: string, title: string, steps: readonly StepView[]): PlanBlock {
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
export function presentSteps({ title, steps }: StepsReply): Part {
  const lines = stepLines(steps)
  return simplePart(cut(cleanLine(title), 150), [boldLine(title), ...sections(lines)], `${cleanLine(title)}\n${lines}`)
}

function detailOf({ state, ms, detail }: StepView): string {
  const said = detail === undefined ? '' : cut(cleanLine(detail), maxDetail)
  const facts = [
    state === 'skipped' ? `skipped${said === '' ? '' : `: ${said}`}` : said,
    ms === null || state === 'pending' || state === 'skipped' ? '' : duration(Math.max(0, ms)),
  ]
  return facts.filter((fact) => fact !== '').join(' · ')
}

/** At most 30 steps; those beyond are told as one, in the state of the furthest that needs a look. */
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
