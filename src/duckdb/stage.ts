import { isUtf8 } from 'node:buffer'
import { codeOf } from '../core/errors.ts'
import { plural } from '../core/format.ts'
import type { SourceFile, Staged } from '../core/ports/engine.ts'
import type { Work as StepWork } from '../core/step.ts'
import { reported, rowWords, tooManyUnreadable, type UnreadableRow } from '../core/unreadable.ts'
import { findUnreadable, insertRecords, spellingsIn } from './bad-rows.ts'
import type { Dataset } from './datasets.ts'
import { isAboutData } from './failure.ts'
import { fieldsIn } from './fields.ts'
import { type Hashes, hashesMeanwhile, hashesOf, isSmall, readNow } from './hashes.ts'
import { isIncrement, touch } from './increment.ts'
import { hasPackedName, verifyPacked } from './packed.ts'
import { fileList, isOpenedByDuckdb, lineReader, readerOf, recordsOf, survey } from './read-files.ts'
import { exactRows, fileNumber, lenientSql, type Spellings } from './record-sql.ts'
import type { DuckdbSession } from './session.ts'
import {
  compare,
  type Difference,
  nameIn,
  nextNumber,
  type SourceFolder,
  totalsOf,
  type WhereRead,
  whereRead,
  writeList,
} from './source-list.ts'

const maxReasons = 5
// A statement reads files of this many bytes, and then the progress is shown. DuckDB's own progress bar costs 5 % of a load: its thread that
// waits for the others reads it without a pause.
const bytesAtOnce = 1024 ** 3
const textBytesAtOnce = 2 * 1024 ** 2
// What a failed load shows of them; each costs two small questions.
const filesLookedAt = 20
const rowsLookedAt = 500

/** What there is to stage. */
interface StagingFolder extends SourceFolder {
  readonly dataset: Dataset
  readonly files: readonly SourceFile[]
  readonly maxErrors: number
}

/** Which files are read how, in the order in which they are numbered. */
interface Plan {
  /** By DuckDB, as if every record were as usual. */
  readonly exact: readonly SourceFile[]
  /** The same, of small files that are read here: each holds one object. To open a file for that takes DuckDB longer than to read it. */
  readonly texts: readonly SourceFile[]
  /** By DuckDB, line by line. */
  readonly lines: { readonly files: readonly SourceFile[]; readonly spellings: Spellings }
  /** Record by record, here: files that DuckDB cannot open, or of which a line is no object. */
  readonly records: readonly SourceFile[]
}

/**
 * Makes one staging table, and the rows of `source_files` for its dataset, hold what is in the files: of those that are not in the list yet,
 * all; of those that have changed, the rows of now in place of those of then.
 *
 * Files are first read as if every record held every field once under its usual name, with a value that can be. That is one parallel pass
 * (1,000,000 log lines in 1.8 s on two cores). Where a record is not so, a second, slower passage finds out how the names are spelled,
 * which fields are absent and which rows cannot be read, and takes the files apart that are not one object a line. Throws `bad_data`
 * for more than `maxErrors` in all files of the list.
 */
export async function stageFiles(
  session: DuckdbSession,
  staging: StagingFolder,
  { signal, progress }: Pick<StepWork, 'signal' | 'progress'>,
): Promise<Staged> {
  const { dataset, files } = staging
  const where = whereRead(files)
  const shown = (path: string): string => nameIn(staging.root, where.pathOf(path))
  const { read: changed, ...rest } = await compare(session, dataset, files, staging, signal)
  const difference = { ...rest, read: changed.map((file) => ({ ...file, ...where.here(file) })) }
  const padded = await verifyPacked(difference.read, shown, signal)
  const isText = (file: SourceFile): boolean =>
    dataset.format === 'unstructured' && isSmall(file) && !hasPackedName(file.path)
  const [others, records] = split(difference.read, (file) => isOpenedByDuckdb(file, padded))
  const [texts, exact] = split(others, isText)
  const none = { files: [], spellings: spellingsIn(dataset, []) }
  const hashOf = new Map<string, string | null>()
  const work: Work = { ...staging, shown, where, difference, signal, progress, hashOf }
  const note = (hashes: Hashes): void => {
    for (const [path, hash] of hashes) hashOf.set(path, hash)
  }
  // What changed just now shows no further change, so it is hashed before it is read: another write then differs from the hash.
  const inPlace = [...exact, ...records].filter(({ fetched }) => fetched === undefined)
  const [settled, fresh] = split(inPlace, ({ stamp }) => stamp !== null)
  note(await hashesOf(fresh, signal))
  const hashed = hashesMeanwhile(settled, signal).then(note)
  const read = carryOut(session, work, { exact, texts, lines: none, records }, hashed)
  const looked = fieldsIn(difference.read, shown, signal)
  await Promise.allSettled([hashed, read, looked])
  const fields = await looked
  try {
    return { ...(await read), fields }
  } catch (error) {
    if (!isAboutData(error)) throw error
  }
  const { irregular, ...lines } = await survey(session, dataset, others)
  note(await hashesOf(texts, signal))
  const staged = await carryOut(session, work, { exact: [], texts: [], lines, records: [...records, ...irregular] })
  return { ...staged, fields }
}

