import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, OpsError } from './core/errors.ts'
import { count, plural } from './core/format.ts'
import { createSemaphore } from './core/pacing.ts'
import type { Engine, SourceFile, Sources } from './core/ports/engine.ts'
import type { ObjectPlace, ObjectStore } from './core/ports/objects.ts'
import { isRemote, isSourceName, sourcesSummary } from './core/warehouse/sources.ts'

/*
 * Sources in S3 for the engine that reads files. Objects are listed with their ETags; a load fetches those that are not here yet. A fetched
 * file is named by the key and the ETag of its object and appears by a rename, so there is never half of one under that name. Files whose objects
 * are not in the list any more are removed.
 */

// S3 answers a small object in about 30 ms, most of it waiting.
const fetchesAtOnce = 16
const tries = 3

/** Where the sources lie (`log` and `song`), which store has their objects, and the folder into which they are fetched. */
interface FetchedOptions {
  readonly places: { readonly log: string; readonly song: string }
  readonly folder: string
  readonly store: () => Promise<ObjectStore>
}

/** The engine with sources in S3, which it reads as files of a folder. Places that are folders are left to it. */
export function withFetchedSources(engine: Engine, { places, folder, store }: FetchedOptions): Engine {
  const list = async (place: string, variable: string, signal: AbortSignal) => {
    const { listObjects } = await import('./redshift/engine/source-objects.ts')
    const { files, skipped } = await listObjects(withoutHidden(await store()), place, isSourceName, signal)
    if (files.length > 0) return { files, skipped }
    const kinds = '.json, .jsonl or .ndjson objects, packed (.gz) or not'
    throw new OpsError('source_missing', `${place} holds no ${kinds}.`, `Point ${variable} at the data.`)
  }

  /** The sources with a dataset's objects on this machine. */
  const fetch = async (
    dataset: 'log' | 'song',
    sources: Sources,
    signal: AbortSignal,
    progress: (detail: string) => void,
  ): Promise<Sources> => {
    const own = join(folder, dataset)
    const files = sources[dataset].map((file) => (isRemote(file.path) ? named(file, own) : file))
    const wanted = new Map(files.flatMap((file) => (file.fetched === undefined ? [] : [[file.fetched, file] as const])))
    for (const name of await namesIn(own)) {
      const path = join(own, name)
      if (!wanted.has(path)) await rm(path, { force: true })
    }
    await fetchAll([...wanted], { folder: own, store, signal, progress })
    return { ...sources, [dataset]: files }
  }

  return {
    ...engine,
    async sources(signal) {
      const isBoth = isRemote(places.log) && isRemote(places.song)
      const here = isBoth ? { log: [], song: [], skipped: [] } : await engine.sources(signal)
      const log = isRemote(places.log) ? await list(places.log, 'SPARKIFY_LOG_DATA', signal) : null
      const song = isRemote(places.song) ? await list(places.song, 'SPARKIFY_SONG_DATA', signal) : null
      const found = { log: log?.files ?? here.log, song: song?.files ?? here.song }
      const skipped = [...(here.skipped ?? []), ...(log?.skipped ?? []), ...(song?.skipped ?? [])]
      return { ...found, skipped, summary: sourcesSummary(found.log, found.song) }
    },
    async stage(load, dataset, sources, maxErrors, work) {
      const read = await fetch(dataset, sources, work.signal, work.progress)
      return engine.stage(load, dataset, read, maxErrors, work)
    },
    async locate(sources, event, signal) {
      return engine.locate(await fetch('log', sources, signal, () => undefined), event, signal)
    },
  }
}

/**
 * The store of the objects of sources in a region, made when it is first used: the SDK takes a second to load. Without credentials it reads
 * public buckets; where one is not, they are looked for again the next time.
 */
export function createSourceStore(region: string | undefined): {
  store(): Promise<ObjectStore>
  close(): Promise<void>
} {
  let opening: ReturnType<typeof open> | null = null
  const open = async () => {
    const { createSourceClient } = await import('./redshift/clients.ts')
    const { createObjectStore } = await import('./redshift/object-store.ts')
    const { client, isSigned } = await createSourceClient(region)
    const store = createObjectStore(client)
    const again = (): void => {
      opening = null
    }
    return { client, store: isSigned ? store : sayingUnsigned(store, again) }
  }
  return {
    async store() {
      opening ??= open()
      try {
        return (await opening).store
      } catch (error) {
        opening = null
        throw error
      }
    },
    async close() {
      ;(await opening?.catch(() => null))?.client.destroy()
    },
  }
}

