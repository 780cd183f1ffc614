import type { ObjectPlace, ObjectStore } from '../../core/ports/objects.ts'
import { s3Words } from '../object-store.ts'
import { canBeLiteral } from './statement.ts'

/*
 * What COPYs read. With SPARKIFY_WORK one reads listed objects by a manifest. Without it one reads all below a prefix, or a single object,
 * whose key is a prefix to it as well.
 */

// How many objects are read one by one: with the other statements they fit into one batch, which takes 40.
export const mostSingly = 20

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

/** The paths that COPY can read alone: it takes FROM for a prefix, so no other one may begin with it. */
export function aloneAmong(paths: readonly string[]): ReadonlySet<string> {
  // Those that begin with a path follow it immediately.
  const sorted = paths.toSorted()
  return new Set(sorted.filter((path, at) => sorted[at + 1]?.startsWith(path) !== true && canBeLiteral(path)))
}
