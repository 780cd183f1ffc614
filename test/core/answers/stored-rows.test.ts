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

  it('are sorted by a column as it is named or titled, by its name where both are meant', () => {
    const named: TableReply = { ...table([1, 2]), labels: ['City', 'Place'] }
    const sortedBy = (sort: string) => pageOf(named, { sort, order: undefined, page: 1, n: 2 }).sortedBy
    expect(['city', 'Value', 'place'].map(sortedBy)).toEqual(['place', 'value', 'place'])
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

  it('come page by page as they were answered, under a title that names the page and the order, where there are others', () => {
    const shown = (column: readonly Cell[], page: number, sort?: string) => {
      const { table: rows, pages, sortedBy } = pageOf(table(column), { sort, order: undefined, page, n: 2 })
      return [rows.title, rows.rows.map(([, cell]) => cell), pages, sortedBy]
    }
    expect(shown(['c', 'a', 'b'], 1)).toEqual(['Title, rows 1–2', ['c', 'a'], 2, undefined])
    expect(shown(['c', 'a', 'b'], 2)).toEqual(['Title, rows 3–3', ['b'], 2, undefined])
    expect(shown(['c', 'a', 'b'], 2, 'VALUE')).toEqual(['Title, rows 3–3, by value', ['c'], 2, 'value'])
    expect(shown(['c', 'a'], 1)).toEqual(['Title', ['c', 'a'], 1, undefined])
    expect(shown([], 1, 'value')).toEqual(['Title, by value', [], 1, 'value'])
  })

  it('keep what says how they are written, and the order of time where they are not sorted', () => {
    const days: TableReply = { ...table([1, 2, 3]), formats: ['date', 'integer'], timeOrder: { after: 1 } }
    const page = (sort?: string) => pageOf(days, { sort, order: undefined, page: 1, n: 2 }).table
    expect(page()).toMatchObject({ formats: ['date', 'integer'], timeOrder: { after: 0 }, total: 3 })
    expect(page('value')).not.toHaveProperty('timeOrder')
    expect(pageOf(table([1]), { sort: undefined, order: undefined, page: 1, n: 2 }).table).not.toHaveProperty('formats')
  })

  it('are sorted by figures from the most on, by anything else from A on, unless it is said otherwise', () => {
    expect(sorted(['-9007199254740993', '-9007199254740992', '5'], 'asc')).toEqual([
      '-9007199254740993',
      '-9007199254740992',
      '5',
    ])
    expect(sorted([1, 'b', null, 'a'])).toEqual(['b', 'a', 1, null])
    expect(sorted(['b', 'a', 'b'], 'desc')).toEqual(['b', 'b', 'a'])
    expect(sorted([false, true, false])).toEqual([false, false, true])
  })

  it('are not sorted by a column that there is not; one that is alike is offered, in either spelling', () => {
    const named: TableReply = { ...table([1]), columns: ['First_Play', 'plays'] }
    const by = (sort: string) => () => pageOf(named, { sort, order: undefined, page: 1, n: 1 }).sortedBy
    expect(by('first-play')()).toBe('First_Play')
    expect(by('play')).toThrow(
      expect.objectContaining({ remedy: expect.stringMatching(/^Did you mean sort=plays\? Its/) }),
    )
    expect(by('zzzzzz')).toThrow(expect.objectContaining({ remedy: 'Its columns are First_Play, plays.' }))
  })
})
