import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { mostBars } from '../../src/core/answers/chart.ts'
import { cleanLine } from '../../src/core/format.ts'
import type { ChartReply, TableReply } from '../../src/core/reply.ts'
import { readLibrary } from '../../src/library.ts'
import { pngOf, svgOf } from '../../src/pictures/draw.ts'
import { fontMetrics } from '../../src/pictures/font.ts'
import { drawnChart, ticksOf } from '../../src/pictures/layout.ts'
import { sqlFolder } from '../support/catalog.ts'
import { createYear } from '../support/generated.ts'
import { lengths } from '../support/soak.ts'

const { queries } = await readLibrary(sqlFolder)

interface Box {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Where each text of an SVG is, by the font that draws it. */
function textsOf(svg: string): readonly Box[] {
  const texts = svg.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)
  return [...texts].map(([, attributes = '', words = '']) => {
    const text = words
      .replaceAll('&amp;', '&')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
    const size = Number(/(\d+)px/.exec(attributes)?.[1])
    const [, x = '', y = ''] = /translate\(([-\d.]+) ([-\d.]+)\)/.exec(attributes) ?? []
    const [dx, dy] = ['x', 'y'].map((name) => Number(new RegExp(` ${name}="([-\\d.]+)"`).exec(attributes)?.[1] ?? 0))
    const width = fontMetrics().widthOf(text, size)
    const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1] ?? 'start'
    const left = Number(x) + (dx ?? 0) - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0)
    const middle = Number(y) + (dy ?? 0)
    // Letters without what lies above and below most of them.
    return { text, left, right: left + width, top: middle - size * 0.4, bottom: middle + size * 0.4 }
  })
}

/** The words of a legend, with their colours. */
function legendIn(svg: string | null): readonly (readonly [string, string])[] {
  const texts = (svg ?? '').matchAll(/<text([^>]*)>(● [^<]*)<\/text>/g)
  return [...texts].map(([, attributes = '', words = '']) => [words, /fill="([^"]*)"/.exec(attributes)?.[1] ?? ''])
}

