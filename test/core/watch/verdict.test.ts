import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayAfter } from '../../../src/core/day.ts'
import type { AlertCondition, AlertDefinition, Observation } from '../../../src/core/ports/watches.ts'
import { neededFrom, observeDay, observeSingle } from '../../../src/core/watch/observe.ts'
import { bandOf, unusualPoints, verdictOf } from '../../../src/core/watch/verdict.ts'

const day = '2018-11-29'
const on = (values: Readonly<Record<string, number | null>>) => (asked: string) => values[asked] ?? null

it.each([
  [{ kind: 'limit', operator: '<', limit: 200 }, 0],
  [{ kind: 'changed', percent: 20 }, 7],
  [{ kind: 'unusual' }, 7 * unusualPoints.weeks],
] as const)('What %j judges of several days in a row is read, down to the oldest figure', (condition, reach) => {
  for (let days = 1; days <= 7; days++) {
    const alert = { kind: 'alert', line: 'pulse', column: 'plays', condition, days } as const
    expect([days, neededFrom(alert, day) <= dayAfter(day, 1 - days - reach)]).toEqual([days, true])
  }
})

describe('the verdict on a day', () => {
  it('is against a limit', () => {
    const limit = { kind: 'limit', operator: '<', limit: 200 } as const
    expect(verdictOf(limit, day, on({ [day]: 199 }), true)).toMatchObject({ kind: 'judged', isRed: true, value: 199 })
    expect(verdictOf(limit, day, on({ [day]: 200 }), true)).toMatchObject({ isRed: false })
    expect(verdictOf(limit, day, on({}), true)).toEqual({ kind: 'unknown', lacks: { kind: 'figure' }, value: null })
  })

  it.each([
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
    ['>', [false, false, true]],
    ['>=', [false, true, true]],
  ] as const)('is red below, at and above a limit of %s 200: %j', (operator, red) => {
    const limit = { kind: 'limit', operator, limit: 200 } as const
    expect([199, 200, 201].map((value) => verdictOf(limit, day, on({ [day]: value }), true))).toMatchObject(
      red.map((isRed) => ({ isRed })),
    )
  })

  it('is by the change from the same day a week before, up or down', () => {
    const changed = { kind: 'changed', percent: 20 } as const
    const redOf = (value: number, before: number | null) =>
      verdictOf(changed, day, on({ [day]: value, '2018-11-22': before }), true)
    expect(redOf(121, 100)).toMatchObject({ isRed: true, basis: { day: '2018-11-22', value: 100 } })
    expect(redOf(79, 100)).toMatchObject({ isRed: true })
    expect(redOf(120, 100)).toMatchObject({ isRed: false })
    expect(redOf(1, 0)).toMatchObject({ isRed: true })
    expect(redOf(0, 0)).toMatchObject({ isRed: false })
    expect(redOf(5, null)).toEqual({ kind: 'unknown', lacks: { kind: 'before', day: '2018-11-22' }, value: 5 })
  })

  const weeks = (values: readonly (number | null)[]) =>
    Object.fromEntries(values.map((value, week) => [dayAfter(day, -7 * (week + 1)), value]))

  it('is unusual outside of median ± 3 MAD of at least eight of the same weekday', () => {
    const steady = weeks([1000, 1100, 900, 1050, 950, 1020, 980, 1000])
    const judged = (value: number, history = steady) =>
      verdictOf({ kind: 'unusual' }, day, on({ ...history, [day]: value, [dayAfter(day, -1)]: 1 }), true)
    // Median 1000, MAD 35: 105 above and below.
    expect(judged(1105)).toMatchObject({ isRed: false, basis: { band: { low: 895, high: 1105 }, points: 8 } })
    expect(judged(1106)).toMatchObject({ isRed: true })
    expect(judged(894)).toMatchObject({ isRed: true })
    expect(judged(894, weeks([1000, 1100, 900, 1050, 950, 1020, 980, null]))).toEqual({
      kind: 'unknown',
      lacks: { kind: 'points', points: 7 },
      value: 894,
    })
  })

  it('has a floor in absolute counts, so that small and steady figures are no news', () => {
    expect(bandOf([0, 0, 0, 0, 0, 0, 0, 0], true)).toEqual({ low: 0, high: 5 })
    expect(bandOf([100, 100, 100, 100, 100, 100, 100, 100], true)).toEqual({ low: 70, high: 130 })
    expect(bandOf([80, 80, 80, 80, 80, 80, 80, 80], false)).toEqual({ low: 76, high: 84 })
  })

  it('has a band that holds the median, and that one odd week does not move out of the others', () => {
    const counts = fc.array(fc.nat(10_000), { minLength: 8, maxLength: 12 })
    fc.assert(
      fc.property(counts, fc.nat(1_000_000), (points, odd) => {
        const { low, high } = bandOf(points, true)
        const [least, most] = [Math.min(...points), Math.max(...points)]
        expect(low).toBeLessThanOrEqual(most)
        expect(high).toBeGreaterThanOrEqual(least)
        expect(low).toBeGreaterThanOrEqual(0)
        const steady = [...Array.from({ length: 8 }, () => 500), odd]
        expect(bandOf(steady, true)).toEqual(bandOf(steady.slice(0, 8), true))
      }),
    )
  })
})

