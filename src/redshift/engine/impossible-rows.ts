import { z } from 'zod'
import type { Work } from '../../core/step.ts'
import {
  breaksRuleSql,
  emptyReason,
  placeOfEvent,
  placeOfSong,
  type ReportedRow,
  reported,
  rowWords,
  ruleReason,
  tooManyUnreadable,
  type UnreadableRow,
  valueRules,
} from '../../core/unreadable.ts'
import { type RedshiftConnection, runBatch } from './batches.ts'
import type { CopyStaging } from './copy.ts'
import { queryOne } from './load-history.ts'
import { isOtherLoad, loadNotFound, requireLoad, stagingTables } from './load-schemas.ts'
import { statementFailure } from './statement-failure.ts'

const rowsRead = 500
const reasonsShown = 5

const keyColumns = {
  log: ['userid', 'sessionid', 'iteminsession', 'ts'],
  song: ['song_id', 'artist_id', 'title'],
} as const

const otherColumns = {
  log: [
    ...['artist', 'auth', 'firstname', 'gender', 'lastname', 'length', 'level', 'location', 'method', 'page'],
    ...['registration', 'song', 'status', 'useragent'],
  ],
  song: [...['num_songs', 'artist_latitude', 'artist_longitude', 'artist_location', 'artist_name', 'duration', 'year']],
} as const

/** Rows that COPY has taken and that cannot be: how many were removed, and the first of them with their reasons. */
interface Impossible {
  readonly removed: number
  readonly reasons: readonly string[]
  readonly rows: readonly ReportedRow[]
}

/**
 * Removes the rows of a staging table that break a rule of `valueRules`, or have no value at all. COPY has taken them and keeps no line
 * of what it takes, so they are named by their keys. Throws `bad_data`, and removes nothing, where they are more than `maxErrors` together
 * with the `refused` ones that COPY has left out itself.
 */
export async function removeImpossible(
  connection: RedshiftConnection,
  { load, dataset, maxErrors }: CopyStaging,
  refused: number,
  work: Work,
): Promise<Impossible> {
  const table = `staging.${stagingTables[dataset]}`
  const condition = conditionOf(dataset)
  const { rows, total } = await queryOne(connection, firstRows(dataset, table, condition), rowsRead, work.signal)
  const found = rows.map((row) => unreadable(dataset, z.array(cell).parse(row)))
  const reasons = found.slice(0, reasonsShown).map(rowWords)
  const kept = Number(rows[0]?.at(-1) ?? 0) - total
  if (total > 0 && total + refused > maxErrors) {
    throw tooManyUnreadable({ readable: kept, unreadable: total + refused, reasons, rows: found }, maxErrors)
  }
  // An earlier attempt of this step may have removed them, and then they are not found any more.
  if (total === 0 && work.handle('impossible') === undefined) return { removed: 0, reasons: [], rows: [] }
  const submitted = await runBatch(connection, work, 'impossible', {
    mode: 'TRANSACTION',
    sqls: [requireLoad('candidate', connection.home, load), `delete from ${table} where ${condition}`],
  })
  if (isOtherLoad(submitted, 0)) throw loadNotFound(load)
  if (submitted.status !== 'FINISHED') throw statementFailure(submitted)
  return { removed: submitted.parts[1]?.rows ?? total, reasons, rows: found.map(reported) }
}

const cell = z.union([z.string(), z.number(), z.null()])

function conditionOf(dataset: CopyStaging['dataset']): string {
  const empty = [...keyColumns[dataset], ...otherColumns[dataset]].map((column) => `${column} is null`)
  const broken = valueRules[dataset].map((rule) => breaksRuleSql(rule, rule.key.toLowerCase()))
  return [...broken, `(${empty.join(' and ')})`].join(' or ')
}

/** The keys of the first rows, which rule they break, its value, and how many rows the table has. */
function firstRows(dataset: CopyStaging['dataset'], table: string, condition: string): string {
  const rules = valueRules[dataset]
  const cases = (then: (key: string, index: number) => string): string =>
    rules
      .map((rule, index) => {
        const column = rule.key.toLowerCase()
        return `when ${breaksRuleSql(rule, column)} then ${then(column, index)}`
      })
      .join(' ')
  return [
    `select ${keyColumns[dataset].map((column) => `cast(${column} as varchar(4096)) as ${column}`).join(', ')},`,
    `case ${cases((_, index) => String(index))} else -1 end as rule,`,
    `case ${cases((column) => `cast(${column} as varchar(4096))`)} end as value,`,
    `(select count(*) from ${table}) as staged`,
    `from ${table} where ${condition} order by ${keyColumns[dataset].join(', ')}`,
  ].join(' ')
}

function unreadable(dataset: CopyStaging['dataset'], row: readonly z.output<typeof cell>[]): UnreadableRow {
  const keys = row.slice(0, keyColumns[dataset].length)
  const [rule, value] = row.slice(keys.length)
  const broken = valueRules[dataset][Number(rule)]
  const reason = broken === undefined ? emptyReason(dataset) : ruleReason(broken, broken.key, String(value))
  const [first = null, second = null, third = null, fourth = null] = keys
  const place =
    dataset === 'log'
      ? placeOfEvent({ userid: first, sessionid: second, iteminsession: third, ts: fourth })
      : placeOfSong({ song_id: first, artist_id: second, title: third })
  return broken === undefined
    ? { place, field: null, fault: 'empty', reason }
    : { place, field: broken.key, fault: 'range', reason }
}
