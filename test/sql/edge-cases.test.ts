import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withOffsets } from '../../src/core/sql/parameters.ts'
import { openPglite } from '../support/pglite.ts'
import { counts, createTables, holding, library, objects, sqlOf } from './build.ts'
import type { Cell, Database } from './database.ts'
import { openDuckDb } from './duckdb.ts'
import { event, firstMoment, song, source } from './made-up.ts'
import { timeText } from './reference.ts'
import type { Source } from './source.ts'

let databases: readonly Database[] = []

beforeAll(async () => {
  databases = [await openDuckDb(), await openPglite()]
  for (const database of databases) await createTables(database)
})

afterAll(async () => {
  for (const database of databases) await database.close()
})

type Row = Readonly<Record<string, Cell>>

/** The answer of both databases, which hold the source; it must be the same. */
async function answer(
  from: Source,
  sql: string,
  values: Readonly<Record<string, string | number>> = {},
): Promise<readonly Row[]> {
  const answers: (readonly Row[])[] = []
  for (const database of databases) {
    await holding(database, from)
    answers.push(objects(await database.query(sql, values)))
  }
  const [duckdb, pglite] = answers
  expect(pglite).toEqual(duckdb)
  return duckdb ?? []
}

const until2100 = { tomorrow: '2100-01-01 00:00:00' }
const matches = 'select songplay_id, song_id, artist_id from songplays order by songplay_id'
const users = 'select user_id, first_name, level from users order by user_id'

describe('plays', () => {
  it('keep the milliseconds of their start', async () => {
    const rows = await answer(source([event()]), 'select start_time from songplays')
    expect(rows).toEqual([{ start_time: '2018-11-10 00:15:27.796' }])
  })

  it('are named by user, session and item, and carry what was logged', async () => {
    const rows = await answer(source([event({ sessionId: 41, itemInSession: 7 })]), 'select * from songplays')
    expect(rows).toEqual([
      {
        songplay_id: '8-41-7',
        start_time: '2018-11-10 00:15:27.796',
        user_id: 8,
        level: 'paid',
        song_id: null,
        artist_id: null,
        session_id: 41,
        location: 'Phoenix-Mesa-Scottsdale, AZ',
        user_agent: '"Mozilla/5.0"',
        item_in_session: 7,
        song_title: 'Undo',
        artist_name: 'Björk',
      },
    ])
  })

  it('count once when an event is delivered twice, and the summary says how many were dropped', async () => {
    const twice = source([event(), event(), event({ itemInSession: 1, ts: firstMoment + 1 })])
    expect(await answer(twice, matches)).toHaveLength(2)
    expect(await answer(twice, library.summary, until2100)).toMatchObject([{ events: 3, plays: 2, repeats: 1 }])
  })

  it('keep the earliest of repeats that differ, whatever order they come in, and time holds no other moment', async () => {
    const late = event({ ts: firstMoment + 5, song: 'Late' })
    const early = event({ song: 'Early' })
    const sql = 'select song_title, time.start_time from songplays cross join time'
    const expected = [{ song_title: 'Early', start_time: '2018-11-10 00:15:27.796' }]
    expect(await answer(source([late, early]), sql)).toEqual(expected)
    expect(await answer(source([late, early]), library.lostPlays)).toEqual([{ plays: 1 }])
    expect(await answer(source([early, late]), sql)).toEqual(expected)
  })

  it('at the same millisecond are two plays and one row of time', async () => {
    const rows = source([event(), event({ userId: '9' })])
    expect(await answer(rows, matches)).toHaveLength(2)
    expect(await answer(rows, 'select start_time from time')).toHaveLength(1)
  })

  it('leave out pages that are not NextSong', async () => {
    expect(await answer(source([event({ page: 'Home', song: null, artist: null, length: null })]), matches)).toEqual([])
  })

  it('leave out a NextSong without a user, a session, an item or a time, and a song without its page; one check is red for it', async () => {
    const unkeyed = [{ userId: '' }, { userId: null }, { sessionId: null }, { itemInSession: null }, { ts: null }]
    const pageless = ['', 'nextsong', 'Home'].map((page, index) => event({ itemInSession: index + 20, page }))
    const events = [event(), ...unkeyed.map((lack, index) => event({ itemInSession: index + 1, ...lack })), ...pageless]
    expect(await answer(source(events), matches)).toMatchObject([{ songplay_id: '8-1-0' }])
    expect(
      (await answer(source(events), sqlOf('plays-are-complete'))).map(({ missing }) => missing).toSorted(),
    ).toEqual(['itemInSession', 'page', 'page', 'page', 'sessionId', 'ts', 'userId', 'userId'])
    for (const check of library.checks.filter(
      ({ severity, name }) => severity === 'error' && name !== 'plays-are-complete',
    )) {
      expect(await answer(source(events), check.sql), check.name).toEqual([])
    }
  })

  it('are dated ahead behind tomorrow, or a month behind the newest log file, and the end of the files is before tomorrow', async () => {
    const [tomorrow, month] = [Date.UTC(2018, 10, 12), Date.UTC(2018, 11, 13)]
    const starts = [tomorrow, tomorrow + 1, month, month + 1].map((ts, at) => event({ ts, itemInSession: at }))
    const { events, songs, files } = source(starts, [], [10, 12])
    const late = { path: 'song_data/2018-12-24-events.json', dataset: 'song', bytes: 1, day: '2018-12-24' } as const
    const from = { events, songs, files: [...files, late] }
    const facts = async (day: string) => {
      const [row] = await answer(from, library.summary, { tomorrow: `${day} 00:00:00` })
      return [row?.['files_until'], row?.['anchor'], row?.['ahead']]
    }
    const newest = timeText(new Date(month))
    expect(await facts('2018-11-12')).toEqual(['2018-11-11 00:00:00.000', timeText(new Date(tomorrow)), 3])
    expect(await facts('2018-11-13')).toEqual(['2018-11-13 00:00:00.000', timeText(new Date(tomorrow + 1)), 2])
    expect(await facts('2018-12-14')).toEqual(['2018-11-13 00:00:00.000', newest, 1])
  })

  it('are none when nothing is staged, and every check but load-has-plays is green', async () => {
    for (const check of library.checks) {
      const red = check.name === 'load-has-plays' ? [{ events: 0, plays: 0 }] : []
      expect(await answer(source([]), check.sql), check.name).toEqual(red)
    }
    expect(await answer(source([]), sqlOf('timeframe'))).toMatchObject([{ first_play: null, days: 0, plays: 0 }])
    expect(await answer(source([]), library.summary, until2100)).toEqual([
      {
        events: 0,
        catalogue_songs: 0,
        plays: 0,
        repeats: 0,
        matched: 0,
        repaired: 0,
        data_from: null,
        data_until: null,
        files_until: null,
        anchor: null,
        ahead: 0,
      },
    ])
  })
})

