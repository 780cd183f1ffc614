import type { Answer } from '../core/answer.ts'
import type { FailureReply, PlanReply, Reply, StepView } from '../core/reply.ts'
import { clean, cleanLine, duration } from '../core/words.ts'
import { chartText, courseText, isDrawnFrom } from './chart.ts'
import { tableText } from './table.ts'

/** How a person repeats a line here. */
export const program = 'npm run -s sparkify --'

const marks = { pending: '○', in_progress: '●', complete: '✓', error: '✗', skipped: '✓' } as const
const tones = { plain: '', note: '', good: '✓ ', warning: '⚠ ', code: '' } as const

/** A whole answer as text, parts parted by empty lines: its replies, its details, and the next useful line last. */
export function answerText(answer: Answer, columns: number): string {
  const { title, replies, details = [] } = answer
  const next = answer.next.find(({ form }) => form !== true)
  return [
    ...(title === undefined ? [] : [cleanLine(title)]),
    ...repliesText(replies, columns),
    ...details.map((reply) => replyText(reply, columns)),
    ...(next === undefined ? [] : [`Next: ${program} ${next.line}`]),
  ].join('\n\n')
}

/** Replies as texts, a chart within the table that it draws. */
function repliesText(replies: readonly Reply[], columns: number): readonly string[] {
  const table = replies.find((reply) => reply.kind === 'table')
  const chart = replies.find((reply) => reply.kind === 'chart')
  if (table === undefined || chart === undefined || !isDrawnFrom(chart, table)) {
    return replies.map((reply) => replyText(reply, columns))
  }
  const isCourse = chart.type === 'line' || chart.type === 'area'
  return replies.flatMap((reply) => {
    if (reply === table) return [tableText(table, columns, isCourse ? undefined : chart.series[0]?.name)]
    if (reply === chart) return isCourse ? [courseText(chart)] : []
    return [replyText(reply, columns)]
  })
}

function replyText(reply: Reply, columns: number): string {
  switch (reply.kind) {
    case 'text':
      return tones[reply.tone ?? 'plain'] + clean(reply.text)
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
      return failureText(reply)
  }
}

function failureText({ message, remedy, ask = [] }: FailureReply): string {
  const help = ask.length === 0 ? '' : `Ask ${ask.join(', ')}.`
  return [`✗ ${clean(message)}`, clean(help), clean(remedy)].filter((line) => line !== '').join('\n')
}

/** One step on one line: mark, title, time, detail. */
export function stepText({ title, state, ms, detail }: StepView): string {
  const time = ms === null || state === 'pending' ? '' : `  ${duration(ms)}`
  return `${marks[state]} ${title}${time}${detail === undefined ? '' : `  ${cleanLine(detail)}`}`
}

/** A plan without the question. */
export function planText({ title, facts, reasons = [], changes = [] }: PlanReply): string {
  const differences = changes.map(({ was, now }) => {
    if (was === null) return `now also: ${now ?? ''}`
    return now === null ? `no longer: ${was}` : `was: ${was}\n  now: ${now}`
  })
  const changed = differences.length === 0 ? [] : ['It changed since it was asked:', ...differences]
  const warnings = reasons.map((reason) => `⚠ ${reason}`)
  return [title, ...[...changed, ...facts, ...warnings].map((line) => `  ${line}`)].join('\n')
}

/** How to say a planned line so that it is done: for scripts, which cannot be asked. */
export function howToConfirm({ line, typed }: PlanReply): string {
  return `Not confirmed. Nothing was done. To do it: ${program} ${line} ${typed === undefined ? '--yes' : `--confirm ${typed}`}`
}
