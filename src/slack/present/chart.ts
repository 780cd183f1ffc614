import type { ChartReply } from '../../core/reply.ts'
import { cleanLine, count } from '../../core/words.ts'
import type { Block } from '../message.ts'
import { boldLine, preformatted, smallPrint } from './blocks.ts'
import { cut, uniqueCut } from './cut.ts'
import { codeBlock, mrkdwn } from './mrkdwn.ts'
import { type Part, simplePart } from './part.ts'
import { textBars } from './text-bars.ts'

/*
 * Limits of `data_visualization` (https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block): title and axes 50
 * characters, labels 20, 20 points a series, 6 series or segments, segments above 0, one point for each category.
 */
const maxTitle = 50
const maxLabel = 20
const maxPoints = 20
const maxSeries = 6

const maxTextCharacters = 2_900
const maxWordsCharacters = 1_200

/** A chart in each form. What Slack's own cannot hold, such as the 24 hours of a day, is drawn with bars of text in all of them. */
export function presentChart(chart: ChartReply): Part {
  const title = cut(cleanLine(chart.title), 150)
  const kept = { ...chart, series: chart.series.slice(0, maxSeries) }
  if (kept.series.length === 0 || chart.categories.length === 0) {
    return simplePart(title, [boldLine(title), ...smallPrint('Nothing to draw.')], `${title}: nothing to draw.`)
  }
  const oldest = textBars(kept, maxTextCharacters)
  const text = [boldLine(title), preformatted(oldest.text), ...smallPrint(leftOut(chart, oldest.shown))]
  const words = textBars(kept, maxWordsCharacters)
  const native = nativeChart(kept, title)
  return {
    label: title,
    newest: native === null ? text : [native, ...smallPrint(leftOut(chart, chart.categories.length))],
    older: text,
    oldest: text,
    words: [mrkdwn(title), codeBlock(words.text), mrkdwn(leftOut(chart, words.shown))].filter((line) => line !== ''),
  }
}

/** Slack's own chart, or null where it would show less than there is. */
function nativeChart(chart: ChartReply, title: string): Block | null {
  const complete = chart.series.every(
    ({ values }) => values.length === chart.categories.length && values.every(Number.isFinite),
  )
  if (!complete || chart.categories.length > maxPoints) return null
  const labels = uniqueCut(chart.categories.map(cleanLine), maxLabel)
  const points = (values: readonly number[]) => labels.map((label, at) => ({ label, value: values[at] ?? 0 }))
  const block = { type: 'data_visualization', title: cut(title, maxTitle) }
  if (chart.type === 'pie') {
    const [first, ...others] = chart.series
    const segments = points(first?.values ?? [])
    const drawable = others.length === 0 && segments.length <= maxSeries && segments.every(({ value }) => value > 0)
    return drawable ? { ...block, chart: { type: 'pie', segments } } : null
  }
  const names = uniqueCut(
    chart.series.map(({ name }) => cleanLine(name)),
    maxLabel,
  )
  return {
    ...block,
    chart: {
      type: chart.type,
      series: chart.series.map(({ values }, at) => ({ name: names[at] ?? '–', data: points(values) })),
      axis_config: {
        categories: labels,
        x_label: cut(cleanLine(chart.xLabel), maxTitle),
        y_label: cut(cleanLine(chart.yLabel), maxTitle),
      },
    },
  }
}

function leftOut({ categories, series }: ChartReply, shown: number): string {
  const facts = [
    shown < categories.length ? `${count(shown)} of ${count(categories.length)} points` : null,
    series.length > maxSeries ? `${maxSeries} of ${count(series.length)} series` : null,
  ]
  return facts.filter((fact) => fact !== null).join(' · ')
}
