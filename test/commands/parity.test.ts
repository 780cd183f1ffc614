import '../../src/commands/parity.ts'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import type { Copies, ResultSet } from '../../src/core/ports/engine.ts'
import { bob, failureOf } from '../support/core.ts'
import { createLoadedWarehouse } from '../support/warehouse.ts'

/** A loaded warehouse whose copies answer what its engine does, changed by `change`, which gets the query's place among all. */
async function withCopies(change: (result: ResultSet, at: number) => ResultSet) {
  const warehouse = await createLoadedWarehouse()
  const { engine } = warehouse.bot.deps
  const { query } = engine
  let asked = 0
  const copies: Partial<Copies> = {
    query: async (load, statement, options) => {
      expect(load).toBe(1)
      return change(await query.call(engine, { kind: 'live', load }, statement, options), asked++)
    },
  }
  Object.assign(engine, { copies })
  return warehouse
}

describe('parity', () => {
  it('has nothing to compare DuckDB with, and names what it needs', async () => {
    const { bot } = await createLoadedWarehouse()
    expect(await bot.say('parity')).toMatchObject({
      exit: 2,
      failure: {
        code: 'bad_config',
        message: 'There is nothing to compare duckdb with: its loads are not copied.',
        remedy: expect.stringContaining('SPARKIFY_COPY_TO'),
      },
    })
  })

  it('asks each query of both, and says that all answers are the same', async () => {
    const { bot, roles, clock } = await withCopies((result) => result)
    expect(failureOf(await bot.say('parity', { who: bob }))).toMatchObject({ code: 'not_allowed' })
    const uncopied = await bot.say('parity')
    expect(failureOf(uncopied).message).toBe('Live load 1 has no copy to be compared with.')
    expect(uncopied.next).toContainEqual({ label: 'Load', line: 'etl' })
    await bot.ledger.loads.learn(1, { copied: clock.now().toISOString() })
    roles.set(bob.id, 'operator')
    const names = bot.deps.library.queries.map(({ name }) => name)
    const same = await bot.say('parity', { who: bob })
    const words = `All ${names.length} queries have the same answer on duckdb and the copy of load 1.`
    expect(same).toMatchObject({ ok: true, headline: words })
    const tables = same.replies.flatMap((reply) => (reply.kind === 'table' ? [reply] : []))
    expect(tables).toMatchObject([{ title: 'Queries', columns: ['query', 'rows', 'differences', 'state'] }])
    expect(tables[0]?.rows.map(([name, rows, ...rest]) => [name, Number(rows) >= 0, ...rest])).toEqual(
      names.map((name) => [name, true, 0, 'equal']),
    )
  })

  it('lists the cells that differ, the first twenty of a query, and why one could not answer', async () => {
    const long: ResultSet = {
      columns: [{ name: 'n', format: 'integer' }],
      rows: Array.from({ length: 25 }, (_, n) => [n]),
      total: 25,
    }
    const { bot, clock } = await withCopies((result, at) => {
      if (at === 0) return { ...result, rows: result.rows.map((row, n) => (n === 0 ? [null, ...row.slice(1)] : row)) }
      if (at === 1) throw new OpsError('sql_failed', 'There is no such column.')
      return at === 2 ? long : result
    })
    await bot.ledger.loads.learn(1, { copied: clock.now().toISOString() })
    const [changed, failed, other, ...others] = bot.deps.library.queries.map(({ name }) => name)
    const found = await bot.say('parity')
    expect(found).toMatchObject({
      ok: false,
      headline: `3 of ${others.length + 3} queries differ on duckdb and the copy of load 1.`,
    })
    const [queries, cells] = found.replies.flatMap((reply) => (reply.kind === 'table' ? [reply] : []))
    expect(queries?.rows.slice(0, 4)).toEqual([
      [changed, expect.any(Number), 1, 'differs'],
      [failed, null, null, 'failed'],
      [other, expect.any(Number), expect.any(Number), 'differs'],
      [others[0], expect.any(Number), 0, 'equal'],
    ])
    expect(cells).toMatchObject({ title: 'Differences', columns: ['query', 'row', 'column', 'duckdb', 'copy'] })
    expect(cells?.rows.slice(0, 2)).toEqual([
      [changed, 1, expect.any(String), expect.any(String), '(null)'],
      [failed, null, null, 'answered', 'There is no such column.'],
    ])
    expect(cells?.rows).toHaveLength(22)
    expect(cells?.rows[2]).toEqual([other, null, 'rows', expect.any(String), '25'])
    expect(cells?.rows).toContainEqual([other, 1, 'n', '(nothing there)', '0'])
    expect(cells?.total).toBe(2 + Number(queries?.rows[2]?.[2]))
  })
})
