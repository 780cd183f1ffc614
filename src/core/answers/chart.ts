import type { ChartReply, TableReply } from '../reply.ts'
import type { ChartHint } from '../sql/files.ts'
import { dayWords } from './finding.ts'

/** The chart that the header asks for, of so many points; none where there is nothing to compare. */
export function chartOf(
  chart: ChartHint | undefined,
  { title, columns, rows }: TableReply,
  most: number,
): readonly ChartReply[] {
  if (chart === undefined || rows.length < 2) return []
  const x = columns.indexOf(chart.x)
  // Of a ranking the first are told, of a course of time the latest.
  const isCourse = chart.type === 'line' || chart.type === 'area'
  const points = isCourse ? rows.slice(-most) : rows.slice(0, most)
  return [
    {
      kind: 'chart',
      type: chart.type,
      title,
      xLabel: chart.x,
      yLabel: chart.y.join(', '),
      categories: points.map((row) => String(row[x] ?? '–')),
      series: chart.y.map((name) => ({ name, values: points.map((row) => Number(row[columns.indexOf(name)])) })),
    },
  ]
}

/** The days of a chart as they find room below its points: without their year, and with the month where it begins. */
export function withShortDays(chart: ChartReply): ChartReply {
  const { categories } = chart
  const short = categories.map((category, at) => {
    const [day, month] = dayWords(category)?.split(' ') ?? [category]
    const isNew = month !== undefined && category.slice(0, 7) !== categories[at - 1]?.slice(0, 7)
    return isNew ? `${day} ${month}` : (day ?? category)
  })
  return { ...chart, categories: short }
}

/** The chart of two compared periods: the first measure that the header draws, now and before. None where it draws none of them. */
export function comparedChart(chart: ChartHint | undefined, { columns }: TableReply): ChartHint | undefined {
  const measure = chart?.y.find((column) => columns.includes(column))
  if (chart === undefined || measure === undefined || !columns.includes(chart.x)) return undefined
  return { type: chart.type === 'pie' ? 'bar' : chart.type, x: chart.x, y: [measure, `${measure}_before`] }
}
