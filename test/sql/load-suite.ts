import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { QueryFile } from '../../src/core/sql/files.ts'
import type { FindingHint } from '../../src/core/sql/finding-hint.ts'
import { type QueryArgs, statementOf } from '../../src/core/sql/query-statement.ts'
import type { DataSpan } from '../../src/core/sql/window.ts'
import { openPglite } from '../support/pglite.ts'
import { answers } from './answers/index.ts'
import { contents, counts, createTables, library, load, objects, transform } from './build.ts'
import { callsOf } from './calls.ts'
import type { Database } from './database.ts'
import { openDuckDb } from './duckdb.ts'
import { type PageView, type Play, playsOf, timesOf, timeText, usersOf, viewsOf } from './reference.ts'
import { readSource, type Source } from './source.ts'

interface DataSet {
  readonly logData: string
  readonly songData: string
  readonly counts: Readonly<Record<string, number>>
  readonly matched: number
  readonly repeatsDropped: number
  /** Plays of which the title or the artist was wrongly encoded. */
  readonly repaired: number
}

/** Which combinations of a query's arguments are asked: all, or every so many of more than a dozen, which ones by the seed of the run. */
interface Asking {
  readonly every: number
}

/** Loads a data set into both databases and compares all that `sql/` makes of it with its totals and the reference. */
export function loadSuite(data: DataSet, { every }: Asking = { every: 1 }): void {
  let databases: readonly Database[] = []
  let duckdb: Database
  let pglite: Database
  let source: Source
  let plays: readonly Play[]
  let views: readonly PageView[]
  let span: DataSpan

  beforeAll(async () => {
    source = await readSource(data)
    plays = playsOf(source)
    views = viewsOf(source)
    span = { oldest: plays[0]?.at ?? new Date(0), newest: plays.at(-1)?.at ?? new Date(0) }
    duckdb = await openDuckDb()
    pglite = await openPglite()
    databases = [duckdb, pglite]
    for (const database of databases) {
      await createTables(database)
      await load(database, source)
    }
    // Without statistics PostgreSQL joins the artists row by row, which took a third of the time of this suite.
    await pglite.execute(`analyze ${library.tables.star.join(', ')}`)
  })

  afterAll(async () => {
    for (const database of databases) await database.close()
  })

  it('gives the totals of the data set', async () => {
    for (const database of databases) expect(await counts(database), database.name).toEqual(data.counts)
  })

  it('gives the same cells in every table on both databases', async () => {
    for (const table of [...library.tables.staging, ...library.tables.star]) {
      expect(await contents(duckdb, table), table).toEqual(await contents(pglite, table))
    }
  })

  it('gives the users, plays, matches, page views and times that plain TypeScript finds in the JSON', async () => {
    const { rows: users } = await duckdb.query('select * from users order by user_id')
    expect(users).toEqual(usersOf(source))
    const { rows: times } = await duckdb.query('select * from time order by start_time')
    expect(times).toEqual(timesOf(plays))
    const columns = 'songplay_id, start_time, user_id, session_id, level, song_title, artist_name, song_id, artist_id'
    const { rows: loaded } = await duckdb.query(`select ${columns} from songplays order by songplay_id`)
    const expected = plays
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((play) => [
        play.id,
        timeText(play.at),
        play.user,
        play.session,
        play.level,
        play.song,
        play.artist,
        play.match?.song_id ?? null,
        play.match?.artist_id ?? null,
      ])
    expect(loaded).toEqual(expected)
    const { rows: viewed } = await duckdb.query('select * from page_views order by page_view_id')
    const expectedViews = views
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, at, user, session, item, page, level, status }) => [
        ...[id, timeText(at), user, session, item],
        ...[page, level, status],
      ])
    expect(viewed).toEqual(expectedViews)
  })

  it('changes nothing when tables are created and the star is built again', async () => {
    for (const database of databases) {
      const before = await Promise.all(library.tables.star.map((table) => contents(database, table)))
      await createTables(database)
      await transform(database)
      expect(await Promise.all(library.tables.star.map((table) => contents(database, table)))).toEqual(before)
    }
  })

  it('sums the load up in one row', async () => {
    for (const database of databases) {
      expect(
        objects(await database.query(library.summary, { tomorrow: '2100-01-01 00:00:00' })),
        database.name,
      ).toEqual([
        {
          events: data.counts['staging_events'],
          catalogue_songs: data.counts['staging_songs'],
          plays: data.counts['songplays'],
          repeats: data.repeatsDropped,
          matched: data.matched,
          repaired: data.repaired,
          data_from: timeText(span.oldest),
          data_until: timeText(span.newest),
          files_until: timeText(new Date((Math.floor(span.newest.getTime() / 86_400_000) + 1) * 86_400_000)),
          anchor: timeText(span.newest),
          ahead: 0,
        },
      ])
    }
  })

  it('passes every check but the catalogue coverage, alike on both databases', async () => {
    const red: string[] = []
    for (const check of library.checks) {
      const answer = await duckdb.query(check.sql)
      expect(await pglite.query(check.sql), check.name).toEqual(answer)
      if (answer.rows.length > 0) red.push(check.name)
    }
    expect(red).toEqual(['catalogue-coverage'])
  })

  it.each(library.queries.map((query) => [query.name, query] as const))(
    'answers %s as plain TypeScript does on both databases, with each of its choices, over all time and parts of it',
    async (name, query) => {
      const answer = answers[name]
      if (answer === undefined) throw new Error(`test/sql/answers does not know what ${name} must answer`)
      for (const args of some(callsOver(query, span.newest), every)) {
        const { statement, range } = statementOf(query, args, span)
        const window = range ?? { from: span.oldest, to: new Date(span.newest.getTime() + 1), label: '' }
        const expected = answer({ source, plays, views, args, range: window })
        for (const database of databases) {
          const { columns, rows } = await database.query(statement.sql, statement.values)
          expect(rows, `${database.name} ${JSON.stringify(args)}`).toEqual(expected)
          const drawn = query.chart === undefined ? [] : [query.chart.x, ...query.chart.y]
          const told = query.findings.flatMap(({ hint }) => columnsOfFinding(hint))
          const { keys = [], measures = [] } = query.comparison ?? {}
          const named = [...drawn, ...told, ...keys, ...measures, ...Object.keys(query.columns)]
          expect(columns).toEqual(expect.arrayContaining(named))
        }
      }
    },
  )
}

