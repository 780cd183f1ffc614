import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { count, plural } from '../format.ts'
import type { LoadId, Statement } from '../ports/engine.ts'
import type { StepResult, Work } from '../step.ts'
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

/**
 * Writes what the wrongly encoded texts of a load's staging were before into `text_repairs`, which the transforms join. Where the load began
 * as a copy, those of the rows that it read itself, beside those of the copy; `removed` says whether rows have gone since, and is null where
 * it did not begin as one.
 */
export async function repairTexts(
  load: LoadId,
  deps: Pick<Deps, 'engine' | 'library'>,
  work: Work,
  removed: boolean | null = null,
): Promise<StepResult> {
  const { foreignTexts } = deps.library
  const { rows } = await deps.engine.query(
    { kind: 'new', load },
    { sql: foreignTexts },
    { maxRows: Number.MAX_SAFE_INTEGER, signal: work.signal },
  )
  const repairs = rows.flatMap(([raw]): readonly Repair[] => {
    if (typeof raw !== 'string') return []
    const repaired = repairText(raw)
    return repaired === null ? [] : [{ raw, repaired }]
  })
  const parts = chunks(repairs, pairsPerStatement)
  const gone = { sql: `delete from text_repairs where raw_text not in (\n${foreignTexts}\n)` }
  const statements =
    removed === null
      ? [{ sql: 'delete from text_repairs' }, ...parts.map(insertOf)]
      : [...(removed ? [gone] : []), ...parts.flatMap((part) => [deleteOf(part), insertOf(part)])]
  for (const [index, batch] of chunks(statements, statementsPerBatch).entries()) {
    await deps.engine.execute(load, batch, batchOf(work, index))
  }
  const detail = `${plural(repairs.length, 'wrongly encoded text')} repaired`
  if (removed === null) return { detail, output: { texts: repairs.length } }
  const { rows: all } = await deps.engine.query(
    { kind: 'candidate', load },
    { sql: 'select count(*) as texts from text_repairs' },
    { maxRows: 1, signal: work.signal },
  )
  const texts = Number(all[0]?.[0])
  return { detail: `${detail}, ${count(texts)} in all`, output: { texts } }
}

function deleteOf(repairs: readonly Repair[]): Statement {
  return {
    sql: `delete from text_repairs where raw_text in (${repairs.map((_, index) => `:raw_${index}`).join(', ')})`,
    values: Object.fromEntries(repairs.map(({ raw }, index) => [`raw_${index}`, raw])),
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
