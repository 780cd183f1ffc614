import stringWidth from 'string-width'
import type { TableReply } from '../core/reply.ts'
import { count } from '../core/words.ts'
import { alignsRight, cellText, harmless, padded } from './cells.ts'

// A title of 80 characters is read; one of 300 pushes its neighbours off the screen.
const widestCell = 48
const gap = '  '

/** A table with aligned columns, its title above and, if rows are missing, how many below. `columns`: the terminal's width. */
export function tableText(table: TableReply, columns: number): string {
  const [only] = table.rows
  const lines =
    only !== undefined && table.rows.length === 1 && table.columns.length > 5 ? upright(table, columns) : across(table)
  const cut = table.rows.length < table.total ? [`(${count(table.rows.length)} of ${count(table.total)} rows)`] : []
  const empty = table.rows.length === 0 ? ['(no rows)'] : []
  return [harmless(table.title), ...lines, ...empty, ...cut].join('\n')
}

function across({ columns, formats, rows }: TableReply): readonly string[] {
  const format = (i: number) => formats?.[i] ?? 'text'
  const cells = rows.map((row) => row.map((cell, i) => cellText(cell, format(i))))
  const widths = columns.map((name, i) =>
    Math.min(widestCell, Math.max(stringWidth(name), ...cells.map((row) => stringWidth(row[i] ?? '')))),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => padded(text, widths[i] ?? 0, alignsRight(format(i))))
      .join(gap)
      .trimEnd()
  return [line(columns), widths.map((width) => '─'.repeat(width)).join(gap), ...cells.map(line)]
}

/** One row of many columns reads better downwards. */
function upright({ columns, formats, rows }: TableReply, width: number): readonly string[] {
  const label = Math.max(...columns.map((name) => stringWidth(name)))
  return columns.map((name, i) => {
    const text = cellText(rows[0]?.[i] ?? null, formats?.[i] ?? 'text')
    const room = Math.max(20, width - label - gap.length)
    return `${padded(name, label, false)}${gap}${stringWidth(text) > room ? padded(text, room, false) : text}`
  })
}
