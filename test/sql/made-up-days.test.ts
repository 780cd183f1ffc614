import { afterAll, beforeAll, expect, it } from 'vitest'
import { statementOf } from '../../src/core/sql/query-statement.ts'
import type { TimeWindow } from '../../src/core/sql/window.ts'
import { groupBy } from './answers/asked.ts'
import { answers } from './answers/index.ts'
import { createTables, library, load } from './build.ts'
import { callsOf } from './calls.ts'
import type { Database } from './database.ts'
import { openDuckDb } from './duckdb.ts'
import { event, song, source } from './made-up.ts'
import { compareText, type PageView, type Play, playsOf, timeText, usersOf, viewsOf } from './reference.ts'
import type { LogEvent } from './source.ts'

/*
 * Ten weeks of a few people who play a few songs, so that there is much of what the real days have none of: equal times and numbers, people
 * who come back after weeks, quiet days, somebody whose only act of a day is a page, and windows that begin and end with an act.
 */

const day = 86_400_000
// A Sunday; the clocks of America change on 4 November.
const begin = Date.UTC(2018, 8, 30)

/** The same numbers each time, so that no two runs differ: https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
let state = 2018
function below(n: number): number {
  state = (state * 48_271) % 2_147_483_647
  return state % n
}
function oneOf<T>(...some: readonly [T, ...T[]]): T {
  return some[below(some.length)] ?? some[0]
}

const agents = [
  '"Mozilla/5.0 (iPhone) Version/7.0 Safari/9537"',
  '"Mozilla/5.0 (Windows NT 6.1) Chrome/36 Safari/537"',
  'Mozilla/5.0 (Windows NT 6.1) Firefox/31.0',
  '"Mozilla/5.0 (Macintosh) Version/7.0 Safari/537"',
  '"Mozilla/5.0 (X11; Linux) Ubuntu Chromium/36 Chrome/36 Safari/537"',
  'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)',
] as const
// Of two and of three people, of many, and unknown.
const places = ['Salem, OR', 'Salem, OR', 'Reno, NV', 'Reno, NV', 'Reno, NV', 'Nowhere', null, 'Portland, OR'] as const
const pages = ['Home', 'Upgrade', 'Submit Upgrade', 'Downgrade', 'Submit Downgrade'] as const
type Song = readonly [title: string, artist: string]
const played: readonly [Song, ...Song[]] = [
  ['Undo', 'Björk'],
  ['Undo', 'Other'],
  ['Army Of Me', 'Björk'],
  ['army of me', 'bjork'],
  ['Pagan (Live)', 'Björk'],
  ['Nobody Knows', 'Nobody'],
]

/** An act of somebody: half of them are there all the time, the others for a fortnight, one after the other. */
function actBy(person: number, item: number): LogEvent {
  const [first, days] = person < 7 ? [0, 70] : [(person - 7) * 8, 14]
  const on = first + below(days)
  const start = begin + on * day + below(24) * 3_600_000 + below(3) * 1_200_000
  // A fortnight in the middle has few.
  const ts = on > 30 && on < 44 && below(5) > 0 ? start + 15 * day : start
  const [title, artist] = below(12) === 0 ? [`Rare ${below(40)}`, 'Nobody'] : oneOf(...played)
  const what =
    below(10) < 7
      ? { song: title, artist, length: oneOf(101.3, 203.7, 240.9) }
      : { page: oneOf(...pages), song: null, artist: null, length: null }
  return event({
    userId: String(person),
    sessionId: 1 + (item % 9),
    itemInSession: item,
    ts,
    firstName: `First${person}`,
    lastName: `Last${person}`,
    level: oneOf('free', 'paid'),
    location: below(8) === 0 ? 'Portland, OR' : (places[person % places.length] ?? null),
    userAgent: agents[below(8) === 0 ? 1 : person % agents.length] ?? agents[0],
    status: oneOf(200, 307),
    ...what,
  })
}

const noon = begin + 60 * day + 12 * 3_600_000
const free = { sessionId: 50, firstName: 'Ann', lastName: 'Free', level: 'free', userAgent: agents[0] }
const page = { ...free, song: null, artist: null, length: null }

/** Two who take the steps to an upgrade once: one of them all in one moment, the other one an hour after the other. */
const upgrading: readonly LogEvent[] = [
  ['15', 0],
  ['16', 3_600_000],
].flatMap(([userId, pause]) => {
  const at = (step: number) => ({ userId: String(userId), itemInSession: step, ts: noon + step * Number(pause) })
  return [
    event({ ...free, ...at(0) }),
    event({ ...page, ...at(1), page: 'Upgrade' }),
    event({ ...page, ...at(2), page: 'Submit Upgrade' }),
  ]
})

/** The first play there is, at the end of its day's first hour, and the last one, weeks after all others, at the beginning of its day's last hour. */
const outermost = [
  event({ userId: '1', sessionId: 60, ts: begin - day + 3_600_000 }),
  event({ userId: '17', sessionId: 60, ts: begin + 115 * day + 23 * 3_600_000 }),
]

