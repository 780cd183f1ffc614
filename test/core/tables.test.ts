import { describe, expect, it } from 'vitest'
import { formatCell } from '../../src/core/tables.ts'

describe('a value of a table', () => {
  it.each([
    [6820, 'integer', '6,820'],
    [-5, 'integer', '−5'],
    [-43.9, 'percent', '−43.9%'],
    [-5, 'text', '-5'],
    [2.5, 'integer', '2.5'],
    [2.71801, 'decimal', '2.72'],
    [0.00123, 'decimal', '0.0012'],
    [0, 'decimal', '0'],
    [4.88, 'percent', '4.9%'],
    [99.985, 'percent', '99.98%'],
    [0.013, 'percent', '0.013%'],
    [0, 'percent', '0.0%'],
    [218_930, 'duration', '3 min 39 s'],
    [-2_000, 'duration', '−2.0 s'],
    [3, 'seconds', '3.0 s'],
    [0, 'seconds', '< 0.1 s'],
    [9_817_000, 'bytes', '9.8 MB'],
    ['2018-11-30T21:59:12.345Z', 'time', '30 Nov 2018, 21:59'],
    ['not a time', 'time', 'not a time'],
    ['2018-11-30', 'date', '2018-11-30'],
    [2018, 'text', '2018'],
    ['two\nlines', 'text', 'two lines'],
    [true, 'text', 'yes'],
    [null, 'integer', '–'],
    ['', 'text', '–'],
  ] as const)('%s as %s reads "%s"', (cell, format, shown) => {
    expect(formatCell(cell, format)).toBe(shown)
  })

  it('shows numbers beyond 2^53 as they came, and others in full digits', () => {
    expect(formatCell('9223372036854775807', 'integer')).toBe('9223372036854775807')
    expect(formatCell(Number.MAX_SAFE_INTEGER, 'integer')).toBe('9,007,199,254,740,991')
    expect(formatCell(1e300, 'integer')).toBe('1e+300')
    expect(formatCell(1e300, 'duration')).toBe('1e+300')
  })
})
