import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { cleanLine } from '../../src/core/format.ts'
import type { Cell, TableReply } from '../../src/core/reply.ts'
import { screenOf } from '../../src/terminal/screen.ts'
import { tableText as tableOn } from '../../src/terminal/table.ts'
import { table } from '../slack/present/arbitrary.ts'
import { lengths } from '../support/soak.ts'

const made = (
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  more: Partial<TableReply> = {},
): TableReply => ({
  kind: 'table',
  title: 'Title',
  columns: [...columns],
  rows: rows.map((row) => [...row]),
  total: rows.length,
  ...more,
})
const tableText = (given: TableReply, columns: number): string => tableOn(given, screenOf({ columns }))
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `c${at + 1}`)

describe('whatever a table holds', () => {
  it(
    'it arrives with every row, with nothing that a terminal would obey, and what is missing is said',
    () => {
      fc.assert(
        fc.property(table, fc.constantFrom(40, 80, 200, Number.POSITIVE_INFINITY), (given, columns) => {
          const text = tableText(given, columns)
          expect(text).not.toMatch(/(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029]/u)
          expect(text.split('\n').length).toBeGreaterThanOrEqual(given.columns.length === 0 ? 1 : given.rows.length)
          if (given.rows.length < given.total) expect(text).toContain(`of ${given.total.toLocaleString('en')} rows)`)
          if (given.rows.length === 0) expect(text).toContain('(no rows)')
        }),
        { numRuns: lengths({ gate: 12, soak: 1000 }) },
      )
    },
    lengths({ gate: 60_000, soak: 3_600_000 }),
  )

  it(
    'a value that is cut shows so, and one that is not stands there whole',
    () => {
      fc.assert(
        fc.property(table, (given) => {
          const text = tableText(given, Number.POSITIVE_INFINITY)
          for (const row of given.rows.slice(0, 3))
            for (const [at] of given.columns.entries()) {
              const cell = row[at] ?? null
              if (typeof cell !== 'string' || given.formats?.[at] === 'time') continue
              const whole = cleanLine(cell)
              if (stringWidth(whole) <= 48) expect(text).toContain(whole)
              else if (!text.includes(whole)) expect(text).toContain('…')
            }
        }),
        { numRuns: lengths({ gate: 12, soak: 1000 }) },
      )
    },
    lengths({ gate: 60_000, soak: 3_600_000 }),
  )

  it('5,000 rows are 5,000 lines', () => {
    const rows = Array.from({ length: 5000 }, (_, at) => [`Song ${at}`, at])
    const lines = tableText(made(['song', 'plays'], rows, { formats: ['text', 'integer'] }), 80).split('\n')
    expect(lines).toHaveLength(5003)
    expect(lines.at(-1)).toMatch(/^Song 4999 +4,999$/)
  })

  it('25 columns are a line where there is room, and a list where there is none', () => {
    const columns = numbered(25)
    const rows = [1, 2].map((row) => columns.map((_, at) => row * 1000 + at))
    const wide = made(columns, rows, { formats: columns.map(() => 'integer') })
    expect(tableText(wide, Number.POSITIVE_INFINITY).split('\n')).toHaveLength(5)
    const list = tableText(wide, 80).split('\n')
    expect(list).toHaveLength(1 + 25 + 1 + 25)
    expect(list[1]).toBe('C1   1,000')
    for (const line of list) expect(stringWidth(line)).toBeLessThanOrEqual(80)
  })

  it('long texts give way to figures, and say so', () => {
    const text = tableText(
      made(
        ['song', 'plays'],
        [
          ['x'.repeat(3000), 1],
          ['Undo', 2],
        ],
        { formats: ['text', 'integer'] },
      ),
      30,
    )
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(30)
    expect(text).toContain('x…')
  })

  it('a text in the last column goes on in the lines below, between words, up to five', () => {
    const meaning = 'one two three four five six seven eight nine ten'
    const lines = tableText(
      made(
        ['name', 'meaning'],
        [
          ['a', meaning],
          ['b', `${meaning} ${meaning}`],
        ],
      ),
      24,
    ).split('\n')
    const column = lines.slice(3).map((line) => line.slice('name  '.length))
    expect(lines.slice(3).map((line) => line.slice(0, 1))).toEqual(['a', ' ', ' ', 'b', ' ', ' ', ' ', ' '])
    expect(column.slice(0, 3).join(' ')).toBe(meaning)
    expect(column.at(-1)).toMatch(/…$/)
  })

  it('numbers beyond 2^53, emoji, and text from right to left stand there as they are', () => {
    const cells = ['9223372036854775807', '👩‍🚀', 'שלום עולם', '日本語']
    const text = tableText(
      made(
        ['value'],
        cells.map((cell) => [cell]),
      ),
      80,
    )
    for (const cell of cells) expect(text).toContain(cell)
  })
})
