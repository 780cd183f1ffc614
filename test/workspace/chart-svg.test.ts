import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BlockOf } from '../../src/workspace/block-kit.ts'
import { chartFigure } from '../../src/workspace/page/chart-svg.ts'

type Chart = BlockOf<'data_visualization'>['chart']
type Series = Extract<Chart, { type: 'bar' }>['series']

const figureOf = (chart: Chart): string => chartFigure({ type: 'data_visualization', title: 'Plays', chart }).markup
const chartOf = (type: 'bar' | 'line' | 'area', series: Series, categories: readonly string[]): string =>
  figureOf({ type, series, axis_config: { categories: [...categories], x_label: 'day', y_label: 'plays' } })
/** The numbers in these attributes of each element of a name. */
const numbersOf = (markup: string, element: string, attributes: readonly string[]): readonly (readonly number[])[] =>
  [...markup.matchAll(new RegExp(`<${element} [^>]*>`, 'g'))].map(([tag]) =>
    attributes.map((name) => Number(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1])),
  )
const ticksOf = (markup: string): readonly number[] =>
  [...markup.matchAll(/text-anchor="end">(-?[\d,.]+)<\/text>/g)].map(([, tick = '']) =>
    Number(tick.replaceAll(',', '')),
  )

/** The drawing area, which the grid tells: where the lowest and the highest tick lie, and how far the lines reach. */
function areaOf(markup: string) {
  const lines = numbersOf(markup, 'line', ['x1', 'x2', 'y1'])
  const [left = 0, right = 0, bottom = 0] = lines[0] ?? []
  return { left, right, bottom, top: lines.at(-1)?.[2] ?? 0, lines }
}

const categories = ['Mon', 'Tue', 'Wed']
const values = fc.array(fc.integer({ min: -5_000, max: 90_000 }), { minLength: 3, maxLength: 3 })
const seriesOf = (all: readonly (readonly number[])[]): Series =>
  all.map((own, n) => ({
    name: `s${n}`,
    // A point belongs to its label, wherever it stands.
    data: categories.map((label, at) => ({ label, value: own[at] ?? 0 })).toReversed(),
  }))

