import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadId } from '../core/ports/engine.ts'

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
export function isOwnName(name: string): boolean {
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

/** Removes a load's files. A file that is in use is left to the next time where the system refuses (Windows does). */
export async function removeLoad(folder: string, load: LoadId): Promise<void> {
  for (const path of [pathOfLoad(folder, load), `${pathOfLoad(folder, load)}.wal`]) {
    try {
      // Also where somebody has put a folder in its place.
      await rm(path, { recursive: true, force: true })
    } catch (error) {
      if (!['ENOENT', 'EBUSY', 'EPERM'].includes(codeOf(error) ?? '')) throw error
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** Node's code of a system error, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
