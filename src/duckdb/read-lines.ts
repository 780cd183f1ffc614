import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

/** The longest line that is read: DuckDB's `maximum_object_size`. */
export const maxLineBytes = 16 * 1024 * 1024

/** A line that is not blank, with its number from 1. `fault`: why it is no text, in which case `text` is empty. */
export interface Line {
  readonly number: number
  readonly text: string
  readonly fault: 'too_long' | 'not_utf8' | 'byte_order_mark' | null
}

/** The bytes of a file, unpacked where its name ends in `.gz`. Throws Node's own errors. */
export function openBytes(path: string): AsyncIterable<Buffer> {
  const bytes = createReadStream(path, { highWaterMark: 1024 * 1024 })
  if (!path.endsWith('.gz')) return bytes
  const unpacked = createGunzip()
  bytes.on('error', (error) => unpacked.destroy(error))
  return bytes.pipe(unpacked)
}

/** The lines of a file in batches of about a megabyte. Throws Node's own errors; a damaged `.gz` is one of zlib's. */
export async function* readLines(path: string): AsyncGenerator<readonly Line[]> {
  let number = 0
  let pending: Buffer[] = []
  let pendingBytes = 0
  const close = (): Line => {
    const bytes = Buffer.concat(pending)
    const tooLong = pendingBytes > maxLineBytes
    pending = []
    pendingBytes = 0
    return lineOf(bytes, ++number, tooLong)
  }
  const add = (bytes: Buffer): void => {
    pendingBytes += bytes.length
    if (pendingBytes <= maxLineBytes) pending.push(bytes)
  }
  for await (const chunk of openBytes(path)) {
    const batch: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      add(chunk.subarray(start, end))
      batch.push(close())
      start = end + 1
    }
    add(chunk.subarray(start))
    yield batch.filter(isNotBlank)
  }
  yield [close()].filter(isNotBlank)
}

function lineOf(bytes: Buffer, number: number, tooLong: boolean): Line {
  if (tooLong) return { number, text: '', fault: 'too_long' }
  if (number === 1 && /^(efbbbf|fffe|feff)/.test(bytes.toString('hex', 0, 3))) {
    return { number, text: '', fault: 'byte_order_mark' }
  }
  return isUtf8(bytes) ? { number, text: bytes.toString(), fault: null } : { number, text: '', fault: 'not_utf8' }
}

function isNotBlank({ text, fault }: Line): boolean {
  return fault !== null || text.trim() !== ''
}
