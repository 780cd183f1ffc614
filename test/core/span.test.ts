import { describe, expect, it } from 'vitest'
import { readSpan, type SpanUnit, spanMs } from '../../src/core/span.ts'

const all: readonly SpanUnit[] = ['m', 'h', 'd', 'w']

describe('a length of time', () => {
  it.each([
    ['90m', 5_400_000],
    ['6H', 21_600_000],
    [' 7d ', 604_800_000],
    ['4w', 2_419_200_000],
    ['10074m', 604_440_000],
  ])('%j is read', (typed, ms) => {
    const span = readSpan(typed, all)
    expect(span === null ? null : spanMs(span)).toBe(ms)
  })

  it.each(['', '0h', '7', '-1d', '1.5h', '7y', '07d', '100000d', '7 d'])('%j is not', (typed) => {
    expect(readSpan(typed, all)).toBeNull()
  })

  it('has the units that are asked for alone, one of which a bare number may have', () => {
    expect(readSpan('4w', ['h', 'd'])).toBeNull()
    expect(readSpan('8', ['m', 'h'], 'h')).toEqual({ amount: 8, unit: 'h' })
  })
})
