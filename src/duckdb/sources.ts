import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs'
import { readlink, stat } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { codeOf, messageOf, OpsError } from '../core/errors.ts'
import { cancelled } from '../core/pacing.ts'
import type { SourceFile } from '../core/ports/engine.ts'
import { skippedWords } from '../core/warehouse/quarantine.ts'
import { dayOf, isSourceName } from '../core/warehouse/sources.ts'

// Files and folders are asked one by one, synchronously: 15,000 files take 0.07 s of the processor, by libuv's threads 0.35 s.
const questionsAtOnce = 64
const everybodyReads = 0o444n

/** The configuration variable that names the folder, for failures. */
export type Variable = 'SPARKIFY_LOG_DATA' | 'SPARKIFY_SONG_DATA'

/** The files of a source, and the paths of those that are not read, because their names are not those of data. */
export interface Listing {
  readonly files: readonly SourceFile[]
  readonly skipped: readonly string[]
}

/**
 * The files at any depth below a folder that `isSourceName`, by path; hidden ones are not looked at. Throws `source_missing` where
 * there is no folder or nothing in it, `source_unreadable` where the system refuses a folder or a file.
 */
export async function listFolder(
  folder: string,
  variable: Variable,
  signal: AbortSignal,
  now = Date.now(),
): Promise<Listing> {
  const root = resolve(folder)
  const files: SourceFile[] = []
  const skipped: string[] = []
  try {
    const found = await walk(root, realpathSync(root), [], signal)
    const paths = found.filter(isSourceName)
    skipped.push(...found.filter((path) => !isSourceName(path)).toSorted())
    for (let from = 0; from < paths.length; from += questionsAtOnce) {
      await setImmediate()
      if (signal.aborted) throw cancelled(signal)
      files.push(...paths.slice(from, from + questionsAtOnce).map((path) => look(path, variable, now)))
    }
  } catch (error) {
    throw (await brokenLink(error, variable)) ?? asSourceError(error, root, variable)
  }
  if (files.length === 0) throw noSources(root, skipped, variable)
  return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), skipped }
}

/** A place without a file that could be read. */
export function noSources(place: string, skipped: readonly string[], variable: Variable): OpsError {
  const others = skipped.length === 0 ? '' : ` ${skippedWords(skipped.map((path) => basename(path)))}.`
  return new OpsError(
    'source_missing',
    `${place} holds no .json, .jsonl or .ndjson files, packed (.gz) or not.${others}`,
    `Point ${variable} at the data.`,
  )
}

/** The files below a folder; `real` is the folder without links, `above` the same of the folders that lead to it. */
async function walk(
  folder: string,
  real: string,
  above: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  // A link to a folder further up would never end.
  if (above.includes(real)) return []
  if (signal.aborted) throw cancelled(signal)
  await setImmediate()
  const found: string[] = []
  // To join 15,000 names takes 0.08 s where it also normalizes them.
  const beginning = join(folder, sep)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue
    const path = beginning + entry.name
    const linked = entry.isSymbolicLink()
    const kind = linked ? statSync(path) : entry
    if (kind.isDirectory()) {
      found.push(...(await walk(path, linked ? realpathSync(path) : join(real, entry.name), [...above, real], signal)))
    } else if (kind.isFile()) {
      found.push(path)
    }
  }
  return found
}

// The clock of a file system moves in steps of up to 10 ms, on FAT of two seconds: two changes within one leave the same times.
const settledAfterNs = 3_000_000_000n

/** When the content of a file and its inode were changed last, in nanoseconds; null where that is so recent that a further change may leave it as it is. */
function stampOf(mtimeNs: bigint, ctimeNs: bigint, now: number): string | null {
  const last = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
  return last + settledAfterNs > BigInt(now) * 1_000_000n ? null : timesOf(mtimeNs, ctimeNs)
}

function timesOf(mtimeNs: bigint, ctimeNs: bigint): string {
  return `${mtimeNs}/${ctimeNs}`
}

/** Whether a file of a folder has the times that it was listed with. */
export async function isAsListed({ path, stamp }: SourceFile): Promise<boolean> {
  const { mtimeNs, ctimeNs } = await stat(path, { bigint: true })
  return stamp === timesOf(mtimeNs, ctimeNs)
}

function look(path: string, variable: Variable, now: number): SourceFile {
  try {
    const { size, mode, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    // What everybody may read needs no second question; it would double the time.
    if ((mode & everybodyReads) !== everybodyReads) accessSync(path, constants.R_OK)
    return { path, bytes: Number(size), day: dayOf(path), stamp: stampOf(mtimeNs, ctimeNs, now) }
  } catch (error) {
    throw asSourceError(error, path, variable)
  }
}

/** A system error about a symbolic link that leads nowhere, or in a circle, as `source_missing` or `source_unreadable`; null for any other. */
async function brokenLink(error: unknown, variable: Variable): Promise<OpsError | null> {
  const code = codeOf(error)
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : null
  if (path === null || (code !== 'ENOENT' && code !== 'ELOOP')) return null
  const target = await readlink(path).catch(() => null)
  if (target === null) return null
  const remedy = `Correct the link, or point ${variable} at the data.`
  return code === 'ELOOP'
    ? new OpsError('source_unreadable', `${path} is a symbolic link that leads back to itself.`, remedy, {
        cause: error,
      })
    : new OpsError('source_missing', `${path} is a symbolic link to ${target}, which does not exist.`, remedy, {
        cause: error,
      })
}

/** A system error about a source as `source_missing` or `source_unreadable`; anything else as it is. */
export function asSourceError(error: unknown, place: string, variable: Variable): unknown {
  const code = codeOf(error)
  if (error instanceof OpsError || code === undefined) return error
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : place
  switch (code) {
    case 'ENOENT':
      return new OpsError('source_missing', `${path} does not exist.`, `Point ${variable} at the data.`, {
        cause: error,
      })
    case 'ENOTDIR':
      return new OpsError('source_missing', `${path} is a file, not a folder.`, `Point ${variable} at a folder.`, {
        cause: error,
      })
    case 'EACCES':
    case 'EPERM':
      return new OpsError('source_unreadable', `${path} may not be read.`, `Let the bot read what ${variable} names.`, {
        cause: error,
      })
    default:
      return new OpsError('source_unreadable', `${path} cannot be read: ${messageOf(error)}.`, `Check ${variable}.`, {
        cause: error,
      })
  }
}
