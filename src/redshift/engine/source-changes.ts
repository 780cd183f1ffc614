import { plural } from '../../core/format.ts'
import type { LoadId, SourceChanges, SourceFile, Sources } from '../../core/ports/engine.ts'
import { aloneAmong, mostSingly, wholly } from './copy-from.ts'
import { type Planned, partsOf, type ReadPart } from './source-notes.ts'
import { listNow, type SourceObjects } from './source-objects.ts'

/*
 * What has changed since a load was read, and what the next one reads of it.
 */

/** A listed object, or one that is gone, with the load that had read it: null where none had. */
interface ComparedObject {
  readonly path: string
  readonly stamp: string | null
  readonly change: SourceChanges['files'][number]['change']
  readonly part: LoadId | null
}

/** Compares what was read with what is listed; `replaced` are those that have changed or are gone, `touched` the loads that had read one of them. */
export function changesSince(
  parts: readonly ReadPart[],
  listed: readonly Pick<SourceFile, 'path' | 'stamp'>[],
): {
  readonly files: readonly ComparedObject[]
  readonly replaced: readonly ComparedObject[]
  readonly touched: ReadonlySet<LoadId | null>
} {
  const before = new Map(
    parts.flatMap(({ load, objects }) => objects.map(([path, stamp]) => [path, { part: load, stamp }] as const)),
  )
  const found = listed.map(({ path, stamp }): ComparedObject => {
    const read = before.get(path)
    before.delete(path)
    if (read === undefined) return { path, stamp, change: 'new', part: null }
    return { path, stamp, change: read.stamp === stamp ? 'unchanged' : 'changed', part: read.part }
  })
  const files = [...found, ...[...before].map(([path, read]) => ({ path, ...read, change: 'gone' as const }))]
  const replaced = files.filter(({ change }) => change === 'changed' || change === 'gone')
  return { files, replaced, touched: new Set(replaced.map(({ part }) => part)) }
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
  const read: SourceChanges['files'][number][] = []
  const fixed: ComparedObject[] = []
  let unchanged = 0
  for (const dataset of ['log', 'song'] as const) {
    const parts = await partsOf(notes, load, dataset)
    if (parts === null) return null
    const sizes = new Map(sources[dataset].map(({ path, bytes }) => [path, bytes]))
    const { files, replaced, touched } = changesSince(parts, sources[dataset])
    unchanged += files.filter(({ change }) => change === 'unchanged').length
    const again = files.filter(({ change, part }) => change !== 'unchanged' || touched.has(part))
    read.push(...again.map(({ path, change }) => ({ path, bytes: sizes.get(path) ?? 0, change })))
    fixed.push(...replaced.filter(({ part }) => part === parts[0]?.load))
  }
  const full = fixed.length > 0 ? fixedWords(fixed) : work === null ? notSingly(read, sources) : null
  return full === null ? { files: read, unchanged } : { files: read, unchanged, full }
}

/** Which objects of a load in full are not as they were. */
function fixedWords(objects: readonly ComparedObject[]): string {
  const are = objects.length === 1 ? 'has changed or is gone' : 'have changed or are gone'
  return `${plural(objects.length, 'object')} of load ${objects[0]?.part}, the last full load, ${are}`
}

/** Why a load must read everything; null where it can read these objects one by one. */
function notSingly(files: SourceChanges['files'], sources: Sources): string | null {
  const read = files.flatMap(({ path, change }) => (change === 'gone' ? [] : [path]))
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
  // The first read everything: its rows stay.
  const without = base.slice(1).flatMap(({ load }) => (touched.has(load) ? [load] : []))
  const fresh = files.filter(({ change }) => change === 'new')
  const again = files.filter(({ part, change }) => part !== null && change !== 'gone' && without.includes(part))
  const read = [...fresh, ...again]
  if (objects.work !== null) return { objects: read, without }
  const alone = aloneAmong(listed.map(({ path }) => path))
  if (read.length <= mostSingly && read.every(({ path }) => alone.has(path))) return { objects: read, without }
  return { objects: fresh.filter(({ path }) => alone.has(path)).slice(0, mostSingly), without: [] }
}
