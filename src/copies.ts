import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { OpsError } from './core/errors.ts'
import { cancelled } from './core/pacing.ts'
import type { Copies, Engine, LoadId } from './core/ports/engine.ts'
import type { ObjectStore } from './core/ports/objects.ts'
import {
  type CopyManifest,
  copyFolder,
  copyManifestSchema,
  type UnloadTarget,
  unloadCopy,
} from './redshift/engine/unload.ts'
import type { CopyPlace } from './redshift/names.ts'
import { s3Words } from './redshift/object-store.ts'

/** `folder` is the one of the copies on this machine; `memoryLimit` as DuckDB writes it. */
interface CopiesOptions {
  readonly unload: UnloadTarget
  readonly folder: string
  readonly memoryLimit: string | undefined
}

/** The copies of loads of Redshift: unloaded to S3, fetched, made a DuckDB file of, and asked there. The caller closes them. */
export function createCopies({ unload, folder, memoryLimit }: CopiesOptions): Copies & { close(): Promise<void> } {
  const { place, store } = unload
  const { home } = unload.connection
  const never = new AbortController().signal
  let opened: Promise<Engine> | null = null
  const reader = (): Promise<Engine> => (opened ??= openReader(folder, memoryLimit))

  // Several questions at once fetch a copy once.
  const fetching = new Map<LoadId, Promise<void>>()
  const fetchOnce = (load: LoadId): Promise<void> => {
    const running =
      fetching.get(load) ??
      ownManifest(store, place, home, never)
        .then((manifest) => {
          if (manifest?.load !== load) throw noCopy(load, s3Words(place))
          return fetchCopy(manifest, store, place, folder, never)
        })
        .finally(() => fetching.delete(load))
    fetching.set(load, running)
    return running
  }

  return {
    place: s3Words(place).replace(/\/$/, ''),
    async make(load, schema, work) {
      const manifest = await unloadCopy(unload, load, schema, work)
      work.progress('unloaded; fetching it')
      await fetchCopy(manifest, store, place, folder, work.signal)
      return manifest.tables.flatMap(({ files }) => files).reduce((sum, { bytes }) => sum + bytes, 0)
    },
    async query(load, statement, options) {
      // Others may wait for the same fetch, so it goes on where this one is cancelled.
      if (!(await exists(join(folder, `${load}.duckdb`)))) await orCancelled(fetchOnce(load), options.signal)
      return (await reader()).query({ kind: 'live', load }, statement, options)
    },
    async stored(signal) {
      const there = await store.list({ bucket: place.bucket, key: copyFolder(place, home) }, signal)
      const here = await (await reader()).stored()
      const sum = (each: readonly { readonly bytes: number }[]): number =>
        each.reduce((all, { bytes }) => all + bytes, 0)
      return { there: sum(there), here: sum(here) }
    },
    async retain(load, signal) {
      const all = await store.list({ bucket: place.bucket, key: copyFolder(place, home) }, signal)
      const own = load === null ? null : copyFolder(place, home, load)
      // The manifest first: it never names what is gone.
      if (load === null && (await ownManifest(store, place, home, signal)) !== null) {
        await store.remove(place.bucket, [place.manifest.key], signal)
      }
      const others = all.map(({ key }) => key).filter((key) => own === null || !key.startsWith(own))
      await store.remove(place.bucket, others, signal)
      const { removeParquet } = await import('./duckdb/parquet.ts')
      await (await reader()).retain(load === null ? [] : [load])
      await removeParquet(folder)
    },
    close: async () => (await opened)?.close(),
  }
}

async function openReader(folder: string, memoryLimit: string | undefined): Promise<Engine> {
  const { createDuckdbEngine } = await import('./duckdb/engine.ts')
  return createDuckdbEngine({ folder, logData: folder, songData: folder, memoryLimit })
}

/** The manifest of the copy in S3; null where there is none of this ledger. */
async function ownManifest(
  store: ObjectStore,
  { manifest }: CopyPlace,
  home: string,
  signal: AbortSignal,
): Promise<CopyManifest | null> {
  const text = await store.read(manifest, signal)
  if (text === null) return null
  const read = copyManifestSchema.parse(JSON.parse(text))
  return read.home === home ? read : null
}

/** Fetches the Parquet that a manifest names, and makes a file of it. */
async function fetchCopy(
  { load, tables }: CopyManifest,
  store: ObjectStore,
  { bucket }: CopyPlace,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const { loadFromParquet, openParquetFolder, removeParquetFolder } = await import('./duckdb/parquet.ts')
  const { inFolder } = await import('./duckdb/failure.ts')
  const workshop = await openParquetFolder(folder, load)
  try {
    const fetched = []
    for (const { files, ...table } of tables) {
      const paths: string[] = []
      for (const [at, { key }] of files.entries()) {
        const path = join(workshop, `${table.name}-${at}.parquet`)
        await inFolder(folder, () => store.fetch({ bucket, key }, null, path, signal))
        paths.push(path)
      }
      fetched.push({ ...table, files: paths })
    }
    await loadFromParquet(folder, load, fetched, signal)
  } finally {
    // Half a copy would keep a full disk full.
    await removeParquetFolder(folder, load)
  }
}

function noCopy(load: LoadId, place: string): OpsError {
  return new OpsError('not_found', `There is no copy of load ${load} in ${place}.`, 'Load with etl, which copies it.', {
    fixCommand: 'etl',
    fixLabel: 'Load',
  })
}

/** What the work results in; throws `cancelled` as soon as the signal is aborted. */
async function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController()
  const stopped = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(cancelled(signal))
    signal.addEventListener('abort', () => reject(cancelled(signal)), { once: true, signal: over.signal })
  })
  try {
    return await Promise.race([work, stopped])
  } finally {
    over.abort()
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
