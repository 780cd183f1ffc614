import { z } from 'zod'
import type { LoadedFile, LoadId } from '../../core/ports/engine.ts'
import { reportedRowSchema } from '../../core/unreadable.ts'
import { dayOf } from '../../core/warehouse/sources.ts'

/*
 * What the ledger keeps of the sources of loads, so that the next load reads only what is new, and a process that carries a load on reads
 * what it was to read.
 */

/**
 * Objects of one dataset that one load has read, with what came of their rows, each of which names that load. An ETag is null where the
 * object changed while it was read.
 */
const partSchema = z.object({
  load: z.number(),
  objects: z.array(z.tuple([z.string(), z.string().nullable()])),
  rejected: z.number(),
  reasons: z.array(z.string()),
  unreadable: z.array(reportedRowSchema),
})
export type ReadPart = z.output<typeof partSchema>

type DatasetName = 'log' | 'song'

/** What a ledger keeps of the sources of its loads; `Notes` are its notes. */
export interface SourceNotes {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
}

const noteKey = (load: LoadId, dataset: DatasetName): string => `read:${load}:${dataset}`
const begunKey = (load: LoadId): string => `read:${load}:begun`

/** What a load holds of a dataset, by the loads that have read it: first the one that read everything. Null where that is not known. */
export async function partsOf(
  notes: SourceNotes,
  load: LoadId,
  dataset: DatasetName,
): Promise<readonly ReadPart[] | null> {
  return z
    .array(partSchema)
    .nullable()
    .parse((await notes.get(noteKey(load, dataset))) ?? null)
}

/** Notes what a load holds of a dataset; null where that is not known. */
export function noteParts(
  notes: SourceNotes,
  load: LoadId,
  dataset: DatasetName,
  parts: readonly ReadPart[] | null,
): Promise<void> {
  return notes.set(noteKey(load, dataset), parts)
}

/** How a load was begun: `base` is the load to which it adds, null where it reads everything; `columns` are those that COPY fills, by table. */
const begunSchema = z.object({ base: z.number().nullable(), columns: z.record(z.string(), z.array(z.string())) })
type Begun = z.output<typeof begunSchema>

/** How a load was begun; null where an earlier version did, whose rows do not name the load that read them. */
export async function begunOf(notes: SourceNotes, load: LoadId): Promise<Begun | null> {
  return begunSchema.nullable().parse((await notes.get(begunKey(load))) ?? null)
}

/** Notes how a load is begun. */
export function noteBegun(notes: SourceNotes, load: LoadId, begun: Begun): Promise<void> {
  return notes.set(begunKey(load), begun)
}

/** What a step reads, null where that could not be listed, and the loads whose rows it does not take over from the base. */
const plannedSchema = z.object({
  objects: z.array(z.object({ path: z.string(), stamp: z.string().nullable() })).nullable(),
  without: z.array(z.number()),
})
export type Planned = z.output<typeof plannedSchema>

/** The plan of a step as it was made when it first began, by its key: an attempt before may have submitted the COPY of what it had listed. */
export async function plannedOnce(
  notes: SourceNotes,
  load: LoadId,
  dataset: DatasetName,
  key: string,
  plan: () => Promise<Planned>,
): Promise<Planned> {
  const noteOfPlan = `${noteKey(load, dataset)}:planned`
  const noted = plannedSchema
    .extend({ key: z.string() })
    .nullable()
    .parse((await notes.get(noteOfPlan)) ?? null)
  if (noted?.key === key) return noted
  const { objects, without } = await plan()
  const planned = { objects: objects?.map(({ path, stamp }) => ({ path, stamp })) ?? null, without }
  await notes.set(noteOfPlan, { key, ...planned })
  return planned
}

/** The objects that a load was read from, the newest days first; null where that is not known. Their sizes and rows are not kept. */
export async function loadedObjects(notes: SourceNotes, load: LoadId): Promise<readonly LoadedFile[] | null> {
  const files: LoadedFile[] = []
  for (const dataset of ['log', 'song'] as const) {
    const parts = await partsOf(notes, load, dataset)
    if (parts === null) return null
    const objects = parts.flatMap((part) => part.objects)
    files.push(
      ...objects.map(([path]) => {
        const day = dataset === 'log' ? dayOf(path) : null
        return { path, dataset, bytes: null, day, rows: null, rejected: null }
      }),
    )
  }
  return files.toSorted((a, b) => (b.day ?? '').localeCompare(a.day ?? '') || b.path.localeCompare(a.path))
}
