import { z } from 'zod'
import { OpsError } from '../../core/errors.ts'
import { plural } from '../../core/format.ts'
import type { LoadedFile, LoadId, SourceChanges, SourceFile, Sources } from '../../core/ports/engine.ts'
import type { ObjectPlace, ObjectStore } from '../../core/ports/objects.ts'
import { reportedRowSchema } from '../../core/unreadable.ts'
import { dayOf, isSourceName, sourcesSummary } from '../../core/warehouse/sources.ts'
import { readS3Location } from '../names.ts'
import { s3Words } from '../object-store.ts'
import type { SourceSettings } from './copy.ts'
import { canBeLiteral } from './statement.ts'

/*
 * The bot lists the objects of the sources, and keeps in the ledger what each load was read from, so that the next one reads only what is
 * new. With SPARKIFY_WORK COPY reads listed objects by a manifest. Without it COPY reads all below a prefix, or single objects, whose keys
 * are prefixes to it as well.
 */

// How many new objects are read one by one: with the other statements they fit into one batch, which takes 40.
export const mostSingly = 20

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

/** What the bot lists and writes with: `work` is where its manifests go; null where it writes none. */
export interface SourceObjects {
  readonly store: ObjectStore
  readonly notes: SourceNotes
  readonly work: ObjectPlace | null
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

/** Notes what a load has read of a dataset; null where that is not known. */
export function noteReadObjects(
  notes: SourceNotes,
  load: LoadId,
  dataset: DatasetName,
  read: ReadObjects | null,
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
  objects: z.array(z.object({ path: z.string(), stamp: z.string().nullable() })).nullable(),
})

/** The objects that a step reads: those that were listed when it first began, by its key. Null where they could not be listed. */
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

/**
 * Lists the objects of the sources: with a place for manifests those that are data by their names, otherwise all, because COPY reads all
 * below a prefix. It does so as the cluster's role: where the bot itself may not list, or cannot reach S3, there is no list, and the reason.
 * Throws `source_missing` where a prefix holds no objects.
 */
export async function listSources(
  objects: SourceObjects,
  { logData, songData, jsonPaths }: SourceSettings,
  signal: AbortSignal,
): Promise<Sources> {
  const whole = objects.work === null ? { whole: true as const } : {}
  try {
    const list = (place: string) => listObjects(objects.store, place, readsOf(objects), signal)
    const [log, song] = [await list(logData), await list(songData)]
    if (log.files.length === 0) throw noObjects(logData, objects.work)
    if (song.files.length === 0) throw noObjects(songData, objects.work)
    return {
      log: log.files,
      song: song.files,
      skipped: [...log.skipped, ...song.skipped],
      summary: sourcesSummary(log.files, song.files),
      ...(jsonPaths === null ? {} : await mappingOf(objects.store, jsonPaths, signal)),
      ...whole,
    }
  } catch (error) {
    if (objects.work !== null || !isUnlisted(error)) throw error
    const unlisted = whyUnlisted(error, 'the objects')
    return { log: [], song: [], summary: `${logData} and ${songData}`, ...whole, unlisted }
  }
}

/** The JSONPaths file with its ETag, or why that is not known. */
async function mappingOf(
  store: ObjectStore,
  jsonPaths: string,
  signal: AbortSignal,
): Promise<Pick<Sources, 'mapping' | 'unlisted'>> {
  const { bucket, prefix: key } = readS3Location(jsonPaths)
  try {
    const found = (await store.list({ bucket, key }, signal)).find((object) => object.key === key)
    return { mapping: `${jsonPaths} ${found?.etag}` }
  } catch (error) {
    if (!isUnlisted(error)) throw error
    return { unlisted: whyUnlisted(error, 'the JSONPaths file') }
  }
}

function whyUnlisted({ code, remedy }: OpsError, what: string): NonNullable<Sources['unlisted']> {
  return { why: code === 'aws_denied' ? `the bot may not list ${what}` : 'S3 does not answer the bot', remedy }
}

function noObjects(place: string, work: SourceObjects['work']): OpsError {
  const kinds = work === null ? 'objects' : '.json, .jsonl or .ndjson objects, packed (.gz) or not'
  const remedy = 'Correct SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA.'
  return new OpsError('source_missing', `${place} holds no ${kinds}.`, remedy)
}

function isUnlisted(error: unknown): error is OpsError {
  return error instanceof OpsError && (error.code === 'aws_denied' || error.code === 'aws')
}

/** The objects below the prefix, as `listSources` lists them; null where the bot may not list them. */
export async function listNow(
  objects: SourceObjects,
  place: string,
  signal: AbortSignal,
): Promise<readonly SourceFile[] | null> {
  try {
    return (await listObjects(objects.store, place, readsOf(objects), signal)).files
  } catch (error) {
    if (objects.work === null && isUnlisted(error)) return null
    throw error
  }
}

/** Which objects COPY reads by their names: without manifests all of them. */
function readsOf({ work }: SourceObjects): (key: string) => boolean {
  return work === null ? () => true : isSourceName
}