function faultsOf(svg: string): readonly string[] {
  const [, width = '', height = ''] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []
  const texts = textsOf(svg)
  if (texts.length < 3) return ['no labels']
  const cut = texts.filter(
    ({ left, right, top, bottom }) => left < 0 || right > Number(width) || top < 0 || bottom > Number(height),
  )
  const overlapping = texts.flatMap((one, at) =>
    texts
      .slice(at + 1)
      .filter(
        (other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom,
      ),
  )
  return [...cut.map(({ text }) => `cut: ${text}`), ...overlapping.map(({ text }) => `overlapping: ${text}`)]
}

function drawn(answer: Answer): { readonly table: TableReply; readonly chart: ChartReply | undefined } {
  const table = answer.replies.find((reply) => reply.kind === 'table')
  if (table === undefined) throw new Error(answer.headline)
  return { table, chart: answer.replies.find((reply) => reply.kind === 'chart') }
}

describe('a picture of every query', { timeout: 120_000 }, () => {
  const windows = ['', 'last=1d', 'last=30d', 'last=365d', 'since=2030-01-01', 'last=7d compare=previous']

  it.each(windows)(
    'asked with "%s" cuts no label, overlaps none, and holds the numbers of the table',
    async (window) => {
      const { bot } = await createYear()
      let pictures = 0
      for (const { name, timed } of queries) {
        const { table, chart } = drawn(await bot.say(timed ? `${name} ${window}` : name))
        if (chart === undefined) continue
        const svg = svgOf(chart)
        if (svg === null) {
          expect([name, chart.categories.length > 8]).toEqual([name, true])
          continue
        }
        pictures++
        expect([name, faultsOf(svg)]).toEqual([name, []])
        if (chart.type === 'heat') {
          const cells = table.rows.map((row) => row[table.columns.indexOf('retained')])
          expect(chart.series.flatMap(({ values }) => values).filter((value) => value !== null)).toEqual(cells)
          continue
        }
        for (const { name: column, values } of chart.series) {
          expect([name, values]).toEqual([name, table.rows.map((row) => row[table.columns.indexOf(column)] ?? null)])
        }
      }
      expect(pictures > 2).toBe(!window.startsWith('since'))
    },
  )

  it('of another year, in two sizes and with names as long as they come, keeps its labels clear too', () => {
    const about = { kind: 'chart', title: 'T', xLabel: 'day', yLabel: 'plays' } as const
    const days = Array.from({ length: 400 }, (_, at) => new Date(Date.UTC(2018, 0, 1 + at)).toISOString().slice(0, 10))
    const course: ChartReply = {
      ...about,
      type: 'line',
      categories: days,
      series: [
        { name: 'plays', values: days.map((_, at) => (at % 7 === 0 ? null : 123_456 + at)) },
        { name: 'listeners', values: days.map((_, at) => at % 50) },
      ],
    }
    const bars: ChartReply = {
      ...about,
      type: 'bar',
      categories: [
        'New York-Newark-Jersey City, NY-NJ-PA',
        'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch',
        'A & B <c>',
      ],
      series: [
        { name: 'plays', values: [9, 1_234_567, 0] },
        { name: 'plays_before', label: 'plays before', values: [null, 5, 3] },
      ],
    }
    const heat: ChartReply = {
      ...about,
      type: 'heat',
      xLabel: 'week',
      categories: Array.from({ length: 53 }, (_, at) => String(at)),
      series: Array.from({ length: 53 }, (_, at) => ({
        name: days[at * 7] ?? '',
        values: Array.from({ length: 53 }, (__, week) => 100 - week),
      })),
    }
    for (const chart of [course, bars, heat]) expect(faultsOf(svgOf(chart) ?? '')).toEqual([])
  })
})

describe('notes in a picture', () => {
  const days = (number: number) =>
    Array.from({ length: number }, (_, at) => new Date(Date.UTC(2018, 9, 1 + at)).toISOString().slice(0, 10))

  it('mark their days with labels that are never cut and never overlap, whatever days and texts they have', () => {
    const note = fc.record({
      id: fc.integer({ min: 1, max: 9999 }),
      from: fc.nat(399),
      length: fc.nat(20),
      text: fc.oneof(fc.string({ minLength: 1, maxLength: 80 }), fc.constant('W'.repeat(80)), fc.constant('日本')),
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 400 }),
        fc.uniqueArray(note, { minLength: 1, maxLength: 18, selector: ({ id }) => id }),
        fc.boolean(),
        (number, notes, isTwo) => {
          const categories = days(number)
          const dayAt = (at: number): string => categories[Math.min(at, number - 1)] ?? ''
          const series = [
            { name: 'plays', values: categories.map((_, at) => 100 + (at % 7) * 1000) },
            ...(isTwo ? [{ name: 'listeners', values: categories.map((_, at) => at % 5) }] : []),
          ]
          const drawn = notes.map(({ id, from, length, text }) => {
            return { id, first: dayAt(from), last: dayAt(from + length), text: cleanLine(text) }
          })
          const chart: ChartReply = {
            kind: 'chart',
            type: 'line',
            title: 'T',
            xLabel: 'day',
            yLabel: 'plays',
            categories,
            series,
            notes: drawn,
          }
          const svg = svgOf(chart) ?? ''
          expect(faultsOf(svg)).toEqual([])
          const words = textsOf(svg).map(({ text }) => text)
          expect(words.filter((text) => /^\[[\d, +]+\]$/.test(text)).length).toBeGreaterThan(0)
        },
      ),
      { numRuns: lengths({ gate: 60, soak: 2_000 }) },
    )
  })

  it.each([1, 2])('mark their days from the left edge of the plot to its right one, in %i panels', (panels) => {
    const categories = days(11)
    const [first = '', middle = '', last = ''] = [0, 5, 10].map((at) => categories[at])
    const svg = svgOf({
      kind: 'chart',
      type: 'line',
      title: 'T',
      xLabel: 'day',
      yLabel: 'plays',
      categories,
      series: [1, 1000].slice(0, panels).map((scale, at) => ({ name: `s${at}`, values: categories.map(() => scale) })),
      notes: [
        { id: 1, first, last: first, text: 'a' },
        { id: 2, first: middle, last: middle, text: 'b' },
        { id: 3, first: last, last, text: 'c' },
        { id: 4, first: middle, last, text: 'd' },
      ],
    })
    const numbersIn = (paths: RegExp) => [...(svg ?? '').matchAll(paths)].map((found) => found.slice(1).map(Number))
    const rows = numbersIn(/<path d="M([\d.]+) ([\d.]+)L([\d.]+) [\d.]+"[^>]*stroke="#dddddd"/g)
    const [left = NaN, , right = NaN] = rows[0] ?? []
    const half = (left + right) / 2
    const marks = numbersIn(/<path d="M([\d.]+) ([\d.]+)L([\d.]+) [\d.]+"[^>]*stroke-dasharray/g)
    const bands = numbersIn(/<path d="M([\d.]+) [\d.]+l([\d.]+) 0l0 [\d.]+l-[\d.]+ 0Z" fill="#5b4a6e"/g)
    const near = (x: number): unknown => expect.closeTo(x, 0)
    const wanted = [left, half, right].map((x) => [near(x), near(x)])
    expect(marks.map(([from, , to]) => [from, to])).toEqual(Array.from({ length: panels }, () => wanted).flat())
    expect(new Set(marks.map(([, top]) => top)).size).toBe(panels)
    expect(bands).toEqual(Array.from({ length: panels }, () => [near(half), near(right - half)]))
    // Each label is above its mark.
    const labels = textsOf(svg ?? '').filter(({ text }) => /^\[\d\]$/.test(text))
    const middles = labels.map((label) => [label.text, (label.left + label.right) / 2])
    expect(middles).toEqual([
      ['[1]', near(left)],
      ['[2]', near(half)],
      ['[4]', near((half + right) / 2)],
      ['[3]', near(right)],
    ])
  })

  it('are explained below the chart, but for one whose characters the font lacks', () => {
    const [first = '', second = '', third = ''] = days(3)
    const svg = svgOf({
      kind: 'chart',
      type: 'line',
      title: 'T',
      xLabel: 'day',
      yLabel: 'plays',
      categories: days(3),
      series: [{ name: 'plays', values: [1, 2, 3] }],
      notes: [
        { id: 7, first, last: second, text: 'outage' },
        { id: 8, first: third, last: third, text: '広告' },
      ],
    })
    const words = textsOf(svg ?? '').map(({ text }) => text)
    expect(words).toEqual(expect.arrayContaining(['[7]', '[8]', '[7] 1–2 Oct 2018: outage']))
    expect(words.filter((text) => text.startsWith('[8]'))).toEqual(['[8]'])
  })
})