describe('a chart on the page', () => {
  it('has a scale of even, round steps that holds nothing and every value, with few steps to spare', () => {
    fc.assert(
      fc.property(values, (own) => {
        const markup = chartOf('bar', seriesOf([own]), categories)
        const ticks = ticksOf(markup)
        const [low, high] = [Math.min(0, ...own), Math.max(0, ...own)]
        const [first = 0, second = 0] = ticks
        const step = second - first
        expect(ticks).toContain(0)
        expect(ticks).toEqual(ticks.map((_, n) => first + n * step))
        expect([1, 2, 5]).toContain(Number(step.toExponential()[0]))
        expect(first).toBeLessThanOrEqual(low)
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(high)
        expect(first).toBeGreaterThan(low - step)
        expect((high - low) / step).toBeLessThanOrEqual(4)
        expect(areaOf(markup).lines).toHaveLength(ticks.length)
      }),
    )
    expect(ticksOf(chartOf('bar', seriesOf([[0, 0, 0]]), categories))).toEqual([0, 0.5])
  })

  it('draws each bar from nothing to its value, those of a category side by side in its part of the axis', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 3 }), (all) => {
        const markup = chartOf('bar', seriesOf(all), categories)
        const { left, right, bottom, top } = areaOf(markup)
        const ticks = ticksOf(markup)
        const [lowest = 0, highest = 1] = [ticks[0], ticks.at(-1)]
        const y = (value: number) => bottom - ((value - lowest) / (highest - lowest)) * (bottom - top)
        const bars = numbersOf(markup, 'rect', ['x', 'y', 'width', 'height'])
        expect(bars).toHaveLength(all.length * 3)
        const band = (right - left) / 3
        for (const [n, own] of all.entries())
          for (const [at, value] of own.entries()) {
            const [x = 0, from = 0, width = 0, height = 0] = bars[n * 3 + at] ?? []
            expect(from).toBeCloseTo(y(Math.max(0, value)), 0)
            expect(height).toBeCloseTo(Math.max(1, Math.abs(y(value) - y(0))), 0)
            const begin = left + band * at
            expect(x).toBeGreaterThanOrEqual(begin - 0.2)
            expect(x + width).toBeLessThanOrEqual(begin + band + 0.2)
            const before = n === 0 ? undefined : bars[(n - 1) * 3 + at]
            if (before !== undefined) expect(x).toBeGreaterThanOrEqual((before[0] ?? 0) + width - 0.2)
            expect(markup).toContain(`<title>${categories[at]}, s${n}: ${value.toLocaleString('en-US')}</title>`)
          }
      }),
    )
  })

  it('draws a course through its values in the order of the axis, and an area down to nothing', () => {
    const series = seriesOf([[10, -10, 20]])
    const line = chartOf('line', series, categories)
    const dots = numbersOf(line, 'circle', ['cx', 'cy'])
    const { bottom, top, left, right } = areaOf(line)
    const y = (value: number) => bottom - ((value + 10) / 30) * (bottom - top)
    expect(ticksOf(line)).toEqual([-10, 0, 10, 20])
    expect(dots.map(([, cy = 0]) => Math.round(cy))).toEqual([y(10), y(-10), y(20)].map(Math.round))
    expect(dots[1]?.[0]).toBeCloseTo((left + right) / 2, 0)
    const points = dots.map(([cx, cy]) => `${cx},${cy}`).join(' ')
    expect(line).toContain(`<polyline class="line series-0" points="${points}"/>`)
    expect(line).not.toContain('<polygon')
    const zero = Math.round(y(0) * 10) / 10
    expect(chartOf('area', series, categories)).toContain(
      `points="${dots[0]?.[0]},${zero} ${points} ${dots[2]?.[0]},${zero}"`,
    )
    expect(
      [line, chartOf('bar', series, categories)].map((markup) => /aria-label="(\w+) chart: Plays"/.exec(markup)?.[1]),
    ).toEqual(['Line', 'Bar'])
  })

  it('turns labels that do not fit side by side, and keeps room for them', () => {
    const long = categories.map((name) => `${name} ${'x'.repeat(60)}`)
    const turned = chartOf('bar', [{ name: 's', data: long.map((label) => ({ label, value: 1 })) }], long)
    const flat = chartOf('bar', seriesOf([[1, 1, 1]]), categories)
    expect([turned.includes('rotate(-40)'), flat.includes('rotate(')]).toEqual([true, false])
    const heightOf = (markup: string) => numbersOf(markup, 'svg', ['height'])[0]?.[0] ?? 0
    expect(heightOf(turned)).toBeGreaterThan(heightOf(flat) + 200)
    expect(areaOf(turned).left).toBeGreaterThan(areaOf(flat).left)
  })

  it('names its axes where it has names for them, and each series in its legend', () => {
    const named = chartOf(
      'bar',
      seriesOf([
        [1, 2, 3],
        [3, 2, 1],
      ]),
      categories,
    )
    expect(named.match(/class="axis"[^>]*>(\w+)</g)?.map((tag) => tag.split('>')[1])).toEqual(['day<', 'plays<'])
    const bare = figureOf({ type: 'bar', series: seriesOf([[1, 2, 3]]), axis_config: { categories } })
    expect(bare).not.toContain('class="axis"')
    expect(named.match(/<li>.*?<\/li>/g)?.map((item) => item.replaceAll(/<[^>]*>/g, ''))).toEqual(['s0', 's1'])
  })

  it('parts a circle by shares, the first from the top to the right, the greater arc where it is more than half', () => {
    const pie = (...own: readonly number[]) =>
      figureOf({ type: 'pie', segments: own.map((value, n) => ({ label: `p${n}`, value })) })
    const halves = pie(1, 1, 2)
    expect([...halves.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path)).toEqual([
      'M110 100 L110 8 A92 92 0 0 1 202 100 Z',
      'M110 100 L202 100 A92 92 0 0 1 110 192 Z',
      'M110 100 L110 192 A92 92 0 0 1 110 8 Z',
    ])
    expect(pie(3, 1)).toContain('A92 92 0 1 1 18 100 Z')
    expect(pie(3, 1)).toContain('</span>p0 3 (75.0%)</li>')
    expect(pie(7)).toContain('<circle class="series-0" cx="110" cy="100" r="92"><title>p0: 7</title></circle>')
  })
})
