import { sep } from 'node:path'
import { messageOf, OpsError } from '../core/errors.ts'
import type { SourceFile } from '../core/ports/engine.ts'
import { spellingsIn } from './bad-rows.ts'
import type { Dataset } from './datasets.ts'
import { isAboutData } from './failure.ts'
import { pathPattern } from './literal.ts'
import { damagedArchive, hasPackedName, isZlibError, openBytes } from './packed.ts'
import type { Spellings } from './record-sql.ts'
import { maxRecordBytes, NotUtf8File, readRecords, type SourceRecord } from './records.ts'
import type { Bindings, DuckdbSession } from './session.ts'

/** DuckDB knows a packed file by `.gz` alone, and cannot be given a name with a backslash as a pattern. */
export function isOpenedByDuckdb({ path }: SourceFile, padded: ReadonlySet<string>): boolean {
  return !(hasPackedName(path) && !path.endsWith('.gz')) && !padded.has(path) && (sep === '\\' || !path.includes('\\'))
}

/** How files can be read that are not all as usual. `files`: one object a line; `irregular`: record by record. */
interface Survey {
  readonly files: readonly SourceFile[]
  readonly spellings: Spellings
  readonly irregular: readonly SourceFile[]
}

/** How the names are spelled in files that hold one object a line, and which files do not. */
export async function survey(session: DuckdbSession, dataset: Dataset, files: readonly SourceFile[]): Promise<Survey> {
  const irregular = new Set<string>()
  const regular = (): readonly SourceFile[] => files.filter(({ path }) => !irregular.has(path))
  for (;;) {
    const asked = regular()
    if (asked.length === 0) return { files: [], spellings: spellingsIn(dataset, []), irregular: files }
    try {
      const rows = await session.rows(
        `select json_keys(json) as keys, list(distinct filename) filter (coalesce(json_type(json), '') <> 'OBJECT')
         from ${lineReader} group by keys`,
        fileList(asked),
      )
      for (const paths of rows.map(([, found]) => found)) {
        if (Array.isArray(paths)) for (const path of paths) irregular.add(String(path))
      }
      const spellings = spellingsIn(
        dataset,
        rows.map(([keys]) => keys),
      )
      return { files: regular(), spellings, irregular: files.filter(({ path }) => irregular.has(path)) }
    } catch (error) {
      if (!isAboutData(error)) throw error
      // A line that does not fit into DuckDB's buffer: `ignore_errors` does not skip it.
      const named = asked.filter(({ path }) => messageOf(error).includes(`"${path}"`))
      for (const { path } of named.length === 0 ? asked : named) irregular.add(path)
    }
  }
}

/** The records of a file in batches. Throws `bad_data` for a file that is no text of records at all. */
export async function* recordsOf(
  shown: (path: string) => string,
  path: string,
): AsyncGenerator<readonly SourceRecord[]> {
  try {
    yield* readRecords(await openBytes(path))
  } catch (error) {
    if (error instanceof NotUtf8File) throw utf16(shown(path), error)
    throw isZlibError(error) ? damagedArchive(shown(path), error.message, error) : error
  }
}

function utf16(shown: string, cause: unknown): OpsError {
  return OpsError.untouched('bad_data', `${shown} is UTF-16; save it as UTF-8.`, 'Fix the file and load again.', {
    cause,
  })
}

/**
 * The records of the files that `fileList` binds, as JSON. Naming each one's file costs a tenth of the time. Folders like
 * `json=x` are no columns.
 */
export function readerOf(format: Dataset['format'], options = ''): string {
  return `read_json_objects(from_json($files, '["VARCHAR"]'), format = '${format}', maximum_object_size = ${maxRecordBytes}, hive_partitioning = false${options})`
}

/**
 * Binds these files as one JSON text. A bound list is built value by value on the event loop: 15,000 names held it for 56 ms, the text
 * takes 3 ms.
 */
export function fileList(files: readonly SourceFile[]): Bindings {
  return { values: { files: JSON.stringify(files.map(({ path }) => pathPattern(path))) } }
}

/** The records of files that hold one a line, each with its file; a line that is no JSON is null. */
export const lineReader = readerOf('newline_delimited', ', filename = true, ignore_errors = true')
