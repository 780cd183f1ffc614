import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPglite } from '../support/pglite.ts'
import { createTables, library, load, sqlOf } from './build.ts'
import type { Database } from './database.ts'
import { openDuckDb } from './duckdb.ts'
import { event, firstMoment, song, source } from './made-up.ts'
import type { Source } from './source.ts'

const day = 86_400_000

/** Three users, three days, two of five plays matched, one page view: every check is green. */
const healthy: Source = source(
  [
    event(),
    event({ itemInSession: 1, ts: firstMoment + 1, song: 'Jóga' }),
    event({ userId: '9', sessionId: 2, ts: firstMoment + day, level: 'free' }),
    event({ userId: '10', sessionId: 3, ts: firstMoment + 2 * day, song: 'Hunter', level: 'free' }),
    event({ userId: '10', sessionId: 3, itemInSession: 1, ts: firstMoment + 2 * day + 1, song: 'Hunter' }),
    event({ userId: '', page: 'Home', sessionId: 4, song: null, artist: null, length: null }),
    event({
      userId: '9',
      page: 'Upgrade',
      sessionId: 2,
      itemInSession: 1,
      song: null,
      ts: firstMoment + day + 1,
      level: 'free',
    }),
  ],
  [song(), song({ song_id: 'SO2', artist_id: 'AR2', artist_name: 'Mogwai', title: 'Stop Coming To My House' })],
  [10, 11, 12],
)

interface Fault {
  readonly what: string
  /** Statements that break a healthy load. */
  readonly plant: readonly string[]
  /** The checks that must be red, and no others. */
  readonly red: readonly string[]
}

const copyOf = (table: string, where: string): string => `insert into ${table} select * from ${table} where ${where}`
const nullable = (table: string, column: string): string => `alter table ${table} alter column ${column} drop not null`

