import { markedCategories, mostBars, shortCategories } from '../core/answers/chart.ts'
import type { ChartReply } from '../core/reply.ts'
import { daysText } from '../core/sql/window.ts'
import { formatCell } from '../core/tables.ts'
import { fontMetrics } from './font.ts'

/** Sizes of a picture, in points; the PNG has two pixels for each. A phone shows it at about half its width, where 15 is still read. */
export const width = 640
export const textSize = 15
export const gap = 10

/** How wide a text is in the picture. */
export function textWidth(text: string): number {
  return fontMetrics().widthOf(text, textSize)
}

/** A chart with the words that are drawn: short days, and each series by its label. */
export interface DrawnChart {
  readonly type: ChartReply['type']
  readonly categories: readonly string[]
  readonly series: readonly { readonly label: string; readonly values: readonly (number | null)[] }[]
  readonly xLabel: string
  /** On the categories from `first` to `last`; `words` explain the number, null where the font lacks one of their characters. */
  readonly notes: readonly {
    readonly id: number
    readonly first: number
    readonly last: number
    readonly words: string | null
  }[]
}

/** What of a chart is drawn; null where it is no picture: a glyph is missing, or there are more bars than are read. */
export function drawnChart(chart: ChartReply): DrawnChart | null {
  const { type, categories, series, xLabel, notes = [] } = chart
  const isCourse = type === 'line' || type === 'area'
  const labels = series.map(({ name, label = name }) => label)
  const drawn: DrawnChart = {
    type,
    categories: isCourse ? shortCategories(categories) : markedCategories(chart),
    series: shortCategories(labels).map((label, at) => ({ label, values: series[at]?.values ?? [] })),
    xLabel,
    notes: notes.map(({ id, first, last, text }) => {
      const words = `[${id}] ${daysText(first, last)}: ${text}`
      return {
        id,
        first: categories.indexOf(first),
        last: categories.indexOf(last),
        words: fontMetrics().has(words) ? words : null,
      }
    }),
  }
  const isBars = type === 'bar' || type === 'pie' || type === 'funnel'
  if (categories.length < 2 || series.length === 0 || (isBars && categories.length > mostBars)) return null
  const words = [...drawn.categories, ...drawn.series.map(({ label }) => label), xLabel]
  return words.every((word) => fontMetrics().has(word)) ? drawn : null
}

/** Round values from 0 (or from below it) to at least the largest one. */
export function ticksOf(series: DrawnChart['series']): {
  readonly min: number
  readonly max: number
  readonly step: number
} {
  const values = series.flatMap((one) => one.values.map(Number))
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  // Of less, nothing would be shown; the smallest doubles have no tenth.
  const rough = (high - low < 1e-9 ? 1 : high - low) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10)
  return { min: Math.floor(low / step) * step, max: Math.ceil(high / step || 1) * step, step }
}

/** A number of an axis or a bar. */
export function figureOf(value: number): string {
  return formatCell(value, 'decimal')
}

/** Every how many categories one is named, so that their names keep clear of each other. */
export function labelStep(categories: readonly string[], room: number): number {
  const widest = Math.max(...categories.map(textWidth)) + gap
  return Math.max(1, Math.ceil((widest * categories.length) / room))
}

/** A text cut to a width, with an ellipsis where it is longer. */
export function fitted(text: string, room: number): string {
  if (textWidth(text) <= room) return text
  const kept = [...text]
  while (kept.length > 0 && textWidth(`${kept.join('')}…`) > room) kept.pop()
  return `${kept.join('').trimEnd()}…`
}

/** A text broken between words into lines of at most `room`, or where a word is longer than that. */
export function wrapped(text: string, room: number): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && textWidth(longer) <= room) lines.splice(-1, 1, longer)
    else lines.push(...piecesOf(word, room))
  }
  return lines.join('\n')
}

function piecesOf(word: string, room: number): readonly string[] {
  const pieces: string[] = []
  for (const character of word) {
    const last = pieces.at(-1)
    if (last !== undefined && textWidth(last + character) <= room) pieces[pieces.length - 1] = last + character
    else pieces.push(character)
  }
  return pieces
}
