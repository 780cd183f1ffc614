import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SharedFile } from './entries.ts'

/** Uploads and their bytes, in `home` or in memory. */
export interface Files {
  /** Promises a file of `size` bytes; its id is also the secret in the upload URL. */
  expect(name: string, size: number): string
  /** Takes the bytes. False when the id is unknown, already used, or the size is not the one promised. */
  receive(id: string, bytes: Buffer): boolean
  /** The uploaded file, once its bytes are here. */
  uploaded(id: string, title: string | undefined): SharedFile | undefined
  bytes(id: string): Buffer | undefined
}

/** Files under `home/files`, or in memory without a home. */
export function openFiles(home: string | undefined): Files {
  const folder = home === undefined ? undefined : join(home, 'files')
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const expected = new Map<string, { name: string; size: number; here: boolean }>()
  const kept = new Map<string, Buffer>()
  return {
    expect(name, size) {
      const id = `F${randomBytes(10).toString('hex').toUpperCase()}`
      expected.set(id, { name, size, here: false })
      return id
    },
    receive(id, bytes) {
      const file = expected.get(id)
      if (file === undefined || file.here || file.size !== bytes.length) return false
      file.here = true
      if (folder === undefined) kept.set(id, bytes)
      else writeFileSync(join(folder, id), bytes)
      return true
    },
    uploaded(id, title) {
      const file = expected.get(id)
      return file?.here ? { id, name: file.name, title: title ?? file.name, size: file.size } : undefined
    },
    bytes(id) {
      if (folder === undefined || !/^F[0-9A-F]{20}$/.test(id)) return kept.get(id)
      try {
        return readFileSync(join(folder, id))
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
  }
}
