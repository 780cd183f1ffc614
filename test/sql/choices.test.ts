import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTables, objects, sqlOf, transform } from './build.ts'
import { type Cell, type Database, insert } from './database.ts'
import { openDuckDb } from './duckdb.ts'
import { timeText } from './reference.ts'

/*
 * Of rows that differ one is taken, and the rows of a check have an order. Each column that decides is tried with a pair of rows that are
 * alike in the columns before it, and of which the one that loses in it would win in all behind it.
 */

type Row = Readonly<Record<string, Cell>>

/** A column with its better and its worse value. A row with null in it loses to both; `required`: there is none. */
type Deciding = readonly [column: string, better: Cell, worse: Cell, required?: 'required']

interface Pair {
  readonly wins: Row
  readonly loses: Row
}

function pairsOf(columns: readonly Deciding[]): readonly Pair[] {
  return columns.flatMap(([column, better, worse, required], at) => {
    const values = (some: readonly Deciding[], place: 1 | 2): Row =>
      Object.fromEntries(some.map((one) => [one[0], one[place]]))
    const [before, behind] = [values(columns.slice(0, at), 1), columns.slice(at + 1)]
    const wins = { ...before, [column]: better, ...values(behind, 2) }
    const losing = required === 'required' ? [worse] : [worse, null]
    return losing.map((value) => ({ wins, loses: { ...before, [column]: value, ...values(behind, 1) } }))
  })
}

/** Both rows of each pair, the loser first, with what names the pair. */
function rowsOf(pairs: readonly Pair[], named: (at: number) => Row): readonly Row[] {
  return pairs.flatMap(({ wins, loses }, at) => [loses, wins].map((row) => ({ ...row, ...named(at) })))
}

let database: Database

async function stage(table: string, rows: readonly Row[]): Promise<void> {
  await insert(database, table, [...new Set(rows.flatMap(Object.keys))], rows)
}

const playPairs = pairsOf([
  ['ts', 1, 2, 'required'],
  ['song', 'a', 'b'],
  ['artist', 'a', 'b'],
  ['length', 1, 2],
  ['level', 'a', 'b'],
  ['location', 'a', 'b'],
  ['useragent', 'a', 'b'],
])
const viewPairs = pairsOf([
  ['ts', 1, 2, 'required'],
  ['page', 'a', 'b'],
  ['level', 'a', 'b'],
  ['status', 1, 2],
])
const userPairs = pairsOf([
  ['ts', 2, 1],
  ['sessionid', 2, 1],
  ['iteminsession', 2, 1],
  ['level', 'b', 'a'],
  ['lastname', 'a', 'b'],
  ['firstname', 'a', 'b'],
  ['gender', 'a', 'b'],
])
const artistPairs = pairsOf([
  ['artist_name', 'a', 'b'],
  ['artist_location', 'a', 'b'],
  ['artist_latitude', 1, 2],
  ['artist_longitude', 1, 2],
])
const songPairs = pairsOf([
  ['title', 'a', 'b'],
  ['artist_id', 'a', 'b'],
  ['year', 2, 1],
  ['duration', 1, 2],
])
const lostPairs = pairsOf([
  ['ts', 1, 2, 'required'],
  ['song', 'a', 'b'],
  ['artist', 'a', 'b'],
  ['length', 1, 2],
  ['page', 'a', 'b'],
  ['level', 'a', 'b'],
  ['location', 'a', 'b'],
  ['useragent', 'a', 'b'],
  ['status', 1, 2],
  ['userid', '07', '7', 'required'],
])

beforeAll(async () => {
  database = await openDuckDb()
  await createTables(database)
  const key = (userid: string) => (at: number) => ({ userid, sessionid: at, iteminsession: 0 })
  await stage('staging_events', [
    ...rowsOf(playPairs, (at) => ({ ...key('8')(at), page: 'NextSong' })),
    ...rowsOf(viewPairs, key('9')),
    ...rowsOf(userPairs, (at) => ({ userid: String(100 + at), page: 'Home' })),
    ...rowsOf(lostPairs, (at) => ({ sessionid: at, iteminsession: 0 })),
    ...[3, 1, 2].map((ts) => ({ ...key('6')(0), ts, page: 'Home' })),
  ])
  await stage('staging_songs', [
    ...rowsOf(artistPairs, (at) => ({ artist_id: `AR${at}` })),
    ...rowsOf(songPairs, (at) => ({ song_id: `SO${at}` })),
  ])
  await transform(database)
})

afterAll(() => database.close())

const valuesOf = (row: Row, columns: readonly string[]): readonly Cell[] => columns.map((column) => row[column] ?? null)
const time = (ts: Cell | undefined): string => timeText(new Date(Number(ts)))

it('of plays of one key the first is taken by time, song, artist, length, level, location and user agent', async () => {
  const columns = 'session_id, start_time, song_title, artist_name, level, location, user_agent'
  const { rows } = await database.query(`select ${columns} from songplays where user_id = 8 order by session_id`)
  const taken = playPairs.map(({ wins }, at) => [
    ...[at, time(wins['ts'])],
    ...valuesOf(wins, ['song', 'artist', 'level', 'location', 'useragent']),
  ])
  expect(rows).toEqual(taken)
})

