import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import { codeOf, OpsError } from '../core/errors.ts'
import { cancelled } from '../core/pacing.ts'
import type { SourceFile } from '../core/ports/engine.ts'

const chunkBytes = 1024 * 1024

/** Whether a file is packed by its name. */
export function hasPackedName(path: string): boolean {
  return /\.gz$/i.test(path)
}

/**
 * The bytes of a local file, unpacked where it is packed, whatever its name, in chunks of about `bytesAtOnce`. Throws Node's own errors,
 * `isZlibError` for a damaged one.
 */
export async function openBytes(path: string, bytesAtOnce = chunkBytes): Promise<AsyncIterable<Buffer>> {
  if (hasPackedName(path) || (await beginsPacked(path))) return unpacked(path, createGunzip())
  return createReadStream(path, { highWaterMark: bytesAtOnce })
}

function unpacked(path: string, gunzip: Gunzip): Gunzip {
  const bytes = createReadStream(path, { highWaterMark: chunkBytes })
  bytes.on('error', (error) => gunzip.destroy(error))
  return bytes.pipe(gunzip)
}

async function beginsPacked(path: string): Promise<boolean> {
  const { buffer, bytesRead } = await read(path, 0, 2)
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
}

async function read(path: string, position: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
  const file = await open(path)
  try {
    return await file.read(Buffer.alloc(length), 0, length, position)
  } finally {
    await file.close()
  }
}

/**
 * Unpacks every `.gz` of a folder once and throws `bad_data` for one that is damaged: DuckDB 1.5.5 checks no checksum and
 * takes a file that ends too early for one that is complete, so a cut at the end of a line would lose rows in silence.
 * Answers the paths of those that are whole, but padded with zeros: tape and block tools write them, and DuckDB refuses them.
 */
export async function verifyPacked(
  files: readonly SourceFile[],
  shown: (path: string) => string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const padded = new Set<string>()
  for (const { path, bytes } of files) {
    if (!hasPackedName(path)) continue
    const gunzip = createGunzip()
    try {
      for await (const _ of unpacked(path, gunzip)) {
        if (signal.aborted) throw cancelled(signal)
      }
    } catch (error) {
      throw isZlibError(error) ? damagedArchive(shown(path), error.message, error) : error
    }
    if (gunzip.bytesWritten === bytes) continue
    // Node stops at a zero behind the last member, and would pass over a member behind the zeros.
    if (!(await isZeroFrom(path, gunzip.bytesWritten))) throw damagedArchive(shown(path), 'something follows its end')
    padded.add(path)
  }
  return padded
}

async function isZeroFrom(path: string, position: number): Promise<boolean> {
  for (let from = position; ; from += chunkBytes) {
    const { buffer, bytesRead } = await read(path, from, chunkBytes)
    if (buffer.subarray(0, bytesRead).some((byte) => byte !== 0)) return false
    if (bytesRead < chunkBytes) return true
  }
}

/** A packed file that cannot be unpacked to its end. */
export function damagedArchive(shown: string, why: string, cause?: unknown): OpsError {
  return OpsError.untouched(
    'bad_data',
    `${shown} is damaged: ${why}.`,
    'Replace the file with a whole one and load again.',
    { cause },
  )
}

/** Whether Node could not unpack what it read. */
export function isZlibError(error: unknown): error is Error {
  return codeOf(error).startsWith('Z_')
}