function columnsOfFinding(hint: FindingHint): readonly string[] {
  switch (hint.kind) {
    case 'leader':
    case 'highest':
    case 'funnel':
      return [hint.label, hint.measure]
    case 'figures':
      return [...hint.columns, ...(hint.row.where === null ? [] : [hint.row.where.column])]
    case 'share':
      return [hint.part, hint.whole]
    case 'cohorts':
      return ['cohort', 'week', 'partial', hint.measure]
    case 'count':
      return []
  }
}

const day = 86_400_000

/**
 * The calls of a query over four windows: one of them ends a day before the plays do, because what lies behind a window must not count
 * either.
 */
function callsOver(query: QueryFile, newest: Date): readonly QueryArgs[] {
  const until = new Date(newest.getTime() - day).toISOString().slice(0, 10)
  const windows = [{}, { last: '1d', until }, { last: '5h' }, { last: '2w' }]
  return callsOf(query, (param) => [param.default, param.max], query.timed ? windows : [{}])
}

/** Each value of each argument is among them, as long as `every` has no factor in common with the number of any argument's values. */
function some(calls: readonly QueryArgs[], every: number): readonly QueryArgs[] {
  const first = inject('seed') % every
  return calls.length > 12 ? calls.filter((_, index) => index % every === first) : calls
}
