import { afterAll, beforeAll, expect, it } from 'vitest'
import type { QueryFile } from '../../src/core/sql/files.ts'
import type { QueryParam } from '../../src/core/sql/query-param.ts'
import { resolveWindow, windowValues } from '../../src/core/sql/window.ts'
import { openPglite } from '../support/pglite.ts'
import { contents, counts, createTables, library, load, objects, transform } from './build.ts'
import type { Database } from './database.ts'
import { openDuckDb } from './duckdb.ts'
import {
  type Play,
  peakHours,
  playsOf,
  timeframe,
  timesOf,
  timeText,
  topSongs,
  topUsers,
  usersOf,
} from './reference.ts'
import { readSource, type Source } from './source.ts'

interface DataSet {
  readonly logData: string
  readonly songData: string
  readonly counts: Readonly<Record<string, number>>
  readonly matched: number
  readonly repeatsDropped: number
}

type Given = Readonly<Record<string, string | number>>

/** Loads a data set into both databases and compares all that `sql/` makes of it with its totals and the reference. */
export function loadSuite(data: DataSet): void {
  let databases: readonly Database[] = []
  let duckdb: Database
  let pglite: Database
  let source: Source
  let plays: readonly Play[]

  beforeAll(async () => {
    source = await readSource(data)
    plays = playsOf(source)
    duckdb = await openDuckDb()
    pglite = await openPglite()
    databases = [duckdb, pglite]
    for (const database of databases) {
      await createTables(database)
      await load(database, source)
    }
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

  it('gives the users, plays, matches and times that plain TypeScript finds in the JSON', async () => {
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
    const times = plays.map((play) => play.at.getTime()).toSorted((a, b) => a - b)
    for (const database of databases) {
      expect(objects(await database.query(library.summary)), database.name).toEqual([
        {
          events: data.counts['staging_events'],
          catalogue_songs: data.counts['staging_songs'],
          plays: data.counts['songplays'],
          repeats_dropped: data.repeatsDropped,
          matched: data.matched,
          data_from: timeText(new Date(times[0] ?? 0)),
          data_until: timeText(new Date(times.at(-1) ?? 0)),
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

  it('answers every query alike on both databases, with each of its choices, over all time and parts of it', async () => {
    for (const query of library.queries) {
      for (const values of callsOf(query, plays)) {
        const answer = await duckdb.query(query.sql, values)
        expect(await pglite.query(query.sql, values), `${query.name} ${JSON.stringify(values)}`).toEqual(answer)
        if (query.chart !== undefined)
          expect(answer.columns).toEqual(expect.arrayContaining([query.chart.x, query.chart.y]))
      }
    }
  })

  it('answers top-songs as plain TypeScript does', async () => {
    const query = queryNamed('top-songs')
    for (const values of callsOf(query, plays)) {
      const heard = within(plays, values)
        .filter((play) => values['level'] === 'any' || play.level === values['level'])
        .filter((play) => values['matched'] === 'no' || play.match !== undefined)
      const expected = topSongs(heard, values['by'] === 'plays' ? 'plays' : 'listeners').slice(0, Number(values['n']))
      const answer = await duckdb.query(query.sql, values)
      expect(answer, JSON.stringify(values)).toEqual({
        columns: ['song', 'artist', 'plays', 'listeners'],
        rows: expected,
      })
    }
  })

  it('answers top-users as plain TypeScript does', async () => {
    const query = queryNamed('top-users')
    for (const values of callsOf(query, plays)) {
      const by = values['by'] === 'plays' ? 'plays' : 'variety'
      const expected = topUsers(source, within(plays, values), by).slice(0, Number(values['n']))
      expect((await duckdb.query(query.sql, values)).rows, JSON.stringify(values)).toEqual(expected)
    }
  })

  it('answers peak-hours as plain TypeScript does, with every hour and every weekday', async () => {
    const query = queryNamed('peak-hours')
    for (const values of callsOf(query, plays)) {
      const heard = within(plays, values).filter((play) => values['level'] === 'any' || play.level === values['level'])
      const expected = peakHours(heard, values['by'] === 'weekday' ? 'weekday' : 'hour')
      expect((await duckdb.query(query.sql, values)).rows, JSON.stringify(values)).toEqual(expected)
      expect(expected).toHaveLength(values['by'] === 'weekday' ? 7 : 24)
    }
  })

  it('answers timeframe as plain TypeScript does', async () => {
    expect((await duckdb.query(queryNamed('timeframe').sql)).rows).toEqual([timeframe(plays)])
  })
}

function queryNamed(name: string): QueryFile {
  const query = library.queries.find((candidate) => candidate.name === name)
  if (query === undefined) throw new Error(`there is no query ${name}`)
  return query
}

function within(plays: readonly Play[], values: Given): readonly Play[] {
  const [from, to] = [String(values['from']), String(values['to'])]
  return plays.filter((play) => timeText(play.at) >= from && timeText(play.at) < to)
}

/** Every combination of a query's choices and flags, with the default and a large number, over three windows. */
function callsOf(query: QueryFile, plays: readonly Play[]): readonly Given[] {
  const times = plays.map((play) => play.at.getTime()).toSorted((a, b) => a - b)
  const span = { oldest: new Date(times[0] ?? 0), newest: new Date(times.at(-1) ?? 0) }
  const windows = [{}, { last: '1d' }, { last: '5h' }].map((asked) => windowValues(resolveWindow(asked, span)))
  const starts: readonly Given[] = query.timed ? windows : [{}]
  return query.params.reduce<readonly Given[]>(
    (calls, param) => calls.flatMap((call) => valuesOf(param).map((value) => ({ ...call, [param.name]: value }))),
    starts,
  )
}

function valuesOf(param: QueryParam): readonly (string | number)[] {
  switch (param.kind) {
    case 'integer':
      return [param.default, param.max]
    case 'choice':
      return param.values
    case 'flag':
      return ['yes', 'no']
    case 'date':
    case 'text':
      return [param.default]
  }
}
