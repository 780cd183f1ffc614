import type { ChartReply } from '../../core/reply.ts'
import { cleanLine } from '../../core/words.ts'
import { formatCell } from './format.ts'
import { column, fitColumns, widthOf } from './width.ts'

// Label, bar and figure make a line that a phone shows unwrapped.
const labelColumns = 14
const barColumns = 10

// Nobody reads more off bars of text.
const maxPoints = 100

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/** A chart in a monospaced font: its lines, and how many points of each series they hold. */
export interface TextBars {
  readonly text: string
  readonly shown: number
}

/** A bar for each point, series below each other, all on one scale; what is below nothing is hatched. */
export function textBars({ categories: all, series }: ChartReply, maxCharacters: number): TextBars {
  const categories = all.slice(0, maxPoints)
  const labels = categories.map((category) => fitColumns(cleanLine(category), labelColumns))
  const labelWidth = Math.max(1, ...labels.map(widthOf))
  const figures = series.map(({ values }) => categories.map((_, at) => figure(values[at])))
  const figureWidth = Math.max(1, ...figures.flat().map(widthOf))
  const most = Math.max(0, ...series.flatMap(({ values }) => values.filter(Number.isFinite).map(Math.abs)))
  const line = (at: number, s: number): string => {
    const bar = barOf(series[s]?.values[at], most)
    return `${column(labels[at] ?? '–', labelWidth, 'left')} ${bar.padEnd(barColumns)} ${column(figures[s]?.[at] ?? '–', figureWidth, 'right')}`
  }
  const draw = (points: number): string =>
    series
      .map(({ name }, s) =>
        [
          ...(series.length > 1 ? [fitColumns(cleanLine(name), labelColumns + barColumns)] : []),
          ...labels.slice(0, points).map((_, at) => line(at, s)),
        ].join('\n'),
      )
      .join('\n\n')
  let shown = categories.length
  while (shown > 1 && draw(shown).length > maxCharacters) shown--
  return { text: draw(shown), shown }
}

function figure(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : formatCell(value, 'decimal')
}

function barOf(value: number | undefined, most: number): string {
  if (value === undefined || !Number.isFinite(value) || most === 0) return ''
  const parts = Math.round((Math.abs(value) / most) * barColumns * eighths.length)
  const full = Math.floor(parts / eighths.length)
  if (value < 0) return '░'.repeat(Math.max(1, full))
  return `${'█'.repeat(full)}${eighths[parts % eighths.length] ?? ''}`
}
