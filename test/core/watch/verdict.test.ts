import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayAfter } from '../../../src/core/day.ts'
import { neededFrom } from '../../../src/core/watch/observe.ts'
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
