import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparedPeriods, earlierPeriods } from '../../../src/core/sql/compared-periods.ts'
import { resolveWindow } from '../../../src/core/sql/window.ts'

const at = (time: string) => new Date(`${time}Z`)
const data = { oldest: at('2018-11-01T00:10:00'), newest: at('2018-11-30T23:50:00') }

function compared(
  asked: Parameters<typeof resolveWindow>[0],
  period: (typeof earlierPeriods)[number],
  over = data,
  zone = 'UTC',
) {
  const periods = comparedPeriods(resolveWindow(asked, over, zone), period, over, zone)
  return periods === null ? null : [periods.now.label, periods.before.label, periods.days, periods.isCut]
}

describe('compared periods', () => {
  it('are the one asked for and the one right before it, or the same days a week or a month before', () => {
    expect(compared({ last: '7d' }, 'previous')).toEqual(['24–30 Nov 2018', '17–23 Nov 2018 UTC', 7, false])
    expect(compared({ last: '3d' }, 'week')).toEqual(['28–30 Nov 2018', '21–23 Nov 2018 UTC', 7, false])
    const year = { oldest: at('2018-01-01T00:00:00'), newest: at('2018-12-31T23:59:00') }
    expect(compared({ since: '2018-03-31', until: '2018-03-31' }, 'month', year)).toEqual([
      '31 Mar 2018',
      '28 Feb 2018 UTC',
      31,
      false,
    ])
  })

  it('are cut to what the data have of both, and say so', () => {
    expect(compared({ last: '3w' }, 'previous')).toEqual(['22–30 Nov 2018', '1–9 Nov 2018 UTC', 21, true])
    const noon = { ...data, newest: at('2018-11-30T11:59:59.999') }
    expect(compared({ last: '1d' }, 'week', noon)).toEqual([
      '30 Nov 2018 00:00 – 30 Nov 2018 11:59',
      '23 Nov 2018 00:00 – 23 Nov 2018 11:59 UTC',
      7,
      true,
    ])
  })

  it('are whole days apart where rows are days, and otherwise as long as the hours asked for', () => {
    const window = { from: at('2018-11-28T12:00:00'), to: at('2018-11-30T00:00:00'), label: '' }
    const beginOf = (byDay: boolean) =>
      comparedPeriods(window, 'previous', data, 'UTC', byDay)?.before.from.toISOString()
    expect([beginOf(true), beginOf(false)]).toEqual(['2018-11-26T12:00:00.000Z', '2018-11-27T00:00:00.000Z'])
  })

  it('are none where the data have nothing earlier', () => {
    expect(compared({}, 'previous')).toBeNull()
    expect(compared({ last: '7d' }, 'month')).toBeNull()
  })

  it('follow the clocks of the zone across their change', () => {
    const periods = comparedPeriods(
      resolveWindow({ since: '2018-11-05', until: '2018-11-05' }, data, 'America/New_York'),
      'previous',
      data,
      'America/New_York',
    )
    // The clocks went back on 4 November: that day has 25 hours, and both count from midnight to midnight.
    expect([periods?.before.from.toISOString(), periods?.before.to.toISOString()]).toEqual([
      '2018-11-04T04:00:00.000Z',
      '2018-11-05T05:00:00.000Z',
    ])
  })

  it('are equally long by the clock, and within the data, whatever is asked', () => {
    const day = fc.integer({ min: 1, max: 30 }).map((n) => `2018-11-${String(n).padStart(2, '0')}`)
    fc.assert(
      fc.property(fc.tuple(day, day), fc.constantFrom(...earlierPeriods), ([a, b], period) => {
        const [since, until] = a < b ? [a, b] : [b, a]
        const periods = comparedPeriods(resolveWindow({ since, until }, data), period, data, 'UTC')
        if (periods === null) return
        const { now, before } = periods
        expect(before.to.getTime() - before.from.getTime()).toBe(now.to.getTime() - now.from.getTime())
        expect(before.to.getTime()).toBeLessThanOrEqual(now.to.getTime())
        expect(before.from.getTime()).toBeGreaterThanOrEqual(at('2018-11-01T00:00:00').getTime())
        expect(now.to.getTime()).toBeLessThanOrEqual(at('2018-12-01T00:00:00').getTime())
      }),
    )
  })
})
