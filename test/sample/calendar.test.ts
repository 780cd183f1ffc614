import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs } from '../../src/core/span.ts'
import { daysOf, momentOf } from '../../src/sample/log.ts'

const november = Date.parse('2018-11-01')

describe('daysOf', () => {
  it('gives each day at least one event and all days together exactly those asked for', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 100 }), fc.nat(100_000), (seed, count, spare) => {
        const days = daysOf(seed, november, count, count + spare)
        expect(days.map(({ start }) => start)).toEqual(days.map((_, index) => november + index * dayMs))
        expect(days.every(({ events }) => Number.isInteger(events) && events >= 1)).toBe(true)
        expect(days.reduce((sum, { events }) => sum + events, 0)).toBe(count + spare)
      }),
    )
  })

  it('has quiet weekends', () => {
    const eventsOn = new Map(daysOf(1, november, 30, 30_000).map(({ start, events }) => [start, events]))
    const sunday = eventsOn.get(Date.parse('2018-11-04'))
    expect(sunday).toBeLessThan((eventsOn.get(Date.parse('2018-11-07')) ?? 0) / 1.5)
  })
})

describe('momentOf', () => {
  it('moves through the day in whole seconds and 796 ms, never back, never past midnight', () => {
    const moments = Array.from({ length: 10_000 }, (_, index) => momentOf(index / 10_000))
    expect(moments.every((at, index) => at >= (moments[index - 1] ?? 0) && at < dayMs && at % 1000 === 796)).toBe(true)
    expect(momentOf(1 - 2 ** -32)).toBeLessThan(dayMs)
  })

  it('spends the American daytime slowly: a third of the traffic begins between 14 and 19 UTC', () => {
    expect(momentOf(0.4) / dayMs).toBeCloseTo(13.4 / 24, 1)
    expect(momentOf(0.8) / dayMs).toBeCloseTo(19 / 24, 1)
  })
})
