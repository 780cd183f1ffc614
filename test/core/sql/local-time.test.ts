import { describe, expect, it } from 'vitest'
import { withOffsets } from '../../../src/core/sql/parameters.ts'

const [winter, summer, autumn] = ['2018-01-01T00:00Z', '2018-03-25T01:00Z', '2018-10-28T01:00Z'].map(Date.parse)
const spans = [
  { from: winter ?? 0, minutes: 0 },
  { from: summer ?? 0, minutes: 60 },
  { from: autumn ?? 0, minutes: -30 },
]

describe('withOffsets', () => {
  it('writes the minutes themselves where the clocks do not change', () => {
    const sql = "select t.a + :tz(t.a) * interval '1 minute', ':tz(a)' from t -- :tz(a)"
    expect(withOffsets(sql, 'tz', [{ from: 0, minutes: -300 }])).toEqual({
      sql: "select t.a + (-300) * interval '1 minute', ':tz(a)' from t -- :tz(a)",
      values: {},
    })
  })

  it('writes a case for each change and binds their instants', () => {
    expect(withOffsets('select :tz(a), :n, :tz(b)', 'tz', spans)).toEqual({
      sql:
        'select (case when a < cast(:tz_1 as timestamp) then 0 when a < cast(:tz_2 as timestamp) then 60 else -30 end), :n, ' +
        '(case when b < cast(:tz_1 as timestamp) then 0 when b < cast(:tz_2 as timestamp) then 60 else -30 end)',
      values: { tz_1: '2018-03-25 01:00:00.000', tz_2: '2018-10-28 01:00:00.000' },
    })
  })
})
