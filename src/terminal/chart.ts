import type { ChartReply } from '../core/reply.ts'
import { harmless, padded } from './cells.ts'

const barWidth = 30
const labelWidth = 24
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** The first series of a chart as bars of text, one a line. */
export function chartText({ title, categories, series }: ChartReply): string {
  const values = series[0]?.values ?? []
  const most = Math.max(...values, 0)
  const bars = categories.map((category, i) => {
    const value = values[i] ?? 0
    const label = padded(harmless(category), labelWidth, false)
    return `${label}  ${bar(most === 0 ? 0 : value / most)} ${value.toLocaleString('en')}`
  })
  return [harmless(title), ...bars].join('\n')
}

function bar(share: number): string {
  const cells = Math.max(0, share) * barWidth
  return '█'.repeat(Math.floor(cells)) + (eighths[Math.floor((cells % 1) * 8)] ?? '')
}