/** The objects below a prefix that are read by their keys, and the keys of the others. */
export async function listObjects(
  store: ObjectStore,
  place: string,
  isRead: (key: string) => boolean,
  signal: AbortSignal,
): Promise<{ readonly files: readonly SourceFile[]; readonly skipped: readonly string[] }> {
  const { bucket, prefix } = readS3Location(place)
  // An empty object that ends in a slash is how consoles show a folder.
  const objects = (await store.list({ bucket, key: prefix }, signal)).filter(({ key }) => !key.endsWith('/'))
  const files = objects
    .filter(({ key }) => isRead(key))
    .map(({ key, bytes: size, etag }) => ({
      path: s3Words({ bucket, key }),
      bytes: size,
      day: dayOf(key),
      stamp: etag,
    }))
  return { files, skipped: objects.filter(({ key }) => !isRead(key)).map(({ key }) => key) }
}

/** How the listed objects differ from those that a load was read from; null where that is not known. */
export async function compareObjects(
  { notes, work }: SourceObjects,
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
  const fresh = files.map(({ path }) => path)
  const full =
    replaced > 0 ? `${plural(replaced, 'object')} changed or gone` : work === null ? notSingly(fresh, sources) : null
  return full === null ? { files, unchanged } : { files, unchanged, full }
}

/** Why a load must read everything; null where it can read the new objects one by one. */
function notSingly(fresh: readonly string[], sources: Sources): string | null {
  if (fresh.length > mostSingly) {
    return `${plural(fresh.length, 'new object')}, of which at most ${mostSingly} are read one by one without SPARKIFY_WORK`
  }
  for (const dataset of ['log', 'song'] as const) {
    const paths = sources[dataset].map(({ path }) => path)
    const [alone, own] = [aloneAmong(paths), new Set(paths)]
    const some = fresh.filter((path) => own.has(path))
    const shared = some.find((path) => !alone.has(path))
    if (shared !== undefined) return `COPY cannot read ${shared} alone, because other keys begin with it`
    // A load in full cannot read them either, and says so.
    if (wholly('', paths) === null) return 'packed objects among others'
  }
  return null
}

/** The paths that COPY can read alone: it takes FROM for a prefix, so no other one may begin with it. */
export function aloneAmong(paths: readonly string[]): ReadonlySet<string> {
  // Those that begin with a path follow it immediately.
  const sorted = paths.toSorted()
  return new Set(sorted.filter((path, at) => sorted[at + 1]?.startsWith(path) !== true && canBeLiteral(path)))
}

/** The objects that a load was read from, the newest days first; null where that is not known. Their sizes and rows are not kept. */
export async function loadedObjects(notes: SourceNotes, load: LoadId): Promise<readonly LoadedFile[] | null> {
  const files: LoadedFile[] = []
  for (const dataset of ['log', 'song'] as const) {
    const read = await readObjectsOf(notes, load, dataset)
    if (read === null) return null
    files.push(
      ...read.objects.map(([path]) => {
        const day = dataset === 'log' ? dayOf(path) : null
        return { path, dataset, bytes: null, day, rows: null, rejected: null }
      }),
    )
  }
  return files.toSorted((a, b) => (b.day ?? '').localeCompare(a.day ?? '') || b.path.localeCompare(a.path))
}

/** The kinds of objects that a COPY reads, with its option for them. */
const kinds = [
  { name: 'plain', option: '', isKind: (path: string) => !/\.gz$/i.test(path) },
  { name: 'gzip', option: ' gzip', isKind: (path: string) => /\.gz$/i.test(path) },
] as const

/** The kinds that there are among these paths. */
function kindsOf(paths: readonly string[]): readonly (typeof kinds)[number][] {
  return kinds.filter(({ isKind }) => paths.some(isKind))
}

/** What one COPY reads: a prefix, or a manifest, with its options. */
export interface CopyFrom {
  readonly url: string
  readonly option: string
}

/**
 * Writes a manifest for each kind of these objects, to be read by a COPY each. Names are used again by the next load.
 * https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
 */
export async function writeManifests(
  store: ObjectStore,
  work: ObjectPlace,
  name: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly CopyFrom[]> {
  const written = []
  for (const kind of kindsOf(paths)) {
    const entries = paths.filter(kind.isKind).map((url) => ({ url, mandatory: true }))
    const place = { ...work, key: `${work.key}${name}-${kind.name}.manifest` }
    await store.put(place, JSON.stringify({ entries }), signal)
    written.push({ url: s3Words(place), option: ` manifest${kind.option}` })
  }
  return written
}

/** A COPY for each object. */
export function singly(paths: readonly string[]): readonly CopyFrom[] {
  return kinds.flatMap(({ option, isKind }) => paths.filter(isKind).map((url) => ({ url, option })))
}

/** One COPY of the prefix below which these objects are all that there are, or, of two kinds, one for each; null where neither can be. */
export function wholly(place: string, paths: readonly string[]): readonly CopyFrom[] | null {
  const [kind, other] = kindsOf(paths)
  if (other === undefined) return [{ url: place, option: kind?.option ?? '' }]
  return paths.length <= mostSingly && aloneAmong(paths).size === paths.length ? singly(paths) : null
}
