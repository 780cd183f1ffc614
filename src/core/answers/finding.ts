import { midnightOf } from '../day.ts'
import { capitalized, count, list, percent, plural } from '../format.ts'
import type { Cell, Format, TableReply } from '../reply.ts'
import { dayMs } from '../span.ts'
import type { QueryFile } from '../sql/files.ts'
import type { FiguresHint, FindingHint } from '../sql/finding-hint.ts'
import type { QueryArgs } from '../sql/query-statement.ts'
import { dateText } from '../sql/window.ts'
import { columnInSentence, formatCell, formatColumn } from '../tables.ts'

/** The kind of finding that an answer with these arguments has; undefined where its header names none. */
export function findingHintOf({ findings, params }: QueryFile, args: QueryArgs): FindingHint | undefined {
  const valueOfParam = (name: string): string =>
    String(args[name] ?? params.find((param) => param.name === name)?.default ?? '')
  return findings.findLast(({ when }) => when === null || valueOfParam(when.param) === when.value)?.hint
}

/**
 * What an answer found, in one sentence with its number: "You're The One leads with 37 plays, 9 more than the next." `isFull`: the list has
 * the length that was asked for, so there may be more. Null where the figures are missing.
 */
export function findingIn(hint: FindingHint, table: TableReply, isFull: boolean): string | null {
  switch (hint.kind) {
    case 'leader':
      return leaderOf(table.rows, hint, table, isFull)
    case 'highest': {
      const at = table.columns.indexOf(hint.measure)
      const rows = table.rows.toSorted((one, other) => Number(other[at] ?? -1) - Number(one[at] ?? -1))
      return leaderOf(rows, hint, table, isFull)
    }
    case 'figures': {
      const figures = figuresOf(hint, table)
      return figures === null ? null : `${figuresLine(figures, ', ')}.`
    }
    case 'share': {
      const [part, whole] = [valueIn(table, 0, hint.part), valueIn(table, 0, hint.whole)]
      if (whole === 0) return `No ${wordsOf(hint.whole)}.`
      if (part === null || whole === null) return null
      return `${count(part)} of ${nounOf(whole, hint.whole)} ${wordsOf(hint.part)} (${percent(part, whole)}).`
    }
    case 'count': {
      const [noun = '', ...rest] = hint.of.split(' ')
      const { length } = table.rows
      const of = length === 0 ? `No ${noun}s` : `${isFull ? 'At least ' : ''}${plural(length, noun)}`
      return `${[of, ...rest].join(' ')}.`
    }
    case 'funnel': {
      const last = table.rows.length - 1
      const [began, ended] = [valueIn(table, 0, hint.measure), valueIn(table, last, hint.measure)]
      const goal = textIn(table, last, hint.label)
      if (began === null || ended === null || last < 1) return null
      if (began === 0) return `No ${wordsOf(hint.measure)} at the first step.`
      return `${count(ended)} of ${count(began)} ${wordsOf(hint.measure)} reached "${goal}" (${percent(ended, began)}).`
    }
    case 'cohorts':
      return cohortsOf(hint.measure, table)
  }
}

function leaderOf(
  rows: TableReply['rows'],
  { label, measure }: { readonly label: string; readonly measure: string },
  { columns }: TableReply,
  isFull: boolean,
): string | null {
  const [labelAt, measureAt] = [columns.indexOf(label), columns.indexOf(measure)]
  const value = (row: readonly Cell[] | undefined): Cell => row?.[measureAt] ?? null
  const name = (row: readonly Cell[] | undefined): string => nameOf(row?.[labelAt] ?? null)
  const most = value(rows[0])
  if (rows.length === 0 || most === 0) return `No ${wordsOf(measure)}.`
  if (typeof most !== 'number') return null
  const ends = rows.findIndex((row) => value(row) !== most)
  const ties = ends === -1 ? rows.length : ends
  const figure = nounOf(most, measure)
  if (rows.length === 1) return `${name(rows[0])} has ${figure}.`
  if (ties === rows.length) return `All ${count(ties)}${isFull ? ' shown' : ''} have ${figure} each.`
  if (ties > 1) {
    const named = rows.slice(0, ties > 3 ? 2 : ties).map(name)
    const more = ties > 3 ? [`${count(ties - 2)} more`] : []
    return `${list([...named, ...more])} lead with ${figure} each.`
  }
  const next = value(rows[1])
  const ahead = typeof next === 'number' && next < most ? `, ${count(most - next)} more than the next` : ''
  return `${name(rows[0])} leads with ${figure}${ahead}.`
}

