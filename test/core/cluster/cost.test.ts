import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monthNamed, monthOf, monthWords, spentOn, totalUsd } from '../../../src/core/cluster/bill.ts'
import {
  type ClusterRequest,
  costAtLeaseEnd,
  hundredths,
  midnights,
  nobodyKnown,
  piecesOf,
  requestsDuring,
  sharesOf,
} from '../../../src/core/cluster/cost.ts'
import type { Bill } from '../../../src/core/ports/cluster.ts'

const at = (time: string): Date => new Date(`2026-11-${time}:00Z`)
const november = monthNamed('2026-11')
const ada = { key: 'slack:U0ADA', name: 'Ada' }
const bob = { key: 'slack:U0BOB', name: 'Bob' }
const cleo = { key: 'slack:U0CLEO', name: 'Cleo' }

function ran(from: string, to: string, usd: number | null): Bill {
  return { from: at(from), to: at(to), usd, price: '', until: null }
}

function request(payer: ClusterRequest['payer'], from: string, ended: string | null, done = true): ClusterRequest {
  return { payer, from: at(from), ended: ended === null ? null : at(ended), done }
}

const shown = (shares: ReturnType<typeof sharesOf>) => shares.map(({ name, hours, usd }) => ({ name, hours, usd }))
const people = (bills: readonly Bill[], requests: readonly ClusterRequest[]) =>
  shown(sharesOf(piecesOf(bills, requests, november), ({ payer }) => payer))
const days = (bills: readonly Bill[]) =>
  shown(sharesOf(piecesOf(bills, [], november), ({ day }) => ({ key: day, name: day })))

describe('a month', () => {
  it('is the calendar month in UTC', () => {
    expect(monthOf(new Date('2026-11-30T23:59:59.999Z'))).toEqual(november)
    expect(monthOf(new Date('2026-12-01T00:00:00.000Z')).name).toBe('2026-12')
    expect(november).toEqual({ name: '2026-11', from: at('01T00:00'), to: new Date('2026-12-01T00:00:00Z') })
    expect(monthWords(november)).toBe('November 2026')
  })
})

describe('the days of a month', () => {
  it('each have the hours up to midnight, and their part of the price', () => {
    expect(days([ran('07T22:00', '09T06:00', 32)])).toEqual([
      { name: '2026-11-07', hours: 2, usd: 2 },
      { name: '2026-11-08', hours: 24, usd: 24 },
      { name: '2026-11-09', hours: 6, usd: 6 },
    ])
  })

  it('leave out what is of other months, also of a time that reaches over', () => {
    const over: Bill = { ...ran('01T00:00', '01T06:00', 12), from: new Date('2026-10-31T18:00:00Z') }
    expect(days([over])).toEqual([{ name: '2026-11-01', hours: 6, usd: 6 }])
  })

  it('tell hours alone where no price is known', () => {
    expect(days([ran('07T10:00', '07T12:00', null), ran('08T10:00', '08T12:00', 1)])).toEqual([
      { name: '2026-11-07', hours: 2, usd: null },
      { name: '2026-11-08', hours: 2, usd: 1 },
    ])
  })
})

