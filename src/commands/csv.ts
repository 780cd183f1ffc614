import { z } from 'zod'
import { filesOfLoad, filesTable } from '../core/answers/answer-source.ts'
import { findResult } from '../core/answers/stored-result.ts'
import { choice, optionalId } from '../core/command/args.ts'
import type { RunContext } from '../core/command/context.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'
import { count, plural } from '../core/format.ts'
import type { LoadId } from '../core/ports/engine.ts'
import { csvOf, keptName } from '../core/tables.ts'

export default defineCommand({
  name: 'csv',
  summary: 'Exports a stored answer, or the list of the source files of its load, as a CSV file',
  group: 'questions',
  role: 'viewer',
  effect: 'none',
  repeats: 'file',
  audience: 'channel',
  args: z.object({
    id: optionalId({ about: 'number of the run; your newest if left out' }),
    part: choice({ about: 'its rows, or the source files of its load', values: ['rows', 'files'], fallback: 'rows' }),
  }),
  examples: ['csv', 'csv 12', 'csv 12 files'],
  async run({ id, part }, context) {
    const { table, run, rowsOf, asked } = await findResult(id, context)
    if (part === 'files') return fileList(asked.load, context)
    const { rows, total, title } = table
    const shown =
      rows.length < total
        ? `the ${keptName(table)} ${count(rows.length)} of ${plural(total, 'row')}`
        : plural(total, 'row')
    const about = `${title}: ${shown}, result ${run.id}`
    return { headline: `${about}, as CSV.`, replies: [{ kind: 'file', about, ...csvOf(table) }], rowsOf }
  },
})

async function fileList(load: LoadId, { deps, signal }: RunContext): Promise<Outcome> {
  const files = await filesOfLoad(load, deps, signal)
  if (files === null) {
    throw new OpsError('not_found', `The source files of load ${load} are not known: no list of them is kept.`)
  }
  const about = `Source files of load ${load}: ${plural(files.length, 'file')}`
  const table = filesTable(`Source files of load ${load}`, files)
  return { headline: `${about}, as CSV.`, replies: [{ kind: 'file', about, ...csvOf(table) }] }
}
