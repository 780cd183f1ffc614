import { join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import type { FileChange, LoadedFile, SourceFile } from '../core/ports/engine.ts'
import { isRemote } from '../core/warehouse/sources.ts'
import type { Dataset } from './datasets.ts'
import { hashOf } from './hashes.ts'
import { isIncrement } from './increment.ts'
import { identifier } from './literal.ts'
import type { DuckdbSession } from './session.ts'

/*
 * Each load keeps the list of the files that its staging tables hold, in `source_files`. Behind the columns that `sql/` knows it has the
 * engine's own: the number by which a row of staging names its file, what shows whether the file has changed, and what became of its rows.
 * A load in full and one that reads only what has changed are the same work: the first begins with an empty list.
 */

/** Adds the engine's own columns to the tables of a new load. They begin with "_", by which `qa` knows them. */
export async function addOwnColumns(session: DuckdbSession): Promise<void> {
  for (const table of ['staging_events', 'staging_songs']) {
    await session.run(`alter table ${table} add column if not exists _file integer`)
  }
  for (const [name, type] of Object.entries(ownColumns)) {
    await session.run(`alter table source_files add column if not exists ${name} ${type}`)
  }
}

const ownColumns = {
  _number: 'integer',
  _name: 'varchar',
  _stamp: 'varchar',
  _hash: 'varchar',
  _rows: 'bigint',
  _rejected: 'bigint',
  _reasons: 'varchar[]',
}

/** Whether the load that is attached as `alias` has a list by which another can be built on it; those of earlier versions have none. */
export async function hasList(session: DuckdbSession, alias: string): Promise<boolean> {
  const result = await session.run(
    `select 1 from duckdb_columns()
     where database_name = $alias and table_name = 'source_files' and column_name = '_name'`,
    { values: { alias } },
  )
  return result.rowCount > 0
}

/** A file of the list. */
const listedFile = z.object({
  path: z.string(),
  name: z.string(),
  bytes: z.number(),
  stamp: z.string().nullable(),
  hash: z.string().nullable(),
  number: z.number(),
})
type ListedFile = Readonly<z.infer<typeof listedFile>>
const listSchema = z.array(listedFile)

/** What has to be done so that a load holds these files. `same` were written again, with what they held before. */
export interface Difference {
  readonly read: readonly (SourceFile & { readonly change: 'new' | 'changed' })[]
  /** Files whose rows have to go: what they hold now is read again, or they are gone. */
  readonly remove: readonly (ListedFile & { readonly change: 'changed' | 'gone' })[]
  readonly same: readonly SourceFile[]
  readonly unchanged: number
}

/** Where the files of a dataset lie. Rows of files that are gone from there stay where `keepGone`; of those that are `leftOut` none do. */
export interface SourceFolder {
  readonly root: string
  readonly keepGone: boolean
  readonly leftOut: readonly string[]
}

/** A file's path as its reader knows it, and by which it is found in the list: the folder may be moved. */
export function nameIn(root: string, path: string): string {
  if (isRemote(path)) return path
  // Asking Node for 15,000 relative paths takes 0.2 s.
  const beginning = beginningOf(root)
  return path.startsWith(beginning) ? path.slice(beginning.length) : relative(root, path)
}

/** What the paths of the files of a place begin with. */
function beginningOf(root: string): string {
  return isRemote(root) ? root : join(resolve(root), sep)
}

/** Where files are read: those in S3 where they were fetched to. */
export interface WhereRead {
  /** The file with the path by which it is read. */
  here(file: SourceFile): SourceFile
  /** The path of the file that is read there. */
  pathOf(path: string): string
}

/** Finds files where they are read, and back. */
export function whereRead(files: readonly SourceFile[]): WhereRead {
  const paths = new Map(files.map(({ path, fetched = path }) => [fetched, path]))
  return {
    here: (file) => ({ ...file, path: file.fetched ?? file.path }),
    pathOf: (path) => paths.get(path) ?? path,
  }
}

/** Compares the files with the list of a load. A file is read to be hashed only where its size is the same and its stamp is not. */
export async function compare(
  session: DuckdbSession,
  dataset: Dataset,
  files: readonly SourceFile[],
  { root, keepGone, leftOut }: SourceFolder,
  signal: AbortSignal,
): Promise<Difference> {
  const listed = new Map((await listOf(session, dataset)).map((file) => [file.name, file]))
  const read: Difference['read'][number][] = []
  const remove: Difference['remove'][number][] = []
  const same: SourceFile[] = []
  for (const file of files) {
    const name = nameIn(root, file.path)
    const before = listed.get(name)
    listed.delete(name)
    if (before === undefined) {
      read.push({ ...file, change: 'new' })
    } else if (before.bytes === file.bytes && before.stamp !== null && before.stamp === file.stamp) {
    } else if (before.bytes === file.bytes && before.hash !== null && before.hash === (await hashOf(file, signal))) {
      same.push(file)
    } else {
      read.push({ ...file, change: 'changed' })
      remove.push({ ...before, change: 'changed' })
    }
  }
  // What another folder held is not gone from this one: it is of no more use.
  const isKept = ({ path }: ListedFile): boolean =>
    keepGone && path.startsWith(beginningOf(root)) && !leftOut.includes(path)
  for (const file of listed.values()) if (!isKept(file)) remove.push({ ...file, change: 'gone' })
  return { read, remove, same, unchanged: files.length - read.length }
}

/** The list as one JSON text: 15,000 rows are read in 0.05 s, value by value in 0.4 s. */
async function listOf(session: DuckdbSession, { name }: Dataset): Promise<readonly ListedFile[]> {
  const [row] = await session.rows(
    `select cast(to_json(list({path: path, name: _name, bytes: bytes, stamp: _stamp, hash: _hash, number: _number})) as varchar)
     from source_files where dataset = $name`,
    { values: { name } },
  )
  const list = row?.[0]
  return typeof list === 'string' ? listSchema.parse(JSON.parse(list)) : []
}

/** The files of a load, the newest days first. A list of an earlier version does not count their rows. */
export async function loadedFilesOf(session: DuckdbSession): Promise<readonly LoadedFile[]> {
  const own = (await hasList(session, session.alias)) ? '_name, _rows, _rejected' : 'path, null, null'
  const listed = await session.rows(
    `select dataset, bytes, cast(day as varchar), ${own} from source_files order by day desc nulls last, path desc`,
  )
  const numberOf = (value: unknown): number | null => (value === null ? null : Number(value))
  return listed.map(([dataset, bytes, day, path, rows, rejected]) => ({
    path: String(path),
    dataset: dataset === 'log' ? 'log' : 'song',
    bytes: numberOf(bytes),
    day: typeof day === 'string' ? day : null,
    rows: numberOf(rows),
    rejected: numberOf(rejected),
  }))
}

/** The number of the next file of a dataset. Numbers are never given twice within a load, nor are those of the load it began as. */
export async function nextNumber(session: DuckdbSession, { name }: Dataset): Promise<number> {
  const lists = (await isIncrement(session)) ? ['source_files', 'increment.files'] : ['source_files']
  const numbers = lists.map((list) => `select _number from ${list} where dataset = $name`).join(' union all ')
  const [next] = await session.rows(`select coalesce(max(_number), 0) + 1 from (${numbers})`, { values: { name } })
  return Number(next?.[0])
}

/** Takes from another load, attached as `alias`, the rows of files that are gone from the folder into an empty one. */
export async function takeOverGone(
  session: DuckdbSession,
  alias: string,
  { name, table }: Dataset,
  root: string,
  there: readonly string[],
): Promise<void> {
  const other = identifier(alias)
  if (!(await hasList(session, alias))) return
  await session.run(
    `insert into source_files by name
     select * from ${other}.source_files
     where dataset = $name and starts_with(path, $below)
       and _name not in (select unnest(from_json($names, '["VARCHAR"]')))`,
    { values: { name, below: beginningOf(root), names: JSON.stringify(there.map((path) => nameIn(root, path))) } },
  )
  await session.run(
    `insert into ${table} by name
     select * from ${other}.${table}
     where _file in (select _number from source_files where dataset = $name)`,
    { values: { name } },
  )
}

/** A file that was read, as the list keeps it; `name` is its `nameIn` the folder. */
interface ReadFile extends SourceFile {
  readonly name: string
  readonly number: number
  readonly hash: string | null
  readonly rejected: number
  readonly reasons: readonly string[]
}

/** Brings the list up to date within the transaction that changed the rows of staging. */
export async function writeList(
  session: DuckdbSession,
  { name, table }: Dataset,
  root: string,
  { remove, same }: Difference,
  read: readonly ReadFile[],
): Promise<void> {
  await session.run(
    `delete from source_files
     where dataset = $name and _number in (select unnest(from_json($numbers, '["INTEGER"]')))`,
    { values: { name, numbers: JSON.stringify(remove.map(({ number }) => number)) } },
  )
  await session.run(
    `update source_files set _stamp = file.stamp, path = file.path
     from (select from_json(value, '{"path": "VARCHAR", "name": "VARCHAR", "stamp": "VARCHAR"}') as file from json_each($files))
     where dataset = $name and _name = file.name`,
    { values: { name, files: JSON.stringify(same.map((file) => ({ ...file, name: nameIn(root, file.path) }))) } },
  )
  await session.run(
    `insert into source_files (path, dataset, bytes, day, _number, _name, _stamp, _hash, _rows, _rejected, _reasons)
     select file.path, $name, file.bytes, file.day, file.number, file.name, file.stamp, file.hash, coalesce(kept.rows, 0),
       file.rejected, file.reasons
     from (select from_json(value, '{"path": "VARCHAR", "bytes": "BIGINT", "day": "DATE", "number": "INTEGER", "name": "VARCHAR",
       "stamp": "VARCHAR", "hash": "VARCHAR", "rejected": "BIGINT", "reasons": ["VARCHAR"]}') as file from json_each($files))
     left join (select _file, count(*) as rows from ${table} where _file >= $first group by _file) as kept
       on kept._file = file.number`,
    { values: { name, files: JSON.stringify(read), first: read[0]?.number ?? 0 } },
  )
}

/** What the files of the list came to, and what of it this load has read itself where it began as a copy. */
interface Totals {
  readonly rows: number
  readonly rejected: number
  readonly reasons: readonly string[]
  readonly read?: { readonly rows: number } & Readonly<Record<FileChange, number>>
}

/** Adds up the list; at most `maxReasons` reasons, in the order of the paths. */
export async function totalsOf(session: DuckdbSession, { name }: Dataset, maxReasons: number): Promise<Totals> {
  const values = { name }
  const ofAll = 'select sum(_rows), sum(_rejected) from source_files where dataset = $name'
  const [sums] = await session.rows(ofAll, { values })
  const found = await session.rows(
    `select unnest(_reasons) from (
       select _reasons from source_files where dataset = $name and _rejected > 0 order by path limit ${maxReasons}
     )`,
    { values },
  )
  const reasons = found.slice(0, maxReasons).map(([reason]) => String(reason))
  const totals = { rows: Number(sums?.[0] ?? 0), rejected: Number(sums?.[1] ?? 0), reasons }
  if (!(await isIncrement(session))) return totals
  const [counts] = await session.rows(
    `select
       coalesce(sum(now._rows) filter (now._number is distinct from old._number), 0),
       count(*) filter (old._name is null),
       count(*) filter (now._number <> old._number),
       count(*) filter (now._name is null)
     from (select * from source_files where dataset = $name) as now
     full join (select * from increment.files where dataset = $name) as old on old._name = now._name`,
    { values },
  )
  const [rows, added, changed, gone] = (counts ?? []).map(Number)
  return { ...totals, read: { rows: rows ?? 0, new: added ?? 0, changed: changed ?? 0, gone: gone ?? 0 } }
}
