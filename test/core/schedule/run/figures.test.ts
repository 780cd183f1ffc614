import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TableReply } from '../../../../src/core/reply.ts'
import { figuresDiffer } from '../../../../src/core/schedule/run/condition.ts'

function table(rows: TableReply['rows'], said: Partial<TableReply> = {}): TableReply {
  const columns = ['song', 'plays', 'share']
  return {
    kind: 'table',
    title: 'Songs',
    columns,
    formats: ['text', 'integer', 'percent'],
    rows,
    total: rows.length,
    ...said,
  }
}

const before = [
  table([
    ['A', 100, 10],
    ['B', 50, null],
  ]),
]

describe('figures', () => {
  it.each([
    [
      'one more than so many percent up',
      [
        ['A', 111, 10],
        ['B', 50, null],
      ],
      true,
    ],
    [
      'one more than so many percent down',
      [
        ['A', 100, 8.9],
        ['B', 50, null],
      ],
      true,
    ],
    [
      'just so many percent',
      [
        ['A', 110, 9],
        ['B', 45, null],
      ],
      false,
    ],
    [
      'rows in another order',
      [
        ['B', 50, null],
        ['A', 100, 10],
      ],
      false,
    ],
    [
      'a figure where there was none',
      [
        ['A', 100, 10],
        ['B', 50, 1],
      ],
      true,
    ],
    ['a row that went', [['A', 100, 10]], true],
    [
      'a row that came',
      [
        ['A', 100, 10],
        ['B', 50, null],
        ['C', 1, 1],
      ],
      true,
    ],
    [
      'a row in the place of another',
      [
        ['A', 100, 10],
        ['C', 50, null],
      ],
      true,
    ],
  ])('%s', (_, rows, differ) => {
    expect(figuresDiffer([table(rows)], before, 10)).toBe(differ)
  })

  it('of rows that say the same are compared in their order', () => {
    const twice = (first: number) => [
      table([
        ['A', first, 1],
        ['A', 2, 1],
      ]),
    ]
    expect(figuresDiffer(twice(1), twice(1), 10)).toBe(false)
    expect(figuresDiffer(twice(9), twice(1), 10)).toBe(true)
  })

  it('that began at 0 differ as soon as they are anything else', () => {
    const nothing = [table([['A', 0, 0]])]
    expect(figuresDiffer([table([['A', 0, 0]])], nothing, 1000)).toBe(false)
    expect(figuresDiffer([table([['A', 1, 0]])], nothing, 1000)).toBe(true)
  })

  it('beyond 2^53, which come as text, are figures; days and times are what rows are known by', () => {
    const columns = ['day', 'plays']
    const of = (day: string, plays: string) => table([[day, plays]], { columns, formats: ['date', 'integer'] })
    expect(figuresDiffer([of('2026-11-01', '9007199254740995')], [of('2026-11-01', '9007199254740993')], 1)).toBe(false)
    expect(figuresDiffer([of('2026-11-01', '18014398509481986')], [of('2026-11-01', '9007199254740993')], 1)).toBe(true)
    expect(figuresDiffer([of('2026-11-02', '9')], [of('2026-11-01', '9')], 1)).toBe(true)
  })

  it('of a table that has more rows than are shown differ with their number', () => {
    expect(figuresDiffer([table([['A', 1, 1]], { total: 9 })], [table([['A', 1, 1]], { total: 8 })], 50)).toBe(true)
  })

  it('of a table that came, went or has other columns differ', () => {
    expect(figuresDiffer([], before, 99)).toBe(true)
    expect(figuresDiffer([...before, ...before], before, 99)).toBe(true)
    expect(
      figuresDiffer(
        before.map((each) => ({ ...each, columns: ['song', 'plays', 'part'] })),
        before,
        99,
      ),
    ).toBe(true)
  })
})

const rows = fc.array(
  fc.tuple(fc.constantFrom('A', 'B', 'C', ''), fc.integer({ min: -1000, max: 1000 }), fc.option(fc.integer())),
  { maxLength: 6 },
)
const tables = fc.array(
  rows.map((each) => table(each)),
  { maxLength: 3 },
)
const percent = fc.integer({ min: 0, max: 200 })

describe('any figures', () => {
  it('do not differ from themselves, and by no percentage if not by a smaller one', () => {
    fc.assert(
      fc.property(tables, tables, percent, percent, (now, earlier, one, other) => {
        expect(figuresDiffer(now, now, one)).toBe(false)
        const [less, more] = [Math.min(one, other), Math.max(one, other)]
        if (figuresDiffer(now, earlier, more)) expect(figuresDiffer(now, earlier, less)).toBe(true)
      }),
    )
  })

  it('differ when one of them grows by more than so many percent, and not when it grows by less', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 2, max: 200 }), rows, (figure, by, others) => {
        const of = (n: number) => [table([...others, ['new', n, 0]])]
        expect(figuresDiffer(of(figure * (1 + (by + 1) / 100)), of(figure), by)).toBe(true)
        expect(figuresDiffer(of(figure * (1 + (by - 1) / 100)), of(figure), by)).toBe(false)
      }),
    )
  })

  it('do not mind the order of rows that say different things', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string({ maxLength: 3 }), fc.integer(), fc.integer()), {
          selector: ([name]) => name,
        }),
        percent,
        (each, by) => {
          expect(figuresDiffer([table(each.toReversed())], [table(each)], by)).toBe(false)
        },
      ),
    )
  })
})
