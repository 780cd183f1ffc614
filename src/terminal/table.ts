import { createRequire } from 'node:module'
import { cleanLine, count } from '../core/format.ts'
import type { Format, TableReply } from '../core/reply.ts'
import { columnTitles, formatColumn, numericFormats } from '../core/tables.ts'
import type { Screen } from './screen.ts'

// Longer texts would push their neighbours off the screen. The last column is wrapped instead of cut.
const widestCell = 48
const narrowestText = 12
const mostLines = 5
const gap = '  '
const barWidths = { least: 8, most: 20 } as const

/**
 * A table with aligned columns, its title above and, if rows are missing, how many below; with a bar at the end of each row for the
 * figures in the column `drawn`. What is wider than the screen even with texts cut is written as a list.
 */
export function tableText(table: TableReply, screen: Screen, drawn?: string): string {
  const known: TableReply = { ...table, labels: columnTitles(table).map(cleanLine) }
  const below = [
    ...(table.rows.length === 0 ? ['(no rows)'] : []),
    ...(table.rows.length < table.total
      ? [`(${table.timeOrder === undefined ? '' : 'newest '}${count(table.rows.length)} of ${count(table.total)} rows)`]
      : []),
    ...(table.formats?.includes('time') === true ? ['(times in UTC)'] : []),
  ]
  const title = screen.paint('title', cleanLine(table.title))
  return [title, ...linesOf(known, screen, drawn), ...below.map((line) => screen.paint('faint', line))].join('\n')
}

function linesOf(table: TableReply, { columns: width, paint }: Screen, drawn: string | undefined): readonly string[] {
  const titles = columnTitles(table)
  const words = titles.map((_, i) =>
    formatColumn(
      table.rows.map((row) => row[i] ?? null),
      formatAt(table, i),
    ),
  )
  const cells = table.rows.map((row) => words.map((write, i) => write(row[i] ?? null)))
  const oneWideRow = cells.length === 1 && table.columns.length > 5 && table.list !== true
  const widths = oneWideRow ? null : widthsOf(table, titles, cells, width)
  if (widths === null) return cells.flatMap((row, at) => [...(at === 0 ? [] : ['']), ...upright(titles, row, width)])
  const line = (row: readonly string[]): string =>
    row.map((text, i) => padded(text, widths[i] ?? 0, alignsRight(formatAt(table, i)))).join(gap)
  const last = table.columns.length - 1
  const wrapped = (row: readonly string[]): readonly string[] => {
    if (last < 0 || alignsRight(formatAt(table, last))) return [line(row)]
    const [first = '', ...rest] = wrap(row[last] ?? '', widths[last] ?? 0)
    const indent = ' '.repeat(sum(widths.slice(0, last)) + gap.length * last)
    return [line(row.with(last, first)).trimEnd(), ...rest.map((text) => `${indent}${text}`)]
  }
  const room = width - sum(widths) - gap.length * table.columns.length
  const bars = barsOf(table, drawn, room)
  const barWidth = bars.reduce((most, drawnBar) => Math.max(most, drawnBar.length), 0)
  const rules = [...widths, ...(barWidth === 0 ? [] : [barWidth])].map((columns) => '─'.repeat(columns))
  return [
    paint('title', line(titles).trimEnd()),
    paint('faint', rules.join(gap)),
    ...cells.flatMap((row, at) => {
      const drawnBar = bars[at] ?? ''
      return drawnBar === ''
        ? wrapped(row).map((text) => text.trimEnd())
        : [`${line(row)}${gap}${paint('accent', drawnBar)}`]
    }),
  ]
}

function formatAt({ formats }: TableReply, at: number) {
  return formats?.[at] ?? 'text'
}

/** Widths that fit into `width`, the widest texts cut first; null where the numbers alone do not fit. */
function widthsOf(
  table: TableReply,
  titles: readonly string[],
  cells: readonly (readonly string[])[],
  width: number,
): readonly number[] | null {
  const widths = titles.map((name, i) => {
    const most = i === titles.length - 1 ? Number.POSITIVE_INFINITY : widestCell
    const widest = cells.reduce((so, row) => Math.max(so, widthOf(row[i] ?? '', most)), widthOf(name, most))
    return Math.min(most, widest)
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

/** A bar for each row; none where the line has no room. */
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
function upright(titles: readonly string[], row: readonly string[], width: number): readonly string[] {
  const label = titles.reduce((most, name) => Math.max(most, widthOf(name, widestCell)), 0)
  const room = Math.max(20, width - label - gap.length)
  return titles.map((name, i) => {
    const text = row[i] ?? '–'
    return `${padded(name, label, false)}${gap}${widthOf(text, room) > room ? padded(text, room, false) : text}`
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}

/** Numbers are aligned right. */
function alignsRight(format: Format): boolean {
  return numericFormats.has(format)
}

const latin = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]*$/

// Unicode's tables take 30 ms to load, and most answers need none.
const load = createRequire(import.meta.url)
const columnsOf = (text: string): number => {
  const { default: stringWidth }: typeof import('string-width') = load('string-width')
  return stringWidth(text)
}

// Families of emoji have up to this many UTF-16 units for each of their two columns.
const unitsPerColumn = 8

/** Columns that a line takes; beyond `most` they need not all be counted. */
function widthOf(text: string, most = Number.POSITIVE_INFINITY): number {
  return latin.test(text) ? text.length : columnsOf(text.slice(0, (most + 1) * unitsPerColumn))
}

/** The text cut or filled to a width in columns; wide characters count two. */
export function padded(text: string, width: number, right: boolean): string {
  const shown = cut(text, width)
  const fill = ' '.repeat(Math.max(0, width - widthOf(shown)))
  return right ? fill + shown : shown + fill
}

/** The text in at most five lines of a width, broken between words; what does not fit ends in `…`. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  const words = text.split(' ')
  for (const [at, word] of words.entries()) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && widthOf(longer, width) <= width) lines.splice(-1, 1, longer)
    else if (lines.length === mostLines - 1) return [...lines, cut(words.slice(at).join(' '), width)]
    else lines.push(cut(word, width))
  }
  return lines
}

/** The text, ending in `…` where it is wider than `width` columns. */
function cut(text: string, width: number): string {
  if (widthOf(text, width) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += widthOf(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept}…`
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const
const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** A bar for a share from 0 to 1 of `width` columns; nothing for what is below nothing. */
export function bar(share: number, width: number): string {
  const cells = Math.min(1, Math.max(0, share)) * width
  return '█'.repeat(Math.floor(cells)) + (eighths[Math.floor((cells % 1) * eighths.length)] ?? '')
}

/** One column for each value, from the least to the most of them; a gap where there is none. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null)
  const least = Math.min(...known)
  const range = Math.max(...known) - least
  const height = (value: number): string =>
    heights[range === 0 ? 0 : Math.round(((value - least) / range) * (heights.length - 1))] ?? ' '
  return values.map((value) => (value === null ? ' ' : height(value))).join('')
}
