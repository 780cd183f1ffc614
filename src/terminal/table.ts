import { cleanLine } from '../core/clean.ts'
import type { TableReply } from '../core/reply.ts'
import { count } from '../core/words.ts'
import { bar } from './bars.ts'
import { alignsRight, cellText, padded, widthOf } from './cells.ts'

// A title of 80 characters is read; one of 300 pushes its neighbours off the screen.
const widestCell = 48
const narrowestText = 12
const gap = '  '
const barWidths = { least: 8, most: 20 } as const

/**
 * A table with aligned columns, its title above and, if rows are missing, how many below; with a bar at the end of each row for the
 * figures in the column `drawn`. `columns` is the terminal's width: what does not fit even with texts cut is written as a list.
 */
export function tableText(table: TableReply, columns: number, drawn?: string): string {
  const known: TableReply = { ...table, columns: table.columns.map(cleanLine) }
  const below = [
    ...(table.rows.length === 0 ? ['(no rows)'] : []),
    ...(table.rows.length < table.total
      ? [`(${table.timeOrder === undefined ? '' : 'newest '}${count(table.rows.length)} of ${count(table.total)} rows)`]
      : []),
    ...(table.formats?.includes('time') === true ? ['(times in UTC)'] : []),
  ]
  return [cleanLine(table.title), ...linesOf(known, columns, drawn), ...below].join('\n')
}

function linesOf(table: TableReply, width: number, drawn: string | undefined): readonly string[] {
  const cells = table.rows.map((row) => table.columns.map((_, i) => cellText(row[i] ?? null, formatAt(table, i))))
  const oneWideRow = cells.length === 1 && table.columns.length > 5 && table.list !== true
  const widths = oneWideRow ? null : widthsOf(table, cells, width)
  if (widths === null) return cells.flatMap((row, at) => [...(at === 0 ? [] : ['']), ...upright(table, row, width)])
  const line = (row: readonly string[]): string =>
    row.map((text, i) => padded(text, widths[i] ?? 0, alignsRight(formatAt(table, i)))).join(gap)
  const bars = barsOf(table, drawn, width - sum(widths) - gap.length * table.columns.length)
  return [
    line(table.columns).trimEnd(),
    widths.map((columns) => '─'.repeat(columns)).join(gap),
    ...cells.map((row, at) => `${line(row)}${gap}${bars[at] ?? ''}`.trimEnd()),
  ]
}

function formatAt({ formats }: TableReply, at: number) {
  return formats?.[at] ?? 'text'
}

/** Widths that fit into `width`, the widest texts giving way first; null where figures alone do not. */
function widthsOf(table: TableReply, cells: readonly (readonly string[])[], width: number): readonly number[] | null {
  const widths = table.columns.map((name, i) => {
    const widest = cells.reduce(
      (most, row) => Math.max(most, widthOf(row[i] ?? '', widestCell)),
      widthOf(name, widestCell),
    )
    return Math.min(widestCell, widest)
  })
  const gaps = gap.length * (widths.length - 1)
  while (sum(widths) + gaps > width) {
    const spare = widths.map((columns, i) =>
      alignsRight(formatAt(table, i)) || columns <= narrowestText ? 0 : columns,
    )
    const widest = Math.max(0, ...spare)
    if (widest === 0) return null
    widths[spare.indexOf(widest)] = widest - 1
  }
  return widths
}

/** A bar for each row; none where the column has no figures or the line no room. */
function barsOf({ columns, rows }: TableReply, drawn: string | undefined, room: number): readonly string[] {
  const at = drawn === undefined ? -1 : columns.indexOf(drawn)
  if (at < 0 || room < barWidths.least) return []
  const values = rows.map((row) => Number(row[at] ?? Number.NaN))
  const most = values.reduce((max, value) => (Number.isFinite(value) ? Math.max(max, value) : max), 0)
  return values.map((value) =>
    most > 0 && Number.isFinite(value) ? bar(value / most, Math.min(room, barWidths.most)) : '',
  )
}

/** One row downwards, a column a line; a cut value ends in `…`. */
function upright({ columns }: TableReply, row: readonly string[], width: number): readonly string[] {
  const label = columns.reduce((most, name) => Math.max(most, widthOf(name, widestCell)), 0)
  const room = Math.max(20, width - label - gap.length)
  return columns.map((name, i) => {
    const text = row[i] ?? '–'
    return `${padded(name, label, false)}${gap}${widthOf(text, room) > room ? padded(text, room, false) : text}`
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}
