import { OpsError } from '../../core/errors.ts'
import type { SourceFile, Sources } from '../../core/ports/engine.ts'
import type { ObjectPlace, ObjectStore } from '../../core/ports/objects.ts'
import { dayOf, isSourceName, sourcesSummary } from '../../core/warehouse/sources.ts'
import { readS3Location } from '../names.ts'
import { s3Words } from '../object-store.ts'
import type { RedshiftSettings } from '../settings.ts'
import type { SourceNotes } from './source-notes.ts'
import { redshiftLiteral } from './statement.ts'

/*
 * The objects that there are to read, as the bot lists them.
 */

/** Where COPY reads. */
export type SourceSettings = Pick<RedshiftSettings, 'logData' | 'songData' | 'jsonPaths'>

/** What the bot lists and writes with: `work` is where its manifests go; null where it writes none. */
export interface SourceObjects {
  readonly store: ObjectStore
  readonly notes: SourceNotes
  readonly work: ObjectPlace | null
}

/** Checks that the sources are places in S3 which COPY takes. Throws `bad_config`. */
export function checkSources({ logData, songData, jsonPaths }: SourceSettings): void {
  for (const place of [logData, songData]) {
    readS3Location(place)
    redshiftLiteral(place)
  }
  if (jsonPaths !== null) {
    const { bucket, prefix } = readS3Location(jsonPaths)
    redshiftLiteral(jsonPaths)
    const data = [logData, songData].map(readS3Location)
    if (data.some((source) => source.bucket === bucket && prefix.startsWith(source.prefix))) {
      throw new OpsError(
        'bad_config',
        `${jsonPaths} is inside a data prefix and would be loaded as data.`,
        'Move the JSONPaths file out of the prefix, or name a narrower prefix in SPARKIFY_LOG_DATA.',
      )
    }
  }
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
