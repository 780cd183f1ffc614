import type { BlockOf } from '../block-kit.ts'

type Chart = BlockOf<'data_visualization'>

// The picture's axis is about 430 px wide, and a letter of its labels about 6 px.
const lettersOnAxis = 70

/**
 * A chart whose labels fit below their points: the library that draws it neither cuts nor turns them, and ten titles of songs lie on top
 * of each other. Slack's own drawing cuts them as well. Labels stay different, because points find their places by them.
 */
export function withFittingLabels(block: Chart): Chart {
  const { chart } = block
  if (chart.type === 'pie') return block
  const { categories } = chart.axis_config
  const room = Math.max(3, Math.floor(lettersOnAxis / categories.length))
  const fitting = new Map(categories.map((label, i) => [label, `${cut(label, room)}${'\u200b'.repeat(i)}`]))
  const shown = (label: string): string => fitting.get(label) ?? label
  return {
    ...block,
    chart: {
      ...chart,
      axis_config: { ...chart.axis_config, categories: categories.map(shown) },
      series: chart.series.map((series) => ({
        ...series,
        data: series.data.map((point) => ({ ...point, label: shown(point.label) })),
      })),
    },
  }
}

function cut(label: string, room: number): string {
  const letters = [...new Intl.Segmenter().segment(label)].map(({ segment }) => segment)
  return letters.length <= room
    ? label
    : `${letters
        .slice(0, room - 1)
        .join('')
        .trimEnd()}…`
}
