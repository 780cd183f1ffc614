import { messageOf } from '../core/errors.ts'
import { breaksRule, emptyReason, ruleReason, type UnreadableRow } from '../core/unreadable.ts'
import { type Dataset, type Field, isWhole } from './datasets.ts'
import { duckdbLiteral } from './literal.ts'
import { INTEGER, LIST, listValue, VARCHAR } from './node-api.ts'
import { isNumber, lenientSql, path, type Spellings, spellingsOf } from './record-sql.ts'
import { maxRecordBytes, type SourceRecord } from './records.ts'
import type { Bindings, DuckdbSession } from './session.ts'

const maxQuoted = 80

/** Records of a file, as a relation with the columns `number` (their place in the list) and `json` that can be bound. */
interface RecordBatch {
  readonly relation: string
  readonly bindings: Bindings
  readonly spellings: Spellings
}

/** What became of some records: how many are not readable, and the first reasons. */
export interface Judged {
  readonly unreadable: number
  readonly rows: readonly UnreadableRow[]
}

/** Inserts the readable ones of some records of `file`, whose number is given; gives at most `limit` reasons for the others. */
export async function insertRecords(
  session: DuckdbSession,
  dataset: Dataset,
  { file, number }: { readonly file: string; readonly number: number },
  records: readonly SourceRecord[],
  limit: number,
): Promise<Judged> {
  const batch = await batchOf(session, dataset, records)
  const { parsed, columns, problem } = lenientSql(dataset, batch.spellings)
  const names = dataset.fields.map(({ column }) => column).join(', ')
  const { rowsChanged } = await session.run(
    `insert into ${dataset.table} (${names}, _file) select ${columns.join(', ')}, ${number}
     from (select json, ${parsed} from ${batch.relation}) where (${problem}) is null`,
    batch.bindings,
  )
  const unreadable = records.length - rowsChanged
  const rows = unreadable === 0 ? [] : await judge(session, dataset, file, records, batch, limit)
  return { unreadable, rows }
}

/**
 * The first `limit` unreadable ones of some records of `file`. DuckDB does the judging, as it did when it refused them; records
 * are counted here, because DuckDB's own line numbers leave out blank lines and are one too high for malformed JSON.
 */
export async function findUnreadable(
  session: DuckdbSession,
  dataset: Dataset,
  file: string,
  records: readonly SourceRecord[],
  limit: number,
): Promise<readonly UnreadableRow[]> {
  return judge(session, dataset, file, records, await batchOf(session, dataset, records), limit)
}

/** The records without a fault, to be asked about. */
export async function batchOf(
  session: DuckdbSession,
  dataset: Dataset,
  records: readonly SourceRecord[],
): Promise<RecordBatch> {
  const numbers = records.flatMap(({ fault }, number) => (fault === null ? [number] : []))
  const texts = records.flatMap(({ fault, text }) => (fault === null ? [text] : []))
  const relation = `(select number, case when json_valid(text) then cast(text as json) end as json
    from (select unnest($numbers) as number, unnest($texts) as text))`
  const bindings = {
    values: { numbers: listValue(numbers), texts: listValue(texts) },
    types: { numbers: LIST(INTEGER), texts: LIST(VARCHAR) },
  }
  return { relation, bindings, spellings: await findSpellings(session, dataset, relation, bindings) }
}

/** How the names of the fields are spelled in a relation with a column `json`. */
async function findSpellings(
  session: DuckdbSession,
  dataset: Dataset,
  relation: string,
  bindings: Bindings,
): Promise<Spellings> {
  const rows = await session.rows(`select distinct json_keys(json) from ${relation}`, bindings)
  return spellingsIn(
    dataset,
    rows.map(([keys]) => keys),
  )
}

/** How the names of the fields are spelled in records with these lists of keys. */
export function spellingsIn(dataset: Dataset, lists: readonly unknown[]): Spellings {
  const keys = lists.flatMap((list) => (Array.isArray(list) ? [list.map(String)] : []))
  const repeated = keys.some((list) => new Set(list).size < list.length)
  return spellingsOf(dataset, [...new Set(keys.flat())], repeated)
}