const faults: readonly Fault[] = [
  { what: 'a play is lost', plant: ["delete from songplays where songplay_id = '8-1-0'"], red: ['plays-equal-events'] },
  {
    what: 'a play is invented',
    plant: [
      `insert into songplays (songplay_id, start_time, user_id, session_id, item_in_session)
       select '8-1-77', start_time, user_id, session_id, 77 from songplays where songplay_id = '8-1-0'`,
    ],
    red: ['plays-equal-events'],
  },
  {
    what: "a play is another user's",
    plant: ["update songplays set user_id = 9 where songplay_id = '8-1-0'"],
    red: ['plays-equal-events'],
  },
  {
    what: 'a play is of another session',
    plant: ["update songplays set session_id = 7 where songplay_id = '8-1-0'"],
    red: ['plays-equal-events'],
  },
  {
    what: 'a play is there twice',
    plant: [copyOf('songplays', "songplay_id = '8-1-0'")],
    red: ['songplays-are-unique'],
  },
  {
    what: 'another play has the same user, session and item',
    plant: [
      `insert into staging_events select * from staging_events where userid = '8' and iteminsession = 0`,
      `insert into staging_events (userid, sessionid, iteminsession, ts, page, song, artist, level)
       select userid, sessionid, iteminsession, ts + 1000, page, 'Other', artist, level from staging_events where userid = '9' and page = 'NextSong'`,
    ],
    red: ['repeats-are-redeliveries'],
  },
  { what: 'a user is there twice', plant: [copyOf('users', 'user_id = 8')], red: ['users-are-unique'] },
  { what: 'a song is there twice', plant: [copyOf('songs', "song_id = 'SO1'")], red: ['songs-are-unique'] },
  { what: 'an artist is there twice', plant: [copyOf('artists', "artist_id = 'AR2'")], red: ['artists-are-unique'] },
  { what: 'a moment is there twice', plant: [copyOf('time', 'day = 10')], red: ['time-is-unique'] },
  {
    what: 'a user has no id',
    plant: [nullable('users', 'user_id'), "insert into users values (null, 'A', 'B', 'F', 'free')"],
    red: ['keys-are-not-null', 'levels-are-the-latest'],
  },
  {
    what: 'a song, an artist and a moment have no key',
    plant: [
      ...[nullable('songs', 'song_id'), nullable('artists', 'artist_id'), nullable('time', 'start_time')],
      "insert into songs values (null, 'A', 'AR1', 0, 1)",
      "insert into artists values (null, 'A', null, null, null)",
      'insert into time values (null, 0, 0, 0, 0, 0, 0)',
    ],
    red: ['keys-are-not-null'],
  },
  {
    what: 'a play has no start',
    plant: [nullable('songplays', 'start_time'), "update songplays set start_time = null where songplay_id = '8-1-1'"],
    red: ['keys-are-not-null', 'plays-have-times'],
  },
  {
    what: "a play's user is not in users",
    plant: ['delete from users where user_id = 10'],
    red: ['levels-are-the-latest', 'plays-have-users'],
  },
  { what: "a play's start is not in time", plant: ['delete from time where day = 11'], red: ['plays-have-times'] },
  {
    what: 'a user has an earlier level',
    plant: ["update users set level = 'free' where user_id = 10"],
    red: ['levels-are-the-latest'],
  },
  {
    what: 'a user has no level',
    plant: ['update users set level = null where user_id = 8'],
    red: ['levels-are-the-latest'],
  },
  {
    what: 'a user was never logged in',
    plant: ["insert into users values (99, 'A', 'B', 'F', 'free')"],
    red: ['levels-are-the-latest'],
  },
  {
    what: "a play's song is not in songs",
    plant: ["delete from songs where song_id = 'SO1'"],
    red: ['plays-match-the-catalogue'],
  },
  {
    what: "a play's artist is not in artists",
    plant: ["delete from artists where artist_id = 'AR1'"],
    red: ['plays-match-the-catalogue'],
  },
  {
    what: 'a play has a song of another title',
    plant: ["update songplays set song_id = 'SO1', artist_id = 'AR1' where songplay_id = '8-1-1'"],
    red: ['plays-match-the-catalogue'],
  },
  {
    what: 'a play has a song of the same title by another artist',
    plant: ["update songplays set artist_name = 'Someone Else' where songplay_id = '8-1-0'"],
    red: ['plays-match-the-catalogue'],
  },
  {
    what: 'a play has a song without its artist',
    plant: ["update songplays set artist_id = null where songplay_id = '8-1-0'"],
    red: ['plays-match-the-catalogue'],
  },
  {
    what: 'a play has an artist without a song',
    plant: ["update songplays set song_id = null where songplay_id = '8-1-0'"],
    red: ['plays-match-the-catalogue'],
  },
  {
    what: 'a user id in the log is no number',
    plant: ["update staging_events set userid = 'eight' where page = 'Home'"],
    red: ['user-ids-are-numbers'],
  },
  {
    what: 'a page view is lost',
    plant: ["delete from page_views where page_view_id = '9-2-1'"],
    red: ['page-views-equal-events'],
  },
  {
    what: 'a page view is invented',
    plant: [
      `insert into page_views (page_view_id, start_time, user_id, session_id, item_in_session)
       select '9-2-77', start_time, user_id, session_id, 77 from page_views where page_view_id = '9-2-1'`,
    ],
    red: ['page-views-equal-events'],
  },
  {
    what: 'a page view is of another session',
    plant: ["update page_views set session_id = 7 where page_view_id = '9-2-1'"],
    red: ['page-views-equal-events'],
  },
  {
    what: 'a page view is there twice',
    plant: [copyOf('page_views', "page_view_id = '9-2-1'")],
    red: ['page-views-are-unique'],
  },
  {
    what: 'a page view has no start',
    plant: [nullable('page_views', 'start_time'), 'update page_views set start_time = null'],
    red: ['keys-are-not-null'],
  },
  {
    what: "a page view's user is not in users",
    plant: ["update page_views set user_id = 77 where page_view_id = '9-2-1'"],
    red: ['page-views-equal-events', 'page-views-have-users'],
  },
  {
    what: 'a page view cannot be keyed',
    plant: ["insert into staging_events (page, userid, sessionid, iteminsession) values ('Help', '8', 1, 5)"],
    red: ['rows-left-out'],
  },
  {
    what: 'a repair was not applied to a play',
    plant: ["insert into text_repairs (raw_text, repaired) values ('Hunter', 'Hünter')"],
    red: ['texts-are-repaired'],
  },
  {
    what: 'an event cannot be keyed',
    plant: ["insert into staging_events (page, userid, sessionid, iteminsession, ts) values ('NextSong', '', 1, 5, 0)"],
    red: ['plays-are-complete'],
  },
  {
    what: 'a play has lost its page',
    plant: [
      "update staging_events set page = null where userid = '9' and song is not null",
      'delete from songplays where user_id = 9',
      "insert into page_views (page_view_id, start_time, user_id, session_id, item_in_session) select '9-2-0', min(start_time), 9, 2, 0 from page_views",
    ],
    red: ['days-have-no-gaps', 'plays-are-complete'],
  },
  {
    what: 'an event names no page',
    plant: ["update staging_events set page = null where page = 'Home'"],
    red: ['events-have-pages'],
  },
  {
    what: 'nothing is left of the plays',
    plant: [
      'delete from staging_events where song is not null',
      'delete from songplays',
      'delete from time',
      'delete from users where user_id <> 9',
    ],
    red: ['load-has-plays'],
  },
  {
    what: 'a song of the catalogue has no id',
    plant: ["insert into staging_songs (title, artist_id) values ('A', 'AR1')"],
    red: ['rows-left-out'],
  },
  {
    what: 'the catalogue matches no play',
    plant: ['update songplays set song_id = null, artist_id = null'],
    red: ['catalogue-coverage'],
  },
  {
    what: 'a day has no plays',
    plant: [
      'delete from songplays where user_id = 9',
      "delete from staging_events where userid = '9' and page = 'NextSong'",
    ],
    red: ['days-have-no-gaps'],
  },
  {
    what: 'a play started after the last day that a file names',
    plant: ["delete from source_files where path like '%2018-11-12%'"],
    red: ['plays-within-file-days'],
  },
  {
    what: 'a play started before the first day that a file names',
    plant: ["delete from source_files where path like '%2018-11-10%'"],
    red: ['plays-within-file-days'],
  },
]

