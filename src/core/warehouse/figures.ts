import { cellWords } from '../cell-words.ts'
import type { Cell, TableReply } from '../reply.ts'
import type { HeadlineHint } from '../sql/files.ts'
import { dateText } from '../sql/window.ts'

/** The figures that an answer is told in: of which row they are, whether they say their change, and each as "plays 346 (+4.2 %)". */
export interface Figures {
  readonly of: string
  readonly changes: boolean
  readonly words: readonly string[]
}

const week = 7 * 86_400_000

/** The figures that a query's header asks for. Null where no row is one to show, or where the last one was cut off. */
export function figuresOf(hint: HeadlineHint, table: TableReply): Figures | null {
  if (table.rows.length < table.total && table.timeOrder === undefined) return null
  const known = table.rows.filter((row) => isTold(row, hint, table))
  const row = known.at(-1)
  if (row === undefined) return null
  const before = hint.weekBefore ? rowBefore(row, known) : undefined
  const words = hint.columns.map((column) => {
    const at = table.columns.indexOf(column)
    const format = table.formats?.[at] ?? 'text'
    const change = before === undefined ? '' : changeWords(row[at] ?? null, before[at] ?? null, format === 'percent')
    return `${column.replaceAll('_', ' ')} ${cellWords(row[at] ?? null, format)}${change}`
  })
  return { of: dayWords(row[0] ?? null) ?? cellWords(row[0] ?? null, 'text'), changes: before !== undefined, words }
}

function isTold(row: readonly Cell[], { where }: HeadlineHint, { columns }: TableReply): boolean {
  return where === null || String(row[columns.indexOf(where.column)]) === where.value
}

function rowBefore(row: readonly Cell[], rows: TableReply['rows']): readonly Cell[] | undefined {
  const day = Date.parse(String(row[0]))
  return rows.find(([first]) => Date.parse(String(first)) === day - week)
}

/** " (+4.2 %)"; of what is a share already " (+3.1 points)". Nothing where there is nothing to compare with. */
function changeWords(now: Cell, before: Cell, isShare: boolean): string {
  if (typeof now !== 'number' || typeof before !== 'number') return ''
  if (isShare) return ` (${signed(now - before)} points)`
  if (before === 0) return now === 0 ? ` (${signed(0)} %)` : ' (0 before)'
  return ` (${signed((100 * (now - before)) / Math.abs(before))} %)`
}

function signed(change: number): string {
  const digits = Math.abs(change).toFixed(1)
  if (digits === '0.0') return digits
  return `${change < 0 ? '−' : '+'}${digits}`
}

/** "29 Nov 2018" for `2018-11-29`; null for what is no day. */
export function dayWords(cell: Cell): string | null {
  const day = /^\d{4}-\d\d-\d\d$/.test(String(cell)) ? Date.parse(`${cell}T00:00:00Z`) : Number.NaN
  return Number.isNaN(day) ? null : dateText(new Date(day))
}