function cohortsOf(measure: string, { columns, rows }: TableReply): string {
  const [cohort, week, partial, value] = ['cohort', 'week', 'partial', measure].map((name) => columns.indexOf(name))
  const inWeek = (n: number) => rows.filter((row) => row[week ?? -1] === n)
  const over = inWeek(1).filter((row) => row[partial ?? -1] === 'no')
  const cohorts = new Set(over.map((row) => row[cohort ?? -1]))
  const sum = (some: TableReply['rows']): number =>
    some.reduce((total, row) => total + Number(row[value ?? -1] ?? 0), 0)
  const all = sum(inWeek(0).filter((row) => cohorts.has(row[cohort ?? -1])))
  if (all === 0) return 'No cohort has a whole week after its first one yet.'
  const back = sum(over)
  return `${count(back)} of ${count(all)} new ${wordsOf(measure)} came back in the week after their first (${percent(back, all)}).`
}

/** "37 plays", "1 play": the name of a measure is a plural. */
function nounOf(n: number, measure: string): string {
  const words = wordsOf(measure)
  return plural(n, words.replace(/s$/, ''), words)
}

function wordsOf(column: string): string {
  return column.replaceAll('_', ' ')
}

function nameOf(cell: Cell): string {
  return cell === null || cell === '' ? '(no name)' : String(cell)
}

function textIn({ columns, rows }: TableReply, row: number, column: string): string {
  return nameOf(rows[row]?.[columns.indexOf(column)] ?? null)
}

function valueIn({ columns, rows }: TableReply, row: number, column: string): number | null {
  const cell = rows[row]?.[columns.indexOf(column)] ?? null
  return typeof cell === 'number' ? cell : null
}

/** The figures of a finding: which row they are of, whether they hold their change, and each as "plays 346 (+4.2%)". */
export interface Figures {
  readonly of: string | null
  readonly changes: boolean
  readonly words: readonly string[]
}

/** "29 Nov 2018, vs the week before: plays 346 (+4.2%) · listeners 56 (−3.1%)". */
export function figuresLine({ of, changes, words }: Figures, between: string): string {
  const figures = words.join(between)
  if (of === null) return capitalized(figures)
  return `${of}${changes ? ', vs the week before' : ''}: ${figures}`
}

const week = 7 * dayMs

/** The figures that a header asks for. Null where no row is one to show, or where the last one was cut off. */
export function figuresOf(hint: FiguresHint, table: TableReply): Figures | null {
  const { at: place, where } = hint.row
  if (place === 'last' && table.rows.length < table.total && table.timeOrder === undefined) return null
  const known = table.rows.filter(
    (row) => where === null || String(row[table.columns.indexOf(where.column)]) === where.value,
  )
  const row = place === 'last' ? known.at(-1) : known[place - 1]
  if (row === undefined) return null
  const before = hint.weekBefore ? rowBefore(row, known) : undefined
  const words = hint.columns.map((column) => {
    const at = table.columns.indexOf(column)
    const format = table.formats?.[at] ?? 'text'
    const change = before === undefined ? '' : changeWords(row[at] ?? null, before[at] ?? null, format)
    return `${columnInSentence(table, column)} ${formatCell(row[at] ?? null, format)}${change}`
  })
  const isOnly = place === 1 && table.total === 1
  const of = isOnly ? null : (dayWords(row[0] ?? null) ?? formatCell(row[0] ?? null, table.formats?.[0] ?? 'text'))
  return { of, changes: before !== undefined, words }
}

function rowBefore(row: readonly Cell[], rows: TableReply['rows']): readonly Cell[] | undefined {
  const day = Date.parse(String(row[0]))
  return rows.find(([first]) => Date.parse(String(first)) === day - week)
}

/** " (+4.2%)"; of what is a share already " (+3.1 points)". Nothing where there is nothing to compare with. */
function changeWords(now: Cell, before: Cell, format: Format): string {
  if (before === 0 && typeof now === 'number' && now !== 0 && format !== 'percent') return ' (0 before)'
  const change = changeOf(now, before, format) ?? (now === 0 && before === 0 ? 0 : null)
  if (change === null) return ''
  return format === 'percent'
    ? ` (${formatColumn([0.1], 'signed')(change)} points)`
    : ` (${formatCell(change, 'change')})`
}

/**
 * The change of a figure to one decimal: in percent, or in points of what is a percentage itself. Null
 * where one of the two is missing, and from nothing.
 */
export function changeOf(now: Cell, before: Cell, format: Format): number | null {
  if (typeof now !== 'number' || typeof before !== 'number') return null
  if (format === 'percent') return tenths(now - before)
  return before === 0 ? null : tenths((100 * (now - before)) / Math.abs(before))
}

function tenths(change: number): number {
  return (Math.sign(change) * Math.round(Math.abs(change) * 10)) / 10
}

/** "29 Nov 2018" for `2018-11-29`; null for what is no day. */
export function dayWords(cell: Cell): string | null {
  const day = /^\d{4}-\d\d-\d\d$/.test(String(cell)) ? midnightOf(String(cell)) : Number.NaN
  return Number.isNaN(day) ? null : dateText(new Date(day))
}
