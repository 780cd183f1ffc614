import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadyCluster, type Sql, sqlOf } from '../support/aws/scene.ts'
import { bind, parameterNames } from '../support/aws/sql/parameters.ts'
import { scan } from '../support/aws/sql/scan.ts'
import { type Double, startDouble } from '../support/aws/start.ts'

let double: Double
let sql: Sql

beforeAll(async () => {
  double = await startDouble({ speed: 1_000_000 })
  sql = sqlOf(double.client, await createReadyCluster(double.client))
  await sql.run('create table plays (id integer primary key, song varchar, level varchar(4) not null, at timestamp)')
  await sql.run("insert into plays values (1, 'Undo', 'free', timestamp '2018-11-05 10:20:30.796')")
})
afterAll(() => double.stop())

describe('what Redshift lacks is refused', () => {
  it.each([
    ["select count(*) filter (where level = 'paid') from plays"],
    ["select string_agg(song, ',') from plays"],
    ['select distinct on (song) * from plays'],
    ['select * from generate_series(1, 3)'],
    ['select 1 from plays where song is distinct from level'],
    ['select 1 from plays where song is not distinct from level'],
    ['create index i on plays (id)'],
    ['select * from (values (1), (2)) as v (n)'],
    ["insert into plays values (1, '', '', null) on conflict do nothing"],
    ["insert into plays values (1, '', '', null) returning id"],
    ['select to_timestamp(1541105830796 / 1000)'],
    ['select to_timestamp(cast(id as double precision) / 1000) from plays'],
    ['select array[1, 2]'],
    ['create table j (payload jsonb)'],
    ['merge into plays using plays p2 on plays.id = p2.id when matched then delete'],
    ['select id from plays qualify row_number() over (order by id) = 1 and'],
  ])('%s', async (statement) => {
    expect(await sql.run(statement)).toMatchObject({ Status: 'FAILED', Error: /^ERROR: / })
  })

  it('but its words may stand in strings, comments and names', async () => {
    const words = `select 'is distinct from' as "on conflict", count(*) as filter /* string_agg( */ from plays -- values (`
    expect(await sql.rows(words)).toEqual([['is distinct from', 1]])
    expect(await sql.rows("select to_timestamp('2018-11-05', 'YYYY-MM-DD') is not null")).toEqual([[true]])
  })
})

describe('what Redshift does otherwise is done its way', () => {
  it('averages integers as integers, divides them, and extracts integers', async () => {
    expect(
      await sql.rows(
        'select avg(n), avg(cast(n as double precision)), 5 / 2 from (select 1 as n union all select 2) as t',
      ),
    ).toEqual([[1, 1.5, 2]])
    expect(
      await sql.rows('select extract(hour from at), extract(second from at), extract(dow from at) from plays'),
    ).toEqual([[10, 30, 1]])
  })

  it('knows getdate()', async () => {
    expect(await sql.rows("select getdate() > timestamp '2020-01-01'")).toEqual([[true]])
  })

  it('does not enforce keys, but does NOT NULL', async () => {
    expect((await sql.run("insert into plays values (1, 'Undo', 'paid', null)")).Status).toBe('FINISHED')
    expect((await sql.run("insert into plays values (2, 'Undo', null, null)")).Error).toMatch(/not-null/)
    await sql.run("delete from plays where level = 'paid'")
  })

  it('counts the length of a VARCHAR in bytes, 256 where none is given', async () => {
    expect((await sql.run("insert into plays values (3, 'x', 'äöü', null)")).Error).toBe(
      'ERROR: Value too long for type character varying(4)',
    )
    const song = (length: number) => sql.run(`insert into plays values (4, '${'x'.repeat(length)}', 'free', null)`)
    expect((await song(257)).Error).toBe('ERROR: Value too long for type character varying(256)')
    expect((await song(256)).Status).toBe('FINISHED')
    await sql.run('delete from plays where id = 4')
  })

  it('takes VACUUM only outside of a transaction', async () => {
    expect((await sql.run('vacuum full plays')).Status).toBe('FINISHED')
    expect((await sql.batch(['vacuum plays'])).Error).toMatch(/VACUUM cannot run inside a transaction block/)
  })

  it('remembers its statements', async () => {
    await sql.run('select 1 as remembered')
    const rows = await sql.rows(
      "select trim(status), returned_rows from sys_query_history where query_text like '%as remembered%' and query_text not like '%like%'",
    )
    expect(rows).toEqual([['success', 1]])
  })
})

describe('pieces of SQL', () => {
  it('put together again are the text', () => {
    const piece = fc.constantFrom(
      "'a''b'",
      '"q"',
      ':name',
      '::',
      ':',
      '-- c\n',
      '/* : */',
      'word',
      '1.5e3',
      ' ',
      "'",
      '(',
      '$1',
      'é',
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        expect(
          scan(text)
            .map((token) => token.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })

  it('hold parameters outside of strings, comments, names and casts', () => {
    const text = `select ':a', ":b", x::c, :d, :d, y = :e -- :f\n/* :g */`
    expect([...parameterNames(text)]).toEqual(['d', 'e'])
    expect(
      bind(
        text,
        new Map([
          ['d', '1'],
          ['e', '2'],
        ]),
      ),
    ).toEqual({
      sql: `select ':a', ":b", x::c, $1, $1, y = $2 -- :f\n/* :g */`,
      values: ['1', '2'],
    })
  })
})
