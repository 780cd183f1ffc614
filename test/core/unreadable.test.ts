import { afterAll, describe, expect, it } from 'vitest'
import {
  breaksRule,
  breaksRuleSql,
  newestTime,
  oldestTime,
  placeOfEvent,
  placeOfSong,
  type RowFault,
  rowPlaceWords,
  rowWords,
  ruleReason,
  tooManyUnreadable,
  type UnreadableRow,
  type ValueRule,
  valueRules,
} from '../../src/core/unreadable.ts'
import { openDuckDb } from '../sql/duckdb.ts'

const duckdb = await openDuckDb()
afterAll(() => duckdb.close())

const rules = [...valueRules.log, ...valueRules.song]
const ruleOf = (key: string): ValueRule => {
  const rule = rules.find((one) => one.key === key)
  if (rule === undefined) throw new Error(`no rule for ${key}`)
  return rule
}

describe('a value of the source', () => {
  it.each([
    ['ts', [String(oldestTime), String(newestTime)], [String(oldestTime - 1), String(newestTime + 1), '0', '-5']],
    ['length', ['0', '0.5', '86400'], ['-0.1', '86400.5', '1e300']],
    ['duration', ['0', '86400'], ['-1', '86401']],
    ['registration', ['0', '-1e300', '1e300'], ['1.1e300', '-1.1e300']],
    ['artist_latitude', ['-90', '1e300'], ['1e301', '-1e301']],
    ['userId', ['2147483647', '999999999', '1', '', 'abcdefghijk'], ['2147483648', '9999999999', '12345678901']],
  ] as const)('of %s that breaks its rule does so in SQL as well', async (key, kept, refused) => {
    const rule = ruleOf(key)
    for (const written of [...kept, ...refused]) {
      const isBroken = refused.some((value) => value === written)
      const value = rule.kind === 'number' ? `cast('${written}' as double)` : `'${written}'`
      const { rows } = await duckdb.query(`select ${breaksRuleSql(rule, value)}`)
      expect([written, breaksRule(rule, written), rows[0]?.[0]]).toEqual([written, isBroken, isBroken])
    }
  })

  it.each([
    ['ts', '1541073600', 'it looks like seconds, not milliseconds'],
    ['ts', '1541073600000000', 'it looks like microseconds, not milliseconds'],
    ['ts', '1541073600000000000', 'it looks like nanoseconds, not milliseconds'],
    ['ts', String(oldestTime / 1000), 'it looks like seconds, not milliseconds'],
    ['ts', '12', 'it is in milliseconds since 1970, from 2000 to 2099'],
    ['length', '-3', 'it is in seconds, from 0 to 86400'],
    ['userId', '2147483648', 'user ids go up to 2147483647'],
  ])('of %s that is %s is refused with what it may be: %s', (key, written, reason) => {
    expect(ruleReason(ruleOf(key), key, written)).toBe(`${key} is ${written}, out of range: ${reason}`)
  })

  it('that no number can be is said to be none, and one beyond all numbers to be out of range', () => {
    expect(ruleReason(ruleOf('length'), 'length', 'NaN')).toBe('length is NaN, not a number')
    expect(ruleReason(ruleOf('registration'), 'registration', '1e301')).toBe('registration is 1e301, out of range')
  })
})

describe('the place of a row', () => {
  it('is its line, and which record of the line where it is not the first', () => {
    const place = { kind: 'record', file: 'a.json', line: 212 } as const
    expect(rowPlaceWords({ ...place, record: 1 })).toBe('a.json, line 212')
    expect(rowWords({ place: { ...place, record: 3 }, reason: 'it is odd' })).toBe(
      'a.json, line 212, record 3: it is odd',
    )
  })

  it('is its keys where it has no line, without those that it lacks', () => {
    const keys = { userid: 7, sessionid: 1, iteminsession: 0, ts: Date.UTC(2018, 10, 29, 23, 59) }
    expect(rowPlaceWords(placeOfEvent(keys))).toBe('user 7, session 1, item 0, on 2018-11-29')
    expect(rowPlaceWords(placeOfEvent({ ...keys, userid: '', ts: null }))).toBe('session 1, item 0')
    const on = (ts: number) => rowPlaceWords(placeOfEvent({ ...keys, ts })).includes(', on ')
    expect([oldestTime - 1, oldestTime, newestTime, newestTime + 1].map(on)).toEqual([false, true, true, false])
    expect(rowPlaceWords(placeOfEvent({ userid: null, sessionid: '', iteminsession: null, ts: null }))).toBe(
      'an event without keys',
    )
    expect(rowPlaceWords(placeOfSong({ song_id: 'SO1', artist_id: '', title: 'Undo' }))).toBe('song SO1, title Undo')
    expect(rowPlaceWords(placeOfSong({ song_id: null, artist_id: null, title: '' }))).toBe('a song without keys')
  })
})

