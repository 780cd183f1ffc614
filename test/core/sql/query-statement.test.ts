import { describe, expect, it } from 'vitest'
import { parseQuery } from '../../../src/core/sql/parse-query.ts'
import { statementOf } from '../../../src/core/sql/query-statement.ts'

const data = { oldest: new Date('2018-11-01T21:01:46.796Z'), newest: new Date('2018-11-30T19:54:24.796Z') }

function query(header: readonly string[], body: string) {
  const text = ['-- title: Pulse', '-- description: Each day', ...header, '', body].join('\n')
  return parseQuery({ path: 'analytics/pulse.sql', text })
}

describe('statementOf', () => {
  it('binds what was said and the defaults of what was not', () => {
    const header = [
      '-- param n: integer = 10, 1..100, how many',
      '-- param by: choice(a, b) = a, by what',
      '-- param all: flag = no, all',
      '-- param day: date = 2018-11-30, the day',
    ]
    const asked = query(header, 'select :n, :by, :all, :day')
    const { statement, range } = statementOf(asked, { n: 3, all: true, day: undefined }, data)
    expect(statement).toEqual({ sql: asked.sql, values: { n: 3, by: 'a', all: 'yes', day: '2018-11-30' } })
    expect(range).toBeNull()
    const zeros = query(['-- param n: integer = 5, 0..9, how many', '-- param all: flag = yes, all'], 'select :n, :all')
    expect(statementOf(zeros, { n: 0, all: false }, data).statement.values).toEqual({ n: 0, all: 'no' })
  })

  it('asks a timed question of its span in UTC where it has no zone', () => {
    const { statement, range } = statementOf(query(['-- window: yes'], 'select :from, :to'), { last: '1d' }, data)
    expect(range?.label).toBe('30 Nov 2018 UTC')
    expect(statement.values).toEqual({ from: '2018-11-30 00:00:00.000', to: '2018-12-01 00:00:00.000' })
  })

  it('asks it of days in its zone where it has one, and tells the clock changes that the data span', () => {
    const timed = query(['-- window: yes', '-- param tz: zone = UTC, whose days'], 'select :tz(a), :from, :to')
    const { statement, range } = statementOf(timed, { last: '1w', tz: 'America/Los_Angeles' }, data)
    expect(range?.label).toBe('24–30 Nov 2018 America/Los_Angeles')
    expect(statement).toEqual({
      sql: 'select (case when a < cast(:tz_1 as timestamp) then -420 else -480 end), :from, :to',
      values: { from: '2018-11-24 08:00:00.000', to: '2018-12-01 08:00:00.000', tz_1: '2018-11-04 09:00:00.000' },
    })
    expect(statementOf(timed, {}, data).range?.label).toBe('1–30 Nov 2018 UTC')
  })

  it('looks for clock changes only in the years that rows can have, whatever an old load holds', () => {
    const timed = query(['-- window: yes', '-- param tz: zone = UTC, whose days'], 'select :tz(a), :from, :to')
    const old = { oldest: new Date('1970-01-18T00:00:00Z'), newest: new Date('+050804-01-01T00:00:00Z') }
    const { values = {} } = statementOf(timed, { tz: 'Europe/London' }, old).statement
    const changes = Object.entries(values).flatMap(([name, value]) => (name.startsWith('tz_') ? [String(value)] : []))
    expect(changes).toHaveLength(200)
    expect([changes[0], changes.at(-1)]).toEqual(['2000-03-26 01:00:00.000', '2099-10-25 01:00:00.000'])
  })

  it('binds no text of a person into the SQL but as a value', () => {
    const text = query(['-- param city: text = , max 60, the place'], 'select :city')
    const typed = "Portland' or 1 = 1 --"
    expect(statementOf(text, { city: typed }, data).statement).toEqual({ sql: 'select :city', values: { city: typed } })
  })
})
