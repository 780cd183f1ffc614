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

// How many objects are read one by one: with the other statements they fit into one batch, which takes 40.
const mostSingly = 20

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
type Planned = z.output<typeof plannedSchema>

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

/**
 * Plans what to read: all, or what has changed since the base. Objects listed by now that this load cannot add are left to the next one:
 * another process may have decided, by an earlier list, that it adds to its base.
 */
export async function planOf(
  objects: SourceObjects,
  place: string,
  listed: readonly SourceFile[],
  base: readonly ReadPart[] | null,
  signal: AbortSignal,
): Promise<Planned> {
  // Where S3 did not let the bot list before, it is not asked again: each time may take a minute.
  if (objects.work === null && listed.length === 0) return { objects: null, without: [] }
  if (base === null) {
    // COPY lists all that is below the prefix itself, so the list is made immediately before.
    const all = objects.work === null ? await listNow(objects, place, signal) : listed
    return { objects: all === null ? null : [...all], without: [] }
  }
  const { files, touched } = changesSince(base, listed)
  const without = [...touched].filter((load) => load !== base[0]?.load)
  const fresh = files.filter(({ change }) => change === 'new')
  const again = files.filter(({ part, change }) => part !== null && change !== 'gone' && without.includes(part))
  const read = [...fresh, ...again]
  if (objects.work !== null) return { objects: read, without }
  const alone = aloneAmong(listed.map(({ path }) => path))
  if (read.length <= mostSingly && read.every(({ path }) => alone.has(path))) return { objects: read, without }
  return { objects: fresh.filter(({ path }) => alone.has(path)).slice(0, mostSingly), without: [] }
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
  store: Pick<ObjectStore, 'list'>,
  place: string,
  isRead: (key: string) => boolean,
  signal: AbortSignal,
): Promise<{ readonly files: readonly SourceFile[]; readonly skipped: readonly string[] }> {
  const { bucket, prefix } = readS3Location(place)
  const listed = await store.list({ bucket, key: prefix }, signal)
  // An empty object that ends in a slash is how consoles show a folder.
  const objects = listed.filter(({ key, bytes }) => bytes > 0 || !key.endsWith('/'))
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

/** A listed object, or one that is gone, with the load that had read it: null where none had. */
interface ComparedObject {
  readonly path: string
  readonly bytes: number
  readonly stamp: string | null
  readonly change: SourceChanges['files'][number]['change']
  readonly part: LoadId | null
}

/** Compares what was read with what is listed; `touched` are the loads of whose objects one has changed or is gone. */
function changesSince(
  parts: readonly ReadPart[],
  listed: readonly SourceFile[],
): { readonly files: readonly ComparedObject[]; readonly touched: ReadonlySet<LoadId> } {
  const gone = new Map(
    parts.flatMap(({ load, objects }) => objects.map(([path, stamp]) => [path, { part: load, stamp }] as const)),
  )
  const files = listed.map(({ path, bytes, stamp }): ComparedObject => {
    const before = gone.get(path)
    gone.delete(path)
    if (before === undefined) return { path, bytes, stamp, change: 'new', part: null }
    return { path, bytes, stamp, change: before.stamp === stamp ? 'unchanged' : 'changed', part: before.part }
  })
  const missing = [...gone].map(([path, { part, stamp }]): ComparedObject => {
    return { path, bytes: 0, stamp, change: 'gone', part }
  })
  const all = [...files, ...missing]
  return { files: all, touched: new Set(all.filter(isReplaced).flatMap(({ part }) => (part === null ? [] : [part]))) }
}

function isReplaced({ change }: ComparedObject): boolean {
  return change === 'changed' || change === 'gone'
}

/**
 * How the listed objects differ from those that a load was read from; null where that is not known. Rows name the load that read them, so
 * a changed object is read again with all that were read with it.
 */
export async function compareObjects(
  { notes, work }: SourceObjects,
  load: LoadId,
  sources: Sources,
): Promise<SourceChanges | null> {
  const read: ComparedObject[] = []
  const fixed: ComparedObject[] = []
  let unchanged = 0
  for (const dataset of ['log', 'song'] as const) {
    const parts = await partsOf(notes, load, dataset)
    if (parts === null) return null
    const { files, touched } = changesSince(parts, sources[dataset])
    unchanged += files.filter(({ change }) => change === 'unchanged').length
    read.push(...files.filter(({ change, part }) => change !== 'unchanged' || (part !== null && touched.has(part))))
    fixed.push(...files.filter((file) => file.part === parts[0]?.load && isReplaced(file)))
  }
  const files = read.map(({ path, bytes, change }) => ({ path, bytes, change }))
  const full =
    fixed.length > 0
      ? `${plural(fixed.length, 'object')} of load ${fixed[0]?.part}, the last full load, ${fixed.length === 1 ? 'has changed or is' : 'have changed or are'} gone`
      : work === null
        ? notSingly(
            files.flatMap(({ path, change }) => (change === 'gone' ? [] : [path])),
            sources,
          )
        : null
  return full === null ? { files, unchanged } : { files, unchanged, full }
}

/** Why a load must read everything; null where it can read these objects one by one. */
function notSingly(read: readonly string[], sources: Sources): string | null {
  if (read.length > mostSingly) {
    return `${plural(read.length, 'object')} to read, and at most ${mostSingly} are read one by one without SPARKIFY_WORK`
  }
  for (const dataset of ['log', 'song'] as const) {
    const paths = sources[dataset].map(({ path }) => path)
    const [alone, own] = [aloneAmong(paths), new Set(paths)]
    const some = read.filter((path) => own.has(path))
    const shared = some.find((path) => !alone.has(path))
    if (shared !== undefined) return `COPY cannot read ${shared} alone, because other keys begin with it`
    // A load in full cannot read them either, and says so.
    if (wholly('', paths) === null) return 'packed objects among others'
  }
  return null
}

/** The paths that COPY can read alone: it takes FROM for a prefix, so no other one may begin with it. */
function aloneAmong(paths: readonly string[]): ReadonlySet<string> {
  // Those that begin with a path follow it immediately.
  const sorted = paths.toSorted()
  return new Set(sorted.filter((path, at) => sorted[at + 1]?.startsWith(path) !== true && canBeLiteral(path)))
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
