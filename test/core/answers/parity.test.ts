import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differencesOf } from '../../../src/core/answers/parity.ts'
import type { ResultSet } from '../../../src/core/ports/engine.ts'
import type { Cell } from '../../../src/core/reply.ts'

const result = (names: readonly string[], rows: readonly (readonly Cell[])[], total = rows.length): ResultSet => ({
  columns: names.map((name) => ({ name, format: 'text' })),
  rows,
  total,
})

const names = ['a', 'b', 'c']
const cell = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
const grid = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 })

describe('two results', () => {
  it('have no difference from themselves, and exactly the cell that was changed from others', () => {
    fc.assert(
      fc.property(grid, fc.nat(), fc.nat(2), cell, (rows, nth, at, other) => {
        expect(differencesOf(result(names, rows), result(names, rows))).toEqual([])
        const row = nth % rows.length
        const changed = rows.map((cells, n) => (n === row ? cells.map((was, m) => (m === at ? other : was)) : cells))
        const was = rows[row]?.[at]
        expect(differencesOf(result(names, rows), result(names, changed))).toEqual(
          was === other ? [] : [{ row: row + 1, column: names[at], values: [was, other] }],
        )
      }),
    )
  })

  it('differ in rows and columns that only one of them has, and in their number', () => {
    const one = result(['a', 'b'], [[1, null]])
    const other = result(
      ['a', 'c'],
      [
        [1, 2],
        [3, 4],
      ],
      5,
    )
    expect(differencesOf(one, other)).toEqual([
      { row: 0, column: 'rows', values: [1, 5] },
      { row: 1, column: 'b', values: [null, undefined] },
      { row: 1, column: 'c', values: [undefined, 2] },
      { row: 2, column: 'a', values: [undefined, 3] },
      { row: 2, column: 'c', values: [undefined, 4] },
    ])
    // A number is not the text of it.
    expect(differencesOf(result(['a'], [[1]]), result(['a'], [['1']]))).toHaveLength(1)
  })
})