/** A denial of who has no credentials is for that reason, which `denied` is told. */
function sayingUnsigned(store: ObjectStore, denied: () => void): ObjectStore {
  const asked = async <T>({ bucket }: ObjectPlace, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof OpsError && error.code === 'aws_denied')) throw error
      denied()
      const message = `The bucket ${bucket} is not public, and no AWS credentials were found.`
      const remedy = 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.'
      throw new OpsError('aws_denied', message, remedy, { cause: error })
    }
  }
  return {
    ...store,
    list: (place, signal) => asked(place, () => store.list(place, signal)),
    fetch: (place, ...rest) => asked(place, () => store.fetch(place, ...rest)),
  }
}

/** The store without the objects that would be hidden in a folder, or are in a hidden folder, below the prefix that is listed. */
function withoutHidden(store: ObjectStore): ObjectStore {
  return {
    ...store,
    list: async (place, signal) =>
      (await store.list(place, signal)).filter(({ key }) => !key.slice(place.key.length - 1).includes('/.')),
  }
}

/** The file with the path to which it is fetched, which says what it holds; `.gz` shows that it is packed. */
function named(file: SourceFile, folder: string): SourceFile {
  const name = createHash('sha256').update(`${file.path}\n${file.stamp}`).digest('hex').slice(0, 32)
  return { ...file, fetched: join(folder, `${name}.json${/\.gz$/i.test(file.path) ? '.gz' : ''}`) }
}

interface Fetching {
  readonly folder: string
  readonly store: () => Promise<ObjectStore>
  readonly signal: AbortSignal
  readonly progress: (detail: string) => void
}

async function fetchAll(
  wanted: readonly (readonly [path: string, file: SourceFile])[],
  { folder, store, signal, progress }: Fetching,
): Promise<void> {
  const missing: (readonly [string, SourceFile])[] = []
  for (const [path, file] of wanted) if ((await bytesOf(path)) !== file.bytes) missing.push([path, file])
  if (missing.length === 0) return
  const { inFolder } = await import('./duckdb/failure.ts')
  const objects = await store()
  await inFolder(folder, () => mkdir(folder, { recursive: true }))
  const turns = createSemaphore(fetchesAtOnce)
  let done = 0
  const failed = new AbortController()
  const until = AbortSignal.any([signal, failed.signal])
  const results = await Promise.allSettled(
    missing.map(([path, file]) =>
      turns.use(until, async () => {
        try {
          await inFolder(folder, () => fetchOne(objects, file, path, until))
          done += 1
          progress(`${count(done)} of ${plural(missing.length, 'object')} fetched`)
        } catch (error) {
          failed.abort(error)
          throw error
        }
      }),
    ),
  )
  if (failed.signal.aborted) throw failed.signal.reason
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/**
 * Fetches an object beside its place and moves it there once it is whole. Tried again where a connection is cut, or where the folder is
 * cleared meanwhile, by a process that was taken for dead and wakes up.
 */
async function fetchOne(objects: ObjectStore, file: SourceFile, path: string, signal: AbortSignal): Promise<void> {
  const { bucket = '', key = '' } = /^s3:\/\/(?<bucket>[^/]+)\/(?<key>.+)$/s.exec(file.path)?.groups ?? {}
  const part = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    for (let tried = 1; ; tried++) {
      try {
        await objects.fetch({ bucket, key }, file.stamp, part, signal)
        if ((await stat(part)).size !== file.bytes) {
          throw new OpsError('source_missing', `${file.path} was replaced while it was read.`, 'Run the command again.')
        }
        return await rename(part, path)
      } catch (error) {
        const isPassing = codeOf(error) === 'ENOENT' || (error instanceof OpsError && error.code === 'aws')
        if (tried === tries || !isPassing) throw error
      }
    }
  } finally {
    await rm(part, { force: true })
  }
}

async function bytesOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
