import { messageOf } from '../core/errors.ts'
import type { SourceFile, Staged } from '../core/ports/engine.ts'
import { plural } from '../core/words.ts'
import { tooManyBadRows, unreadableFile } from './bad-data.ts'
import { type BadRow, findBadRows } from './bad-rows.ts'
import type { Dataset } from './datasets.ts'
import { firstLine, isAboutData } from './failure.ts'
import { pathPattern } from './literal.ts'
import { BIGINT, LIST, listValue, VARCHAR } from './node-api.ts'
import { maxLineBytes } from './read-lines.ts'
import { exactRows, lenientSql, noEmptyRows, type Spellings, spellingsOf } from './record-sql.ts'
import type { Bindings, Session } from './session.ts'
import { isRemote } from './sources.ts'

const maxReasons = 5

/** What there is to stage. `shown` writes a file's path as its reader knows it. */
export interface Staging {
  readonly dataset: Dataset
  readonly files: readonly SourceFile[]
  readonly maxErrors: number
  readonly shown: (path: string) => string
}

/**
 * Replaces one staging table, and what `source_files` says of its dataset, with the rows of the files.
 *
 * First as if every record held every field once under its usual name, which is one parallel pass with nothing to check
 * beside it (1,000,000 log lines in 1.8 s on two cores). Where a record does not, a second, slower passage finds out how the
 * names are spelled, which fields are absent and which rows cannot be read. Throws `bad_data` for more than `maxErrors`.
 */
export async function stage(session: Session, staging: Staging): Promise<Staged> {
  try {
    const rows = await session.transaction(async () => {
      const written = await replace(session, staging, exactInsert(staging))
      await session.run(noEmptyRows(staging.dataset))
      return written
    })
    return { rows, rejected: 0, reasons: [] }
  } catch (error) {
    if (!isAboutData(error)) throw error
  }
  return stageLeniently(session, staging)
}

async function stageLeniently(session: Session, staging: Staging): Promise<Staged> {
  const { dataset, files, maxErrors } = staging
  const { reader, spellings } = await survey(session, staging)
  const sql = lenientSql(dataset, spellings)
  const records = `(select filename, json, ${sql.parsed} from ${reader})`
  const counts = await session.run(
    `select filename, count(*) from ${records} where (${sql.problem}) is not null group by filename order by filename`,
    fileList(files),
  )
  const unreadable = (await counts.getRowsJS()).map(([path, rows]) => ({ path: String(path), rows: Number(rows) }))
  const rejected = unreadable.reduce((sum, { rows }) => sum + rows, 0)
  const reasons = await explain(session, staging, spellings, unreadable)
  if (rejected > maxErrors) throw tooManyBadRows(rejected, maxErrors, reasons)
  const columns = dataset.fields.map(({ column }) => column).join(', ')
  const insert = `insert into ${dataset.table} (${columns}) select ${sql.columns.join(', ')} from ${records} where (${sql.problem}) is null`
  return { rows: await session.transaction(() => replace(session, staging, insert)), rejected, reasons }
}

interface Survey {
  readonly reader: string
  readonly spellings: Spellings
}

/** How the files can be read to their end, and how their fields are spelled. */
async function survey(session: Session, staging: Staging): Promise<Survey> {
  const { dataset, files } = staging
  const ask = async (reader: string): Promise<Survey> => {
    const result = await session.run(
      `select list_distinct(flatten(list(keys))), bool_or(len(keys) <> len(list_distinct(keys)))
       from (select distinct json_keys(json) as keys from ${reader})`,
      fileList(files),
    )
    const [keys, repeated] = (await result.getRowsJS())[0] ?? []
    const names = Array.isArray(keys) ? keys.map(String) : []
    return { reader, spellings: spellingsOf(dataset, names, repeated === true) }
  }
  if (dataset.format === 'unstructured') {
    try {
      return await ask(readerOf('unstructured', ', filename = true'))
    } catch (error) {
      if (!isAboutData(error)) throw error
    }
  }
  try {
    return await ask(readerOf('newline_delimited', ', filename = true, ignore_errors = true'))
  } catch (error) {
    throw isAboutData(error) ? await notEvenLines(session, staging, error) : error
  }
}

/** What DuckDB refuses even when it is told to pass over faults: a line that does not fit into its buffer. */
async function notEvenLines(session: Session, { dataset, files, shown }: Staging, error: unknown): Promise<Error> {
  const named = files.find(({ path }) => messageOf(error).includes(`"${path}"`))
  if (named === undefined || isRemote(named.path)) return unreadableFile(firstLine(error), error)
  const usual = spellingsOf(
    dataset,
    dataset.fields.map(({ key }) => key),
    true,
  )
  const [first] = await findBadRows(session, dataset, usual, named.path, 1)
  return unreadableFile(first === undefined ? firstLine(error) : atLine(shown(named.path), first), error)
}

/** The first reasons, file by file. Files in S3 cannot be read line by line; there only the rows are counted. */
async function explain(
  session: Session,
  { dataset, shown }: Staging,
  spellings: Spellings,
  unreadable: readonly { readonly path: string; readonly rows: number }[],
): Promise<readonly string[]> {
  const reasons: string[] = []
  for (const { path, rows } of unreadable) {
    const found = isRemote(path)
      ? []
      : await findBadRows(session, dataset, spellings, path, maxReasons - reasons.length)
    if (found.length === 0) reasons.push(`${shown(path)}: ${plural(rows, 'row')} cannot be read`)
    reasons.push(...found.map((row) => atLine(shown(path), row)))
    if (reasons.length >= maxReasons) break
  }
  return reasons
}

function atLine(file: string, { line, reason }: BadRow): string {
  return `${file}, line ${line}: ${reason}`
}

/** Empties the table and fills it with `insert`; answers the number of rows. Within a transaction of the caller's. */
async function replace(session: Session, { dataset, files }: Staging, insert: string): Promise<number> {
  await session.run(`delete from ${dataset.table}`)
  const { rowsChanged } = await session.run(insert, fileList(files))
  await session.run('delete from source_files where dataset = $dataset', { values: { dataset: dataset.name } })
  await session.run(
    `insert into source_files (path, dataset, bytes, day)
     select unnest($paths), $dataset, unnest($bytes), cast(unnest($days) as date)`,
    {
      values: {
        dataset: dataset.name,
        paths: listValue(files.map(({ path }) => path)),
        bytes: listValue(files.map(({ bytes }) => BigInt(bytes))),
        days: listValue(files.map(({ day }) => day)),
      },
      types: { paths: LIST(VARCHAR), bytes: LIST(BIGINT), days: LIST(VARCHAR) },
    },
  )
  return rowsChanged
}

function exactInsert({ dataset }: Staging): string {
  const columns = dataset.fields.map(({ column }) => column).join(', ')
  return `insert into ${dataset.table} (${columns}) ${exactRows(dataset, readerOf(dataset.format))}`
}

/** The records of the files that are bound as `$files`, as JSON. Naming each one's file costs a tenth of the time. */
function readerOf(format: Dataset['format'], options = ''): string {
  return `read_json_objects($files, format = '${format}', maximum_object_size = ${maxLineBytes}${options})`
}

function fileList(files: readonly SourceFile[]): Bindings {
  return { values: { files: listValue(files.map(({ path }) => pathPattern(path))) }, types: { files: LIST(VARCHAR) } }
}
