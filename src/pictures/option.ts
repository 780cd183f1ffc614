import type { EChartsCoreOption } from 'echarts/core'
import { panelsOf } from '../core/answers/chart.ts'
import { percent } from '../core/format.ts'
import { fontFamily } from './font.ts'
import {
  type DrawnChart,
  figureOf,
  fitted,
  gap,
  labelStep,
  textSize,
  textWidth,
  ticksOf,
  width,
  wrapped,
} from './layout.ts'
import { markLabels } from './marks.ts'

/** What ECharts is given, and how high the picture is. */
interface Drawing {
  readonly option: EChartsCoreOption
  readonly height: number
}

// People without colour vision can distinguish these too (https://jfly.uni-koeln.de/color/, Okabe and Ito), dark enough for lines on white.
const colours = ['#0072b2', '#d55e00', '#007a5a', '#8a5a9e', '#7a6a00', '#444444']
const ink = '#1d1c1d'
const grid = '#dddddd'
const markInk = '#5b4a6e'
const heatColours = ['#eef5fb', '#0b4f8a'] as const

const text = { fontFamily, fontSize: textSize, color: ink }
const base = { animation: false, backgroundColor: '#ffffff', color: colours, textStyle: text }
const margin = 16
const line = textSize + 8

/** How a chart is drawn. */
export function drawingOf(chart: DrawnChart): Drawing {
  switch (chart.type) {
    case 'line':
    case 'area':
      return courseDrawing(chart)
    case 'heat':
      return heatDrawing(chart)
    case 'bar':
    case 'pie':
    case 'funnel':
      return barDrawing(chart)
  }
}

const panelHeight = 150

/** Straight lines over time, measures of different size below each other in panels of their own. */
function courseDrawing(chart: DrawnChart): Drawing {
  const panels = panelsOf(chart.series)
  const { categories } = chart
  const ticks = panels.map(ticksOf)
  const left = margin + gap + Math.max(...ticks.flatMap(tickWidths))
  const right = margin + Math.max(...categories.map(textWidth)) / 2
  const step = labelStep(categories, width - left - right)
  const height = panels.length === 1 ? 2 * panelHeight : panelHeight
  const marksRoom = chart.notes.length === 0 ? 0 : line
  const topOf = (panel: number): number => margin + panel * (line + height + margin) + line + marksRoom
  const hasDots = categories.length <= 62
  const xOf = (category: number): number => left + (category / (categories.length - 1)) * (width - left - right)
  const keys = [...new Set(chart.notes.flatMap(({ words }) => words ?? []))]
  const keysTop = topOf(panels.length - 1) + height + line + 2 * gap
  return {
    height: (keys.length === 0 ? keysTop - 2 * gap : keysTop + keys.length * line) + margin,
    option: {
      ...base,
      grid: panels.map((_, at) => ({ left, right, top: topOf(at), height })),
      xAxis: panels.map((_, at) => ({
        type: 'category',
        gridIndex: at,
        boundaryGap: false,
        data: [...categories],
        axisTick: { show: false },
        axisLine: { lineStyle: { color: ink } },
        axisLabel: {
          ...text,
          margin: 12,
          show: at === panels.length - 1,
          interval: (index: number) => index % step === 0,
        },
      })),
      yAxis: ticks.map(({ min, max, step: interval }, at) => ({
        type: 'value',
        gridIndex: at,
        min,
        max,
        interval,
        axisLabel: { ...text, formatter: figureOf },
        splitLine: { lineStyle: { color: grid } },
      })),
      series: panels.flatMap((panel, at) =>
        panel.map(({ label, values }) => ({
          type: 'line',
          name: label,
          xAxisIndex: at,
          yAxisIndex: at,
          data: [...values],
          symbol: 'circle',
          symbolSize: 5,
          showSymbol: hasDots,
          lineStyle: { width: 2.5 },
          ...(chart.type === 'area' ? { areaStyle: { opacity: 0.15 } } : {}),
        })),
      ),
      graphic: [
        ...panels.flatMap((panel, at) =>
          legendOf(panel, chart.series, topOf(at) - line - 2 - (at === 0 ? marksRoom : 0)),
        ),
        ...panels.flatMap((_, at) => chart.notes.map((note) => markOf(note, xOf, topOf(at), height))),
        ...markLabels(chart.notes, xOf, [margin, width - margin]).map(({ text: words, x }) => ({
          type: 'text',
          left: x - textWidth(words) / 2,
          top: topOf(0) - line + 2,
          style: { text: words, fill: markInk, fontSize: textSize, fontFamily },
        })),
        ...keys.map((words, at) => ({
          type: 'text',
          left: margin,
          top: keysTop + at * line,
          style: { text: fitted(words, width - 2 * margin), fill: markInk, fontSize: textSize, fontFamily },
        })),
      ],
    },
  }
}

/** A dashed line on the day of a note, or a band over its days. */
function markOf(
  { first, last }: DrawnChart['notes'][number],
  xOf: (category: number) => number,
  top: number,
  height: number,
) {
  const [from, to] = [xOf(first), xOf(last)]
  if (first < last) {
    return {
      type: 'rect',
      shape: { x: from, y: top, width: to - from, height },
      style: { fill: markInk, opacity: 0.12 },
    }
  }
  const style = { stroke: markInk, lineWidth: 1.5, lineDash: [5, 4] }
  return { type: 'line', shape: { x1: from, y1: top, x2: from, y2: top + height }, style }
}

