import type { Field } from '@aws-sdk/client-redshift-data'
import { describe, expect, it } from 'vitest'
import type { DataApi } from '../../../src/redshift/engine/data-api.ts'
import { historyOf, progressLine } from '../../../src/redshift/engine/load-history.ts'
import { createFastClock } from './fast-clock.ts'
import { createMemoryLog, never } from './support.ts'

/** What is read of a load whose row in SYS_LOAD_HISTORY has these cells after its status. */
async function read(cells: readonly Field[]) {
  const log = createMemoryLog()
  const columns = ['varchar', ...cells.map(() => 'int8')].map((typeName, at) => ({ name: `c${at}`, typeName }))
  const api: DataApi = {
    submit: async () => ({ kind: 'submitted', id: 'q', status: 'FINISHED' }),
    describe: async () => ({ kind: 'unknown' }),
    page: async () => ({ columns, records: [[{ stringValue: 'completed' }, ...cells]], total: 1, next: undefined }),
    cancel: async () => false,
  }
  const login = { get: async () => ({ DbUser: 'admin' }), forget: () => undefined }
  const history = await historyOf({ api, clock: createFastClock(1000), log, login, home: 'h' }, [7], never)
  return { history, lines: log.lines }
}

const numbers: readonly Field[] = [191, 0, 2, 4096, 2, 4096].map((longValue) => ({ longValue }))
const empty = { isNull: true }

describe('the history of a load', () => {
  it('is read where its cells are filled, also with counts beyond 2^53', async () => {
    expect((await read(numbers)).history).toEqual({ rows: 191, errors: 0, files: 2 })
    const many = [{ stringValue: '9007199254740993' }, ...numbers.slice(1)]
    expect((await read(many)).history).toMatchObject({ rows: 9007199254740992 })
  })

  it.each([
    ['empty', numbers.map(() => empty)],
    ['empty in the one that counts errors', numbers.toSpliced(1, 1, empty)],
    ['unknown', numbers.map(() => ({ stringValue: 'many' }))],
  ])('is not known where its cells are %s, and the log says so', async (_what, cells) => {
    const { history, lines } = await read(cells)
    expect(history).toBeNull()
    expect(lines).toEqual(['the history of a load has empty cells, so its rows are counted'])
  })

  it('gives as much progress as the server tells', () => {
    const none = {
      status: 'running',
      rows: null,
      errors: null,
      files: null,
      bytes: null,
      filesScanned: null,
      bytesScanned: null,
    }
    expect(progressLine(none)).toBe('loading')
    expect(progressLine({ ...none, files: 0, filesScanned: 0 })).toBe('listing files')
    expect(progressLine({ ...none, files: 4, filesScanned: 1 })).toBe('25%, 1 of 4 files')
    expect(progressLine({ ...none, files: 4, filesScanned: 1, bytes: 10, bytesScanned: 9 })).toBe('90%, 1 of 4 files')
  })
})
