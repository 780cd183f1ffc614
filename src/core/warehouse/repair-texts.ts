import { z } from 'zod'
import type { Deps } from '../deps.ts'
import type { LoadId, Statement } from '../ports/engine.ts'
import type { StepResult, Work } from '../step.ts'
import { count, plural } from '../words.ts'
import { repairText } from './repair.ts'

// Redshift takes 40 statements a call (docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html) and
// names no limit to parameters; a call of ours has 500 of them.
const pairsPerStatement = 25
const statementsPerBatch = 10

/** What the step left behind: how many distinct texts were repaired. */
export const repairedSchema = z.object({ texts: z.number() })

interface Repair {
  readonly raw: string
  readonly repaired: string
}

/** Writes what the wrongly encoded texts of a load's staging were before into `text_repairs`, which the transforms join. */
export async function repairTexts(load: LoadId, deps: Deps, work: Work): Promise<StepResult> {
  const { rows } = await deps.engine.query(
    { kind: 'candidate', load },
    { sql: deps.library.foreignTexts },
    { maxRows: Number.MAX_SAFE_INTEGER, signal: work.signal },
  )
  const repairs = rows.flatMap(([raw]): readonly Repair[] => {
    if (typeof raw !== 'string') return []
    const repaired = repairText(raw)
    return repaired === null ? [] : [{ raw, repaired }]
  })
  const inserts = chunks(repairs, pairsPerStatement).map(insertOf)
  const statements = [{ sql: 'delete from text_repairs' }, ...inserts]
  for (const [index, batch] of chunks(statements, statementsPerBatch).entries()) {
    await deps.engine.execute(load, batch, batchOf(work, index))
  }
  return {
    detail: `${count(repairs.length)} of ${plural(rows.length, 'text')} outside ASCII repaired`,
    output: { texts: repairs.length },
  }
}

function insertOf(repairs: readonly Repair[]): Statement {
  const tuples = repairs.map((_, index) => `(:raw_${index}, :repaired_${index})`)
  return {
    sql: `insert into text_repairs (raw_text, repaired) values ${tuples.join(', ')}`,
    values: Object.fromEntries(
      repairs.flatMap(({ raw, repaired }, index) => [
        [`raw_${index}`, raw],
        [`repaired_${index}`, repaired],
      ]),
    ),
  }
}

/** One batch of the step as work of its own: an engine keeps one handle of what it submits, by the work's key. */
function batchOf(work: Work, index: number): Work {
  const own = (name: string): string => `${name}.${index}`
  return {
    ...work,
    key: `${work.key}.${index}`,
    handle: (name) => work.handle(own(name)),
    keep: (name, handle) => work.keep(own(name), handle),
  }
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
