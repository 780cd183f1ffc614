import { expect, it } from 'vitest'
import { withFittingLabels } from '../../src/workspace/page/chart-labels.ts'

const titles = [
  'The Garden of Small Rooms',
  'The Garden of Tall Trees',
  'Undo',
  ...Array.from({ length: 7 }, (_, i) => `Song ${i}`),
]

it('cuts the labels of a chart to the room below their points, and keeps them different', () => {
  const { chart } = withFittingLabels({
    type: 'data_visualization',
    title: 'Top songs',
    chart: {
      type: 'bar',
      series: [{ name: 'plays', data: titles.map((label, value) => ({ label, value })) }],
      axis_config: { categories: titles, x_label: 'song', y_label: 'plays' },
    },
  })
  if (chart.type === 'pie') throw new Error('the bar became a pie')
  const { categories } = chart.axis_config
  expect(categories.map((label) => label.replaceAll('\u200b', '')).slice(0, 3)).toEqual(['The Ga…', 'The Ga…', 'Undo'])
  expect(new Set(categories).size).toBe(titles.length)
  expect(chart.series[0]?.data.map(({ label }) => label)).toEqual(categories)
})
