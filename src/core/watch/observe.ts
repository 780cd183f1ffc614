import { dayAfter, midnightOf } from '../day.ts'
import { formatInUtc, plural } from '../format.ts'
import type { AlertCondition, AlertDefinition, Observation } from '../ports/watches.ts'
import { dateText } from '../sql/window.ts'
import { columnInSentence, formatCell } from '../tables.ts'
import type { WatchedFigures } from './figures.ts'
import {
  isBeyond,
  type Lack,
  unusualPoints,
  type Verdict,
  type VerdictBasis,
  verdictOf,
  verdictOfChange,
} from './verdict.ts'

/** What was found of one day, or of a single figure, and the figure itself. */
export interface Observed {
  readonly observation: Observation
  readonly value: number | null
}

/** The first day whose figure is needed to judge a day. */
export function neededFrom({ condition, days }: AlertDefinition, day: string): string {
  const weeks = condition.kind === 'limit' ? 1 : condition.kind === 'changed' ? 2 : unusualPoints.weeks
  return dayAfter(day, -7 * weeks - days)
}

/** Judges one whole day: red where it and the days right before it, `days` in all, meet the condition. */
export function observeDay(
  { condition, days }: AlertDefinition,
  figures: Extract<WatchedFigures, { kind: 'days' }>,
  day: string,
): Observed {
  const isCount = figures.format === 'integer'
  const verdict = verdictOf(condition, day, figures.valueOn, isCount)
  const before = Array.from({ length: days - 1 }, (_, n) =>
    verdictOf(condition, dayAfter(day, -n - 1), figures.valueOn, isCount),
  )
  const red = before.findIndex((one) => one.kind === 'unknown' || !one.isRed)
  return observed(verdict, condition, figures, day, { wanted: days, inRow: (red === -1 ? before.length : red) + 1 })
}

/** Judges a single figure as of a day; a change is from the figure of the load that was judged before. */
export function observeSingle(
  { condition }: AlertDefinition,
  figures: Extract<WatchedFigures, { kind: 'single' }>,
  day: string | null,
  before: number | null,
): Observed {
  const { value } = figures
  const verdict = ((): Verdict => {
    if (value === null) return { kind: 'unknown', lacks: { kind: 'figure' }, value }
    if (condition.kind === 'limit')
      return { kind: 'judged', isRed: isBeyond(value, condition), value, basis: { kind: 'limit' } }
    if (condition.kind === 'changed') return verdictOfChange(value, before, null, condition.percent)
    return { kind: 'unknown', lacks: { kind: 'points', points: 0 }, value }
  })()
  return observed(verdict, condition, figures, day, { wanted: 1, inRow: 1 })
}

interface Row {
  readonly wanted: number
  readonly inRow: number
}

function observed(
  verdict: Verdict,
  condition: AlertCondition,
  figures: WatchedFigures,
  day: string | null,
  row: Row,
): Observed {
  const { value } = verdict
  const when = day === null ? 'the newest load' : dayText(day)
  if (verdict.kind === 'unknown') {
    return { observation: { kind: 'unknown', why: `${when}: ${lackWords(verdict.lacks, figures, day)}.` }, value }
  }
  const isRed = verdict.isRed && row.inRow >= row.wanted
  const basis = basisOf(verdict.basis, verdict.value, verdict.isRed, condition, figures, day)
  const inRow = row.wanted > 1 && verdict.isRed ? `, ${row.inRow} of ${plural(row.wanted, 'day')} in a row` : ''
  const name = columnInSentence({ columns: [figures.column], labels: [figures.title] }, figures.column)
  return {
    observation: {
      kind: isRed ? 'red' : 'green',
      when,
      headline: `${when}: ${name} ${shown(verdict.value, figures)}, ${basis.words}${inRow}.`,
      facts: [
        [figures.title, shown(verdict.value, figures)],
        basis.fact,
        ...(day === null ? [] : [['Day', when] as const]),
      ],
    },
    value,
  }
}

const signs = { '<': 'below', '<=': 'at most', '>': 'above', '>=': 'at least' } as const

function basisOf(
  basis: VerdictBasis,
  value: number,
  isRed: boolean,
  condition: AlertCondition,
  figures: WatchedFigures,
  day: string | null,
): { readonly words: string; readonly fact: readonly [string, string] } {
  const not = isRed ? '' : 'not '
  if (basis.kind === 'band') {
    const band = `${shown(rounded(basis.band.low), figures)} to ${shown(rounded(basis.band.high), figures)}`
    const whose = `of ${weekdayOf(day ?? '')}s`
    return {
      words: `${isRed ? 'outside of' : 'within'} the usual ${band} ${whose}`,
      fact: ['Usual band', `${band}, of ${plural(basis.points, weekdayOf(day ?? ''))}`],
    }
  }
  if (basis.kind === 'before') {
    const change =
      basis.value === 0
        ? 'up from nothing'
        : formatCell((100 * (value - basis.value)) / Math.abs(basis.value), 'change')
    const from = basis.day === null ? 'the load before' : dayText(basis.day)
    const limit = condition.kind === 'changed' ? `${condition.percent}%` : ''
    return {
      words: `${change} against ${shown(basis.value, figures)} (${from}), ${not}more than ${limit}`,
      fact: ['Limit', `${limit} against ${shown(basis.value, figures)} (${from})`],
    }
  }
  const limit = condition.kind === 'limit' ? `${signs[condition.operator]} ${shown(condition.limit, figures)}` : ''
  return { words: `${not}${limit}`, fact: ['Limit', limit] }
}

function lackWords(lack: Lack, { title }: WatchedFigures, day: string | null): string {
  if (lack.kind === 'figure') return `there is no figure for ${title}`
  if (lack.kind === 'before') {
    return lack.day === null
      ? 'there is no load before to compare with'
      : `there is no figure of ${dayText(lack.day)} to compare with`
  }
  return day === null
    ? 'there is no figure for each day, so nothing is usual'
    : `${lack.points} of ${unusualPoints.least} earlier ${weekdayOf(day)}s that a usual band needs`
}

function shown(value: number, { format }: WatchedFigures): string {
  return formatCell(value, format)
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

/** "29 Nov 2018". */
export function dayText(day: string): string {
  return dateText(new Date(midnightOf(day)))
}

const weekday = formatInUtc({ weekday: 'long' })

function weekdayOf(day: string): string {
  return weekday(midnightOf(day))
}