describe('more unreadable rows than may be left out', () => {
  const refusal = (unreadable: number, maxErrors = 0, readable = 10) =>
    tooManyUnreadable({ readable, unreadable, reasons: ['a.json, line 1: odd', 'a.json, line 2: odd'] }, maxErrors)

  it('are counted, with what was allowed, and a line that leaves out just these', () => {
    expect(refusal(1)).toMatchObject({
      code: 'bad_data',
      reason: 'a.json, line 1: odd (1 row).',
      remedy: 'Fix the data, or load without this row: etl max-errors=1.',
      fixCommand: 'etl max-errors=1',
      leaveOut: 1,
      evidence: [{ text: 'a.json, line 1: odd\na.json, line 2: odd', tone: 'note' }],
    })
    expect(refusal(1_200, 1_000)).toMatchObject({
      reason: 'a.json, line 1: odd (1,200 rows, 1,000 allowed).',
      remedy: 'Fix the data, or load without these rows: etl max-errors=1200.',
    })
  })

  it('can be left out up to 100,000, where something else is left', () => {
    expect(refusal(100_000).leaveOut).toBe(100_000)
    for (const hopeless of [refusal(100_001), refusal(5, 0, 0)]) {
      expect(hopeless).toMatchObject({
        leaveOut: undefined,
        fixCommand: undefined,
        remedy: 'Fix the data and load again.',
        evidence: [{ kind: 'text' }],
      })
    }
  })

  it('have no evidence beyond the message where one reason is known, or none', () => {
    expect(tooManyUnreadable({ readable: 1, unreadable: 1, reasons: ['odd'] }, 0).evidence).toEqual([])
    expect(tooManyUnreadable({ readable: 1, unreadable: 2, reasons: [] }, 0).reason).toBe(
      'Rows cannot be read (2 rows).',
    )
  })

  it('are shown by column and cause, the most frequent first, and row by row as a file', () => {
    const row = (line: number, field: string | null, fault: RowFault, reason: string): UnreadableRow => ({
      place: { kind: 'record', file: 'a.json', line, record: 1 },
      field,
      fault,
      reason,
    })
    const rows = [
      row(2, null, 'malformed', 'not valid JSON'),
      row(3, 'ts', 'kind', 'ts is "soon", not a whole number'),
      row(4, 'ts', 'range', 'ts is 1, out of range'),
      row(5, 'ts', 'kind', 'ts is "=1+1", not a whole number'),
    ]
    const [table, file, ...others] = tooManyUnreadable({ readable: 9, unreadable: 6, reasons: [], rows }, 0).evidence
    expect(others).toEqual([])
    expect(table).toMatchObject({
      kind: 'table',
      title: 'Unreadable rows (the first 4 rows)',
      columns: ['column', 'rows', 'first_file', 'line', 'reason', 'likely_fix'],
      rows: [
        ['ts', 2, 'a.json', 3, 'ts is "soon", not a whole number', 'Write a number, without letters or separators.'],
        [null, 1, 'a.json', 2, 'not valid JSON', expect.stringContaining('cut off')],
        ['ts', 1, 'a.json', 4, 'ts is 1, out of range', expect.stringContaining('within its range')],
      ],
      total: 3,
    })
    expect(file).toMatchObject({ kind: 'file', name: 'unreadable-rows-first-4.csv', about: '4 unreadable rows' })
    expect(file?.kind === 'file' && file.content.split('\r\n')[2]).toBe(
      'a.json,3,1,ts,"ts is ""soon"", not a whole number","Write a number, without letters or separators."',
    )
  })
})