describe('the hours of a cluster', () => {
  const period = ran('07T10:00', '07T18:00', 8)

  it('belong to whoever had it run, and from then on to whoever asked for it after', () => {
    const requests = [request(ada, '07T09:58', '07T10:05'), request(bob, '07T15:00', '07T15:00')]
    expect(people([period], requests)).toEqual([
      { name: 'Ada', hours: 5, usd: 5 },
      { name: 'Bob', hours: 3, usd: 3 },
    ])
  })

  it('before anybody asked for it belong to nobody known', () => {
    expect(people([period], [request(bob, '07T15:00', '07T15:00')])).toEqual([
      { name: nobodyKnown.name, hours: 5, usd: 5 },
      { name: 'Bob', hours: 3, usd: 3 },
    ])
  })

  it('do not belong to whoever asked for it before it was paused the last time', () => {
    const requests = [request(ada, '06T09:58', '06T10:05')]
    expect(people([period], requests)).toEqual([{ name: nobodyKnown.name, hours: 8, usd: 8 }])
  })

  it('belong to whose failed run had it run, and not to whose failed run came to nothing', () => {
    const requests = [request(ada, '07T09:58', '07T10:05', false), request(bob, '07T15:00', '07T15:01', false)]
    expect(people([period], requests)).toEqual([{ name: 'Ada', hours: 8, usd: 8 }])
  })

  it('belong to whose run is still at it', () => {
    expect(people([period], [request(cleo, '07T09:58', null)])).toEqual([{ name: 'Cleo', hours: 8, usd: 8 }])
  })

  it('of several times are one share, under the newest name', () => {
    const requests = [request(ada, '07T09:58', '07T10:05'), request({ ...ada, name: 'Ada L.' }, '08T09:58', '08T10:05')]
    expect(people([period, ran('08T10:00', '08T11:00', 1)], requests)).toEqual([{ name: 'Ada L.', hours: 9, usd: 9 }])
  })
})

describe('shares', () => {
  it('to the cent add up to the total to the cent', () => {
    expect(hundredths([1 / 3, 1 / 3, 1 / 3])).toEqual([0.34, 0.33, 0.33])
    expect(hundredths([0.006, 0.006])).toEqual([0.01, 0])
    expect(hundredths([0.004, 0.0005])).toEqual([0.004, 0.0005])
    expect(hundredths([])).toEqual([])
  })

  const instants = fc.array(fc.integer({ min: -3 * 1440, max: 33 * 1440 }), { minLength: 2, maxLength: 20 })
  const asked = fc.array(
    fc.record({
      minute: fc.integer({ min: -3 * 1440, max: 33 * 1440 }),
      lasts: fc.integer({ min: 0, max: 300 }),
      done: fc.boolean(),
      payer: fc.constantFrom(ada, bob, cleo),
    }),
    { maxLength: 12 },
  )

  it('by day and by person each sum to what the month cost, whatever ran and whoever asked', () => {
    const start = november.from.getTime()
    const minute = (n: number): Date => new Date(start + n * 60_000 + (n % 7))
    fc.assert(
      fc.property(instants, asked, fc.double({ min: 0, max: 40, noNaN: true }), (times, wished, hourlyUsd) => {
        const edges = [...new Set(times)].toSorted((a, b) => a - b).map(minute)
        const bills = edges.flatMap((from, i): Bill[] => {
          const to = edges[i + 1]
          if (i % 2 === 1 || to === undefined) return []
          return [{ from, to, usd: (hourlyUsd * (to.getTime() - from.getTime())) / 3_600_000, price: '', until: null }]
        })
        const requests = wished
          .toSorted((a, b) => a.minute - b.minute)
          .map((one) => ({
            payer: one.payer,
            done: one.done,
            from: minute(one.minute),
            ended: minute(one.minute + one.lasts),
          }))
        const ms = bills.map(({ from, to }) =>
          Math.max(0, Math.min(to.getTime(), november.to.getTime()) - Math.max(from.getTime(), start)),
        )
        const hours = ms.reduce((sum, each) => sum + each, 0) / 3_600_000
        const pieces = piecesOf(bills, requests, november)
        for (const shares of [
          sharesOf(pieces, ({ payer }) => payer),
          sharesOf(pieces, ({ day }) => ({ key: day, name: day })),
        ]) {
          const sum = (of: 'hours' | 'usd'): number => shares.reduce((total, share) => total + (share[of] ?? 0), 0)
          expect(Math.abs(sum('hours') - hours)).toBeLessThanOrEqual(0.005 + 1e-6)
          expect(Math.abs(sum('usd') - hours * hourlyUsd)).toBeLessThanOrEqual(0.005 + 1e-6)
          for (const { hours: each, usd } of shares) {
            expect(each).toBeGreaterThanOrEqual(0)
            expect(usd).toBeGreaterThanOrEqual(0)
          }
        }
        for (const { name, hours: each } of sharesOf(pieces, ({ day }) => ({ key: day, name: day }))) {
          expect(name.slice(0, 7)).toBe('2026-11')
          expect(each).toBeLessThanOrEqual(24)
        }
      }),
    )
  })
})

