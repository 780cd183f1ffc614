import { markedCategories, mostBars, panelsOf, shortCategories, weeklyMeans } from '../../core/answers/chart.ts'
import { cleanLine, count } from '../../core/format.ts'
import type { ChartReply } from '../../core/reply.ts'
import { formatCell } from '../../core/tables.ts'
import type { Block } from '../outbound/fallbacks.ts'
import { boldLine, plainText, preformatted, smallPrint } from './blocks.ts'
import { column, cut, fitColumns, uniqueCut, widthOf } from './cut.ts'
import { codeBlock, mrkdwn } from './mrkdwn.ts'
import { type PresentedPart, simplePart } from './parts.ts'

/*
 * Limits of `data_visualization` (https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block): title and axes 50
 * characters, labels 20, 20 points a series, 6 series or segments, segments above 0, one point for each category.
 */
const maxTitle = 50
const maxLabel = 20
const maxPoints = 20
const maxSeries = 6

// https://docs.slack.dev/reference/block-kit/blocks/image-block
const maxAlt = 2_000
const maxTitleOfImage = 2_000

const maxTextCharacters = 2_900
const maxWordsCharacters = 1_200

/** How the picture of a chart stands: drawn, with the id of its file in Slack; to follow by an edit; or not to be had. */
export type PictureState = { readonly kind: 'drawn'; readonly file: string } | { readonly kind: 'awaited' | 'none' }

/**
 * A chart in each form: Slack's own where that holds all of it, otherwise a picture. Where there is none, days are drawn in weeks, and what
 * Slack's own cannot hold even then with bars of text. Null for what is left to the table: a heat map, and a picture that is to follow.
 */
export function presentChart(chart: ChartReply, picture: PictureState = { kind: 'none' }): PresentedPart | null {
  const title = cut(cleanLine(chart.title), 150)
  if (chart.series.length === 0 || chart.categories.length === 0) {
    return simplePart(title, [boldLine(title), ...smallPrint('No data to draw.')], `${title}: no data to draw.`)
  }
  if (needsPicture(chart)) {
    if (picture.kind === 'awaited') return null
    if (picture.kind === 'drawn') return picturePart(chart, picture.file, title)
    const simpler = simplerChart(chart)
    return simpler === null ? null : drawnPart(simpler, cut(cleanLine(simpler.title), 150))
  }
  return drawnPart(chart, title)
}

/** Whether a chart shows more as a picture: Slack's own holds 20 points, bars of text are long, and one axis is not for all measures. */
export function needsPicture(chart: ChartReply): boolean {
  const { type, categories, series } = chart
  if (type === 'heat' || type === 'funnel') return true
  const isCourse = type === 'line' || type === 'area'
  if (!isCourse && categories.length > mostBars) return false
  const labels = [...shortCategories(categories), ...series.map(({ name, label = name }) => label)]
  const isCut = chart.title.length > maxTitle || labels.some((label) => label.length > maxLabel)
  return isCut || panelsOf(series).length > 1 || nativeChart(chart, chart.title) === null
}

/** The same without a picture: days in weeks, a funnel as bars. Null for what no other chart shows. */
function simplerChart(chart: ChartReply): ChartReply | null {
  if (chart.type === 'heat') return null
  if (chart.type === 'funnel') return { ...chart, type: 'bar' }
  return chart.categories.length > maxPoints ? (weeklyMeans(chart) ?? chart) : chart
}

function picturePart(chart: ChartReply, file: string, title: string): PresentedPart {
  const alt = cut(cleanLine(`${title}. ${chart.finding ?? ''}`), maxAlt)
  const image = [
    { type: 'image', slack_file: { id: file }, alt_text: alt, title: plainText(title, maxTitleOfImage) },
  ] as const
  const words = drawnPart(chart.type === 'heat' ? { ...chart, series: [] } : chart, title)
  return { label: title, newest: image, older: image, oldest: words.oldest, words: words.words }
}

function drawnPart(chart: ChartReply, title: string): PresentedPart {
  const kept = {
    ...chart,
    series: chart.series.slice(0, maxSeries),
    categories: [...markedCategories(chart)],
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
    ({ values }) => values.length === chart.categories.length && values.every((value) => Number.isFinite(value)),
  )
  if (!complete || chart.categories.length > maxPoints || chart.series.length > maxSeries) return null
  const labels = uniqueCut(shortCategories(chart.categories).map(cleanLine), maxLabel)
  const points = (values: readonly (number | null)[]) => labels.map((label, at) => ({ label, value: values[at] ?? 0 }))
  const block = { type: 'data_visualization', title: cut(title, maxTitle) }
  if (chart.type === 'pie') {
    const [first, ...others] = chart.series
    const segments = points(first?.values ?? [])
    const drawable = others.length === 0 && segments.length <= maxSeries && segments.every(({ value }) => value > 0)
    return drawable ? { ...block, chart: { type: 'pie', segments } } : null
  }
  const names = uniqueCut(
    chart.series.map(({ name, label = name }) => cleanLine(label)),
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

// Label, bar and figure make a line that a phone shows unwrapped.
const labelColumns = 14
const barColumns = 10

// Nobody reads more off bars of text.
const maxBars = 100

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/** A chart in a monospaced font: its lines, and how many points of each series they hold. */
interface TextBars {
  readonly text: string
  readonly shown: number
}

/** A bar for each point, series below each other, all on one scale; what is below nothing is hatched. */
function textBars({ categories: all, series }: ChartReply, maxCharacters: number): TextBars {
  const categories = all.slice(0, maxBars)
  const labels = categories.map((category) => fitColumns(cleanLine(category), labelColumns))
  const labelWidth = Math.max(1, ...labels.map(widthOf))
  const figures = series.map(({ values }) => categories.map((_, at) => figure(values[at])))
  const figureWidth = Math.max(1, ...figures.flat().map(widthOf))
  const most = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => Math.abs(value ?? 0))))
  const line = (at: number, s: number): string => {
    const bar = barOf(series[s]?.values[at], most)
    return `${column(labels[at] ?? '–', labelWidth, 'left')} ${bar.padEnd(barColumns)} ${column(figures[s]?.[at] ?? '–', figureWidth, 'right')}`
  }
  const draw = (points: number): string =>
    series
      .map(({ name, label = name }, s) =>
        [
          ...(series.length > 1 ? [fitColumns(cleanLine(label), labelColumns + barColumns)] : []),
          ...labels.slice(0, points).map((_, at) => line(at, s)),
        ].join('\n'),
      )
      .join('\n\n')
  let shown = categories.length
  while (shown > 1 && draw(shown).length > maxCharacters) shown--
  return { text: draw(shown), shown }
}

function figure(value: number | null | undefined): string {
  return formatCell(value ?? null, 'decimal')
}

function barOf(value: number | null | undefined, most: number): string {
  if (value === undefined || value === null || most === 0) return ''
  const parts = Math.round((Math.abs(value) / most) * barColumns * eighths.length)
  const full = Math.floor(parts / eighths.length)
  if (value < 0) return '░'.repeat(Math.max(1, full))
  return `${'█'.repeat(full)}${eighths[parts % eighths.length] ?? ''}`
}
