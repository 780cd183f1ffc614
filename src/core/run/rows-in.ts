import type { Answer, RowsOf } from '../answer.ts'
import { plural } from '../words.ts'

/** The questions whose rows an answer holds: what it asked itself, or what it has from others. */
export function rowsIn({ asked, rowsOf = [], run }: Answer): readonly RowsOf[] {
  if (asked === undefined || run === null) return rowsOf
  return [{ command: run.command, ended: run.ended ?? run.started }]
}

/** Those questions as an answer notes them: not at all where there are none. */
export function noted(rowsOf: readonly RowsOf[] = []): Pick<Answer, 'rowsOf'> {
  return rowsOf.length === 0 ? {} : { rowsOf: [...rowsOf] }
}

/** How a line ended, for whoever may know that it was said: of rows only how many there are. */
export function outcomeWithoutRows(answer: Answer): string {
  if (rowsIn(answer).length === 0) return answer.headline
  const table = answer.replies.find((reply) => reply.kind === 'table')
  return table === undefined ? 'answered' : plural(table.total, 'row')
}
