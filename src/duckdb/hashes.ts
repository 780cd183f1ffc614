import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { cancelled } from '../core/pacing.ts'
import type { SourceFile } from '../core/ports/engine.ts'
import { isRemote } from '../core/warehouse/sources.ts'
import { isAsListed } from './sources.ts'

/*
 * What source files hold, by which a load knows whether they have changed.
 */

// Opened, read and closed in one go: 15,000 small files in 0.13 s, which takes 1.4 s of the processor asynchronously.
const smallBytes = 64 * 1024
const smallAtOnce = 64

/** A small file, read at once. */
interface ReadNow {
  readonly content: Buffer
  readonly hash: string
}

/** Whether a file is so small that it is read at once. */
export function isSmall({ bytes }: SourceFile): boolean {
  return bytes <= smallBytes
}

/** Reads small files, and lets others go between. */
export async function readNow(files: readonly SourceFile[], signal: AbortSignal): Promise<readonly ReadNow[]> {
  const read: ReadNow[] = []
  for (const [index, { path }] of files.entries()) {
    if (index % smallAtOnce === 0) await setImmediate()
    if (signal.aborted) throw cancelled(signal)
    const content = readFileSync(path)
    read.push({ content, hash: createHash('sha256').update(content).digest('hex') })
  }
  return read
}

/** The hashes of the files' contents, by their paths; null for those in S3. */
export async function hashesOf(files: readonly SourceFile[], signal: AbortSignal): Promise<Hashes> {
  const hashes = new Map<string, string | null>()
  for (const [index, file] of files.entries()) {
    if (index % smallAtOnce === 0) await setImmediate()
    hashes.set(file.path, await hashOf(file, signal))
  }
  return hashes
}

/** What files hold, by their paths; null where it is not known. */
export type Hashes = ReadonlyMap<string, string | null>

/** The same while the files are read: one that was written since it was listed may have been read with another content than was hashed. */
export async function hashesMeanwhile(files: readonly SourceFile[], signal: AbortSignal): Promise<Hashes> {
  const hashes = new Map(await hashesOf(files, signal))
  for (const file of files) if (!(await isAsListed(file))) hashes.set(file.path, null)
  return hashes
}

const chunkBytes = 1024 * 1024

/** The hash of what a file holds; null for one in S3. */
export async function hashOf(file: SourceFile, signal: AbortSignal): Promise<string | null> {
  if (signal.aborted) throw cancelled(signal)
  if (isRemote(file.path)) return null
  const hash = createHash('sha256')
  if (isSmall(file)) return hash.update(readFileSync(file.path)).digest('hex')
  const handle = await open(file.path)
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes)
      if (signal.aborted) throw cancelled(signal)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(chunk.subarray(0, bytesRead))
    }
  } finally {
    await handle.close()
  }
}