/** Those of which it is true, and the others. */
function split<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  const [first, others]: [T[], T[]] = [[], []]
  for (const one of all) (isFirst(one) ? first : others).push(one)
  return [first, others]
}

/**
 * What there is to stage, with what differs from the list and is read where it lies, and the hashes of the files that are read, by path.
 * `shown` writes the path of a file as its reader knows it.
 */
interface Work extends StagingFolder {
  readonly shown: (path: string) => string
  readonly where: WhereRead
  readonly difference: Difference
  readonly signal: AbortSignal
  readonly progress: StepWork['progress']
  readonly hashOf: Map<string, string | null>
}

/** `hashed` is awaited before the hashes are written. */
function carryOut(session: DuckdbSession, work: Work, plan: Plan, hashed?: Promise<void>): Promise<Staged> {
  const { dataset, maxErrors, difference, hashOf } = work
  return session.transaction(async () => {
    const notes = await isIncrement(session)
    const first = await nextNumber(session, dataset)
    const ordered = [...plan.exact, ...plan.texts, ...plan.lines.files, ...plan.records]
    if (difference.remove.length > 0) {
      const removed = `_file in (${difference.remove.map(({ number }) => number).join(', ')})`
      if (notes) await touch(session, dataset, removed, 'removed')
      await session.run(`delete from ${dataset.table} where ${removed}`)
    }
    const numbers = new Map(ordered.map(({ path }, index) => [path, first + index]))
    const numberOf = ({ path }: SourceFile): number => numbers.get(path) ?? 0
    const isRead = meterOf(ordered, work.progress)
    await insertExact(session, dataset, plan.exact, first, isRead)
    await insertTexts(session, work, plan.texts, first + plan.exact.length, isRead)
    const rejected = new Map([
      ...(await insertLines(session, work, plan.lines, first + plan.exact.length + plan.texts.length)),
      ...(await insertRecordwise(session, work, plan.records, numberOf)),
    ])
    if (notes) await touch(session, dataset, `_file >= ${first}`, 'inserted')
    await hashed
    const read = ordered.map((file) => ({
      ...file,
      number: numberOf(file),
      path: work.where.pathOf(file.path),
      name: work.shown(file.path),
      hash: hashOf.get(file.path) ?? null,
      ...(rejected.get(file.path) ?? { rejected: 0, reasons: [] }),
    }))
    await writeList(session, dataset, work.root, difference, read)
    const totals = await totalsOf(session, dataset, maxReasons)
    if (totals.rejected > maxErrors) {
      const { rows: readable, rejected: unreadable, reasons } = totals
      throw tooManyUnreadable({ readable, unreadable, reasons, rows: await unreadableRows(session, work) }, maxErrors)
    }
    if (totals.rejected === 0) return totals
    return { ...totals, unreadable: (await unreadableRows(session, work)).map(reported) }
  })
}

/** Of the files that have any: how many of their rows cannot be read, with the first reasons. */
type Rejected = ReadonlyMap<string, { readonly rejected: number; readonly reasons: readonly string[] }>

/** Told which files have been read, shows how much that is of `all` in percent of the bytes. */
function meterOf(all: readonly SourceFile[], progress: StepWork['progress']) {
  const total = bytesOf(all)
  let done = 0
  return (files: readonly SourceFile[]): void => {
    done += bytesOf(files)
    if (done < total) progress(`${Math.floor((100 * done) / total)}%`)
  }
}

