import { z } from 'zod'
import type { LoadId } from '../ports/engine.ts'
import type { NoteStore } from '../ports/ledger.ts'
import { type ReportedRow, reportedRowSchema } from '../unreadable.ts'

/*
 * The rows that a load has left out, kept in the ledger until the load is discarded.
 */

const rejectedSchema = z.object({ total: z.number(), rows: z.array(reportedRowSchema) })

/** How many rows a load has left out of a dataset, and the first of them. */
type RejectedRows = z.output<typeof rejectedSchema>

// The ledger forgets what begins with this and the number of a load that was discarded.
const keyOf = (load: LoadId, dataset: string): string => `sources:${load}:rejected:${dataset}`

export function keepRejected(
  notes: NoteStore,
  load: LoadId,
  dataset: 'log' | 'song',
  rejected: { readonly total: number; readonly rows: readonly ReportedRow[] },
): Promise<void> {
  return notes.set(keyOf(load, dataset), rejected)
}

/** What a load has left out of both datasets; null where that was not kept. */
export async function rejectedOf(notes: NoteStore, load: LoadId): Promise<RejectedRows | null> {
  const kept = await Promise.all(['log', 'song'].map((dataset) => notes.get(keyOf(load, dataset))))
  const known = kept.flatMap((value) => (value === null ? [] : [rejectedSchema.parse(value)]))
  if (known.length === 0) return null
  return { total: known.reduce((sum, { total }) => sum + total, 0), rows: known.flatMap(({ rows }) => rows) }
}
