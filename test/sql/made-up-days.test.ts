import { afterAll, beforeAll, expect, it } from 'vitest'
import type { QueryParam } from '../../src/core/sql/query-param.ts'
import { type QueryArgs, statementOf } from '../../src/core/sql/query-statement.ts'
import type { TimeWindow } from '../../src/core/sql/window.ts'
import { answers } from './answers/index.ts'
import { createTables, library, load } from './build.ts'
import type { Database } from './database.ts'
import { openDuckDb } from './duckdb.ts'
import { event, song, source } from './made-up.ts'
import { type PageView, type Play, playsOf, usersOf, viewsOf } from './reference.ts'
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

const from = source(
  [...Array.from({ length: 480 }, (_, item) => actBy(1 + below(14), item)), ...upgrading],
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

/** Windows that begin with one act and end with another. */
const windows: readonly TimeWindow[] = [
  [firstOf(plays).at(1), firstOf(plays).at(-1)],
  [pageTimes('Downgrade').at(1), pageTimes('Downgrade').at(-2)],
  [pageTimes('Upgrade').at(3), pageTimes('Submit Upgrade').at(-1)],
  [plays.at(40)?.at, new Date(noon + 3_600_000)],
  [new Date(noon), new Date(noon + 2 * 3_600_000)],
  [plays.at(100)?.at, plays.at(180)?.at],
].map(([start, end]) => ({ from: start ?? span.oldest, to: end ?? span.newest, label: '' }))

function valuesOf(param: QueryParam): readonly (string | number)[] {
  switch (param.kind) {
    case 'integer':
      return [param.default, Math.max(param.min, 2)]
    case 'choice':
      return param.values
    case 'flag':
      return ['yes', 'no']
    case 'zone':
      return ['UTC', 'America/Los_Angeles', 'Asia/Kolkata']
    case 'date':
    case 'text':
      return [param.default]
  }
}

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

it.each(library.queries.map((query) => [query.name, query] as const))(
  'answers %s as plain TypeScript does, over all time and from one act to another',
  async (name, query) => {
    const answer = answers[name]
    if (answer === undefined) throw new Error(`test/sql/answers does not know what ${name} must answer`)
    const calls = query.params.reduce<readonly QueryArgs[]>(
      (some, param) => some.flatMap((call) => valuesOf(param).map((value) => ({ ...call, [param.name]: value }))),
      [{}],
    )
    for (const [at, args] of calls.entries()) {
      const all = query.timed ? [undefined, ...windows] : [undefined]
      // Of many calls each has two of them in turn.
      const asked = calls.length > 6 ? [all[at % all.length], all[(at + 2) % all.length]] : all
      for (const within of asked) {
        const { statement, range } = statementOf(query, args, span, 'UTC', within)
        const expected = answer({ source: from, plays, views, args, range: range ?? everything })
        const { rows } = await database.query(statement.sql, statement.values)
        expect([args, within, rows]).toEqual([args, within, expected])
      }
    }
  },
)
