import { cellWords } from '../../core/cell-words.ts'
import type { Cell, Format } from '../../core/reply.ts'
import { cleanLine } from '../../core/words.ts'

/** One value of a table as people write it, in one line of clean text, never empty. */
export function formatCell(cell: Cell, format: Format): string {
  return cleanLine(cellWords(cell, format))
}
