import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, count, duration, hours, lasting, list, moment, percent, plural, usd } from '../../src/core/format.ts'

describe('figures in sentences', () => {
  it.each([
    [0, '< 0.1 s'],
    [449, '0.4 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [41_000, '41 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [192_000, '3 min 12 s'],
    [3_599_600, '1 h'],
    [4_360_000, '1 h 12 min'],
    [7_500_000, '2 h 5 min'],
    [97_200_000, '27 h'],
  ])('%i ms last %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })

  it.each([
    [8, '8 h'],
    [0.5, '30 min'],
    [1.5, '1 h 30 min'],
    [1 / 60, '1 min'],
    [744, '744 h'],
  ])('%d hours are asked for as %s', (n, text) => {
    expect(hours(n)).toBe(text)
  })

  it('never last less than nothing', () => {
    expect(lasting(new Date(5000), new Date(0))).toBe('< 0.1 s')
  })

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [1536, '1.5 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [3_200_000_000, '3.2 GB'],
    [5e15, '5000 TB'],
  ])('%i bytes are %s', (n, text) => {
    expect(bytes(n)).toBe(text)
  })

  it.each([
    [333, 6820, '4.9%'],
    [1, 6820, '0.01%'],
    [1, 1_000_000, '0.0001%'],
    [0, 6820, '0.0%'],
    [6820, 6820, '100.0%'],
    [6819, 6820, '99.99%'],
    [999_999, 1_000_000, '99.9999%'],
    [0, 0, 'none'],
  ])('%i of %i is %s', (part, whole, text) => {
    expect(percent(part, whole)).toBe(text)
  })

  it('reads as nothing and as all only where it is', () => {
    const shares = fc.tuple(fc.integer({ min: 0, max: 1e7 }), fc.integer({ min: 1, max: 1e7 }))
    fc.assert(
      fc.property(shares, ([one, other]) => {
        const [part, whole] = [Math.min(one, other), other]
        const shown = Number(percent(part, whole).slice(0, -1))
        expect([shown === 0, shown === 100]).toEqual([part === 0, part === whole])
      }),
    )
  })

  it('are grouped, counted and joined as people do', () => {
    expect(count(14896)).toBe('14,896')
    expect([plural(1, 'row'), plural(0, 'row'), plural(2, 'query', 'queries')]).toEqual([
      '1 row',
      '0 rows',
      '2 queries',
    ])
    expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c'])
    expect(moment(new Date('2018-11-30T21:59:59.999Z'))).toBe('30 Nov 2018, 21:59 UTC')
  })
})

describe('an amount of dollars', () => {
  it.each([
    [4.344, '$4.34'],
    [0, '$0.00'],
    [0.0004, 'less than $0.01'],
    [1234.5, '$1,234.50'],
  ])('%d is written %s', (amount, text) => {
    expect(usd(amount)).toBe(text)
  })

  it('never seems to be nothing when it is something', () => {
    fc.assert(
      fc.property(fc.double({ min: Number.MIN_VALUE, max: 1e6, noNaN: true }), (amount) => usd(amount) !== '$0.00'),
    )
  })
})
