import stringWidth from 'string-width'
import { percent } from '../../core/format.ts'
import type { BlockOf } from '../block-kit.ts'
import { type Html, html } from './html.ts'

type Chart = BlockOf<'data_visualization'>['chart']
type AxisChart = Exclude<Chart, { type: 'pie' }>

/** Sizes in the units of the drawing, which are pixels where the window is wide enough. */
const width = 620
const plotHeight = 190
const top = 26
/** A column of text at 12 px is about this wide; a wide character takes two columns. */
const columnWidth = 6.7
const lineHeight = 15
/** Labels that do not fit side by side are turned by this angle. */
const angle = 40
const [sine, cosine] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)]

const textWidth = (text: string) => stringWidth(text) * columnWidth
const rounded = (value: number) => Math.round(value * 10) / 10
const written = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 6 })

/** A chart as a picture with a legend. A series has the same colour in both: `series-N` in the style sheet. */
export function chartFigure({ title, chart }: BlockOf<'data_visualization'>): Html {
  const drawing = chart.type === 'pie' ? pieDrawing(title, chart.segments) : axisDrawing(title, chart)
  return html`<figure class="chart"><figcaption>${title}</figcaption>
<div class="scroll" tabindex="0" role="group" aria-label="${title}">${drawing}</div>${legendOf(chart)}</figure>`
}

function legendOf(chart: Chart): Html {
  const total = chart.type === 'pie' ? chart.segments.reduce((sum, { value }) => sum + value, 0) : 0
  const names =
    chart.type === 'pie'
      ? chart.segments.map(({ label, value }) => `${label} ${written(value)} (${percent(value, total)})`)
      : chart.series.map(({ name }) => name)
  return html`<ul class="legend">${names.map((name, n) => html`<li><span class="swatch series-${n}"></span>${name}</li>`)}</ul>`
}

function svg(label: string, kind: 'pie' | 'axes', [w, h]: readonly [number, number], content: readonly Html[]): Html {
  return html`<svg role="img" class="${kind}" aria-label="${label}" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}">${content}</svg>`
}

function pieDrawing(title: string, segments: Extract<Chart, { type: 'pie' }>['segments']): Html {
  const total = segments.reduce((sum, { value }) => sum + value, 0)
  const [x, y, radius] = [110, 100, 92]
  let before = 0
  const at = (share: number) => {
    const turn = 2 * Math.PI * share
    return `${rounded(x + radius * Math.sin(turn))} ${rounded(y - radius * Math.cos(turn))}`
  }
  const slices = segments.map(({ label, value }, n) => {
    const from = before
    before += value / total
    const tip = html`<title>${label}: ${written(value)}</title>`
    if (segments.length === 1)
      return html`<circle class="series-${n}" cx="${x}" cy="${y}" r="${radius}">${tip}</circle>`
    const long = before - from > 0.5 ? 1 : 0
    return html`<path class="series-${n}" d="M${x} ${y} L${at(from)} A${radius} ${radius} 0 ${long} 1 ${at(before)} Z">${tip}</path>`
  })
  return svg(`Pie chart: ${title}`, 'pie', [2 * x, 2 * y], slices)
}

/** Round values for an axis that holds all of these and 0, lowest first. */
function ticksFor(values: readonly number[]): readonly number[] {
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  const rough = (high - low || 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10)
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)))
}

function axisDrawing(title: string, { type, series, axis_config }: AxisChart): Html {
  const { categories, x_label, y_label } = axis_config
  const valuesByLabel = series.map(({ data }) => new Map(data.map(({ label, value }) => [label, value])))
  const ticks = ticksFor(series.flatMap(({ data }) => data.map(({ value }) => value)))
  const [lowest = 0] = ticks
  const highest = ticks.at(-1) ?? 1

  const widest = Math.max(...categories.map(textWidth))
  const tickRoom = Math.max(...ticks.map((tick) => textWidth(written(tick)))) + 10
  const bandAt = (left: number) => (width - left - 8) / categories.length
  const isTurned = widest > bandAt(tickRoom) - 6
  // A turned label ends below its point and begins to the left of it: the first one needs room there.
  const left = isTurned ? Math.max(tickRoom, widest * cosine - bandAt(tickRoom) / 2 + 8) : tickRoom
  const band = bandAt(left)
  const labelRoom = isTurned ? widest * sine + lineHeight + 4 : lineHeight + 6
  const bottom = top + plotHeight
  const height = bottom + labelRoom + (x_label === undefined ? 4 : lineHeight + 4)

  const x = (n: number) => rounded(left + band * (n + 0.5))
  const y = (value: number) => rounded(bottom - ((value - lowest) / (highest - lowest)) * plotHeight)
  const grid = ticks.map(
    (tick) => html`<line class="grid" x1="${rounded(left)}" x2="${width - 8}" y1="${y(tick)}" y2="${y(tick)}"/>
<text x="${rounded(left - 6)}" y="${y(tick) + 4}" text-anchor="end">${written(tick)}</text>`,
  )
  const labels = categories.map((label, n) =>
    isTurned
      ? html`<text class="category" transform="translate(${x(n) + 4} ${bottom + 14}) rotate(-${angle})" text-anchor="end">${label}</text>`
      : html`<text class="category" x="${x(n)}" y="${bottom + 17}" text-anchor="middle">${label}</text>`,
  )
  const names = html`${x_label && html`<text class="axis" x="${rounded((left + width) / 2)}" y="${rounded(height - 5)}" text-anchor="middle">${x_label}</text>`}
${y_label && html`<text class="axis" x="2" y="13">${y_label}</text>`}`
  const marks = series.map(({ name }, n) => {
    const points = categories.map((label, at) => ({ label, at, value: valuesByLabel[n]?.get(label) ?? 0 }))
    const tip = (label: string, value: number) => html`<title>${label}, ${name}: ${written(value)}</title>`
    if (type === 'bar') {
      const barWidth = (band * 0.72) / series.length
      return html`${points.map(({ label, at, value }) => {
        const [from, to] = [y(Math.max(0, value)), y(Math.min(0, value))]
        const start = rounded(x(at) - band * 0.36 + barWidth * n)
        return html`<rect class="series-${n}" x="${start}" y="${from}" width="${rounded(barWidth)}" height="${rounded(Math.max(1, to - from))}" rx="2">${tip(label, value)}</rect>`
      })}`
    }
    const line = points.map(({ at, value }) => `${x(at)},${y(value)}`).join(' ')
    const area =
      type === 'area' &&
      html`<polygon class="area series-${n}" points="${x(0)},${y(0)} ${line} ${x(categories.length - 1)},${y(0)}"/>`
    const dots = points.map(
      ({ label, at, value }) =>
        html`<circle class="series-${n}" cx="${x(at)}" cy="${y(value)}" r="3">${tip(label, value)}</circle>`,
    )
    return html`${area}<polyline class="line series-${n}" points="${line}"/>${dots}`
  })
  const kind = { bar: 'Bar chart', line: 'Line chart', area: 'Area chart' }[type]
  return svg(`${kind}: ${title}`, 'axes', [width, rounded(height)], [...grid, ...labels, names, ...marks])
}
