import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { codeOf, OpsError } from '../core/errors.ts'
import type { LoadId, StoredLoad } from '../core/ports/engine.ts'
import { inFolder } from './failure.ts'

// A load's file with the write-ahead log that lies beside it while it is built.
const loadFile = /^(\d+)\.duckdb(\.wal)?$/
const scratchFolder = /^tmp-(\d+)-[0-9a-f]+$/

/** The file that holds one load. */
export function pathOfLoad(folder: string, load: LoadId): string {
  return join(folder, `${load}.duckdb`)
}

/** A folder of this process for what does not fit into memory; DuckDB makes it when it needs it. */
export function pathOfScratch(folder: string, pid: number, nonce: string): string {
  return join(folder, `tmp-${pid}-${nonce}`)
}

/** Whether this is a name that the warehouse itself gives. */
function isOwnName(name: string): boolean {
  return loadFile.test(name) || scratchFolder.test(name)
}

/** The entries of the folder; none where there is no folder. */
export async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** The loads that have a file, in ascending order. */
export async function loadsIn(folder: string): Promise<readonly LoadId[]> {
  const ids = (await entriesOf(folder)).map((name) => loadFile.exec(name)?.[1])
  return [...new Set(ids.filter((id) => id !== undefined).map(Number))].toSorted((a, b) => a - b)
}

/** The loads that have a file, with its bytes, in ascending order. */
export async function storedIn(folder: string): Promise<readonly StoredLoad[]> {
  const loads = await loadsIn(folder)
  return Promise.all(loads.map(async (load) => ({ load, bytes: await sizeOf(pathOfLoad(folder, load)) })))
}

/** Removes a load's files. A file that is in use is left to the next time where the system refuses (Windows does). */
export async function removeLoad(folder: string, load: LoadId): Promise<void> {
  for (const path of [pathOfLoad(folder, load), `${pathOfLoad(folder, load)}.wal`]) {
    try {
      // Also where somebody has put a folder in its place.
      await rm(path, { recursive: true, force: true })
    } catch (error) {
      if (!['ENOENT', 'EBUSY', 'EPERM'].includes(codeOf(error))) throw error
    }
  }
}

/** Removes what processes that are gone left of their scratch folders. */
export async function removeAbandonedScratch(folder: string): Promise<void> {
  for (const name of await entriesOf(folder)) {
    const pid = scratchFolder.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** The file beside the loads that holds the state of the warehouse. */
export const recordName = 'cluster.json'
const recordSchema = z.object({
  state: z.enum(['available', 'paused', 'deleting']),
  since: z.iso.datetime().transform((text) => new Date(text)),
})

/** Whether the warehouse's home answers, and since when. */
type HomeRecord = z.infer<typeof recordSchema>
export type HomeState = HomeRecord['state']

/** The record of the home; null where there is none. Throws `storage` when it is not what this program wrote. */
export async function readHome(folder: string): Promise<HomeRecord | null> {
  const path = join(folder, recordName)
  let written: string
  try {
    written = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
  try {
    return recordSchema.parse(JSON.parse(written))
  } catch (cause) {
    throw new OpsError(
      'storage',
      `${path} is not readable as the state of the warehouse.`,
      'Remove the file and spin up again.',
      {
        cause,
      },
    )
  }
}

/** Writes the record, whole or not at all; makes the folder where there is none. */
export async function writeHome(folder: string, state: HomeState, since: Date): Promise<void> {
  const path = join(folder, recordName)
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`
  await inFolder(folder, async () => {
    await mkdir(folder, { recursive: true })
    await writeFile(draft, `${JSON.stringify({ state, since: since.toISOString() })}\n`)
    await rename(draft, path)
  })
}

/** What lies in the home: loads, their bytes, and the names of files that the warehouse did not put there. */
export interface HomeContents {
  readonly loads: number
  readonly bytes: number
  readonly foreign: readonly string[]
}

/** Looks at everything in the home. */
export async function contentsOf(folder: string): Promise<HomeContents> {
  const entries = await entriesOf(folder)
  const sizes = await Promise.all(entries.filter(isOwn).map((name) => sizeOf(join(folder, name))))
  return {
    loads: (await loadsIn(folder)).length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    foreign: entries.filter((name) => !isOwn(name)),
  }
}

/** Removes the loads and whatever else the warehouse keeps here, the record excepted. */
export async function removeContents(folder: string): Promise<void> {
  const own = (await entriesOf(folder)).filter((name) => isOwn(name) && name !== recordName)
  await inFolder(folder, async () => {
    for (const name of own) await rm(join(folder, name), { recursive: true, force: true })
  })
}

/** Removes the record and the empty folder. Throws `cluster_state` when something is left in it. */
export async function removeHome(folder: string): Promise<void> {
  await rm(join(folder, recordName), { force: true })
  try {
    await rmdir(folder)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return
    const left = await entriesOf(folder)
    throw new OpsError(
      'cluster_state',
      `${folder} still holds ${left.join(', ')}.`,
      'Look at it, then tear down again.',
      {
        cause,
        fixCommand: 'tear-down',
      },
    )
  }
}

function isOwn(name: string): boolean {
  return isOwnName(name) || name === recordName || /^cluster\.json\.[0-9a-f]{8}\.tmp$/.test(name)
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    // Superseded loads are removed beside us.
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}
