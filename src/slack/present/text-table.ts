import { byImportance, keptRows } from '../../core/tables.ts'
import { column, cut, widthOf } from './cut.ts'
import type { Grid, GridCell } from './grid.ts'

/** A table in a monospaced font: its lines, how many rows they hold, and whether a value had to be cut. */
interface TextTable {
  readonly text: string
  readonly shown: number
  readonly cellsCut: boolean
}

// What a phone shows of a code block without wrapping it.
const phoneColumns = 34
const gap = 1
const leastTextColumn = 8

// Figures are never cut, their headings may be.
const leastHeader = 5

// Names of songs and artists are mostly shorter than this, sentences longer.
const longName = 24

// Values of a list wrap, so they may be longer than a phone is wide; past this nobody reads them there.
const maxListed = 200

/** Aligned columns where they fit on a phone, else a list of "column: value" for each row; as many rows as fit. */
export function textTable(grid: Grid, maxCharacters: number): TextTable {
  const widths = grid.of === 'column' ? null : columnWidths(grid)
  return widths === null ? listed(grid, maxCharacters) : aligned(grid, widths, maxCharacters)
}

function aligned(grid: Grid, widths: readonly number[], maxCharacters: number): TextTable {
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => column(text, widths[at] ?? 0, grid.columns[at]?.numeric ? 'right' : 'left'))
      .join(' '.repeat(gap))
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join(' '.repeat(gap))
  const head = `${line(grid.columns.map(({ name }) => name))}\n${rule}`
  const tooWide = (row: readonly GridCell[]): boolean =>
    row.some(({ text, isCut }, at) => isCut || widthOf(text) > (widths[at] ?? 0))
  return gather(head, '\n', grid, (row) => line(row.map(({ text }) => text)), tooWide, maxCharacters)
}

/** A table of two columns is a list by itself; of others each row is a paragraph. */
function listed(grid: Grid, maxCharacters: number): TextTable {
  const pair = grid.columns.length === 2
  const write = (row: readonly GridCell[]): string => {
    const [name, value] = row
    if (pair && name !== undefined && value !== undefined) return line(name.text, value.text)
    return row.map(({ text }, at) => line(grid.columns[at]?.name ?? '–', text)).join('\n')
  }
  const line = (name: string, value: string): string => `${cut(name, 40)}: ${cut(value, maxListed)}`
  const tooLong = (row: readonly GridCell[]): boolean => row.some(({ text, isCut }) => isCut || text.length > maxListed)
  return gather('', pair ? '\n' : '\n\n', grid, write, tooLong, maxCharacters)
}

function gather(
  head: string,
  between: string,
  { rows, timeOrder }: Grid,
  write: (row: readonly GridCell[]) => string,
  isCut: (row: readonly GridCell[]) => boolean,
  maxCharacters: number,
): TextTable {
  let length = head.length
  let shown = 0
  for (const row of byImportance(rows, timeOrder)) {
    length += (length === 0 ? 0 : between.length) + write(row).length
    if (length > maxCharacters) break
    shown++
  }
  const kept = keptRows(rows, shown, timeOrder)
  const text = [...(head === '' ? [] : [head]), ...kept.map(write)].join(between)
  return { text, shown, cellsCut: kept.some(isCut) }
}

/**
 * Widths that make lines of at most 34 columns, the widest texts giving way first. Null where there are none, or where
 * they would cut sentences short.
 */
function columnWidths({ columns, rows }: Grid): readonly number[] | null {
  const cells = columns.map((_, at) => rows.map((row) => widthOf(row[at]?.text ?? '', phoneColumns)))
  const natural = columns.map(({ name }, at) => Math.max(widthOf(name), ...(cells[at] ?? [])))
  const least = columns.map(({ numeric }, at) =>
    Math.min(natural[at] ?? 0, numeric ? Math.max(leastHeader, ...(cells[at] ?? [])) : leastTextColumn),
  )
  const gaps = gap * (columns.length - 1)
  if (sum(natural) + gaps <= phoneColumns) return natural
  const sentences = columns.some(({ numeric }, at) => !numeric && median(cells[at] ?? []) > longName)
  if (sentences || sum(least) + gaps > phoneColumns) return null
  const widths = natural.map((width, at) => (columns[at]?.numeric ? (least[at] ?? width) : width))
  while (sum(widths) + gaps > phoneColumns) {
    const spare = widths.map((width, at) => (width > (least[at] ?? 0) ? width : 0))
    const widest = spare.indexOf(Math.max(...spare))
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? 0
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}