describe('matching a play with the catalogue', () => {
  it('takes a song of the same title and the same artist', async () => {
    expect(await answer(source([event()], [song()]), matches)).toMatchObject([{ song_id: 'SO1', artist_id: 'AR1' }])
  })

  it('takes neither the title alone, nor the artist alone, nor another case', async () => {
    const songs = [
      song({ song_id: 'SO2', artist_id: 'AR2', artist_name: 'Someone Else' }),
      song({ song_id: 'SO3', title: 'Hyperballad' }),
      song({ song_id: 'SO4', title: 'UNDO' }),
    ]
    expect(await answer(source([event()], songs), matches)).toMatchObject([{ song_id: null, artist_id: null }])
  })

  it('takes the closest duration of several, though a song of it is longer and listed first', async () => {
    const songs = [song({ song_id: 'SO1', duration: 260 }), song({ song_id: 'SO2', duration: 203 })]
    expect(await answer(source([event({ length: 205 })], songs), matches)).toMatchObject([{ song_id: 'SO2' }])
    expect(await answer(source([event({ length: 250 })], songs), matches)).toMatchObject([{ song_id: 'SO1' }])
  })

  it('takes the lowest song id of equally close ones, and one without a duration last', async () => {
    const songs = [
      song({ song_id: 'SO3', duration: 198 }),
      song({ song_id: 'SO2', duration: 202 }),
      song({ song_id: 'SO1', duration: null }),
    ]
    expect(await answer(source([event()], songs), matches)).toMatchObject([{ song_id: 'SO2' }])
    expect(await answer(source([event({ length: null })], songs), matches)).toMatchObject([{ song_id: 'SO1' }])
  })

  it('multiplies no play by a catalogue that holds a song twice', async () => {
    const songs = [song(), song(), song({ artist_location: 'London' })]
    expect(await answer(source([event()], songs), matches)).toHaveLength(1)
    expect(await answer(source([event()], songs), 'select song_id from songs')).toHaveLength(1)
  })

  it('knows an artist by each of the names the catalogue gives, and shows the first of them', async () => {
    const songs = [
      song({ artist_name: 'Björk feat. Thom Yorke', song_id: 'SO2', title: 'Náttúra' }),
      song({ artist_name: 'Björk', artist_location: '' }),
      song({ artist_name: 'Björk', song_id: 'SO3', title: 'Jóga', artist_latitude: 64.1 }),
    ]
    const events = [event(), event({ itemInSession: 1, artist: 'Björk feat. Thom Yorke', song: 'Náttúra' })]
    expect(await answer(source(events, songs), matches)).toMatchObject([{ song_id: 'SO1' }, { song_id: 'SO2' }])
    const artists = await answer(source(events, songs), 'select * from artists')
    expect(artists).toEqual([
      { artist_id: 'AR1', name: 'Björk', location: 'Reykjavík', latitude: 64.1, longitude: null },
    ])
  })

  it('stays with the artist whom songs names, when one song id has two artists', async () => {
    const songs = [song({ artist_id: 'AR2', artist_name: 'Other' }), song()]
    const rows = source([event(), event({ itemInSession: 1, artist: 'Other' })], songs)
    expect(await answer(rows, matches)).toMatchObject([{ song_id: 'SO1', artist_id: 'AR1' }, { song_id: null }])
    expect(await answer(rows, sqlOf('plays-match-the-catalogue'))).toEqual([])
  })

  it('keeps year 0, and leaves out a catalogue row without an id, which a check shows', async () => {
    const songs = [song({ year: 0 }), song({ song_id: null }), song({ song_id: 'SO2', artist_id: null })]
    expect(await answer(source([], songs), 'select song_id, year from songs order by song_id')).toEqual([
      { song_id: 'SO1', year: 0 },
      { song_id: 'SO2', year: 2001 },
    ])
    expect(await answer(source([], songs), sqlOf('rows-left-out'))).toHaveLength(2)
  })
})

