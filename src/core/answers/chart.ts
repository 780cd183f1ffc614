import { isoDay, midnightOf } from '../day.ts'
import type { Cell, ChartReply, TableReply } from '../reply.ts'
import { dayMs } from '../span.ts'
import type { ChartHint } from '../sql/files.ts'
import { dateText } from '../sql/window.ts'
import { columnInSentence } from '../tables.ts'

/** A note on days that are drawn. */
type ChartNote = NonNullable<ChartReply['notes']>[number]

/** The chart that a header asks for, of so many points, with the notes on its days; none where there is nothing to compare, and of nothing but zeros. */
export function chartOf(
  chart: ChartHint | undefined,
  table: TableReply,
  most: number,
  finding: string | null,
  notes: readonly ChartNote[] = [],
): readonly ChartReply[] {
  const { title, columns, rows } = table
  const isDrawn = (column: string): boolean => rows.some((row) => (row[columns.indexOf(column)] ?? 0) !== 0)
  if (chart === undefined || rows.length < 2 || !chart.y.some(isDrawn)) return []
  const valuesOf = (column: string, of: TableReply['rows']): (number | null)[] =>
    of.map((row) => asNumber(row[columns.indexOf(column)] ?? null))
  const about = {
    kind: 'chart' as const,
    type: chart.type,
    title,
    xLabel: columnInSentence(table, chart.x),
    yLabel: chart.y.map((column) => columnInSentence(table, column)).join(', '),
    ...(finding === null ? {} : { finding }),
  }
  const x = columns.indexOf(chart.x)
  if (chart.type === 'heat') return [{ ...about, ...heatOf(chart, table) }]
  // Of a ranking the first are drawn, of a course of time the newest.
  const isCourse = chart.type === 'line' || chart.type === 'area'
  const points = isCourse ? rows.slice(-most) : rows.slice(0, most)
  const categories = points.map((row) => String(row[x] ?? '–'))
  const drawn = notes.flatMap((note) => onCategories(note, categories))
  return [
    {
      ...about,
      categories,
      ...(drawn.length === 0 ? {} : { notes: drawn }),
      series: chart.y.map((name) => ({
        name,
        label: columnInSentence(table, name),
        values: valuesOf(name, points),
      })),
    },
  ]
}

/** The note on those of its days that are drawn; nothing where none is. */
function onCategories({ id, first, last, text }: ChartNote, categories: readonly string[]): readonly ChartNote[] {
  const days = categories.filter((category) => isDay(category) && category >= first && category <= last)
  const [from, to] = [days[0], days.at(-1)]
  return from === undefined || to === undefined ? [] : [{ id, first: from, last: to, text }]
}

/** A row of cells for each value of the first column, a cell for each category that any row has. */
function heatOf({ x, y: [name, value = name] }: ChartHint, { columns, rows }: TableReply) {
  const [xAt, nameAt, valueAt] = [x, name, value].map((column) => columns.indexOf(column))
  const textAt = (row: readonly Cell[], at: number | undefined): string => String(row[at ?? -1] ?? '–')
  const categories = [...new Set(rows.map((row) => textAt(row, xAt)))].toSorted((a, b) => Number(a) - Number(b))
  const names = [...new Set(rows.map((row) => textAt(row, nameAt)))]
  const cells = new Map(
    rows.map((row) => [`${textAt(row, nameAt)} ${textAt(row, xAt)}`, asNumber(row[valueAt ?? -1] ?? null)]),
  )
  return {
    categories,
    series: names.map((one) => ({
      name: one,
      values: categories.map((category) => cells.get(`${one} ${category}`) ?? null),
    })),
  }
}

function asNumber(cell: Cell): number | null {
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null
}

