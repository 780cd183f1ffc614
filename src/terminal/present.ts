import type { Answer } from '../core/answer.ts'
import { markedCategories, shortCategories } from '../core/answers/chart.ts'
import { clean, cleanLine, duration } from '../core/format.ts'
import type { ChartReply, FailureReply, MenuReply, PlanReply, Reply, StepView, TableReply } from '../core/reply.ts'
import { formatCell, formatColumn } from '../core/tables.ts'
import { forShell } from './arguments.ts'
import type { Screen, Tone } from './screen.ts'
import { bar, padded, sparkline, tableText } from './table.ts'

/** How a person runs a command here. */
export const program = 'npx sparkify'

const marks = { pending: '○', in_progress: '●', complete: '✓', error: '✗', skipped: '✓' } as const
const stepTones: Readonly<Record<keyof typeof marks, Tone>> = {
  pending: 'faint',
  in_progress: 'accent',
  complete: 'good',
  error: 'bad',
  skipped: 'faint',
}

/** A whole answer as text, its parts separated by empty lines: title, replies, details, and the next useful command last. */
export function answerText(answer: Answer, screen: Screen): string {
  const { title, lead, replies, details = [] } = answer
  const next = answer.next.find(({ form }) => form !== true)
  return [
    ...(title === undefined ? [] : [screen.paint('title', cleanLine(title))]),
    ...(lead === undefined ? [] : [clean(lead)]),
    ...repliesText(replies, screen),
    ...details.map((reply) => replyText(reply, screen)),
    ...(next === undefined ? [] : [screen.paint('faint', `Next: ${program} ${forShell(cleanLine(next.line))}`)]),
  ].join('\n\n')
}

/** Replies as texts, a chart within the table that it draws. */
function repliesText(replies: readonly Reply[], screen: Screen): readonly string[] {
  const table = replies.find((reply) => reply.kind === 'table')
  const chart = replies.find((reply) => reply.kind === 'chart')
  if (table === undefined || chart === undefined || !isDrawnFrom(chart, table)) {
    return replies.map((reply) => replyText(reply, screen))
  }
  const isCourse = chart.type === 'line' || chart.type === 'area' || chart.type === 'heat'
  return replies.flatMap((reply) => {
    if (reply === table) return [tableText(table, screen, isCourse ? undefined : chart.series[0]?.name)]
    if (reply === chart) return isCourse ? [courseText(chart, screen)] : []
    return [replyText(reply, screen)]
  })
}

function replyText(reply: Reply, screen: Screen): string {
  switch (reply.kind) {
    case 'text':
      return toned(reply.tone ?? 'plain', clean(reply.text), screen)
    case 'table':
      return [tableText(reply, screen), ...actionLines(reply, screen)].join('\n')
    case 'menu':
      return menuText(reply, screen)
    case 'file':
      return screen.filter(reply.content.trimEnd())
    case 'chart':
      return chartText(reply, screen)
    case 'steps':
      return [cleanLine(reply.title), ...reply.steps.map((step) => stepText(step, screen))].join('\n')
    case 'plan':
      return planText(reply, screen)
    case 'failure':
      return failureText(reply, screen)
  }
}

// More are not read; the rest follows from them.
const shownActions = 3

/** What to type for a row: of each kind of action those of the first rows. */
function actionLines({ actions = [] }: TableReply, { paint }: Screen): readonly string[] {
  const known = actions.filter((action) => action !== null)
  return [...new Set(known.map(({ label }) => label))].map((label) => {
    const lines = known.filter((action) => action.label === label).map(({ line }) => forShell(cleanLine(line)))
    const more = lines.length > shownActions ? ' · …' : ''
    return paint('faint', `${cleanLine(label)}: ${program} ${lines.slice(0, shownActions).join(' · ')}${more}`)
  })
}

/** Headings with a line for each command below them, what it does in a column. */
function menuText({ groups }: MenuReply, { paint }: Screen): string {
  const names = groups.flatMap(({ items }) => items.filter(({ text }) => text !== '').map(({ name }) => name.length))
  const width = Math.max(0, ...names)
  const line = ({ name, text }: MenuReply['groups'][number]['items'][number]): string =>
    text === '' ? `  ${forShell(name)}` : `  ${paint('accent', name.padEnd(width))}  ${cleanLine(text)}`
  return groups
    .map(({ title, items }) => [paint('title', cleanLine(title)), ...items.map(line)].join('\n'))
    .join('\n\n')
}

function toned(tone: 'plain' | 'note' | 'good' | 'warning' | 'code', text: string, { paint }: Screen): string {
  if (tone === 'good') return `${paint('good', '✓')} ${text}`
  if (tone === 'warning') return `${paint('warning', '⚠')} ${text}`
  return tone === 'note' ? paint('faint', text) : text
}

function failureText({ message, remedy, ask = [] }: FailureReply, { paint }: Screen): string {
  const help = ask.length === 0 ? '' : `Ask ${ask.join(', ')}.`
  return [`${paint('bad', '✗')} ${clean(message)}`, clean(help), clean(remedy)].filter((line) => line !== '').join('\n')
}