describe('what a month comes to by the end of the lease', () => {
  // Two dollars an hour up to noon.
  const running: Bill = { ...ran('07T10:00', '07T12:00', 4), until: at('07T15:00') }

  it('is what was spent and the hours that are left, at what an hour has cost', () => {
    expect(costAtLeaseEnd(10, running, november)).toEqual({ usd: 16, until: at('07T15:00') })
    expect(costAtLeaseEnd(10, { ...running, until: at('07T11:00') }, november)?.usd).toBe(10)
  })

  it('ends with the month', () => {
    const last: Bill = { ...ran('30T20:00', '30T22:00', 4), until: new Date('2026-12-01T08:00:00Z') }
    expect(costAtLeaseEnd(0, last, november)).toEqual({ usd: 4, until: new Date('2026-12-01T00:00:00Z') })
  })

  it('is not known where nothing runs, or nobody knows a price', () => {
    expect(costAtLeaseEnd(10, undefined, november)).toBeNull()
    expect(costAtLeaseEnd(10, ran('07T10:00', '07T12:00', 4), november)).toBeNull()
    expect(costAtLeaseEnd(10, { ...running, usd: null }, november)).toBeNull()
    expect(costAtLeaseEnd(null, running, november)).toBeNull()
  })
})

describe('a sum of dollars', () => {
  it('leaves out what has no known price, and is none where that is all of it', () => {
    const [known, other, unknown] = [
      ran('07T10:00', '07T12:00', 4),
      ran('08T10:00', '08T12:00', 1),
      ran('09T10:00', '09T12:00', null),
    ]
    expect([totalUsd([known, other]), totalUsd([known, unknown]), totalUsd([unknown]), totalUsd([])]).toEqual([
      5,
      4,
      null,
      0,
    ])
    expect([spentOn([known, other]), spentOn([known, unknown]), spentOn([unknown])]).toEqual([
      { usd: 5, isComplete: true },
      { usd: 4, isComplete: false },
      { usd: 0, isComplete: false },
    ])
  })

  it('of several times of one share is that of those whose price is known', () => {
    expect(people([ran('07T10:00', '07T12:00', 4), ran('08T10:00', '08T12:00', null)], [])).toEqual([
      { name: nobodyKnown.name, hours: 4, usd: 4 },
    ])
  })
})

describe('midnights', () => {
  it('lie strictly between two times', () => {
    const between = (from: string, to: string) =>
      midnights(at(from).getTime(), at(to).getTime()).map((time) => new Date(time).toISOString().slice(8, 16))
    expect(between('07T00:00', '09T00:00')).toEqual(['08T00:00'])
    expect(between('07T00:01', '09T00:01')).toEqual(['08T00:00', '09T00:00'])
    expect(between('07T10:00', '07T12:00')).toEqual([])
    expect(between('07T10:00', '07T10:00')).toEqual([])
  })
})

describe('the requests that a time came of', () => {
  const period = ran('07T10:00', '07T18:00', 8)
  const counts = (from: string, ended: string | null, done = true) =>
    requestsDuring(period, [request(ada, from, ended, done)]).length === 1

  it('were made before it was over, and were at work when it began or after', () => {
    expect([counts('07T17:59', null), counts('07T18:00', null)]).toEqual([true, false])
    expect([counts('07T09:00', '07T10:00'), counts('07T09:00', '07T09:59')]).toEqual([true, false])
  })

  it('that failed were made before it began', () => {
    expect([counts('07T10:00', '07T10:05', false), counts('07T10:01', '07T10:05', false)]).toEqual([true, false])
  })
})
