import { z } from 'zod'
import { OpsError } from '../../core/errors.ts'
import { bytes, plural } from '../../core/format.ts'
import type { LoadedFile, LoadId, SourceChanges, SourceFile, Sources } from '../../core/ports/engine.ts'
import type { ObjectPlace, ObjectStore } from '../../core/ports/objects.ts'
import { reportedRowSchema } from '../../core/unreadable.ts'
import { readS3Location } from '../names.ts'
import { s3Words } from '../object-store.ts'
import type { SourceSettings } from './copy.ts'

/*
 * With SPARKIFY_WORK the bot lists the objects of the sources, and COPY reads exactly those, by a manifest. What a load was read from is
 * kept with its number in the ledger, so that the next one reads only what is new.
 */

/** The objects of one dataset that a load holds, with what came of their rows. An ETag is null where the object changed while it was read. */
const readObjectsSchema = z.object({
  objects: z.array(z.tuple([z.string(), z.string().nullable()])),
  rejected: z.number(),
  reasons: z.array(z.string()),
  // An earlier version kept none.
  unreadable: z.array(reportedRowSchema).default([]),
})
export type ReadObjects = z.output<typeof readObjectsSchema>

type DatasetName = 'log' | 'song'

/** What a ledger keeps of the sources of its loads; `Notes` are its notes. */
interface SourceNotes {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
}

/** What the bot lists and writes with: `work` is where its manifests go. */
export interface SourceObjects {
  readonly store: ObjectStore
  readonly notes: SourceNotes
  readonly work: ObjectPlace
}

const noteKey = (load: LoadId, dataset: DatasetName): string => `sources:${load}:${dataset}`
const baseKey = (load: LoadId): string => `sources:${load}:base`

/** What a load has read of a dataset; null where that is not known. */
export async function readObjectsOf(
  notes: SourceNotes,
  load: LoadId,
  dataset: DatasetName,
): Promise<ReadObjects | null> {
  return readObjectsSchema.nullable().parse((await notes.get(noteKey(load, dataset))) ?? null)
}

/** Notes what a load has read of a dataset. */
export function noteReadObjects(
  notes: SourceNotes,
  load: LoadId,
  dataset: DatasetName,
  read: ReadObjects,
): Promise<void> {
  return notes.set(noteKey(load, dataset), read)
}

/** The load to which this one adds; null where it reads everything. */
export async function baseOf(notes: SourceNotes, load: LoadId): Promise<LoadId | null> {
  return z
    .number()
    .nullable()
    .parse((await notes.get(baseKey(load))) ?? null)
}

const plannedSchema = z.object({
  key: z.string(),
  objects: z.array(z.object({ path: z.string(), stamp: z.string().nullable() })),
})

/** The objects that a step reads: those that it was to read when it was begun first, by its key, whatever is listed by now. */
export async function plannedObjects(
  notes: SourceNotes,
  load: LoadId,
  dataset: DatasetName,
  key: string,
  list: () => Promise<z.output<typeof plannedSchema>['objects']>,
): Promise<z.output<typeof plannedSchema>['objects']> {
  const noted = plannedSchema.nullable().parse((await notes.get(`${noteKey(load, dataset)}:planned`)) ?? null)
  if (noted?.key === key) return noted.objects
  const objects = await list()
  await notes.set(`${noteKey(load, dataset)}:planned`, { key, objects })
  return objects
}

/** Notes to which load this one adds. */
export function noteBase(notes: SourceNotes, load: LoadId, base: LoadId | null): Promise<void> {
  return notes.set(baseKey(load), base)
}

const isSource = /\.(json|jsonl|ndjson)(\.gz)?$/i

/** The day that the name of a log file gives: `2018-11-29-events.json`. */
function dayOfKey(key: string): string | null {
  return /(?:^|\/)(\d{4}-\d{2}-\d{2})-events\.(?:json|jsonl|ndjson)(?:\.gz)?$/i.exec(key)?.[1] ?? null
}