describe('what is found', () => {
  const figure = { column: 'plays', title: 'Plays', format: 'integer' } as const
  const below = { kind: 'limit', operator: '<', limit: 200 } as const
  const changed = { kind: 'changed', percent: 20 } as const
  const alertOf = (condition: AlertCondition, days = 1): AlertDefinition => ({
    kind: 'alert',
    line: 'pulse',
    column: 'plays',
    condition,
    days,
  })
  const words = (observation: Observation) => [
    observation.kind,
    observation.kind === 'unknown' ? observation.why : observation.headline,
  ]
  const onDay = (condition: AlertCondition, values: Readonly<Record<string, number>>, days = 1) =>
    observeDay(alertOf(condition, days), { kind: 'days', ...figure, valueOn: on(values) }, day).observation
  const single = (condition: AlertCondition, value: number | null, before: number | null = null) =>
    words(observeSingle(alertOf(condition), { kind: 'single', ...figure, value }, null, before).observation)

  it('is red once so many days in a row are, without a gap, and says how many are so far', () => {
    const inRow = (values: Readonly<Record<string, number>>) => words(onDay(below, values, 3))
    expect(inRow({ '2018-11-27': 1, '2018-11-28': 2, [day]: 3 })).toEqual([
      'red',
      '29 Nov 2018: plays 3, below 200, 3 of 3 days in a row.',
    ])
    expect(inRow({ '2018-11-26': 1, '2018-11-27': 300, '2018-11-28': 2, [day]: 3 })).toEqual([
      'green',
      '29 Nov 2018: plays 3, below 200, 2 of 3 days in a row.',
    ])
    expect(inRow({ '2018-11-27': 1, [day]: 3 })).toEqual([
      'green',
      '29 Nov 2018: plays 3, below 200, 1 of 3 days in a row.',
    ])
    expect(inRow({ '2018-11-27': 1, '2018-11-28': 2, [day]: 300 })).toEqual([
      'green',
      '29 Nov 2018: plays 300, not below 200.',
    ])
  })

  it('is told with what it was held against', () => {
    const week = '2018-11-22'
    expect(onDay(changed, { [week]: 100, [day]: 70 })).toEqual({
      kind: 'red',
      when: '29 Nov 2018',
      headline: '29 Nov 2018: plays 70, −30.0% against 100 (22 Nov 2018), more than 20%.',
      facts: [
        ['Plays', '70'],
        ['Limit', '20% against 100 (22 Nov 2018)'],
        ['Day', '29 Nov 2018'],
      ],
    })
    expect(words(onDay(changed, { [day]: 70 }))).toEqual([
      'unknown',
      '29 Nov 2018: there is no figure of 22 Nov 2018 to compare with.',
    ])
    const weeks = [1000, 1100, 900, 1050, 950, 1020, 980, 1000].map((value, at) => [
      dayAfter(day, -7 * (at + 1)),
      value,
    ])
    const usual = (value: number) => onDay({ kind: 'unusual' }, { ...Object.fromEntries(weeks), [day]: value })
    expect(usual(1106)).toMatchObject({
      headline: '29 Nov 2018: plays 1,106, outside of the usual 895 to 1,105 of Thursdays.',
      facts: [{}, ['Usual band', '895 to 1,105, of 8 Thursdays'], {}],
    })
    expect(words(usual(895))).toEqual(['green', '29 Nov 2018: plays 895, within the usual 895 to 1,105 of Thursdays.'])
  })

  it('of a single figure is by its limit or by the load before; nothing of it is usual', () => {
    const from = (operator: '<=' | '>=') => ({ kind: 'limit', operator, limit: 5 }) as const
    expect(single(from('>='), 5)).toEqual(['red', 'the newest load: plays 5, at least 5.'])
    expect(single(from('<='), 6)).toEqual(['green', 'the newest load: plays 6, not at most 5.'])
    expect(single(changed, 6, 5)).toEqual([
      'green',
      'the newest load: plays 6, +20.0% against 5 (the load before), not more than 20%.',
    ])
    expect(single(changed, 6, 0)).toEqual([
      'red',
      'the newest load: plays 6, up from nothing against 0 (the load before), more than 20%.',
    ])
    expect(single(changed, 6)).toEqual(['unknown', 'the newest load: there is no load before to compare with.'])
    expect(single(below, null)).toEqual(['unknown', 'the newest load: there is no figure for Plays.'])
    expect(single({ kind: 'unusual' }, 6)).toEqual([
      'unknown',
      'the newest load: there is no figure for each day, so nothing is usual.',
    ])
  })
})
