import { cleanLine } from '../../core/format.ts'
import type { Cell, Format, Suggestion, TableReply } from '../../core/reply.ts'
import {
  byImportance,
  columnTitles,
  formatColumn,
  keptRows,
  numericFormats,
  type TimeOrder,
} from '../../core/tables.ts'
import { cut } from './cut.ts'

// Slack's limit, of `table` and `data_table` alike (https://docs.slack.dev/reference/block-kit/blocks/table-block).
const maxColumns = 20

// One row with more columns than this is read as a list.
const wideRow = 5

// No form of a table shows more, and cleaning 100,000 cells takes half a second.
const maxRows = 100

// What an option of a menu holds (https://docs.slack.dev/reference/block-kit/composition-objects/option-object); a button takes more.
const maxActionLine = 150

// Longer than any form shows a value.
const maxCell = 1_200

/** A value as shown, whether it is more than that, and the number where Slack may sort by it. */
export interface GridCell {
  readonly text: string
  readonly isCut: boolean
  readonly value: number | null
}

interface GridColumn {
  readonly name: string
  readonly numeric: boolean
}

/** At most 100 rows of a table made ready to be drawn: every row as long as `columns`, every cell one line of clean text. */
export interface Grid {
  readonly title: string
  readonly columns: readonly GridColumn[]
  readonly rows: readonly (readonly GridCell[])[]
  /** What can be done with each row; empty where that is nothing for all. */
  readonly actions: readonly (Suggestion | null)[]
  /** What a row of it is: a row of the answer, or a column of the only one. */
  readonly of: 'row' | 'column'
  readonly total: number
  /** Columns that found no room. */
  readonly leftOut: number
  /** Where rows must give way, the oldest do. */
  readonly timeOrder: TimeOrder | undefined
  readonly hasTimes: boolean
}

/** A single wide row lies down as "column, value", unless it is of a list; more than 20 columns lose the last ones. */
export function gridOf(table: TableReply): Grid {
  const { columns, rows } = table
  const [only] = rows
  if (only !== undefined && rows.length === 1 && table.total <= 1 && columns.length > wideRow && table.list !== true)
    return lyingDown(table, only)
  const actions = keptRows(table.actions ?? [], maxRows, table.timeOrder).map((action) =>
    action === null || action.line === '' || action.line.length > maxActionLine ? null : action,
  )
  const hasActions = actions.some((action) => action !== null)
  const shown = columnTitles(table).slice(0, hasActions ? maxColumns - 1 : maxColumns)
  const numeric = shown.map((_, at) => isNumeric(table, at))
  const words = shown.map((_, at) =>
    formatColumn(
      rows.map((row) => row[at] ?? null),
      formatAt(table, at),
    ),
  )
  return {
    title: cut(cleanLine(table.title), 150),
    columns: shown.map((name, at) => ({ name: cut(cleanLine(name), 40), numeric: numeric[at] ?? false })),
    rows: keptRows(rows, maxRows, table.timeOrder).map((row) =>
      shown.map((_, at) => gridCell(row[at] ?? null, words[at] ?? String, numeric[at] ?? false)),
    ),
    actions: hasActions ? actions : [],
    of: 'row',
    total: Math.max(table.total, rows.length),
    leftOut: columns.length - shown.length,
    timeOrder: table.timeOrder,
    hasTimes: shown.some((_, at) => formatAt(table, at) === 'time'),
  }
}

function lyingDown(table: TableReply, row: readonly Cell[]): Grid {
  return {
    title: cut(cleanLine(table.title), 150),
    columns: [
      { name: 'Column', numeric: false },
      { name: 'Value', numeric: false },
    ],
    rows: columnTitles(table)
      .slice(0, maxRows)
      .map((name, at) => {
        const value = row[at] ?? null
        return [
          gridCell(name, formatColumn([], 'text'), false),
          gridCell(value, formatColumn([value], formatAt(table, at)), false),
        ]
      }),
    actions: [],
    of: 'column',
    total: table.columns.length,
    leftOut: 0,
    timeOrder: undefined,
    hasTimes: table.columns.some((_, at) => formatAt(table, at) === 'time'),
  }
}

function formatAt({ formats }: TableReply, at: number): Format {
  return formats?.[at] ?? 'text'
}

/** A column of figures: by its format or, where none are given, because it holds numbers only. */
function isNumeric(table: TableReply, at: number): boolean {
  const cells = keptRows(table.rows, maxRows, table.timeOrder)
    .map((row) => row[at] ?? null)
    .filter((cell) => cell !== null)
  return (
    (table.formats === undefined || numericFormats.has(formatAt(table, at))) &&
    cells.length > 0 &&
    cells.every((cell) => typeof cell === 'number' && Number.isFinite(cell))
  )
}

function gridCell(cell: Cell, words: (cell: Cell) => string, numeric: boolean): GridCell {
  if (typeof cell === 'string' && cell.length > maxCell) {
    return { text: `${cleanLine(cell.slice(0, maxCell))}…`, isCut: true, value: null }
  }
  return { text: words(cell), isCut: false, value: numeric && typeof cell === 'number' ? cell : null }
}

/** The rows of a grid that fit, and whether any of their values had to be cut. */
export interface CutGrid {
  readonly rows: readonly (readonly GridCell[])[]
  readonly actions: Grid['actions']
  readonly cellsCut: boolean
}

// Long values give way before rows do, down to a length at which names and titles can still be distinguished.
const least = 30
const cellLimits = [1_000, 300, 120, 60, least] as const

/** The rows that fit into `maxRows` and `maxCharacters`, header and title included; at least one. */
export function cutGrid(grid: Grid, maxRows: number, maxCharacters: number): CutGrid {
  const room = maxCharacters - grid.title.length - grid.columns.reduce((sum, { name }) => sum + name.length, 0)
  const { timeOrder } = grid
  const rows = keptRows(grid.rows, maxRows, timeOrder)
  const actions = keptRows(grid.actions, maxRows, timeOrder)
  const sized = rows.map((row, at): Sized => ({ row, besides: sizeOf(actions[at] ?? null) }))
  const limit = cellLimits.find((most) => countThatFit(sized, most, room) === rows.length) ?? least
  const fitting = Math.max(1, countThatFit(byImportance(sized, timeOrder), limit, room))
  const kept = keptRows(rows, fitting, timeOrder)
  return {
    actions: keptRows(actions, fitting, timeOrder),
    rows: kept.map((row) => row.map((cell) => ({ ...cell, text: cut(cell.text, limit) }))),
    cellsCut: kept.some((row) => row.some((cell) => cell.isCut || cell.text.length > limit)),
  }
}

/** A row, and the characters that its action takes. */
interface Sized {
  readonly row: readonly GridCell[]
  readonly besides: number
}

/** The label of a button, and the line that stands in its place in older clients. */
function sizeOf(action: Suggestion | null): number {
  return action === null ? 0 : action.label.length + action.line.length
}

function countThatFit(rows: readonly Sized[], limit: number, room: number): number {
  let left = room
  const tooMuch = rows.findIndex(({ row, besides }) => {
    left -= row.reduce((sum, { text }) => sum + Math.min(text.length, limit), besides)
    return left < 0
  })
  return tooMuch < 0 ? rows.length : tooMuch
}
