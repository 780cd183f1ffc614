import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf, OpsError } from '../core/errors.ts'

/** An append-only file of JSON lines. Appending is synchronous, so an entry outlives a `kill -9` right after it. */
export interface Journal {
  /** All entries so far, oldest first. A torn last line, which a kill in the middle of a write leaves, is dropped. */
  read<T>(entry: z.ZodType<T>): readonly T[]
  append(entry: unknown): void
  /** Replaces the file by these entries, in one rename. */
  compact(entries: readonly unknown[]): void
}

const inMemory: Journal = { read: () => [], append: () => undefined, compact: () => undefined }

/** The journal in `home` (made if missing), or one that keeps nothing. Throws `storage` for a line that is no entry. */
export function openJournal(home: string | undefined): Journal {
  if (home === undefined) return inMemory
  mkdirSync(home, { recursive: true })
  const path = join(home, 'workspace.jsonl')
  return {
    read(entry) {
      if (!existsSync(path)) return []
      const lines = readFileSync(path, 'utf8').split('\n')
      lines.pop()
      return lines.map((line, at) => {
        try {
          return entry.parse(JSON.parse(line))
        } catch (cause) {
          const remedy = `Remove the line, or the file to start with an empty workspace.`
          throw new OpsError(
            'storage',
            `${path}, line ${at + 1}: ${cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause)}`,
            remedy,
            { cause },
          )
        }
      })
    },
    append: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`),
    compact(entries) {
      writeFileSync(`${path}.new`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      renameSync(`${path}.new`, path)
    },
  }
}
