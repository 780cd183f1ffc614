import type { SourceFile } from '../core/ports/engine.ts'
import type { Cell } from '../core/reply.ts'
import type { EventKeys, RowPlace } from '../core/unreadable.ts'
import { batchOf } from './bad-rows.ts'
import { type Dataset, datasets } from './datasets.ts'
import { VARCHAR } from './node-api.ts'
import { fileList, isOpenedByDuckdb, lineReader, recordsOf, survey } from './read-files.ts'
import { lenientSql, type RecordSql, type Spellings } from './record-sql.ts'
import type { DuckdbSession } from './session.ts'

const keyColumns = ['userid', 'sessionid', 'iteminsession', 'ts'] as const

/** The file and line of the first event with these keys; null where no event has them. Reads the files again, some twice. */
export async function locateEvent(
  session: DuckdbSession,
  { files, padded, shown }: LogFiles,
  event: EventKeys,
): Promise<RowPlace | null> {
  const dataset = datasets.log
  const direct = files.filter((file) => isOpenedByDuckdb(file, padded))
  const { irregular, ...lines } = await survey(session, dataset, direct)
  const first = lines.files.length === 0 ? null : await firstFile(session, dataset, lines, event)
  const others = files.filter((file) => irregular.includes(file) || !direct.includes(file))
  for (const path of [...(first === null ? [] : [first]), ...others.map((file) => file.path)].toSorted()) {
    for await (const records of recordsOf(shown, path)) {
      const { relation, bindings, spellings } = await batchOf(session, dataset, records)
      const sql = lenientSql(dataset, spellings)
      const [[number] = []] = await session.rows(
        `select min(number) from (select number, json, ${sql.parsed} from ${relation}) where ${hasKeys(dataset, sql)}`,
        { values: { ...bindings.values, ...keysOf(event) }, types: { ...bindings.types, ...keyTypes } },
      )
      const record = typeof number === 'number' ? records[number] : undefined
      if (record !== undefined) return { kind: 'record', file: shown(path), line: record.line, record: record.record }
    }
  }
  return null
}

/** The files of the log; `padded` and `shown` as in staging. */
interface LogFiles {
  readonly files: readonly SourceFile[]
  readonly padded: ReadonlySet<string>
  readonly shown: (path: string) => string
}

async function firstFile(
  session: DuckdbSession,
  dataset: Dataset,
  { files, spellings }: { readonly files: readonly SourceFile[]; readonly spellings: Spellings },
  event: EventKeys,
): Promise<string | null> {
  const sql = lenientSql(dataset, spellings)
  const list = fileList(files)
  const [[path] = []] = await session.rows(
    `select min(filename) from (select filename, json, ${sql.parsed} from ${lineReader}) where ${hasKeys(dataset, sql)}`,
    { values: { ...list.values, ...keysOf(event) }, types: { ...list.types, ...keyTypes } },
  )
  return typeof path === 'string' ? path : null
}

/** SQL that is true for a readable record with the keys that are bound. */
function hasKeys({ fields }: Dataset, { problem, columns }: RecordSql): string {
  const same = keyColumns.map((key) => {
    const at = fields.findIndex(({ column }) => column === key)
    return `${columns[at]} is not distinct from cast($${key} as ${fields[at]?.type})`
  })
  return `case when (${problem}) is null then ${same.join(' and ')} else false end`
}

const keyTypes = Object.fromEntries(keyColumns.map((key) => [key, VARCHAR]))

function keysOf(event: EventKeys): Record<(typeof keyColumns)[number], string | null> {
  const text = (cell: Cell): string | null => (cell === null ? null : String(cell))
  return {
    userid: text(event.userid),
    sessionid: text(event.sessionid),
    iteminsession: text(event.iteminsession),
    ts: text(event.ts),
  }
}