async function judge(
  session: DuckdbSession,
  dataset: Dataset,
  file: string,
  records: readonly SourceRecord[],
  { relation, bindings, spellings }: RecordBatch,
  limit: number,
): Promise<readonly UnreadableRow[]> {
  const { parsed, problem } = lenientSql(dataset, spellings)
  const found = await session.rows(
    `select number, problem from (
       select number, ${problem} as problem from (select number, json, ${parsed} from ${relation})
     ) where problem is not null order by number limit ${limit}`,
    bindings,
  )
  const problems = new Map(found.map(([number, kind]) => [Number(number), String(kind)]))
  const rows: UnreadableRow[] = []
  for (const [number, { line, record, text, fault }] of records.entries()) {
    if (rows.length >= limit) break
    const kind = problems.get(number)
    if (fault === null && kind === undefined) continue
    const why: Why =
      fault === null
        ? await whyNot(session, dataset, spellings, text, kind ?? '')
        : { field: null, fault, reason: faults[fault] }
    rows.push({ place: { kind: 'record', file, line, record }, ...why })
  }
  return rows
}

const faults = {
  too_long: `the record is longer than ${maxRecordBytes / 1024 / 1024} MB`,
  not_utf8: 'the record is not valid UTF-8',
  in_array: 'it is an element of an array; records stand one after the other, without brackets and commas',
} as const satisfies Record<NonNullable<SourceRecord['fault']>, string>

type Why = Omit<UnreadableRow, 'place'>

async function whyNot(
  session: DuckdbSession,
  dataset: Dataset,
  spellings: Spellings,
  text: string,
  problem: string,
): Promise<Why> {
  switch (problem) {
    case 'malformed':
      return { field: null, fault: problem, reason: await malformed(session, text) }
    case 'type':
      return { field: null, fault: problem, reason: `it holds ${quoted(text.trim())}, not a JSON object` }
    case 'empty':
      return { field: null, fault: problem, reason: `${emptyReason(dataset.name)}: ${quoted(text.trim())}` }
    case 'repeated':
      return { field: null, fault: problem, reason: 'a field is given twice' }
    default:
      return await misfit(session, dataset, spellings, text, problem)
  }
}

/** Why DuckDB's parser refuses a text, with the characters around the place where it stopped. */
async function malformed(session: DuckdbSession, text: string): Promise<string> {
  try {
    await session.aside('select cast($text as json)', { text })
  } catch (error) {
    const [, at, why] = /Malformed JSON at byte (\d+) of input: ([^.]+)/.exec(messageOf(error)) ?? []
    if (at !== undefined && why !== undefined) {
      const stopped = Buffer.from(text)
        .subarray(Math.max(0, Number(at) - maxQuoted / 2))
        .subarray(0, 4 * maxQuoted)
      return `not valid JSON (${why}) at ${quoted(stopped.toString())}`
    }
  }
  return 'not valid JSON'
}

async function misfit(
  session: DuckdbSession,
  dataset: Dataset,
  spellings: Spellings,
  text: string,
  column: string,
): Promise<Why> {
  const field = dataset.fields.find((candidate) => candidate.column === column)
  for (const key of spellings.of.get(column) ?? []) {
    const [[value, type] = []] = await session.rows(
      `select json_extract_string($text, ${duckdbLiteral(path(key))}), json_type($text, ${duckdbLiteral(path(key))})`,
      { values: { text } },
    )
    if (typeof value !== 'string' || field === undefined) continue
    return { field: key, ...misfitOf(field, key, value, type === 'VARCHAR') }
  }
  return { field: column, fault: 'kind', reason: `${column} is no value of its kind` }
}

/** `text` as it stands in the record; `isText`: whether it stands in quotes there. */
function misfitOf(field: Field, key: string, text: string, isText: boolean): Pick<Why, 'fault' | 'reason'> {
  const { rule } = field
  const shown = isText ? quoted(text) : cut(text)
  if (field.type === 'VARCHAR') {
    return { fault: 'range', reason: rule === undefined ? `${key} is ${shown}` : ruleReason(rule, key, text) }
  }
  if (!isNumber(text)) {
    return { fault: 'kind', reason: `${key} is ${shown}, not a ${isWhole(field) ? 'whole ' : ''}number` }
  }
  if (isWhole(field) && !Number.isInteger(Number(text))) {
    return { fault: 'kind', reason: `${key} is ${shown}, not a whole number` }
  }
  if (rule !== undefined && breaksRule(rule, text)) return { fault: 'range', reason: ruleReason(rule, key, cut(text)) }
  return { fault: 'range', reason: `${key} is ${shown}, out of range: it may be up to 2147483647` }
}

function quoted(text: string): string {
  const shown = cut(text)
  return shown.includes('"') ? `'${shown}'` : `"${shown}"`
}

function cut(text: string): string {
  const characters = [...text.slice(0, 2 * maxQuoted).replaceAll(/\p{Cc}/gu, ' ')]
  return characters.length > maxQuoted ? `${characters.slice(0, maxQuoted - 1).join('')}…` : characters.join('')
}
