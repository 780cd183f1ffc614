import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import { type AskedWindow, resolveWindow, windowValues } from '../../../src/core/sql/window.ts'
import { always } from './any-sql.ts'

const november = { oldest: new Date('2018-11-01T21:01:46.796Z'), newest: new Date('2018-11-30T19:54:24.796Z') }

function resolved(asked: AskedWindow, data = november): readonly [string, string, string] {
  const window = resolveWindow(asked, data)
  return [window.from.toISOString(), window.to.toISOString(), window.label]
}

function refusal(asked: AskedWindow): OpsError {
  try {
    resolveWindow(asked, november)
  } catch (error) {
    if (error instanceof OpsError) return error
  }
  throw new Error('it was not refused')
}

describe('resolveWindow', () => {
  it('is the whole data when nothing is asked for, the newest play included', () => {
    expect(resolved({})).toEqual(['2018-11-01T21:01:46.796Z', '2018-11-30T19:54:24.797Z', '1–30 Nov 2018 UTC'])
  })

  it('counts back from the newest play that is not dated far ahead, and leaves out no other play unasked', () => {
    const data = { ...november, newest: new Date('2019-12-06T12:00:00Z'), anchor: november.newest }
    for (const last of ['7d', '2w', '24h', 'whole-day']) {
      expect(resolved({ last }, data)).toEqual(resolved({ last }))
    }
    expect(resolved({}, data)[1]).toBe('2019-12-06T12:00:00.001Z')
    expect(resolved({ last: '1d', until: '2019-12-06' }, data)[0]).toBe('2019-12-06T00:00:00.000Z')
  })

  it.each(['9999-12-31', '2100-01-01', '1999-12-31', '0001-01-01'])(
    'refuses the day %s, which no row can have',
    (until) => {
      expect(refusal({ until })).toMatchObject({
        code: 'bad_argument',
        message: `until=${until} is outside of 2000-01-01 to 2099-12-31.`,
        remedy: 'Leave until out for no limit.',
      })
    },
  )

  it('counts days and weeks as whole days that end with the day of the newest play', () => {
    expect(resolved({ last: '7d' })).toEqual([
      '2018-11-24T00:00:00.000Z',
      '2018-12-01T00:00:00.000Z',
      '24–30 Nov 2018 UTC',
    ])
    expect(resolved({ last: '1d' })).toEqual([
      '2018-11-30T00:00:00.000Z',
      '2018-12-01T00:00:00.000Z',
      '30 Nov 2018 UTC',
    ])
    expect(resolved({ last: '2w' })).toEqual(resolved({ last: '14d' }))
    expect(resolved({ last: '40d' })[2]).toBe('22 Oct – 30 Nov 2018 UTC')
    expect(resolved({ last: '52w' })[2]).toBe('2 Dec 2017 – 30 Nov 2018 UTC')
  })

  it('knows the newest day that is over, by the clocks of a zone, as pulse tells it', () => {
    const label = (newest: string, zone = 'UTC', oldest = november.oldest): string =>
      resolveWindow({ last: 'whole-day' }, { oldest, newest: new Date(newest) }, zone).label
    expect(resolved({ last: 'whole-day' })).toEqual([
      '2018-11-29T00:00:00.000Z',
      '2018-11-30T00:00:00.000Z',
      '29 Nov 2018 UTC',
    ])
    expect(label('2018-11-30T03:00:00Z')).toBe('29 Nov 2018 UTC')
    expect(label('2018-11-30T22:59:59.998Z')).toBe('29 Nov 2018 UTC')
    expect(label('2018-11-30T23:00:00Z')).toBe('30 Nov 2018 UTC')
    expect(label('2018-11-30T18:40:00Z', 'Asia/Kolkata')).toBe('30 Nov 2018 Asia/Kolkata')
    expect(label('2018-11-30T18:40:00Z', 'America/New_York')).toBe('29 Nov 2018 America/New_York')
    // Nothing older: the day that there is.
    expect(label('2018-11-02T03:00:00Z')).toBe('2 Nov 2018 UTC')
    expect(resolved({ last: 'whole-day', until: '2018-11-11' })[2]).toBe('11 Nov 2018 UTC')
    expect(resolved({ last: 'whole-day', until: '2018-12-24' })[2]).toBe('29 Nov 2018 UTC')
  })

  it('counts hours back from the newest play exactly', () => {
    expect(resolved({ last: '24h' })).toEqual([
      '2018-11-29T19:54:24.796Z',
      '2018-11-30T19:54:24.797Z',
      '29 Nov 2018 19:54 – 30 Nov 2018 19:54 UTC',
    ])
  })

  it('ends on the newest day when the newest play is its last millisecond, or its first', () => {
    const until = (newest: string): string => resolved({ last: '1d' }, { ...november, newest: new Date(newest) })[1]
    expect(until('2018-11-30T23:59:59.999Z')).toBe('2018-12-01T00:00:00.000Z')
    expect(until('2018-11-30T00:00:00.000Z')).toBe('2018-12-01T00:00:00.000Z')
  })

  it('takes both days of since and until in', () => {
    expect(resolved({ since: '2018-11-10', until: '2018-11-11' })).toEqual([
      '2018-11-10T00:00:00.000Z',
      '2018-11-12T00:00:00.000Z',
      '10–11 Nov 2018 UTC',
    ])
    expect(resolved({ since: '2018-11-10', until: '2018-11-10' })[2]).toBe('10 Nov 2018 UTC')
    expect(resolved({ since: '2018-11-10' })[1]).toBe('2018-11-30T19:54:24.797Z')
    expect(resolved({ until: '2018-11-10' })[0]).toBe('2018-11-01T21:01:46.796Z')
  })

  it('counts back from until when both are given', () => {
    expect(resolved({ last: '2d', until: '2018-11-11' })[2]).toBe('10–11 Nov 2018 UTC')
    expect(resolved({ last: '24h', until: '2018-11-11' })[0]).toBe('2018-11-10T23:59:59.999Z')
  })

  it('has the days of a zone, also those of 23 and of 25 hours', () => {
    const inZone = (asked: AskedWindow, newest: string, zone: string): readonly string[] => {
      const { from, to, label } = resolveWindow(asked, { ...november, newest: new Date(newest) }, zone)
      return [from.toISOString().slice(0, 16), to.toISOString().slice(0, 16), label]
    }
    // In Los Angeles it is still the 29th.
    expect(inZone({ last: '1d' }, '2018-11-30T07:59:00Z', 'America/Los_Angeles')).toEqual([
      '2018-11-29T08:00',
      '2018-11-30T08:00',
      '29 Nov 2018 America/Los_Angeles',
    ])
    expect(inZone({ last: '2d' }, '2018-11-05T07:00:00Z', 'America/Los_Angeles')).toEqual([
      '2018-11-03T07:00',
      '2018-11-05T08:00',
      '3–4 Nov 2018 America/Los_Angeles',
    ])
    expect(inZone({ since: '2019-03-31', until: '2019-03-31' }, '2019-04-01T00:00:00Z', 'Europe/London')).toEqual([
      '2019-03-31T00:00',
      '2019-03-31T23:00',
      '31 Mar 2019 Europe/London',
    ])
    expect(inZone({ last: '24h' }, '2018-11-30T19:54:00Z', 'Asia/Kolkata')[2]).toBe(
      '30 Nov 2018 01:24 – 1 Dec 2018 01:24 Asia/Kolkata',
    )
  })

  it('is never turned around, also where it lies outside the data', () => {
    expect(resolved({ since: '2019-01-01' })[2]).toBe('1 Jan 2019 UTC')
    expect(resolved({ until: '2018-10-01' })[2]).toBe('1 Oct 2018 UTC')
    const day = fc
      .date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10))
    const last = fc
      .tuple(fc.integer({ min: 1, max: 9999 }), fc.constantFrom('h', 'd', 'w'))
      .map((parts) => parts.join(''))
    const asked = fc.oneof(
      fc.record({ since: day }),
      fc.record({ until: day }),
      fc.record({ last }),
      fc.record({ last, until: day }),
    )
    always(asked, (window) => {
      const { from, to } = resolveWindow(window, november)
      expect(from.getTime()).toBeLessThan(to.getTime())
    })
  })

  it.each([
    [{ last: '7d', since: '2018-11-10' }, 'last and since'],
    [{ since: '2018-11-11', until: '2018-11-10' }, 'until=2018-11-10 is before since=2018-11-11'],
    [{ since: 'soon' }, 'since=soon is not a day'],
    [{ until: '2018-02-30' }, 'until=2018-02-30 is not a day'],
    [{ until: '2018-13-01' }, 'until=2018-13-01 is not a day'],
    [{ last: '0d' }, '"0d" is not a valid period'],
    [{ last: '1e9d' }, '"1e9d" is not a valid period'],
    [{ last: '7' }, '"7" is not a valid period'],
  ])('refuses %j and says what to write', (asked, message) => {
    const error = refusal(asked)
    expect(error.code).toBe('bad_argument')
    expect(error.message).toContain(message)
    expect(error.remedy).not.toBe('')
  })
})

describe('windowValues', () => {
  it('are timestamps in UTC with their milliseconds', () => {
    expect(windowValues(resolveWindow({ last: '24h' }, november))).toEqual({
      from: '2018-11-29 19:54:24.796',
      to: '2018-11-30 19:54:24.797',
    })
  })
})