describe.each([
  ['DuckDB', openDuckDb],
  ['PGlite', openPglite],
])('on %s', (_name, open) => {
  let database: Database

  beforeAll(async () => {
    database = await open()
    await createTables(database)
    await load(database, healthy)
  })

  // What a test does to the tables is undone by its end.
  beforeEach(() => database.execute('begin'))
  afterEach(() => database.execute('rollback'))

  afterAll(() => database.close())

  async function redChecks(): Promise<readonly string[]> {
    const red: string[] = []
    for (const check of library.checks) if ((await database.query(check.sql)).rows.length > 0) red.push(check.name)
    return red
  }

  it('a healthy load turns no check red', async () => {
    expect(await redChecks()).toEqual([])
  })

  it.each(faults)('$what: $red', async ({ plant, red }) => {
    for (const statement of plant) await database.execute(statement)
    expect(await redChecks()).toEqual(red)
  })

  it('coverage is green at 4 % and red below, with the figures', async () => {
    const plays = Array.from({ length: 25 }, (_, index) =>
      event({ itemInSession: index, song: index === 0 ? 'Undo' : `Song ${index}` }),
    )
    const coverage = library.checks.find((check) => check.name === 'catalogue-coverage')?.sql ?? ''
    await load(database, source(plays, [song()]))
    expect((await database.query(coverage)).rows).toEqual([])
    await load(database, source([...plays, event({ itemInSession: 25, song: 'One more' })], [song()]))
    expect((await database.query(coverage)).rows).toEqual([[26, 1, 3.85]])
  })

  it('gaps are told by the days around them', async () => {
    const gaps = library.checks.find((check) => check.name === 'days-have-no-gaps')?.sql ?? ''
    const days = [0, 3, 4, 6].map((after) => event({ itemInSession: after, ts: firstMoment + after * day }))
    await load(database, source(days))
    expect((await database.query(gaps)).rows).toEqual([
      ['2018-11-10', '2018-11-13', 2],
      ['2018-11-14', '2018-11-16', 1],
    ])
  })

  const rowsOf = async (name: string) => (await database.query(sqlOf(name))).rows

  it('what was invented and what is missing is told by its key', async () => {
    await database.execute("update songplays set item_in_session = 77 where songplay_id = '8-1-0'")
    await database.execute("update page_views set item_in_session = 77 where page_view_id = '9-2-1'")
    expect(await rowsOf('plays-equal-events')).toEqual([
      ['invented', 8, 1, 77],
      ['missing', 8, 1, 0],
    ])
    expect(await rowsOf('page-views-equal-events')).toEqual([
      ['invented', 9, 2, 77],
      ['missing', 9, 2, 1],
    ])
  })

  it('empty keys are counted by their column', async () => {
    const keys = [
      ['artists', 'artist_id', 2],
      ['page_views', 'page_view_id', 1],
      ['page_views', 'start_time', 1],
      ['page_views', 'user_id', 1],
      ['songplays', 'songplay_id', 5],
      ['songplays', 'start_time', 5],
      ['songplays', 'user_id', 5],
      ['songs', 'song_id', 2],
      ['time', 'start_time', 5],
      ['users', 'user_id', 3],
    ] as const
    for (const [table, key] of keys) {
      await database.execute(nullable(table, key))
      await database.execute(`update ${table} set ${key} = null`)
    }
    expect(await rowsOf('keys-are-not-null')).toEqual(keys.map(([table, key, empty]) => [`${table}.${key}`, empty]))
  })

  it('a repair that was not used is told by every place that shows the text, and how often', async () => {
    const raw = ['Björk', 'Kaylee', 'Phoenix-Mesa-Scottsdale, AZ', 'Reykjavík', 'Summers', 'Undo']
    for (const text of raw) await database.execute(`insert into text_repairs values ('${text}', 'repaired')`)
    expect(await rowsOf('texts-are-repaired')).toEqual([
      ['artists.location', 'Reykjavík', 'repaired', 2],
      ['artists.name', 'Björk', 'repaired', 1],
      ['songplays.artist_name', 'Björk', 'repaired', 5],
      ['songplays.location', 'Phoenix-Mesa-Scottsdale, AZ', 'repaired', 5],
      ['songplays.song_title', 'Undo', 'repaired', 2],
      ['songs.title', 'Undo', 'repaired', 1],
      ['users.first_name', 'Kaylee', 'repaired', 3],
      ['users.last_name', 'Summers', 'repaired', 3],
    ])
  })

  it('what they show is in the order of its keys, and a row without one is the first', async () => {
    // From the last to the first; the last two start at one moment, as the first two do.
    const numbers = [5, 4, 3, 2, 1]
    const plays = numbers.flatMap((n) => {
      const own = { userId: String(n), sessionId: n, ts: firstMoment + Math.floor(Math.abs(3 - n) / 2) * (3 - n) }
      return [event(own), event({ ...own, itemInSession: 1, page: 'Home', song: null, artist: null, length: null })]
    })
    const songs = numbers.map((n) => song({ song_id: `SO${n}`, artist_id: `AR${n}`, title: `Song ${n}` }))
    await load(database, source(plays, songs, [9]))
    const keys = async (check: string) => (await rowsOf(check)).map(([key]) => key)
    const byStart = ['5-5-0', '2-2-0', '3-3-0', '4-4-0', '1-1-0']
    expect(await keys('plays-within-file-days')).toEqual(byStart)

    const ascending = numbers.toReversed()
    await database.execute("update songplays set song_id = 'SO9'")
    expect(await keys('plays-match-the-catalogue')).toEqual(ascending.map((n) => `${n}-${n}-0`))
    await database.execute(`update staging_events set userid = 'x' || userid`)
    expect(await keys('user-ids-are-numbers')).toEqual(ascending.map((n) => `x${n}`))
    const moments = (await database.query('select distinct start_time from time order by start_time')).rows.flat()
    const unique = [
      ['songplays', 'songplay_id', ascending.map((n) => `${n}-${n}-0`)],
      ['page_views', 'page_view_id', ascending.map((n) => `${n}-${n}-1`)],
      ['users', 'user_id', ascending],
      ['songs', 'song_id', ascending.map((n) => `SO${n}`)],
      ['artists', 'artist_id', ascending.map((n) => `AR${n}`)],
      ['time', 'start_time', moments],
    ] as const
    for (const [table, key, all] of unique) {
      await database.execute(nullable(table, key))
      await database.execute(`insert into ${table} select * from ${table} order by ${key} desc`)
      await database.execute(`update ${table} set ${key} = null where ${key} = (select max(${key}) from ${table})`)
      const check = `${table.replace('_', '-')}-${table === 'time' ? 'is' : 'are'}-unique`
      expect([check, await keys(check)]).toEqual([check, [null, ...all.slice(0, -1)]])
    }
    await database.execute('delete from users')
    await database.execute('delete from time')
    for (const check of ['plays-have-users', 'plays-have-times']) {
      expect([check, [...new Set(await keys(check))]]).toEqual([
        check,
        [...ascending.slice(0, -1).map((n) => `${n}-${n}-0`), null],
      ])
    }
    expect([...new Set(await keys('page-views-have-users'))]).toEqual([
      ...ascending.slice(0, -1).map((n) => `${n}-${n}-1`),
      null,
    ])
  })

  it('files whose names give no day give no span to be outside of', async () => {
    await database.execute('update source_files set day = null')
    expect(await redChecks()).toEqual([])
  })
})

it('every check has a fault that turns it red', () => {
  const turnedRed = new Set(faults.flatMap((fault) => fault.red))
  expect(library.checks.map((check) => check.name).filter((name) => !turnedRed.has(name))).toEqual([])
})