describe('page views', () => {
  const views = 'select * from page_views order by page_view_id'

  it('are the events of somebody logged in that are no plays, each once, the earliest of repeats', async () => {
    const help = event({ page: 'Help', song: null, itemInSession: 3, status: 404, level: 'free' })
    const events = [
      event(),
      { ...help, ts: firstMoment + 5, page: 'Home' },
      help,
      help,
      event({ page: 'Home', song: null, userId: '', itemInSession: 4 }),
      event({ page: 'Home', song: null, userId: null, itemInSession: 5 }),
      event({ page: 'Home', song: null, ts: null, itemInSession: 6 }),
    ]
    expect(await answer(source(events), views)).toEqual([
      {
        page_view_id: '8-1-3',
        start_time: '2018-11-10 00:15:27.796',
        user_id: 8,
        session_id: 1,
        item_in_session: 3,
        page: 'Help',
        level: 'free',
        status: 404,
      },
    ])
    expect(await answer(source(events), 'select start_time from time')).toHaveLength(1)
    for (const check of library.checks.filter(({ severity }) => severity === 'error')) {
      expect(await answer(source(events), check.sql), check.name).toEqual([])
    }
  })
})

describe('text that was encoded again', () => {
  const garbled = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

  it('is repaired before a play is matched, kept as it came in staging, and counted', async () => {
    const events = [
      event({ artist: garbled(garbled('Björk')) }),
      event({ artist: garbled('Björk'), itemInSession: 1 }),
      event({
        itemInSession: 2,
        location: garbled('Cañon City, CO'),
        firstName: garbled('Zoë'),
        lastName: garbled('Müller'),
        song: garbled('Jóga'),
        ts: firstMoment + 1,
      }),
    ]
    const from = source(events, [song({ artist_location: garbled('Reykjavík') })])
    expect(
      await answer(from, 'select artist_name, song_title, song_id from songplays order by item_in_session'),
    ).toEqual([
      { artist_name: 'Björk', song_title: 'Undo', song_id: 'SO1' },
      { artist_name: 'Björk', song_title: 'Undo', song_id: 'SO1' },
      { artist_name: 'Björk', song_title: 'Jóga', song_id: null },
    ])
    expect(await answer(from, library.summary, until2100)).toMatchObject([{ plays: 3, matched: 2, repaired: 3 }])
    expect(await answer(from, 'select artist from staging_events where iteminsession = 1')).toEqual([
      { artist: garbled('Björk') },
    ])
    expect(await answer(from, 'select location from songplays where item_in_session = 2')).toEqual([
      { location: 'Cañon City, CO' },
    ])
    expect(await answer(from, 'select first_name, last_name from users')).toEqual([
      { first_name: 'Zoë', last_name: 'Müller' },
    ])
    expect(await answer(from, 'select location from artists')).toEqual([{ location: 'Reykjavík' }])
    expect(await answer(from, 'select count(*) as n from text_repairs')).toEqual([{ n: 7 }])
    for (const check of library.checks) expect(await answer(from, check.sql), check.name).toEqual([])
  })

  it('in the catalogue is repaired too, so that either side may be the garbled one', async () => {
    const songs = [song({ artist_name: garbled('Björk'), title: garbled('Jóga') })]
    const from = source([event({ song: 'Jóga' })], songs)
    expect(await answer(from, 'select song_id from songplays')).toEqual([{ song_id: 'SO1' }])
    expect(await answer(from, 'select title, name from songs cross join artists')).toEqual([
      { title: 'Jóga', name: 'Björk' },
    ])
    for (const check of library.checks) expect(await answer(from, check.sql), check.name).toEqual([])
  })
})

