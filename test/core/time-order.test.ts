import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byImportance, keptRows } from '../../src/core/tables.ts'

const days = Array.from({ length: 12 }, (_, day) => day)

const cuts = fc.record({
  rows: fc.nat(40),
  most: fc.nat(50),
  timeOrder: fc.option(fc.record({ after: fc.nat(3) }), { nil: undefined }),
})

describe('rows that find no room', () => {
  it('are the last ones, or the oldest where rows are in the order of time', () => {
    expect(keptRows(days, 3, undefined)).toEqual([0, 1, 2])
    expect(keptRows(days, 3, { after: 0 })).toEqual([9, 10, 11])
  })

  it('are not those of another kind that come first, such as a total', () => {
    expect(keptRows(days, 3, { after: 1 })).toEqual([0, 10, 11])
    expect(keptRows(days, 1, { after: 1 })).toEqual([0])
    expect(keptRows(days, 0, { after: 1 })).toEqual([])
  })

  it('are never more than need be, and never change the order', () => {
    fc.assert(
      fc.property(cuts, ({ rows, most, timeOrder }) => {
        const all = Array.from({ length: rows }, (_, at) => at)
        const kept = keptRows(all, most, timeOrder)
        expect(kept).toHaveLength(Math.min(rows, most))
        expect(kept).toEqual(sorted(kept))
        expect(sorted(byImportance(all, timeOrder).slice(0, most))).toEqual(kept)
      }),
    )
  })
})

function sorted(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((a, b) => a - b)
}
