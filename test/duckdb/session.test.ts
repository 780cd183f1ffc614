import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { inlineHint } from '../../src/core/sql/fragments.ts'
import { withSession } from '../../src/duckdb/session.ts'
import { never } from './support.ts'

it.each([
  ['kept for its readers', '', 1],
  ['computed by each of its readers where it is marked', inlineHint, 2],
])('a step of a WITH is %s', async (_, hint, values) => {
  const instance = await DuckDBInstance.create(':memory:')
  const found = await withSession(instance, 'memory', never, async (session) => {
    const sql = `with a as ${hint} (select random() as n) select count(distinct n) from (from a union all from a)`
    return (await session.run(sql)).getRowsJS()
  })
  instance.closeSync()
  expect(found).toEqual([[BigInt(values)]])
})