describe('users', () => {
  it('have the level of their latest event, whether it is a play or not', async () => {
    const events = [
      event({ ts: firstMoment + 2, page: 'Submit Upgrade', itemInSession: 2, level: 'paid' }),
      event({ ts: firstMoment + 1, itemInSession: 1, level: 'free' }),
      event({ ts: firstMoment + 3, itemInSession: 3, userId: '9', level: 'free' }),
    ]
    expect(await answer(source(events), users)).toMatchObject([{ level: 'paid' }, { level: 'free' }])
  })

  it('have the level of the later item at the same millisecond, whichever comes first', async () => {
    const [before, after] = [event({ level: 'paid' }), event({ itemInSession: 1, level: 'free' })]
    expect(await answer(source([before, after]), users)).toMatchObject([{ level: 'free' }])
    expect(await answer(source([after, before]), users)).toMatchObject([{ level: 'free' }])
  })

  it('have the name of their latest event too', async () => {
    const events = [event({ firstName: 'Kay', ts: firstMoment + 1, itemInSession: 1 }), event({ firstName: 'Kaylee' })]
    expect(await answer(source(events), users)).toMatchObject([{ first_name: 'Kay' }])
  })

  it('are those who were logged in, also without a play, and no empty or null id', async () => {
    const events = [
      event({ page: 'Home', userId: '10' }),
      event({ page: 'Login', userId: '' }),
      event({ userId: null }),
    ]
    expect(await answer(source(events), users)).toMatchObject([{ user_id: 10 }])
  })

  it('are there too when none of their events has a time', async () => {
    expect(await answer(source([event({ ts: null })]), users)).toMatchObject([{ user_id: 8, level: 'paid' }])
  })

  it('are not made of an id that is no number, and the check for it is red', async () => {
    for (const userId of ['x1', '12.0', '-3', '99999999999', ' 8']) {
      expect(await answer(source([event({ userId })]), users), userId).toEqual([])
      expect(await answer(source([event({ userId })]), sqlOf('user-ids-are-numbers'))).toEqual([
        { userid: userId, events: 1 },
      ])
    }
  })
})

describe('top-songs', () => {
  const all = {
    n: 10,
    level: 'any',
    by: 'plays',
    matched: 'no',
    from: '2018-11-01 00:00:00.000',
    to: '2018-12-01 00:00:00.000',
  }
  const ask = (events: Source, values: Readonly<Record<string, string | number>> = {}): Promise<readonly Row[]> =>
    answer(events, sqlOf('top-songs'), { ...all, ...values })
  const plays = (title: string | null, listeners: readonly number[], differences = {}): ReturnType<typeof event>[] =>
    listeners.map((user, index) =>
      event({ song: title, userId: String(user), itemInSession: index, sessionId: index, ...differences }),
    )

  it('takes the beginning of its window in and leaves its end out', async () => {
    const events = source([event()])
    const [before, at, after] = ['2018-11-10 00:15:27.795', '2018-11-10 00:15:27.796', '2018-11-10 00:15:27.797']
    expect(await ask(events, { from: at, to: after })).toHaveLength(1)
    expect(await ask(events, { from: before, to: at })).toHaveLength(0)
    expect(await ask(events, { from: after })).toHaveLength(0)
  })

  it('orders by plays, then listeners, then song, then artist', async () => {
    const events = source([
      ...plays('b', [1, 1, 1]),
      ...plays('d', [2, 3]),
      ...plays('c', [4, 4]),
      ...plays('a', [5], { artist: 'Z' }),
      ...plays('a', [6], { artist: 'Y' }),
      ...plays(null, [7], { artist: null }),
    ])
    const rows = await ask(events)
    expect(rows.map((row) => [row['song'], row['artist'], row['plays'], row['listeners']])).toEqual([
      ['b', 'Björk', 3, 1],
      ['d', 'Björk', 2, 2],
      ['c', 'Björk', 2, 1],
      ['a', 'Y', 1, 1],
      ['a', 'Z', 1, 1],
      [null, null, 1, 1],
    ])
    expect((await ask(events, { by: 'listeners' })).map((row) => row['song']).slice(0, 3)).toEqual(['d', 'b', 'c'])
    expect(await ask(events, { n: 2 })).toHaveLength(2)
  })

  it('does not count matched and unmatched plays of one logged song apart, and matched=yes leaves the others out', async () => {
    const events = [
      event(),
      event({ itemInSession: 1, artist: 'Björk', song: 'Undo', level: 'free' }),
      event({ itemInSession: 2, song: 'Jóga' }),
    ]
    expect(await ask(source(events, [song()]))).toMatchObject([{ song: 'Undo', plays: 2 }, { song: 'Jóga' }])
    expect(await ask(source(events, [song()]), { matched: 'yes' })).toMatchObject([{ song: 'Undo', plays: 2 }])
    expect(await ask(source(events, [song()]), { level: 'free' })).toMatchObject([{ song: 'Undo', plays: 1 }])
  })

  it('takes words that look like SQL as words', async () => {
    expect(await ask(source([event()]), { level: "any' or 1 = 1 --" })).toEqual([])
    expect(await Promise.all(databases.map((database) => counts(database)))).toMatchObject([
      { songplays: 1 },
      { songplays: 1 },
    ])
  })
})

