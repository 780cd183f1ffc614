import type { Answer } from '../core/answer.ts'
import type { PlanReply, Reply, StepView } from '../core/reply.ts'
import { duration } from '../core/words.ts'
import { harmless } from './cells.ts'
import { chartText } from './chart.ts'
import { tableText } from './table.ts'

/** How a person repeats a line here. */
export const program = 'npm run -s sparkify --'

const marks = { pending: '○', in_progress: '●', complete: '✓', error: '✗', skipped: '✓' } as const
const tones = { plain: '', note: '', good: '✓ ', warning: '⚠ ', code: '' } as const

/** A whole answer as text, replies parted by empty lines, the next useful line last. */
export function answerText(answer: Answer, columns: number): string {
  const next = answer.next.find(({ form }) => form !== true)
  const last = next === undefined ? [] : [`Next: ${program} ${next.line}`]
  return [...answer.replies.map((reply) => replyText(reply, columns)), ...last].join('\n\n')
}

function replyText(reply: Reply, columns: number): string {
  switch (reply.kind) {
    case 'text':
      return tones[reply.tone ?? 'plain'] + reply.text.split('\n').map(harmless).join('\n')
    case 'table':
      return tableText(reply, columns)
    case 'file':
      return reply.content.trimEnd()
    case 'chart':
      return chartText(reply)
    case 'steps':
      return [reply.title, ...reply.steps.map(stepText)].join('\n')
    case 'plan':
      return planText(reply)
    case 'failure':
      return [`✗ ${reply.message.split('\n').map(harmless).join('\n')}`, reply.remedy]
        .filter((line) => line !== '')
        .join('\n')
  }
}

/** One step on one line: mark, title, time, detail. */
export function stepText({ title, state, ms, detail }: StepView): string {
  const time = ms === null || state === 'pending' ? '' : `  ${duration(ms)}`
  return `${marks[state]} ${title}${time}${detail === undefined ? '' : `  ${harmless(detail)}`}`
}

/** A plan without the question. */
export function planText({ title, facts }: PlanReply): string {
  return [title, ...facts.map((fact) => `  ${fact}`)].join('\n')
}

/** How to say a planned line so that it is done: for scripts, which cannot be asked. */
export function howToConfirm({ line, typed }: PlanReply): string {
  return `Not confirmed. Nothing was done. To do it: ${program} ${line} ${typed === undefined ? '--yes' : `--confirm ${typed}`}`
}