/** Lists the objects of the sources that are data by their names. Throws `source_missing` where a prefix holds none. */
export async function listSources(
  store: ObjectStore,
  { logData, songData }: SourceSettings,
  signal: AbortSignal,
): Promise<Sources> {
  const [log, song] = [await listObjects(store, logData, signal), await listObjects(store, songData, signal)]
  const size = [...log.files, ...song.files].reduce((sum, file) => sum + file.bytes, 0)
  return {
    log: log.files,
    song: song.files,
    skipped: [...log.skipped, ...song.skipped],
    summary: `${plural(log.files.length, 'log file')}, ${plural(song.files.length, 'song file')}, ${bytes(size)}`,
  }
}

async function listObjects(
  store: ObjectStore,
  place: string,
  signal: AbortSignal,
): Promise<{ readonly files: readonly SourceFile[]; readonly skipped: readonly string[] }> {
  const { bucket, prefix } = readS3Location(place)
  // An empty object that ends in a slash is how consoles show a folder.
  const objects = (await store.list({ bucket, key: prefix }, signal)).filter(({ key }) => !key.endsWith('/'))
  const files = objects
    .filter(({ key }) => isSource.test(key))
    .map(({ key, bytes: size, etag }) => ({
      path: s3Words({ bucket, key }),
      bytes: size,
      day: dayOfKey(key),
      stamp: etag,
    }))
  if (files.length === 0) {
    const remedy = 'Correct SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA.'
    throw new OpsError(
      'source_missing',
      `${place} holds no .json, .jsonl or .ndjson objects, packed (.gz) or not.`,
      remedy,
    )
  }
  return { files, skipped: objects.filter(({ key }) => !isSource.test(key)).map(({ key }) => key) }
}

/** How the listed objects differ from those that a load was read from; null where that is not known. */
export async function compareObjects(
  notes: SourceNotes,
  load: LoadId,
  sources: Sources,
): Promise<SourceChanges | null> {
  const files: SourceChanges['files'][number][] = []
  let unchanged = 0
  for (const dataset of ['log', 'song'] as const) {
    const read = await readObjectsOf(notes, load, dataset)
    if (read === null) return null
    const before = new Map(read.objects)
    for (const { path, bytes: size, stamp } of sources[dataset]) {
      if (!before.has(path)) files.push({ path, bytes: size, change: 'new' })
      else if (before.get(path) !== stamp) files.push({ path, bytes: size, change: 'changed' })
      else unchanged += 1
      before.delete(path)
    }
    for (const path of before.keys()) files.push({ path, bytes: 0, change: 'gone' })
  }
  const replaced = files.filter(({ change }) => change !== 'new').length
  if (replaced === 0) return { files, unchanged }
  return { files, unchanged, full: `${plural(replaced, 'object')} changed or gone` }
}

/** The objects that a load was read from, the newest days first; null where that is not known. Their sizes and rows are not kept. */
export async function loadedObjects(notes: SourceNotes, load: LoadId): Promise<readonly LoadedFile[] | null> {
  const files: LoadedFile[] = []
  for (const dataset of ['log', 'song'] as const) {
    const read = await readObjectsOf(notes, load, dataset)
    if (read === null) return null
    files.push(
      ...read.objects.map(([path]) => {
        const day = dataset === 'log' ? dayOfKey(path) : null
        return { path, dataset, bytes: null, day, rows: null, rejected: null }
      }),
    )
  }
  return files.toSorted((a, b) => (b.day ?? '').localeCompare(a.day ?? '') || b.path.localeCompare(a.path))
}

/** The kinds of objects that a COPY reads, with its option for them. */
export const kinds = [
  { name: 'plain', option: '', isKind: (path: string) => !/\.gz$/i.test(path) },
  { name: 'gzip', option: ' gzip', isKind: (path: string) => /\.gz$/i.test(path) },
] as const

/**
 * Writes a manifest for each kind of these objects; where it is, with COPY's option for it. Names are used again by the next load.
 * https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
 */
export async function writeManifests(
  { store, work }: SourceObjects,
  home: string,
  dataset: DatasetName,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly { readonly url: string; readonly option: string }[]> {
  const written = []
  for (const { name, option, isKind } of kinds) {
    const entries = paths.filter(isKind).map((url) => ({ url, mandatory: true }))
    if (entries.length === 0) continue
    const place = { ...work, key: `${work.key}${home}-${dataset}-${name}.manifest` }
    await store.put(place, JSON.stringify({ entries }), signal)
    written.push({ url: s3Words(place), option })
  }
  return written
}
