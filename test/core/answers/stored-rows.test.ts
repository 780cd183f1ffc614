import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pageOf } from '../../../src/core/answers/stored-result.ts'
import type { Cell, TableReply } from '../../../src/core/reply.ts'

const table = (column: readonly Cell[]): TableReply => ({
  kind: 'table',
  title: 'Title',
  columns: ['place', 'value'],
  rows: column.map((cell, at) => [at, cell]),
  total: column.length,
})
const sorted = (column: readonly Cell[], order?: 'asc' | 'desc') =>
  pageOf(table(column), { sort: 'value', order, page: 1, n: 1000 }).table.rows.map(([, cell]) => cell)

describe('stored rows', () => {
  it('are sorted as numbers where they are, beyond 2^53 too, and otherwise as a reader would', () => {
    expect(sorted([2, 10, 1])).toEqual([10, 2, 1])
    expect(sorted(['9007199254740993', '9007199254740992', '9007199254740994'], 'asc')).toEqual([
      '9007199254740992',
      '9007199254740993',
      '9007199254740994',
    ])
    expect(sorted(['Zebra', 'ähre', 'Song 10', 'Song 9'])).toEqual(['ähre', 'Song 9', 'Song 10', 'Zebra'])
    expect(sorted(['2018-11-02', '2018-11-01'])).toEqual(['2018-11-01', '2018-11-02'])
  })

  it('of days come newest first, page by page, each page in their order', () => {
    const days: TableReply = { ...table(['1 Nov', '2 Nov', '3 Nov', '4 Nov', '5 Nov']), timeOrder: { after: 0 } }
    const shown = (page: number, sort?: string) => pageOf(days, { sort, order: undefined, page, n: 2 })
    expect(shown(1).table).toMatchObject({
      title: 'Title, rows 4–5',
      rows: [
        [3, '4 Nov'],
        [4, '5 Nov'],
      ],
    })
    expect(shown(3).table).toMatchObject({ title: 'Title, rows 1–1', rows: [[0, '1 Nov']] })
    expect(shown(1, 'place').table.rows).toEqual([
      [4, '5 Nov'],
      [3, '4 Nov'],
    ])
  })

  it('that have nothing in the column come last, whichever way it is sorted', () => {
    expect(sorted([null, 2, null, 1])).toEqual([2, 1, null, null])
    expect(sorted([null, 2, null, 1], 'asc')).toEqual([1, 2, null, null])
  })

  it('are all on some page, once, whatever the size of pages, equal ones in the order of the answer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ max: 3, min: 0 }), fc.constant(null)), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (column, n) => {
          const pages = Math.ceil(column.length / n)
          const rows = Array.from({ length: pages }, (_, at) =>
            pageOf(table(column), { sort: 'value', order: 'asc', page: at + 1, n }),
          ).flatMap((page) => page.table.rows)
          const wanted = table(column).rows.toSorted(
            ([, a], [, b]) => Number(a === null) - Number(b === null) || Number(a) - Number(b),
          )
          expect(rows).toEqual(wanted)
          expect(() => pageOf(table(column), { sort: undefined, order: undefined, page: pages + 1, n })).toThrow(
            'no page',
          )
        },
      ),
    )
  })
})
