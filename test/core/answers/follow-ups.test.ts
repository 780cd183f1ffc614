import { describe, expect, it } from 'vitest'
import { type Answered, followUps } from '../../../src/core/answers/query-command.ts'
import type { LoadFacts } from '../../../src/core/ports/loads.ts'
import type { TableReply } from '../../../src/core/reply.ts'
import { realCatalog, shippedLibrary } from '../../support/catalog.ts'

const catalog = await realCatalog()
const library = await shippedLibrary()
const facts: LoadFacts = { dataFrom: '2018-11-01T21:01:46.796Z', dataUntil: '2018-11-30T19:54:24.796Z' }

const tableOf = (rows: number): TableReply => ({
  kind: 'table',
  title: 'Top songs',
  columns: ['song'],
  rows: Array.from({ length: rows }, (_, n) => [n]),
  total: rows,
})

/** What can be done with an answer of so many rows; to top-songs unless another query is named. */
function offered(said: Partial<Answered> & { rows?: number; name?: string; values?: Record<string, string | number> }) {
  const { rows = 3, name = 'top-songs', values = {}, ...given } = said
  const query = library.queries.find((one) => one.name === name)
  const command = catalog.find(name)
  if (query === undefined || command === undefined) throw new Error(`there is no ${name}`)
  const answered: Answered = {
    query,
    command,
    given: {},
    asked: { engine: 'duckdb', load: 1, sql: '', values },
    table: tableOf(rows),
    id: 5,
    direct: false,
    offers: () => true,
    facts,
    isComparable: false,
    ...given,
  }
  return followUps(answered)
}
const labels = (said: Parameters<typeof offered>[0]) => offered(said).map(({ label }) => label)

describe('a longer list', () => {
  it.each([
    [9, 9, 'Top 10'],
    [10, 10, 'Top 20'],
    [11, 11, 'Top 20'],
    [20, 20, 'Top 50'],
    [50, 50, 'Top 100'],
  ])('of %i rows that were asked for as %i is "%s"', (rows, n, label) => {
    expect(offered({ rows, values: { n } })[0]).toEqual({ label, line: `top-songs n=${label.slice(4)}` })
  })

  it('is not offered where fewer rows came than were asked for, where there are pages, or beyond the most', () => {
    expect(labels({ rows: 9, values: { n: 10 } })).not.toContain('Top 20')
    expect(offered({ rows: 51, values: { n: 51 } })[0]).toEqual({ label: 'More rows', line: 'result 5 page=2' })
    expect(labels({ rows: 50, values: { n: 1000 } })[0]).toBe('Follow…')
    expect(labels({ rows: 10, values: {} })[0]).toBe('Follow…')
  })

  it('keeps what else was said', () => {
    expect(offered({ rows: 3, given: { n: '3', level: 'paid' }, values: { n: 3 } })[0]?.line).toBe(
      'top-songs n=10 level=paid',
    )
  })
})

describe('the days before', () => {
  const previous = (given: Answered['given'], from: string, to: string, more: Partial<Answered> = {}) =>
    offered({ given, values: { from, to }, ...more }).find(({ label }) => /days?\b/.test(label))

  it('are as many as were asked for', () => {
    expect(previous({ last: '1d' }, '2018-11-30 00:00:00.000', '2018-12-01 00:00:00.000')).toEqual({
      label: 'Previous day',
      line: 'top-songs since=2018-11-29 until=2018-11-29',
    })
    expect(previous({ since: '2018-11-24' }, '2018-11-24 00:00:00.000', '2018-11-30 19:54:24.797')).toEqual({
      label: 'Previous 7 days',
      line: 'top-songs since=2018-11-17 until=2018-11-23',
    })
  })

  it('are offered for whole days behind the first play alone', () => {
    expect(previous({}, '2018-11-24 00:00:00.000', '2018-12-01 00:00:00.000')).toBeUndefined()
    expect(previous({ last: '24h' }, '2018-11-29 19:54:24.796', '2018-11-30 19:54:24.797')).toBeUndefined()
    expect(previous({ last: '30d' }, '2018-11-01 00:00:00.000', '2018-12-01 00:00:00.000')).toBeUndefined()
    expect(previous({ last: '29d' }, '2018-11-02 00:00:00.000', '2018-12-01 00:00:00.000')?.label).toBe(
      'Previous 29 days',
    )
  })

  it('give way to a comparison with them where there can be one', () => {
    const [from, to] = ['2018-11-30 00:00:00.000', '2018-12-01 00:00:00.000']
    const compared = (given: Answered['given']) => labels({ given, values: { from, to }, isComparable: true })
    expect(compared({ last: '1d' })).toEqual(['Compare', 'Follow…', 'Source', 'Post this every…', 'CSV'])
    expect(compared({})).not.toContain('Compare')
    expect(
      offered({ given: { since: '2018-11-30', level: 'paid' }, values: { from, to }, isComparable: true })[0],
    ).toEqual({
      label: 'Compare',
      line: expect.stringMatching(/^top-songs .*\bcompare=previous\b/),
    })
  })

  it('are the last ones with data where the window lies behind them', () => {
    expect(
      previous({ since: '2019-01-01', level: 'paid' }, '2019-01-01 00:00:00.000', '2019-01-02 00:00:00.000'),
    ).toEqual({
      label: 'Last 7 days of data',
      line: 'top-songs level=paid last=7d',
    })
  })
})

describe('what is handed on', () => {
  it('is a file in a channel, and shared from where one person reads', () => {
    expect(labels({})).toEqual(['Follow…', 'Source', 'Post this every…', 'CSV'])
    expect(labels({ direct: true })).toEqual(['Follow…', 'Source', 'Post this every…', 'Share…'])
    expect(labels({ offers: () => false })).toEqual(['Source', 'CSV'])
    const named = library.queries.find(({ audience }) => audience === 'asker')
    if (named !== undefined) expect(labels({ name: named.name })).toContain('Share…')
  })

  it('stands behind what goes on from the answer, and the forms that have it posted', () => {
    const given = { n: '3', last: '1d' }
    const values = { n: 3, from: '2018-11-30 00:00:00.000', to: '2018-12-01 00:00:00.000' }
    expect(offered({ given, values }).map(({ label, line }) => [label, line.split(' ')[0]])).toEqual([
      ['Top 10', 'top-songs'],
      ['Previous day', 'top-songs'],
      ['Follow…', 'follow'],
      ['Source', 'result'],
      ['Post this every…', 'schedule-add'],
      ['CSV', 'csv'],
    ])
    expect(offered({ given, values })[2]).toEqual({
      label: 'Follow…',
      line: 'follow lines="top-songs n=3 last=1d" day=mondays time=09:00',
      form: true,
    })
  })
})