it('of page views of one key the first is taken by time, page, level and status', async () => {
  const columns = 'session_id, start_time, page, level, status'
  const { rows } = await database.query(`select ${columns} from page_views where user_id = 9 order by session_id`)
  const taken = viewPairs.map(({ wins }, at) => [at, time(wins['ts']), ...valuesOf(wins, ['page', 'level', 'status'])])
  expect(rows).toEqual(taken)
})

it('a user is as the last event shows them by time, session and item, then by level and name', async () => {
  const columns = 'user_id, level, last_name, first_name, gender'
  const { rows } = await database.query(`select ${columns} from users where user_id >= 100 order by user_id`)
  const taken = userPairs.map(({ wins }, at) => [
    100 + at,
    ...valuesOf(wins, ['level', 'lastname', 'firstname', 'gender']),
  ])
  expect(rows).toEqual(taken)
})

it('an artist has the first name, with a place and coordinates', async () => {
  const { rows } = await database.query(`select * from artists where artist_id like 'AR%' order by artist_id`)
  const columns = ['artist_name', 'artist_location', 'artist_latitude', 'artist_longitude']
  expect(rows).toEqual(artistPairs.map(({ wins }, at) => [`AR${at}`, ...valuesOf(wins, columns)]))
})

it('a song has the first title and artist, the latest year and the shortest duration', async () => {
  const { rows } = await database.query('select song_id, title, artist_id, year, duration from songs order by song_id')
  const columns = ['title', 'artist_id', 'year', 'duration']
  expect(rows).toEqual(songPairs.map(({ wins }, at) => [`SO${at}`, ...valuesOf(wins, columns)]))
})

it('of different events under one key the later ones are lost, by kind, user, session, item and their order', async () => {
  const rows = objects(await database.query(sqlOf('repeats-are-redeliveries')))
  const lost = (pairs: readonly Pair[], named: Row): readonly Row[] =>
    pairs.map(({ loses }, sessionid) => ({ ...loses, sessionid, ...named }))
  const [last] = lost(lostPairs, { kind: 'page view' }).slice(-1)
  const expected: readonly Row[] = [
    ...lost(lostPairs, { kind: 'page view' }).slice(0, -1),
    ...[2, 3].map((ts) => ({ kind: 'page view', userid: '6', sessionid: 0, ts, page: 'Home' })),
    ...(last === undefined ? [] : [last]),
    ...lost(viewPairs, { kind: 'page view', userid: '9' }),
    ...lost(playPairs, { kind: 'play', userid: '8', page: 'NextSong' }),
  ]
  const shown = ['kind', 'userid', 'sessionid', 'ts', 'page', 'song', 'artist']
  // The events of the users who are tried are such ones too.
  const found = rows.filter(({ userid }) => String(userid).length < 3)
  expect(found.map((row) => valuesOf(row, shown))).toEqual(expected.map((row) => valuesOf(row, shown)))
})

/** The rows of a check are those of `pairs`, each named the same, in the order of the columns. */
async function expectOrder(check: string, table: string, columns: readonly Deciding[], named: Row): Promise<void> {
  await database.execute('begin')
  try {
    await database.execute('delete from staging_events')
    await database.execute('delete from staging_songs')
    const rows = rowsOf(pairsOf(columns), () => named)
    await stage(table, rows)
    const place = (row: Row): readonly number[] =>
      columns.map(([column, better, worse]) => [better, worse, null].indexOf(row[column] ?? null))
    const ordered = rows.toSorted((a, b) => (String(place(a)) < String(place(b)) ? -1 : 1))
    const names = columns.map(([column]) => column)
    const found = objects(await database.query(sqlOf(check)))
    expect(found.map((row) => valuesOf(row, names))).toEqual(ordered.map((row) => valuesOf(row, names)))
  } finally {
    await database.execute('rollback')
  }
}

const ts: Deciding = ['ts', 1, 2]
const sessionid: Deciding = ['sessionid', 1, 2]
const iteminsession: Deciding = ['iteminsession', 1, 2]
const artist: Deciding = ['artist', 'a', 'b']
const ofEvent = [ts, ['userid', '1', '2'], sessionid, iteminsession] as const satisfies readonly Deciding[]

it('events without a page are shown by time, key, way and status', async () => {
  const others: readonly Deciding[] = [
    ['auth', 'a', 'b'],
    ['method', 'a', 'b'],
    ['status', 1, 2],
  ]
  await expectOrder('events-have-pages', 'staging_events', [...ofEvent, ...others], {})
})

it('plays that lack something are shown by time, key, song, artist and page', async () => {
  const others: readonly Deciding[] = [['song', 'a', 'b'], artist, ['page', 'NEXTSONG', 'nextsong']]
  await expectOrder('plays-are-complete', 'staging_events', [...ofEvent, ...others], {})
})

it('source rows that are skipped are shown by time, key, title and artist', async () => {
  const columns: readonly Deciding[] = [ts, ['userid', '1', '2', 'required'], sessionid]
  await expectOrder('rows-left-out', 'staging_events', columns, { page: 'Home' })
  await expectOrder('rows-left-out', 'staging_events', [iteminsession, artist], { page: 'Home', userid: '1' })
  await expectOrder('rows-left-out', 'staging_songs', [['title', 'a', 'b']], {})
})