describe('top-users and peak-hours', () => {
  const all = { n: 10, by: 'variety', from: '2018-11-01 00:00:00.000', to: '2018-12-01 00:00:00.000' }

  it('count a title by two artists as two songs, and order equals by user id', async () => {
    const events = [
      event({ userId: '10' }),
      event({ userId: '10', itemInSession: 1, artist: 'Other' }),
      event({ userId: '9' }),
      event({ userId: '9', itemInSession: 1 }),
      event({ userId: '9', itemInSession: 2 }),
      event({ userId: '8', firstName: null, lastName: null }),
      event({ userId: '7' }),
    ]
    const rows = await answer(source(events), sqlOf('top-users'), all)
    expect(rows.map((row) => [row['user_id'], row['name'], row['plays'], row['songs']])).toEqual([
      [10, 'Kaylee Summers', 2, 2],
      [9, 'Kaylee Summers', 3, 1],
      [7, 'Kaylee Summers', 1, 1],
      [8, '', 1, 1],
    ])
    const byPlays = await answer(source(events), sqlOf('top-users'), { ...all, by: 'plays' })
    expect(byPlays.map((row) => row['user_id'])).toEqual([9, 10, 7, 8])
  })

  it('puts Sunday last and the last millisecond of a day into its last hour', async () => {
    const sunday = event({ ts: Date.UTC(2018, 10, 11, 23, 59, 59, 999) })
    const values = { level: 'any', from: all.from, to: all.to }
    const { sql } = withOffsets(sqlOf('peak-hours'), 'tz', [{ from: 0, minutes: 0 }])
    const hours = await answer(source([sunday]), sql, { ...values, by: 'hour' })
    expect(hours.at(-1)).toEqual({ period: '23:00', plays: 1, listeners: 1 })
    expect(hours.map((row) => row['plays'])).toEqual([...Array.from({ length: 23 }, () => 0), 1])
    const days = await answer(source([sunday]), sql, { ...values, by: 'weekday' })
    expect(days.map((row) => row['period'])).toEqual([
      'Monday',
      'Tuesday',
      'Wednesday',
      'Thursday',
      'Friday',
      'Saturday',
      'Sunday',
    ])
    expect(days.at(-1)).toMatchObject({ plays: 1 })
  })
})

describe('time', () => {
  it('has ISO weeks and weekdays from Sunday 0, in UTC', async () => {
    const events = [Date.UTC(2018, 11, 31, 23), Date.UTC(2017, 0, 1, 5), Date.UTC(2018, 10, 11, 0)].map((ts, index) =>
      event({ ts, itemInSession: index }),
    )
    expect(await answer(source(events), 'select * from time order by start_time')).toEqual([
      { start_time: '2017-01-01 05:00:00.000', hour: 5, day: 1, week: 52, month: 1, year: 2017, weekday: 0 },
      { start_time: '2018-11-11 00:00:00.000', hour: 0, day: 11, week: 45, month: 11, year: 2018, weekday: 0 },
      { start_time: '2018-12-31 23:00:00.000', hour: 23, day: 31, week: 1, month: 12, year: 2018, weekday: 1 },
    ])
  })
})