function tickWidths({ min, max, step }: { min: number; max: number; step: number }): readonly number[] {
  const ticks = Array.from({ length: Math.round((max - min) / step) + 1 }, (_, at) => min + at * step)
  return ticks.map((tick) => textWidth(figureOf(tick)))
}

/** The names of the series of a panel beside each other, each in the colour of its line. */
function legendOf(panel: DrawnChart['series'], all: DrawnChart['series'], top: number) {
  const texts = panel.map(({ label }) => `● ${label}`)
  return panel.map((one, at) => ({
    type: 'text',
    left: margin + texts.slice(0, at).reduce((sum, words) => sum + textWidth(words) + 2 * gap, 0),
    top,
    style: { text: texts[at], fill: colours[all.indexOf(one) % colours.length], fontSize: textSize, fontFamily },
  }))
}

const barHeight = 22

/** Bars to the right, as long as their figures, which stand behind them; of a funnel in the middle, with their share of the first. */
function barDrawing({ type, categories, series }: DrawnChart): Drawing {
  const labels = categories.map((category) => wrapped(category, width * 0.4))
  const lines = Math.max(...labels.map((label) => label.split('\n').length))
  const left = margin + gap + Math.max(...labels.flatMap((label) => label.split('\n').map(textWidth)))
  const firsts = series.map(({ values }) => values[0] ?? 0)
  const words = series.map(({ values }, at) =>
    values.map((value) => {
      const first = firsts[at] ?? 0
      const share = type === 'funnel' && first > 0 && value !== null ? ` (${percent(value, first)})` : ''
      return value === null ? '–' : `${figureOf(value)}${share}`
    }),
  )
  const right = margin + gap + Math.max(...words.flat().map(textWidth))
  const band = Math.max(lines * line, series.length * (barHeight + 4)) + gap
  const hasLegend = series.length > 1
  const top = margin + (hasLegend ? line + gap : 0)
  const height = band * categories.length
  const most = Math.max(1, ...series.flatMap(({ values }) => values.map(Number)))
  const least = Math.min(0, ...series.flatMap(({ values }) => values.map(Number)))
  const middle = (value: number | null): number => (most - (value ?? 0)) / 2
  return {
    height: top + height + margin,
    option: {
      ...base,
      grid: { left, right, top, height },
      xAxis: { type: 'value', min: least, max: most, show: false },
      yAxis: {
        type: 'category',
        inverse: true,
        data: labels,
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { ...text, lineHeight: line, interval: 0 },
      },
      series: series.flatMap(({ label, values }, at) => [
        ...(type === 'funnel'
          ? [
              {
                type: 'bar',
                stack: `${at}`,
                silent: true,
                itemStyle: { color: 'transparent' },
                data: values.map(middle),
              },
            ]
          : []),
        {
          type: 'bar',
          name: label,
          ...(type === 'funnel' ? { stack: `${at}` } : {}),
          barWidth: barHeight,
          itemStyle: { color: colours[at % colours.length], borderRadius: 2 },
          data: [...values],
        },
      ]),
      graphic: [
        ...(hasLegend ? legendOf(series, series, margin) : []),
        ...words.flatMap((figures, s) =>
          figures.map((figure, at) => {
            const value = Math.max(0, series[s]?.values[at] ?? 0)
            const end = type === 'funnel' ? most : value
            const offset = (s - (series.length - 1) / 2) * (barHeight * 1.3)
            return {
              type: 'text',
              left: left + ((end - least) / (most - least)) * (width - left - right) + gap / 2,
              top: top + band * (at + 0.5) + offset - textSize / 2,
              // By itself ECharts takes the width of a character that the font lacks for the height of a line.
              style: { text: figure, fill: ink, fontSize: textSize, lineHeight: textSize, fontFamily },
            }
          }),
        ),
      ],
    },
  }
}

/** A percentage for a small cell; 0% and 100% stand only for nothing and for all. */
function wholePercent(value: number): string {
  if (value > 0 && value < 0.5) return '<1%'
  return value >= 99.5 && value < 100 ? '>99%' : `${Math.round(value)}%`
}

/** A row of cells for each series, the darker the more; in each its percentage, where there is room. */
function heatDrawing({ categories, series, xLabel }: DrawnChart): Drawing {
  const left = margin + gap + Math.max(...series.map(({ label }) => textWidth(label)))
  const cell = (width - left - margin) / categories.length
  const rowHeight = Math.max(line, Math.min(34, 600 / series.length))
  const height = rowHeight * series.length
  const cells = series.flatMap(({ values }, y) =>
    values.flatMap((value, x) => {
      if (value === null) return []
      const words = wholePercent(value)
      const fits = textWidth(words) + 4 <= cell
      return [
        { value: [x, y, value], label: { show: fits, formatter: words, ...text, color: value > 70 ? '#ffffff' : ink } },
      ]
    }),
  )
  const step = labelStep(categories, width - left - margin)
  return {
    height: margin + 2 * line + height + margin,
    option: {
      ...base,
      grid: { left, right: margin, top: margin + 2 * line, height },
      xAxis: {
        type: 'category',
        position: 'top',
        data: [...categories],
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { ...text, interval: (index: number) => index % step === 0 },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: series.map(({ label }) => label),
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { ...text, interval: 0 },
      },
      visualMap: { show: false, min: 0, max: 100, inRange: { color: [...heatColours] } },
      series: [{ type: 'heatmap', data: cells, itemStyle: { borderColor: '#ffffff', borderWidth: 1 } }],
      graphic: [
        { type: 'text', left, top: margin - 4, style: { text: xLabel, fill: ink, fontSize: textSize, fontFamily } },
      ],
    },
  }
}
