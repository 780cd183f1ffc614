import { cellWords } from '../core/cell-words.ts'
import type { ChartReply, TableReply } from '../core/reply.ts'
import { cleanLine } from '../core/words.ts'
import { bar, padded, sparkline } from './table.ts'

const barWidth = 30
const labelWidth = 24

/** A chart that stands alone as bars of text, one a line, its series below each other on one scale. */
export function chartText({ title, categories, series }: ChartReply): string {
  const most = Math.max(...series.flatMap(({ values }) => values.filter(Number.isFinite)), 0)
  const bars = series.flatMap(({ name, values }) => [
    ...(series.length > 1 ? [cleanLine(name)] : []),
    ...categories.map((category, i) => {
      const value = values[i] ?? Number.NaN
      const label = padded(cleanLine(category), labelWidth, false)
      const figure = Number.isFinite(value) ? cellWords(value, 'decimal') : '–'
      return `${label}  ${bar(most === 0 || !Number.isFinite(value) ? 0 : value / most, barWidth)} ${figure}`
    }),
  ])
  return [cleanLine(title), ...bars].join('\n')
}

/** Whether a chart draws columns of this table. */
export function isDrawnFrom({ xLabel, series }: ChartReply, { columns }: TableReply): boolean {
  return columns.includes(xLabel) && series.length > 0 && series.every(({ name }) => columns.includes(name))
}

/** A course of time in one line for each of its series, with the least and the most of it. */
export function courseText({ series }: ChartReply): string {
  const width = Math.max(...series.map(({ name }) => name.length))
  return series
    .map(({ name, values }) => {
      const known = values.filter(Number.isFinite)
      const range = [Math.min(...known), Math.max(...known)].map((value) => cellWords(value, 'decimal')).join('–')
      return `${padded(cleanLine(name), width, false)}  ${sparkline(values)}  ${known.length === 0 ? '–' : range}`
    })
    .join('\n')
}