/** A song by many artists, and many songs by one, each played once by somebody else. */
const equals = ['K', 'D', 'H', 'B', 'L', 'F', 'A', 'J', 'E', 'C', 'I', 'G'].flatMap((name, at) => {
  const heard = { userId: String(20 + (at % 5)), sessionId: 61, ts: begin + 33 * day + at * 60_000 }
  return [
    event({ ...heard, itemInSession: 2 * at, song: 'Intro', artist: name }),
    event({ ...heard, itemInSession: 2 * at + 1, song: `Song ${name}`, artist: 'Quiet' }),
  ]
})

const from = source(
  [...Array.from({ length: 480 }, (_, item) => actBy(1 + below(14), item)), ...upgrading, ...outermost, ...equals],
  [
    song({ song_id: 'SO2', duration: 100 }),
    song({ song_id: 'SO1', duration: 100 }),
    song({ song_id: 'SO0', duration: 230 }),
    song({ song_id: 'SO3', title: 'Army Of Me', duration: 203 }),
    song({ song_id: 'SO4', title: 'Pagan', duration: 203 }),
    song({ song_id: 'SO5', title: 'Elsewhere', artist_id: 'AR2', artist_name: 'Other' }),
  ],
)
const plays: readonly Play[] = playsOf(from)
const views: readonly PageView[] = viewsOf(from)
const span = { oldest: plays[0]?.at ?? new Date(0), newest: plays.at(-1)?.at ?? new Date(0) }

/** When each has done the first of these, in order of time. */
function firstOf(acts: readonly { readonly user: number; readonly at: Date }[]): readonly Date[] {
  return acts.filter(({ user }, at) => acts.findIndex((act) => act.user === user) === at).map(({ at }) => at)
}

const pageTimes = (page: string): readonly Date[] => views.filter((view) => view.page === page).map(({ at }) => at)

// 1:00 on a Monday, and 23:00 on a Sunday four weeks later.
const [firstHour, lastHour] = [begin + 8 * day + 3_600_000, begin + 35 * day + 23 * 3_600_000]

/** Windows that begin with one act and end with another; that end with an hour, or a millisecond before; of whole weeks; of one act, and of none. */
const windows: readonly TimeWindow[] = [
  [firstOf(plays).at(1), firstOf(plays).at(-1)],
  [pageTimes('Downgrade').at(1), pageTimes('Downgrade').at(-2)],
  [pageTimes('Upgrade').at(3), pageTimes('Submit Upgrade').at(-1)],
  [plays.at(40)?.at, new Date(noon + 3_600_000)],
  [new Date(noon), new Date(noon + 2 * 3_600_000)],
  [plays.at(100)?.at, plays.at(180)?.at],
  [new Date(firstHour), new Date(lastHour)],
  [new Date(firstHour + 1), new Date(lastHour - 1)],
  [new Date(firstHour - 3_600_000), new Date(lastHour + 3_600_000)],
  [plays.at(-1)?.at, new Date(begin + 116 * day)],
  [new Date(begin + 80 * day), new Date(begin + 100 * day)],
].map(([start, end]) => ({ from: start ?? span.oldest, to: end ?? span.newest, label: '' }))

const everything = { from: span.oldest, to: span.newest, label: '' }

let database: Database

beforeAll(async () => {
  database = await openDuckDb()
  await createTables(database)
  await load(database, from)
})

afterAll(() => database.close())

it('gives the users that plain TypeScript finds', async () => {
  expect((await database.query('select * from users order by user_id')).rows).toEqual(usersOf(from))
})

it('gives what two loads are compared by', async () => {
  const { days, artists, plays: playsOfTime } = library.comparison
  const onDays = [...groupBy(plays, ({ at }) => timeText(at).slice(0, 10))].map(([on, heard]) => [
    ...[on, heard.length],
    heard.filter(({ match }) => match !== undefined).length,
  ])
  expect((await database.query(days)).rows).toEqual(onDays)
  const byArtist = [...groupBy(plays, ({ artist }) => artist)]
    .map(([artist, { length }]) => [artist, length] as const)
    .toSorted(([a, n], [b, m]) => m - n || compareText(a, b))
  expect((await database.query(artists)).rows).toEqual(byArtist)
  const [start, end] = [plays.at(40)?.at ?? span.oldest, plays.at(180)?.at ?? span.newest]
  const within = plays.filter(({ at }) => at >= start && at < end).toSorted((a, b) => compareText(a.id, b.id))
  const { rows } = await database.query(playsOfTime, { from: timeText(start), to: timeText(end) })
  expect(rows).toEqual(within.map(({ id, at, user, song: title, artist }) => [id, timeText(at), user, title, artist]))
})

it.each(library.queries.map((query) => [query.name, query] as const))(
  'answers %s as plain TypeScript does, over all time and parts of it',
  async (name, query) => {
    const answer = answers[name]
    if (answer === undefined) throw new Error(`test/sql/answers does not know what ${name} must answer`)
    const calls = callsOf(query, (param) => [Math.max(param.min, 2), param.max])
    for (const [at, args] of calls.entries()) {
      const all = query.timed ? [undefined, ...windows] : [undefined]
      // Each call but the first has two of them in turn.
      const asked = at === 0 ? all : [all[at % all.length], all[(at + 2) % all.length]]
      for (const within of asked) {
        const { statement, range } = statementOf(query, args, span, 'UTC', within)
        const expected = answer({ source: from, plays, views, args, range: range ?? everything })
        const { rows } = await database.query(statement.sql, statement.values)
        expect([args, within, rows]).toEqual([args, within, expected])
      }
    }
  },
)
