import { z } from 'zod'
import type { LoadId } from '../../core/ports/engine.ts'
import { ask } from './ask.ts'
import type { Performer } from './perform.ts'
import { aboutLoad, isNotThere, type Place } from './places.ts'
import { errorOf } from './statement.ts'
import { statementFailure } from './statement-failure.ts'

/** A load that lies in one of the places, as its row in `about_load` tells. */
export interface Resident {
  readonly home: string
  readonly load: LoadId
  /** Loads of the same shape were made by the same schema files. */
  readonly shape: string
  readonly staging: readonly string[]
  readonly star: readonly string[]
}

const names = z.string().transform((text) => text.split(' ').filter((name) => name !== ''))
const row = z.tuple([z.enum(['candidate', 'live', 'previous']), z.string(), z.number(), z.string(), names, names])

/** Which loads lie where, asked of the database. Nothing lies anywhere before the first load was begun. */
export async function residents(
  performer: Performer,
  signal: AbortSignal,
): Promise<Readonly<Partial<Record<Place, Resident>>>> {
  const columns = 'home, load_number, shape, staging_tables, star_tables'
  const sql = (['candidate', 'live', 'previous'] as const)
    .map((place) => `select cast('${place}' as varchar(16)) as place, ${columns} from ${place}.${aboutLoad}`)
    .join(' union all ')
  const asked = await ask(
    performer,
    { batch: { mode: 'TRANSACTION', sqls: [sql] }, answer: 0, wanted: { maxRows: 3 } },
    signal,
  )
  if (asked.kind !== 'answered') {
    if (asked.kind === 'failed' && isNotThere(errorOf(asked.submitted))) return {}
    throw asked.kind === 'failed' ? statementFailure(asked.submitted) : new Error('a transaction is always supported')
  }
  const found: Partial<Record<Place, Resident>> = {}
  for (const cells of asked.result.rows) {
    const [place, home, load, shape, staging, star] = row.parse(cells)
    found[place] = { home, load, shape, staging, star }
  }
  return found
}
