import type { Field } from '@aws-sdk/client-redshift-data'
import { describe, expect, it } from 'vitest'
import type { DataApi } from '../../../src/redshift/engine/data-api.ts'
import { loadErrorsOf, placed } from '../../../src/redshift/engine/load-errors.ts'
import { createFastClock } from './fast-clock.ts'
import { createMemoryLog, never } from './support.ts'

type Row = readonly [
  file: string | null,
  line: number | null,
  column: string,
  code: number,
  message: string,
  type: string,
  length: string,
]

const file = 's3://bucket/log_data/2018-11-29-events.json'
const of = (column: string, code: number, message = '', type = '', length = ''): Row => [
  file,
  7,
  column,
  code,
  message,
  type,
  length,
]

/** What is read of these rows of SYS_LOAD_ERROR_DETAIL, of `total`; and the statement that asked for them. */
async function read(rows: readonly Row[], total = rows.length, queries: readonly number[] = [4, 5]) {
  const asked: string[] = []
  const field = (value: string | number | null): Field =>
    value === null ? { isNull: true } : typeof value === 'number' ? { longValue: value } : { stringValue: value }
  const columns = ['varchar', 'int8', 'varchar', 'int4', 'varchar', 'varchar', 'varchar']
  const api: DataApi = {
    submit: async ({ sqls }) => {
      asked.push(...sqls)
      return { kind: 'submitted', id: 'q', status: 'FINISHED' }
    },
    describe: async () => ({ kind: 'unknown' }),
    page: async () => ({
      columns: columns.map((typeName, at) => ({ name: `c${at}`, typeName })),
      records: rows.map((row) => row.map(field)),
      total,
      next: undefined,
    }),
    cancel: async () => false,
  }
  const login = { get: async () => ({ DbUser: 'admin' }), forget: () => undefined }
  const connection = { api, clock: createFastClock(1000), log: createMemoryLog(), login, home: 'h' }
  return { errors: await loadErrorsOf(connection, queries, never), asked }
}

describe('what a COPY could not load', () => {
  it.each<[row: Row, reason: string, remedy: string]>([
    [
      of('gender', 1204, '', 'character varying', '64'),
      'gender is longer than the 64 bytes allowed',
      'Shorten it, or widen gender in sql/schema/staging.sql.',
    ],
    [
      of('title', 1204, '', 'character varying', '4096'),
      'title is longer than the 4,096 bytes allowed',
      'Shorten it, or widen title in sql/schema/staging.sql.',
    ],
    [
      of('title', 1204),
      'title is longer than the column allowed',
      'Shorten it, or widen title in sql/schema/staging.sql.',
    ],
    [
      of('ts', 1207, "Invalid digit, Value 'O', Pos 5, Type: Long", 'bigint'),
      "ts is not a whole number: 'O' at position 6",
      'Fix it in the file.',
    ],
    [of('status', 1207, '', 'integer'), 'status is not a whole number', 'Fix it in the file.'],
    [of('year', 1207, '', 'smallint'), 'year is not a whole number', 'Fix it in the file.'],
    [of('length', 1207, '', 'double precision'), 'length is not a number', 'Fix it in the file.'],
    [of('length', 1208), 'length is not a number', 'Fix it in the file.'],
    [of('length', 1209), 'length is not a number', 'Fix it in the file.'],
    [of('page', 1213), 'page is missing', 'Give it a value in the file.'],
    [of('song', 1220), 'song is not valid UTF-8', 'Save the file as UTF-8.'],
    [of('', 1216, 'Invalid JSON'), 'not valid JSON (Invalid JSON)', 'Each row must be one JSON object.'],
    [of('', 1222, 'Invalid JSON'), 'not valid JSON (Invalid JSON)', 'Each row must be one JSON object.'],
    [of('page', 1222, 'Too deep'), 'page: Too deep', 'Fix it in the file.'],
    [of('page', 1201, 'Odd'), 'page: Odd (error 1201)', 'Fix it in the file.'],
    [of('', 1201, 'Odd'), 'Odd (error 1201)', 'Fix it in the file.'],
  ])('has a reason and a fix: %j', async (row, reason, remedy) => {
    const { errors } = await read([row])
    const [, , column] = row
    expect(errors).toEqual({
      total: 1,
      groups: [{ column, rows: 1, file, line: 7, reason, remedy }],
      rows: [{ file, line: 7, record: 1, column: column === '' ? null : column, reason, likely_fix: remedy }],
      packed: undefined,
    })
  })

  it('is put together by column and cause, the most first, each with where it was first', async () => {
    const other = 's3://bucket/log_data/b.json'
    const rows: Row[] = [
      of('ts', 1207, '', 'bigint'),
      of('page', 1213),
      [other, 2, 'page', 1213, '', '', ''],
      of('page', 1204),
    ]
    const { errors } = await read(rows, 900)
    expect(errors?.total).toBe(900)
    expect(errors?.groups.map(({ column, rows, file, line }) => [column, rows, file, line])).toEqual([
      ['page', 2, file, 7],
      ['ts', 1, file, 7],
      ['page', 1, file, 7],
    ])
    const [first] = errors?.groups ?? []
    expect(first === undefined ? '' : placed(first)).toBe('log_data/2018-11-29-events.json, line 7: page is missing')
  })

  it('names the first packed file, and bears with cells that are empty', async () => {
    const packed = 's3://bucket/log_data/c.json.ZST'
    const { errors } = await read([
      [null, null, '', 1216, 'Invalid JSON', '', ''],
      [packed, 0, '', 1216, 'Invalid JSON', '', ''],
    ])
    expect([errors?.packed, errors?.rows[0]]).toEqual([packed, expect.objectContaining({ file: '', line: 0 })])
  })

  it('is asked of these queries alone, packed files first; of none, nothing', async () => {
    expect((await read([])).asked).toEqual([
      'select trim(file_name), line_number, trim(column_name), error_code, trim(error_message), trim(column_type),' +
        ' trim(column_length) from sys_load_error_detail where query_id in (4, 5) order by' +
        " case when trim(file_name) similar to '%.(gz|gzip|bz2|lzo|zst|zip|GZ|ZIP)' then 0 else 1 end," +
        ' file_name, line_number, column_name',
    ])
    expect((await read([], 0, [])).asked[0]).toContain('query_id in (null) ')
  })
})