function bytesOf(files: readonly SourceFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** The files in order, in parts that just reach `bytes`. */
function* partsOf(files: readonly SourceFile[], bytes: number): Generator<readonly SourceFile[]> {
  let part: SourceFile[] = []
  let sum = 0
  for (const file of files) {
    part.push(file)
    sum += file.bytes
    if (sum < bytes) continue
    yield part
    part = []
    sum = 0
  }
  if (part.length > 0) yield part
}

async function insertExact(
  session: DuckdbSession,
  dataset: Dataset,
  files: readonly SourceFile[],
  first: number,
  isRead: (files: readonly SourceFile[]) => void,
): Promise<void> {
  let number = first
  for (const part of partsOf(files, bytesAtOnce)) {
    const rows = exactRows(dataset, readerOf(dataset.format), number)
    await session.run(`insert into ${dataset.table} (${columnsOf(dataset)}) ${rows}`, fileList(part))
    number += part.length
    isRead(part)
  }
}

async function insertTexts(
  session: DuckdbSession,
  { dataset, signal, hashOf }: Work,
  files: readonly SourceFile[],
  first: number,
  isRead: (files: readonly SourceFile[]) => void,
): Promise<void> {
  const relation = `(select cast(file.text as json) as json, file.file_index
    from (select unnest(from_json($texts, '[{"text": "VARCHAR", "file_index": "BIGINT"}]')) as file))`
  const sql = `insert into ${dataset.table} (${columnsOf(dataset)}) ${exactRows(dataset, relation, first)}`
  let from = 0
  for (const part of partsOf(files, textBytesAtOnce)) {
    const texts: { text: string; file_index: number }[] = []
    for (const [index, { content, hash: found }] of (await readNow(part, signal)).entries()) {
      const { path = '' } = part[index] ?? {}
      hashOf.set(path, found)
      // Not so, it is a text that DuckDB refuses too, and that is then taken apart by records.
      const text = isUtf8(content) ? content.toString().trim() : 'not UTF-8'
      if (text !== '') texts.push({ text, file_index: from + index })
    }
    await session.run(sql, { values: { texts: JSON.stringify(texts) } })
    from += part.length
    isRead(part)
  }
}

function columnsOf({ fields }: Dataset): string {
  return [...fields.map(({ column }) => column), '_file'].join(', ')
}

async function insertLines(
  session: DuckdbSession,
  staging: Work,
  { files, spellings }: Plan['lines'],
  first: number,
): Promise<Rejected> {
  if (files.length === 0) return new Map()
  const { dataset, shown } = staging
  const sql = lenientSql(dataset, spellings)
  const records = `(select filename, file_index, json, ${sql.parsed} from ${lineReader})`
  await session.run(
    `insert into ${dataset.table} (${columnsOf(dataset)})
     select ${sql.columns.join(', ')}, ${fileNumber(first)} from ${records} where (${sql.problem}) is null`,
    fileList(files),
  )
  const counts = await session.rows(
    `select filename, count(*) from ${records} where (${sql.problem}) is not null group by filename order by filename`,
    fileList(files),
  )
  const rejected = new Map<string, { rejected: number; reasons: readonly string[] }>()
  let wanted = maxReasons
  for (const [name, rows] of counts) {
    const path = String(name)
    const found = wanted <= 0 ? [] : await firstUnreadable(session, staging, path)
    const unknown = `${shown(path)}: ${plural(Number(rows), 'row')} cannot be read`
    rejected.set(path, { rejected: Number(rows), reasons: found.length === 0 ? [unknown] : found.map(rowWords) })
    wanted -= Math.max(1, found.length)
  }
  return rejected
}

async function firstUnreadable(
  session: DuckdbSession,
  staging: Work,
  path: string,
  most = maxReasons,
): Promise<readonly UnreadableRow[]> {
  const found: UnreadableRow[] = []
  for await (const records of recordsOf(staging.shown, path)) {
    const limit = most - found.length
    found.push(...(await findUnreadable(session, staging.dataset, staging.shown(path), records, limit)))
    if (found.length >= most) break
  }
  return found
}

/** The unreadable rows of the list, one by one: the first of the first files that have any. A file that is gone since has none to show. */
async function unreadableRows(session: DuckdbSession, work: Work): Promise<readonly UnreadableRow[]> {
  const files = await session.rows(
    `select path, _rejected from source_files where dataset = $name and _rejected > 0 order by path limit ${filesLookedAt}`,
    { values: { name: work.dataset.name } },
  )
  const rows: UnreadableRow[] = []
  const places = new Map(work.files.map((file) => [file.path, work.where.here(file).path]))
  for (const [listed, rejected] of files) {
    const path = places.get(String(listed)) ?? String(listed)
    const most = Math.min(Number(rejected), rowsLookedAt - rows.length)
    if (most > 0) rows.push(...(await firstUnreadable(session, work, path, most).catch(noneWhereGone)))
  }
  return rows
}

function noneWhereGone(error: unknown): readonly UnreadableRow[] {
  if (codeOf(error) === 'ENOENT') return []
  throw error
}

async function insertRecordwise(
  session: DuckdbSession,
  { dataset, shown }: Work,
  files: readonly SourceFile[],
  numberOf: (file: SourceFile) => number,
): Promise<Rejected> {
  const all = new Map<string, { rejected: number; reasons: readonly string[] }>()
  for (const file of files) {
    const place = { file: shown(file.path), number: numberOf(file) }
    let rejected = 0
    const reasons: string[] = []
    for await (const records of recordsOf(shown, file.path)) {
      const judged = await insertRecords(session, dataset, place, records, maxReasons - reasons.length)
      rejected += judged.unreadable
      reasons.push(...judged.rows.map(rowWords))
    }
    if (rejected > 0) all.set(file.path, { rejected, reasons })
  }
  return all
}