describe('a picture', () => {
  const chart = (category: string): ChartReply => ({
    kind: 'chart',
    type: 'bar',
    title: 'Plays',
    xLabel: 'song',
    yLabel: 'plays',
    categories: ['Undo', category],
    series: [{ name: 'plays', values: [2, 1] }],
  })

  it('is a PNG with two pixels for each point', () => {
    const png = Buffer.from(pngOf(chart('Björk')) ?? [])
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBe(1280)
  })

  it('has its first category on top, each figure behind its own bar, and the legend in the order of its colours', () => {
    const svg = svgOf({
      ...chart('Second'),
      categories: ['First', 'Second', 'Third'],
      series: [
        { name: 'plays', values: [90, 10, 0] },
        { name: 'before', values: [5, 60, null] },
      ],
    })
    const texts = textsOf(svg ?? '')
    const at = (words: string): Box => texts.find(({ text }) => text === words) ?? expect.fail(words)
    const down = ['First', 'Second', 'Third'].map((words) => at(words).top)
    expect(down).toEqual(down.toSorted((a, b) => a - b))
    const across = ['0', '5', '10', '60', '90'].map((words) => at(words).left)
    expect(across).toEqual(across.toSorted((a, b) => a - b))
    expect(new Set(across).size).toBe(5)
    expect(at('–').left).toBe(at('0').left)
    expect(legendIn(svg)).toEqual([
      ['● plays', '#0072b2'],
      ['● before', '#d55e00'],
    ])
  })

  it('has a colour of its own for each series, also in two panels', () => {
    const svg = svgOf({
      ...chart(''),
      type: 'line',
      categories: ['2018-11-01', '2018-11-02'],
      series: [
        { name: 'plays', values: [12_000, 15_000] },
        { name: 'listeners', values: [12, 15] },
      ],
    })
    expect(legendIn(svg).map(([, colour]) => colour)).toEqual(['#0072b2', '#d55e00'])
  })

  it('writes 0% and 100% only for nothing and for all', () => {
    const values = [0, 0.3, 0.5, 55.4, 99.4, 99.7, 100]
    const categories = values.map((_, week) => String(week))
    const svg = svgOf({
      ...chart(''),
      type: 'heat',
      xLabel: 'week',
      categories,
      series: [{ name: '2018-11-01', values }],
    })
    const shown = textsOf(svg ?? '').flatMap(({ text }) => (text.endsWith('%') ? [text] : []))
    expect(shown).toEqual(['0%', '<1%', '1%', '55%', '99%', '>99%', '100%'])
  })

  it('of a funnel has the share of the first step, where that has anybody', () => {
    const shares = (first: number) =>
      textsOf(
        svgOf({
          ...chart(''),
          type: 'funnel',
          categories: ['Home', 'Paid'],
          series: [{ name: 'people', values: [first, 5] }],
        }) ?? '',
      ).map(({ text }) => text)
    expect(shares(20)).toEqual(expect.arrayContaining(['20 (100.0%)', '5 (25.0%)']))
    expect(shares(0)).toEqual(expect.arrayContaining(['0', '5']))
  })

  it.each([
    ['bar', 1, false],
    ['bar', 2, true],
    ['bar', mostBars, true],
    ['bar', mostBars + 1, false],
    ['funnel', mostBars + 1, false],
    ['line', 1, false],
    ['line', mostBars + 1, true],
  ] as const)('of the kind %s and %i categories is drawn: %s', (type, length, isDrawn) => {
    const categories = Array.from({ length }, (_, n) => `c${n}`)
    const one = { ...chart(''), type, categories, series: [{ name: 'plays', values: categories.map((_, n) => n) }] }
    expect(drawnChart(one) !== null).toBe(isDrawn)
  })

  it('has the days of a note from its first to its last', () => {
    const categories = ['2018-11-01', '2018-11-02', '2018-11-03']
    const notes = [{ id: 1, first: '2018-11-01', last: '2018-11-03', text: 'outage' }]
    const series = [{ name: 'plays', values: [1, 2, 3] }]
    expect(drawnChart({ ...chart(''), type: 'line', categories, series, notes })?.notes).toMatchObject([
      { first: 0, last: 2 },
    ])
  })

  it('has an axis of a few round steps, from 0 or below it to the largest value or beyond', () => {
    const value = fc.oneof(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.double({ min: 0, max: 100, noNaN: true }),
    )
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const { min, max, step } = ticksOf([{ label: 'plays', values }])
        expect(min).toBeLessThanOrEqual(Math.min(0, ...values))
        expect(max).toBeGreaterThanOrEqual(Math.max(0, ...values))
        expect(max - min).toBeGreaterThan(0)
        expect(Math.round((max - min) / step)).toBeLessThanOrEqual(6)
        expect(min > 0 || max < 0).toBe(false)
      }),
    )
    expect(ticksOf([{ label: 'plays', values: [1000, 1100] }])).toEqual({ min: 0, max: 1500, step: 500 })
    expect(ticksOf([{ label: 'plays', values: [Number.MIN_VALUE] }])).toEqual({ min: 0, max: 0.5, step: 0.5 })
  })

  it('is not drawn where the font lacks a character', () => {
    expect(pngOf(chart('日本'))).toBeNull()
    expect(fontMetrics().has('Ünïcødé Ελλ Рус –…')).toBe(true)
  })
})
