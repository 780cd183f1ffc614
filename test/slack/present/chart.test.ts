import { describe, expect, it } from 'vitest'
import type { ChartReply } from '../../../src/core/reply.ts'
import { type PictureState, presentChart as presentedChart } from '../../../src/slack/present/chart.ts'
import { readingOf } from './look.ts'

function presentChart(chart: ChartReply, picture?: PictureState) {
  const part = presentedChart(chart, picture)
  if (part === null) throw new Error('it is left to the table')
  return part
}

function chart(
  categories: readonly string[],
  values: readonly (number | null)[],
  given: Partial<ChartReply> = {},
): ChartReply {
  return {
    kind: 'chart',
    type: 'bar',
    title: 'Plays',
    xLabel: 'song',
    yLabel: 'plays',
    categories: [...categories],
    series: [{ name: 'plays', values: [...values] }],
    ...given,
  }
}

const hours = Array.from({ length: 24 }, (_, hour) => `${hour}:00`)

describe('a chart', () => {
  it("is Slack's own, then bars of text", () => {
    const part = presentChart(chart(['Undo', 'Revelry'], [8, 4]))
    expect(part.newest).toEqual([
      {
        type: 'data_visualization',
        title: 'Plays',
        chart: {
          type: 'bar',
          series: [
            {
              name: 'plays',
              data: [
                { label: 'Undo', value: 8 },
                { label: 'Revelry', value: 4 },
              ],
            },
          ],
          axis_config: { categories: ['Undo', 'Revelry'], x_label: 'song', y_label: 'plays' },
        },
      },
    ])
    expect(readingOf(part.older)).toBe('Plays\nUndo    ██████████ 8\nRevelry █████      4')
  })

  it('names the numbers of notes at the days on which they begin, in every form', () => {
    const days = ['2018-11-14', '2018-11-15', '2018-11-16']
    const notes = [
      { id: 12, first: '2018-11-15', last: '2018-11-16', text: 'campaign' },
      { id: 13, first: '2018-11-15', last: '2018-11-15', text: 'outage' },
    ]
    const part = presentChart(chart(days, [8, 4, 2], { type: 'line', notes }))
    expect(part.newest).toMatchObject([
      { chart: { axis_config: { categories: ['14 Nov', '15 Nov [12 +1]', '16 Nov'] } } },
    ])
    expect(readingOf(part.older)).toContain('15 Nov [12 +1]')
    const many = Array.from({ length: 30 }, (_, at) => `2018-11-${String(at + 1).padStart(2, '0')}`)
    const weeks = presentChart(
      chart(
        many,
        many.map((_, at) => at),
        { type: 'line', notes },
      ),
    )
    expect(JSON.stringify(weeks.newest)).toContain('12 Nov [12 +1]')
  })

  it('tells labels apart that Slack would take for one', () => {
    const part = presentChart(chart(['Symphony No. 5 in C minor', 'Symphony No. 5 in C major'], [2, 1]))
    expect(part.newest[0]).toMatchObject({
      chart: { axis_config: { categories: ['Symphony No. 5 in C…', 'Symphony No. 5 in… 2'] } },
    })
  })

  it('draws the 24 hours of a day whole, as text, since Slack has room for 20', () => {
    const part = presentChart(
      chart(
        hours,
        hours.map((_, hour) => hour),
      ),
    )
    expect(part.newest.map(({ type }) => type)).toEqual(['rich_text', 'rich_text'])
    expect(readingOf(part.newest)).toContain('23:00 ██████████ 23')
  })

  it("is Slack's own with twenty points and six series, and with no more", () => {
    const types = (points: number, series: number) =>
      presentChart(
        chart(
          Array.from({ length: points }, (_, at) => `song ${at}`),
          [],
          {
            series: Array.from({ length: series }, (_, n) => ({
              name: `${n}`,
              values: Array.from({ length: points }, () => n + 1),
            })),
          },
        ),
      ).newest.map(({ type }) => type)
    expect(types(20, 6)).toEqual(['data_visualization'])
    expect(types(21, 1)[0]).toBe('rich_text')
    expect(types(2, 7)).toEqual(['data_visualization', 'context'])
  })

  it('is a pie only of what is more than nothing, at most six pieces', () => {
    const pie = (values: readonly number[]) =>
      presentChart(chart(values.map(String), values, { type: 'pie' })).newest.map(({ type }) => type)
    expect(pie([3, 2, 1])).toEqual(['data_visualization'])
    expect(pie([6, 5, 4, 3, 2, 1])).toEqual(['data_visualization'])
    expect(pie([3, 0])).toEqual(['rich_text', 'rich_text'])
    expect(pie([7, 6, 5, 4, 3, 2, 1])).toEqual(['rich_text', 'rich_text'])
  })

  it('shows a figure that is missing as missing', () => {
    expect(readingOf(presentChart(chart(['a', 'b'], [1, null])).newest)).toContain('b            –')
    expect(readingOf(presentChart(chart(['a', 'b'], [1])).newest)).toContain('b            –')
  })

  it('hatches what is below nothing', () => {
    expect(readingOf(presentChart(chart(['up', 'down'], [10, -5])).older)).toContain('down ░░░░░      −5')
    expect(readingOf(presentChart(chart(['up', 'down'], [5, -10])).older)).toBe(
      'Plays\nup   █████        5\ndown ░░░░░░░░░░ −10',
    )
    expect(readingOf(presentChart(chart(['up', 'down'], [100, -1])).older)).toContain('down ░           −1')
  })

  it('says how many points and series found no room', () => {
    const days = Array.from({ length: 60 }, (_, at) => `day ${at}`)
    const series = Array.from({ length: 8 }, (_, at) => ({ name: `series ${at}`, values: days.map(() => at) }))
    expect(readingOf(presentChart(chart(days, [], { series })).oldest)).toMatch(/\d+ of 60 points · 6 of 8 series$/)
  })

  it('says when there is nothing to draw', () => {
    expect(readingOf(presentChart(chart([], [])).newest)).toBe('Plays\nNo data to draw.')
  })
})