/** The chart of two compared periods: the first measure that the header draws, now and before. None where it draws none of them. */
export function comparedChart(chart: ChartHint | undefined, { columns }: TableReply): ChartHint | undefined {
  const measure = chart?.y.find((column) => columns.includes(column))
  if (chart === undefined || measure === undefined || !columns.includes(chart.x) || chart.type === 'heat')
    return undefined
  const isCourse = chart.type === 'line' || chart.type === 'area'
  return { type: isCourse ? chart.type : 'bar', x: chart.x, y: [measure, `${measure}_before`] }
}

// Measures that differ by more than this would lie flat beside each other.
const sizeRatio = 4

/** Series that can be read on one axis, in panels: each with those that are not much smaller or larger. */
export function panelsOf<S extends { readonly values: readonly (number | null)[] }>(
  series: readonly S[],
): readonly (readonly S[])[] {
  const panels: (readonly S[])[] = []
  for (const one of series) {
    const panel = panels.at(-1)
    if (panel !== undefined && ratioOf(largest([one]), largest(panel)) <= sizeRatio)
      panels.splice(-1, 1, [...panel, one])
    else panels.push([one])
  }
  return panels
}

function ratioOf(one: number, other: number): number {
  return one === other ? 1 : Math.max(one, other) / Math.max(Math.min(one, other), Number.MIN_VALUE)
}

function largest(series: readonly { readonly values: readonly (number | null)[] }[]): number {
  return Math.max(0, ...series.flatMap(({ values }) => values.map(Number)))
}

// More bars than this are not read; the rows of the table are.
export const mostBars = 8

/** Categories as they find room below their points: days as "24 Nov", with their year where there is more than one. */
export function shortCategories(categories: readonly string[]): readonly string[] {
  const years = new Set(categories.map((category) => category.slice(0, 4)))
  return categories.map((category) => {
    if (!isDay(category)) return category
    const [day, month, year] = dateText(new Date(midnightOf(category))).split(' ')
    return years.size > 1 ? `${day} ${month} ${year}` : `${day} ${month}`
  })
}

/** "[12]", or "[12 +1]" of several notes. */
export function noteMark([first, ...others]: readonly number[]): string {
  return others.length === 0 ? `[${first}]` : `[${first} +${others.length}]`
}

/** The short categories, with the numbers of the notes that begin there: "15 Nov [12]". */
export function markedCategories({
  categories,
  notes = [],
}: Pick<ChartReply, 'categories' | 'notes'>): readonly string[] {
  return shortCategories(categories).map((label, at) => {
    const marks = notes.filter(({ first }) => first === categories[at]).map(({ id }) => id)
    return marks.length === 0 ? label : `${label} ${noteMark(marks)}`
  })
}

function isDay(category: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(category)
}

const weekMs = 7 * dayMs
// 1 January 1970 was a Thursday.
const firstMonday = 4 * dayMs

/** A chart of days with the mean day of each week in their place, by the week's Monday; null where it is of something else than days. */
export function weeklyMeans(chart: ChartReply): ChartReply | null {
  const { categories, series } = chart
  if (!categories.every(isDay)) return null
  const mondayOf = (category: string): string => {
    const time = midnightOf(category)
    return isoDay(Math.floor((time - firstMonday) / weekMs) * weekMs + firstMonday)
  }
  const mondays = categories.map(mondayOf)
  const weeks = [...new Set(mondays)]
  const meanOf = (values: readonly (number | null)[], week: string): number | null => {
    const known = values.filter((value, at) => value !== null && mondays[at] === week).map(Number)
    return known.length === 0
      ? null
      : Math.round((10 * known.reduce((sum, value) => sum + value, 0)) / known.length) / 10
  }
  return {
    ...chart,
    title: `${chart.title}, mean day of each week`,
    categories: weeks,
    ...(chart.notes === undefined
      ? {}
      : { notes: chart.notes.map((note) => ({ ...note, first: mondayOf(note.first), last: mondayOf(note.last) })) }),
    series: series.map((one) => ({ ...one, values: weeks.map((week) => meanOf(one.values, week)) })),
  }
}
