import { readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { cancelled } from '../core/pacing.ts'
import type { FieldSeen, SourceFile, ValueKind } from '../core/ports/engine.ts'
import type { RowPlace } from '../core/unreadable.ts'
import { isSmall } from './hashes.ts'
import { hasPackedName, isZlibError, openBytes } from './packed.ts'
import { NotUtf8File, readRecords, recordsOfText, type SourceRecord } from './records.ts'

/*
 * Which fields the records of the source files have. DuckDB is not asked: reading the names of all fields takes as long as reading the
 * values, so the first records of each file are looked at here (10,000 log lines in 0.1 s).
 */

const mostFiles = 1_000
const mostRecords = 10_000
const filesAtOnce = 64
// All of a chunk is taken apart, so a large one costs more than the records that are wanted of it.
const bytesAtOnce = 64 * 1024
// A file with names as keys has one for each record.
const mostFields = 200

/**
 * The fields of the first records of these files: 10,000 in all, of as many files as there are up to a thousand, evenly.
 * What cannot be read is left to who loads it.
 */
export async function fieldsIn(
  files: readonly SourceFile[],
  shown: (path: string) => string,
  signal: AbortSignal,
): Promise<readonly FieldSeen[]> {
  const every = Math.max(1, files.length / mostFiles)
  const some = files.filter((_, at) => Math.floor(at / every) !== Math.floor((at - 1) / every))
  const wanted = Math.ceil(mostRecords / Math.max(1, some.length))
  const look = createLook()
  for (const [index, file] of some.entries()) {
    if (index % filesAtOnce === 0) await setImmediate()
    if (signal.aborted) throw cancelled(signal)
    for (const record of await firstRecords(file, wanted)) {
      look.at(record, { kind: 'record', file: shown(file.path), line: record.line, record: record.record })
    }
  }
  return look.seen()
}

async function firstRecords(file: SourceFile, wanted: number): Promise<readonly SourceRecord[]> {
  const { path } = file
  const found: SourceRecord[] = []
  try {
    if (isSmall(file) && !hasPackedName(path)) return recordsOfText(readFileSync(path)).slice(0, wanted)
    for await (const records of readRecords(await openBytes(path, bytesAtOnce))) {
      found.push(...records.slice(0, wanted - found.length))
      if (found.length >= wanted) break
    }
  } catch (error) {
    if (!(error instanceof NotUtf8File) && !isZlibError(error)) throw error
  }
  return found
}

interface Look {
  at(record: SourceRecord, place: RowPlace): void
  seen(): readonly FieldSeen[]
}

interface Seen {
  readonly name: string
  readonly places: Map<ValueKind | 'null', RowPlace>
  absent: RowPlace | null
}

function createLook(): Look {
  // By the name in lower case.
  const fields = new Map<string, Seen>()
  let first: RowPlace | null = null
  return {
    at({ text, fault }, place) {
      const record = fault === null ? recordOf(text) : null
      if (record === null) return
      const names = new Set<string>()
      for (const [name, value] of Object.entries(record)) {
        const key = name.toLowerCase()
        names.add(key)
        const field = fields.get(key) ?? { name, places: new Map(), absent: first }
        if (fields.size < mostFields) fields.set(key, field)
        const kind = kindOf(value)
        if (!field.places.has(kind)) field.places.set(kind, place)
      }
      for (const [key, field] of fields) if (field.absent === null && !names.has(key)) field.absent = place
      first ??= place
    },
    seen: () =>
      [...fields.values()].map(({ name, places, absent }) => ({
        name,
        places: [...places].map(([kind, place]) => ({ kind, place })),
        absent,
      })),
  }
}

/** The text of a record does not begin as an array. */
function recordOf(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    // What is no JSON is reported by who loads it.
    return null
  }
}

function kindOf(value: unknown): ValueKind | 'null' {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      return 'object'
  }
}
