import { byImportance, keptRows } from '../../core/cell-words.ts'
import { cut } from './cut.ts'
import type { Grid, GridCell } from './grid.ts'

/** The rows of a grid that fit, and whether any of their values had to be cut. */
export interface CutGrid {
  readonly rows: readonly (readonly GridCell[])[]
  readonly cellsCut: boolean
}

// Long values give way before rows do, down to a length at which names and titles can still be told apart.
const least = 30
const cellLimits = [1_000, 300, 120, 60, least] as const

/** The rows that fit into `maxRows` and `maxCharacters`, header and title included; at least one. */
export function cutGrid(grid: Grid, maxRows: number, maxCharacters: number): CutGrid {
  const room = maxCharacters - grid.title.length - grid.columns.reduce((sum, { name }) => sum + name.length, 0)
  const { timeOrder } = grid
  const rows = keptRows(grid.rows, maxRows, timeOrder)
  const limit = cellLimits.find((most) => countThatFit(rows, most, room) === rows.length) ?? least
  const fitting = countThatFit(byImportance(rows, timeOrder), limit, room)
  const kept = keptRows(rows, Math.max(1, fitting), timeOrder)
  return {
    rows: kept.map((row) => row.map((cell) => ({ ...cell, text: cut(cell.text, limit) }))),
    cellsCut: kept.some((row) => row.some((cell) => cell.isCut || cell.text.length > limit)),
  }
}

function countThatFit(rows: Grid['rows'], limit: number, room: number): number {
  let left = room
  const tooMuch = rows.findIndex((row) => {
    left -= row.reduce((sum, { text }) => sum + Math.min(text.length, limit), 0)
    return left < 0
  })
  return tooMuch < 0 ? rows.length : tooMuch
}
