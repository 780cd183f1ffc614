import { mkdir, readdir, readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { codeOf, messageOf, OpsError } from '../core/errors.ts'
import type { SampleOptions } from './options.ts'

const markerName = 'sample.json'
const markerSchema = z.object({ options: z.record(z.string(), z.unknown()) })

type Marker = z.output<typeof markerSchema>

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return codeOf(error) !== '' && error instanceof Error && 'syscall' in error
}

/** The marker in this text; undefined when this program did not write it. */
function markerIn(text: string): Marker | undefined {
  try {
    return markerSchema.safeParse(JSON.parse(text)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return []
    throw error
  }
}

/** Whether `out` holds this sample already; false when it is absent or empty. Throws `bad_argument` for anything else. */
async function isThere(out: string, options: SampleOptions): Promise<boolean> {
  const names = await namesIn(out)
  if (names.length === 0) return false
  const marker = names.includes(markerName) ? markerIn(await readFile(join(out, markerName), 'utf8')) : undefined
  if (marker === undefined) {
    throw new OpsError(
      'bad_argument',
      `${out} is not empty and holds no sample; it was left as it is.`,
      'Name another folder.',
    )
  }
  if (isDeepStrictEqual(marker.options, { ...options })) return true
  const other = Object.entries(marker.options).map(([name, value]) => `${name} ${String(value)}`)
  throw new OpsError(
    'bad_argument',
    `${out} holds another sample (${other.join(', ')}); it was left as it is.`,
    'Name another folder, or remove this one first.',
  )
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    if (isSystemError(error) && error.code === 'ESRCH') return false
    if (isSystemError(error) && error.code === 'EPERM') return true
    throw error
  }
}

/** Removes what killed generators left next to `out`. A folder with this process's own id is from an earlier process with the same id. */
async function sweep(out: string): Promise<void> {
  const prefix = `${basename(out)}.partial-`
  for (const name of await readdir(dirname(out))) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN
    if (!Number.isSafeInteger(pid) || pid <= 0) continue
    if (pid === process.pid || !isAlive(pid)) await rm(join(dirname(out), name), { recursive: true, force: true })
  }
}

/** Whether a sample was made now or was there. */
export type SampleOutcome = 'written' | 'already there'

async function fill(
  out: string,
  options: SampleOptions,
  make: (folder: string) => Promise<void>,
): Promise<SampleOutcome> {
  await mkdir(dirname(out), { recursive: true })
  await sweep(out)
  const partial = `${out}.partial-${process.pid}`
  try {
    await mkdir(partial)
    await make(partial)
    await writeFile(join(partial, markerName), `${JSON.stringify({ options }, undefined, 2)}\n`)
    await rename(partial, out)
    return 'written'
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    // Another process was faster. If it made the same sample, that one is used.
    const taken = isSystemError(error) && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')
    if (taken && (await isThere(out, options))) return 'already there'
    throw error
  }
}

/** The folder behind links, because a folder cannot be renamed onto a link. Throws `bad_argument` for a broken link. */
async function targetOf(folder: string): Promise<string> {
  try {
    return await realpath(folder)
  } catch (error) {
    if (!isSystemError(error) || (error.code !== 'ENOENT' && error.code !== 'ELOOP')) throw error
    const link = await readlink(folder).catch(() => null)
    if (link === null) return resolve(folder)
    throw new OpsError('bad_argument', `${folder} is a symbolic link that leads nowhere.`, 'Name a folder.')
  }
}

/**
 * Makes a sample appear in `folder` all at once: `make` fills a folder next to it, which is renamed in the end, so a killed process
 * leaves no half sample that looks whole. A sample of the same options is left as it is. Several processes may do this at the same
 * time; one process only once at a time for a folder.
 * @throws OpsError `bad_argument` when the folder holds anything else, `storage` when it cannot be written
 */
export async function publishOnce(
  folder: string,
  options: SampleOptions,
  make: (folder: string) => Promise<void>,
): Promise<SampleOutcome> {
  try {
    const out = await targetOf(folder)
    return (await isThere(out, options)) ? 'already there' : await fill(out, options, make)
  } catch (error) {
    if (!isSystemError(error)) throw error
    const remedy =
      error.code === 'ENOSPC' ? 'Free some space, or name another folder.' : 'Name a folder that can be written.'
    throw new OpsError(
      'storage',
      `The sample could not be written to ${resolve(folder)}: ${messageOf(error)}.`,
      remedy,
      {
        cause: error,
      },
    )
  }
}