/** One step on one line: mark, title, time, detail. */
export function stepText({ title, state, ms, detail }: StepView, { paint }: Screen): string {
  const time = ms === null || state === 'pending' ? '' : `  ${duration(ms)}`
  const about = `${time}${detail === undefined ? '' : `  ${cleanLine(detail)}`}`
  return `${paint(stepTones[state], marks[state])} ${cleanLine(title)}${paint('faint', about)}`
}

/** A plan without the question. */
export function planText({ title, facts, reasons = [], changes = [] }: PlanReply, { paint }: Screen): string {
  const differences = changes.map(({ was, now }) => {
    if (was === null) return `now also: ${now ?? ''}`
    return now === null ? `no longer: ${was}` : `was: ${was}\n  now: ${now}`
  })
  const changed = differences.length === 0 ? [] : ['It has changed since it was requested:', ...differences]
  const warnings = reasons.map((reason) => `${paint('warning', '⚠')} ${clean(reason)}`)
  return [
    paint('title', cleanLine(title)),
    ...[...[...changed, ...facts].map(clean), ...warnings].map((line) => `  ${line}`),
  ].join('\n')
}

/** How to confirm a planned command in a script, where nobody can be asked. */
export function howToConfirm({ line, typed }: PlanReply): string {
  const confirmed = typed === undefined ? '--yes' : `--confirm ${typed}`
  return clean(`Not confirmed. Nothing was done. To do it: ${program} ${forShell(line)} ${confirmed}`)
}

const barWidth = 30
const labelWidth = 24

/** A chart without a table as bars of text, one a line, its series below each other on one scale. */
export function chartText(chart: ChartReply, { paint }: Screen): string {
  const { title, series } = chart
  const most = Math.max(...series.flatMap(({ values }) => values.map(Number)), 0)
  const labels = markedCategories(chart)
  const bars = series.flatMap(({ name, label: words = name, values }) => [
    ...(series.length > 1 ? [cleanLine(words)] : []),
    ...labels.map((category, i) => {
      const value = values[i] ?? null
      const label = padded(cleanLine(category), labelWidth, false)
      const figure = formatCell(value, 'decimal')
      const drawn = bar(most === 0 || value === null ? 0 : value / most, barWidth)
      return `${label}  ${paint('accent', drawn)} ${figure}`
    }),
  ])
  return [paint('title', cleanLine(title)), ...bars].join('\n')
}

/** Whether a chart draws columns of this table, or, of a heat map, its rows. */
function isDrawnFrom({ type, series }: ChartReply, { columns }: TableReply): boolean {
  return type === 'heat' || (series.length > 0 && series.every(({ name }) => columns.includes(name)))
}

// What stands behind a sparkline: "  12,000–13,500".
const rangeRoom = 24

/** At most so many values: the mean of each as many neighbours as it takes. */
function squeezed(values: readonly (number | null)[], most: number): readonly (number | null)[] {
  const each = Math.max(1, Math.ceil(values.length / Math.max(1, most)))
  return Array.from({ length: Math.ceil(values.length / each) }, (_, at) => {
    const known = values.slice(at * each, (at + 1) * each).filter((value) => value !== null)
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
  })
}

/** A course of time, or a row of a heat map, in one line for each series, with the least and the most of it; below them where notes are. */
function courseText({ type, categories, series, notes = [] }: ChartReply, { columns, paint }: Screen): string {
  const format = type === 'heat' ? 'percent' : 'decimal'
  const labels =
    type === 'heat' ? shortCategories(series.map(({ name }) => name)) : series.map(({ name, label = name }) => label)
  const width = Math.max(notes.length === 0 ? 0 : notesLabel.length, ...labels.map((label) => label.length))
  const room = columns - width - rangeRoom
  const marks = marksText(categories, notes, room)
  const lines = series.map(({ values }, at) => {
    const known = values.filter((value) => value !== null)
    const write = formatColumn(known, format)
    const range = known.length === 0 ? '–' : [Math.min(...known), Math.max(...known)].map(write).join('–')
    return `${padded(cleanLine(labels[at] ?? ''), width, false)}  ${paint('accent', sparkline(squeezed(values, room)))}  ${range}`
  })
  return [...lines, ...(marks === '' ? [] : [`${padded(notesLabel, width, false)}  ${marks}`])].join('\n')
}

const notesLabel = 'notes'

/** A mark below each point of a sparkline that a note is on; empty where there is none. */
function marksText(categories: readonly string[], notes: NonNullable<ChartReply['notes']>, room: number): string {
  const isNoted = categories.map((category) =>
    notes.some(({ first, last }) => category >= first && category <= last) ? 1 : null,
  )
  return squeezed(isNoted, room)
    .map((mark) => (mark === null ? ' ' : '▴'))
    .join('')
    .trimEnd()
}
