import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chartOf } from '../../../src/core/answers/chart.ts'
import { changeOf, figuresOf } from '../../../src/core/answers/finding.ts'
import type { Cell, Format, TableReply } from '../../../src/core/reply.ts'
import type { FiguresHint } from '../../../src/core/sql/finding-hint.ts'

const hint: FiguresHint = {
  kind: 'figures',
  columns: ['plays', 'paid_share'],
  row: { at: 'last', where: { column: 'partial', value: 'no' } },
  weekBefore: true,
}

function days(...rows: readonly (readonly [day: string, plays: Cell, share: Cell, partial: string])[]): TableReply {
  return {
    kind: 'table',
    title: 'Pulse',
    columns: ['day', 'plays', 'paid_share', 'partial'],
    formats: ['date', 'integer', 'percent', 'text'],
    rows: rows.map((row) => [...row]),
    total: rows.length,
  }
}

it.each([
  ['2018-11-11', '2018-11-11', ['2018-11-11', '2018-11-11']],
  ['2018-11-11', '2018-11-12', ['2018-11-11', '2018-11-12']],
  ['2018-11-01', '2018-11-10', ['2018-11-10', '2018-11-10']],
  ['2018-11-12', '2018-11-30', ['2018-11-12', '2018-11-13']],
  ['2018-11-01', '2018-11-09', null],
  ['2018-11-14', '2018-11-20', null],
])('A note on %s to %s is drawn on those of its days that the chart has', (first, last, drawn) => {
  const rows = [9, 10, 11, 12, 13].map((n) => [`2018-11-${String(n).padStart(2, '0')}`, n, 50, 'no'] as const)
  const note = { id: 1, first, last, text: 'outage' }
  // Of a course of time the newest are drawn.
  const [chart] = chartOf({ type: 'line', x: 'day', y: ['plays'] }, days(...rows), 4, null, [note])
  expect(chart?.categories).toEqual(['2018-11-10', '2018-11-11', '2018-11-12', '2018-11-13'])
  expect(chart?.notes?.map((one) => [one.first, one.last])).toEqual(drawn === null ? undefined : [drawn])
})

it.each<[now: Cell, before: Cell, format: Format, change: number | null]>([
  [10_025, 10_000, 'integer', 0.3],
  [9_975, 10_000, 'integer', -0.3],
  [10_024, 10_000, 'integer', 0.2],
  [-5, -10, 'integer', 50],
  [50.25, 50, 'percent', 0.3],
  [49.75, 50, 'percent', -0.3],
  [5, 0, 'integer', null],
  [5, 0, 'percent', 5],
  [null, 5, 'integer', null],
  [5, null, 'percent', null],
])('%j after %j (%s) is a change of %j', (now, before, format, change) => {
  expect(changeOf(now, before, format)).toBe(change)
})

describe('the figures of an answer', () => {
  it('are those of the last whole day, each with its change against the week before', () => {
    const table = days(
      ['2018-11-22', 332, 76.8, 'no'],
      ['2018-11-28', 1, 1, 'no'],
      ['2018-11-29', 1_346, 85.9, 'no'],
      ['2018-11-30', 12, 10, 'yes'],
    )
    expect(figuresOf(hint, table)).toEqual({
      of: '29 Nov 2018',
      changes: true,
      words: ['plays 1,346 (+305.4%)', 'paid share 85.9% (+9.1 points)'],
    })
  })

  it.each<[Cell, Cell, string]>([
    [90, 100, 'plays 90 (−10.0%)'],
    [100, 100, 'plays 100 (0.0%)'],
    [10_001, 10_000, 'plays 10,001 (0.0%)'],
    [0, 0, 'plays 0 (0.0%)'],
    [7, 0, 'plays 7 (0 before)'],
    [0, 7, 'plays 0 (−100.0%)'],
    [null, 7, 'plays –'],
    [7, null, 'plays 7'],
  ])('of %s after %s read "%s"', (now, before, words) => {
    const table = days(['2018-02-22', before, null, 'no'], ['2018-03-01', now, null, 'no'])
    expect(figuresOf(hint, table)?.words[0]).toBe(words)
  })

  it.each<[Cell, Cell, string]>([
    [5, 0, 'paid share 5.0% (+5.0 points)'],
    [0, 5, 'paid share 0.0% (−5.0 points)'],
    [0, 0, 'paid share 0.0% (0.0 points)'],
  ])('of %s percent after %s read "%s"', (now, before, words) => {
    const table = days(['2018-02-22', null, before, 'no'], ['2018-03-01', null, now, 'no'])
    expect(figuresOf(hint, table)?.words[1]).toBe(words)
  })

  it('name their row, the only one of its answer aside', () => {
    const first: FiguresHint = { ...hint, row: { at: 1, where: null }, weekBefore: false }
    const only = days(['2018-02-22', 9, 50, 'no'])
    expect(figuresOf(first, only)?.of).toBeNull()
    expect(figuresOf(first, days(['2018-02-22', 9, 50, 'no'], ['2018-02-23', 8, 50, 'no']))?.of).toBe('22 Feb 2018')
    expect(figuresOf({ ...first, row: { at: 'last', where: null } }, only)?.of).toBe('22 Feb 2018')
  })

  it('tell no change where the day a week before is not whole, not there, or not asked for', () => {
    const now = ['2018-11-29', 346, 85.9, 'no'] as const
    const alone = { of: '29 Nov 2018', changes: false, words: ['plays 346', 'paid share 85.9%'] }
    expect(figuresOf(hint, days(['2018-11-22', 332, 76.8, 'yes'], now))).toEqual(alone)
    expect(figuresOf(hint, days(['2018-11-21', 332, 76.8, 'no'], now))).toEqual(alone)
    expect(figuresOf({ ...hint, weekBefore: false }, days(['2018-11-22', 332, 76.8, 'no'], now))).toEqual(alone)
  })

  it('are none where no day is whole, and where the last rows were cut off', () => {
    expect(figuresOf(hint, days(['2018-11-29', 346, 85.9, 'yes']))).toBeNull()
    const cut = { ...days(['2018-11-29', 346, 85.9, 'no']), total: 2 }
    expect(figuresOf(hint, cut)).toBeNull()
    // Of days the newest are kept, and the last of them is the newest.
    expect(figuresOf(hint, { ...cut, timeOrder: { after: 0 } })?.of).toBe('29 Nov 2018')
  })

  it('have a change whose sign is that of the change', () => {
    const plays = fc.integer({ min: 1, max: 1_000_000 })
    fc.assert(
      fc.property(plays, plays, (now, before) => {
        const table = days(['2018-11-22', before, null, 'no'], ['2018-11-29', now, null, 'no'])
        const [, sign, digits] = /\(([+−]?)([\d.]+)%\)/.exec(figuresOf(hint, table)?.words[0] ?? '') ?? []
        const change = (100 * (now - before)) / before
        expect(Number(`${sign === '−' ? '-' : ''}${digits}`)).toBeCloseTo(change, 0)
        if (Math.abs(change) > 0.1) expect(sign).toBe(change < 0 ? '−' : '+')
      }),
    )
  })
})
