import { z } from 'zod'
import { findResult } from '../core/answers/stored-result.ts'
import { optionalInteger } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { count, plural } from '../core/format.ts'
import { csvOf, keptName } from '../core/tables.ts'

export default defineCommand({
  name: 'csv',
  summary: 'Exports a stored answer as a CSV file',
  group: 'questions',
  role: 'viewer',
  effect: 'none',
  repeats: 'file',
  audience: 'channel',
  args: z.object({
    id: optionalInteger({
      about: 'number of the run; your newest if left out',
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
    }),
  }),
  examples: ['csv', 'csv 12'],
  async run({ id }, context) {
    const { table, run, rowsOf } = await findResult(id, context)
    const { rows, total, title } = table
    const part =
      rows.length < total
        ? `the ${keptName(table)} ${count(rows.length)} of ${plural(total, 'row')}`
        : plural(total, 'row')
    const about = `${title}: ${part}, result ${run.id}`
    return { headline: `${about}, as CSV.`, replies: [{ kind: 'file', about, ...csvOf(table) }], rowsOf }
  },
})
