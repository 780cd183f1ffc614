import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type QueryArgs, statementOf } from '../../src/core/sql/query-statement.ts'
import type { DataSpan } from '../../src/core/sql/window.ts'
import { openPglite } from '../support/pglite.ts'
import { createTables, holding, library, objects } from './build.ts'
import type { Cell, Database } from './database.ts'
import { openDuckDb } from './duckdb.ts'
import { event, song, source } from './made-up.ts'
import type { LogEvent, Source } from './source.ts'

let databases: readonly Database[] = []

beforeAll(async () => {
  databases = [await openDuckDb(), await openPglite()]
  for (const database of databases) await createTables(database)
})

afterAll(async () => {
  for (const database of databases) await database.close()
})

type Row = Readonly<Record<string, Cell>>

/** The answer to a query over this source, which must be the same on both databases. */
async function ask(from: Source, name: string, args: QueryArgs = {}): Promise<readonly Row[]> {
  const query = library.queries.find((candidate) => candidate.name === name)
  if (query === undefined) throw new Error(`there is no query ${name}`)
  const { statement } = statementOf(query, args, spanOf(from))
  const answers: (readonly Row[])[] = []
  for (const database of databases) {
    await holding(database, from)
    answers.push(objects(await database.query(statement.sql, statement.values)))
  }
  const [duckdb, pglite] = answers
  expect(pglite).toEqual(duckdb)
  return duckdb ?? []
}

function spanOf({ events }: Source): DataSpan {
  const times = events.filter(({ page }) => page === 'NextSong').map(({ ts }) => Number(ts))
  return { oldest: new Date(Math.min(...times, Number.MAX_SAFE_INTEGER / 2)), newest: new Date(Math.max(...times, 0)) }
}

let items = 0

/** A play at a time like `2018-11-04T07:00`, in UTC. */
function play(at: string, differences: Partial<LogEvent> = {}): LogEvent {
  items += 1
  return event({ ts: Date.parse(`${at}Z`), itemInSession: items, ...differences })
}

/** A page opened by user 8. */
function view(at: string, page: string, differences: Partial<LogEvent> = {}): LogEvent {
  return play(at, { page, song: null, artist: null, length: null, ...differences })
}

const column = (rows: readonly Row[], name: string): readonly Cell[] => rows.map((row) => row[name] ?? null)

describe('without any data', () => {
  const nothing = { oldest: new Date(0), newest: new Date(0) }

  it.each(library.queries.map((query) => [query.name, query] as const))('%s has an answer', async (_name, query) => {
    for (const database of databases) {
      await holding(database, source([]))
      for (const args of [{}, { last: '7d', tz: 'Europe/London' }]) {
        const { statement } = statementOf(query, args, nothing)
        const { rows } = await database.query(statement.sql, statement.values)
        const figures = rows.flat().filter((cell) => typeof cell === 'number')
        expect(figures.every((figure) => figure === 0)).toBe(true)
      }
    }
  })
})

describe('days', () => {
  const zone = { tz: 'America/Los_Angeles' }

  it('are those of the zone on both sides of a change of its clocks, and the day of the change has 25 hours', async () => {
    const events = [
      play('2018-11-04T06:59:59.999'),
      play('2018-11-04T07:00'),
      play('2018-11-05T07:59:59.999'),
      play('2018-11-05T08:00'),
    ]
    const days = await ask(source(events), 'pulse', zone)
    expect(column(days, 'day')).toEqual(['2018-11-03', '2018-11-04', '2018-11-05'])
    expect(column(days, 'plays')).toEqual([1, 2, 1])
    expect(column(days, 'partial')).toEqual(['yes', 'no', 'yes'])
    const coverage = await ask(source(events), 'coverage', zone)
    expect(column(coverage, 'period')).toEqual(['all days', '2018-11-03', '2018-11-04', '2018-11-05'])
    expect(column(coverage, 'plays')).toEqual([4, 1, 2, 1])
  })

  it('have an hour twice in autumn and leave one out in spring', async () => {
    const autumn = source([play('2018-11-04T08:30'), play('2018-11-04T09:30')])
    expect((await ask(autumn, 'peak-hours', zone)).find(({ period }) => period === '01:00')).toMatchObject({ plays: 2 })
    const spring = source([play('2018-03-11T09:30'), play('2018-03-11T10:30')])
    const hours = (await ask(spring, 'peak-hours', zone)).filter(({ plays }) => plays !== 0)
    expect(column(hours, 'period')).toEqual(['01:00', '03:00'])
  })

  it('of the window are those of the zone too', async () => {
    const events = source([play('2018-11-30T07:59'), play('2018-11-30T08:00')])
    expect(column(await ask(events, 'pulse', { last: '1d', ...zone }), 'day')).toEqual(['2018-11-30'])
    expect(column(await ask(events, 'pulse', { last: '1d' }), 'plays')).toEqual([2])
  })

  it('without plays are listed, and change is told from whole days to whole days only', async () => {
    const events = [
      play('2018-11-01T12:00'),
      play('2018-11-02T12:00'),
      play('2018-11-02T12:01', { length: null }),
      play('2018-11-08T12:00'),
      ...['09T08', '09T09', '09T10'].map((hour) => play(`2018-11-${hour}:00`)),
      play('2018-11-10T12:00'),
      play('2018-11-16T12:00'),
    ]
    const days = await ask(source(events), 'pulse')
    expect(days).toHaveLength(16)
    const on = (day: string): Row | undefined => days.find((row) => row['day'] === `2018-11-${day}`)
    expect(on('03')).toMatchObject({ plays: 0, listeners: 0, sessions: 0, plays_per_listener: null, hours: 0 })
    expect(on('02')).toMatchObject({ plays: 2, hours: 0.1, change: null, partial: 'no' })
    // The 1st begins at noon, so the 8th has nothing to be compared with.
    expect(on('08')).toMatchObject({ change: null })
    expect(on('09')).toMatchObject({ plays: 3, change: 50 })
    expect(on('15')).toMatchObject({ plays: 0, change: -100 })
    expect(on('16')).toMatchObject({ change: null, partial: 'yes' })
  })

  it('of a window are compared with those before it', async () => {
    const events = [play('2018-11-01T00:00'), play('2018-11-08T00:00'), play('2018-11-08T23:59')]
    const [day, ...others] = await ask(source(events), 'pulse', { last: '1d' })
    expect([day, others]).toMatchObject([{ day: '2018-11-08', plays: 2, change: 100, partial: 'no' }, []])
  })
})

describe('active users', () => {
  it('count who only opened a page, once a day, and say how many days of the month there are', async () => {
    const events = [
      play('2018-11-01T00:30', { userId: '9' }),
      view('2018-11-02T10:00', 'Home', { userId: '10' }),
      play('2018-11-02T11:00', { userId: '10' }),
      play('2018-11-08T23:30', { userId: '11' }),
    ]
    const days = await ask(source(events), 'active-users')
    expect(column(days, 'dau')).toEqual([1, 1, 0, 0, 0, 0, 0, 1])
    expect(column(days, 'wau')).toEqual([1, 2, 2, 2, 2, 2, 2, 2])
    expect(column(days, 'mau')).toEqual([1, 2, 2, 2, 2, 2, 2, 3])
    expect(column(days, 'month_days')).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(days.at(-1)).toMatchObject({ stickiness: 33.3, partial: 'no' })
  })

  it('count a page at the first moment of the window, and none at its end', async () => {
    const events = [
      play('2018-11-01T12:00'),
      view('2018-11-01T00:00', 'Home', { userId: '9' }),
      view('2018-11-02T00:00', 'Home', { userId: '10' }),
    ]
    expect(await ask(source(events), 'active-users', { last: '1d', until: '2018-11-01' })).toMatchObject([
      { day: '2018-11-01', dau: 2, wau: 2, mau: 2 },
    ])
  })
})

describe('retention', () => {
  it('has a row for a week in which nobody came back, and none for weeks that are not there yet', async () => {
    const events = [
      play('2018-11-05T00:00', { userId: '9' }),
      play('2018-11-18T23:59', { userId: '10' }),
      play('2018-11-19T00:00', { userId: '9' }),
    ]
    const weeks = await ask(source(events), 'retention')
    expect(weeks.map(({ cohort, week, listeners, partial }) => [cohort, week, listeners, partial])).toEqual([
      ['2018-11-05', 0, 1, 'no'],
      ['2018-11-05', 1, 0, 'no'],
      ['2018-11-05', 2, 1, 'yes'],
      ['2018-11-12', 0, 1, 'no'],
      ['2018-11-12', 1, 0, 'yes'],
    ])
    expect(await ask(source(events), 'retention', { weeks: 1 })).toHaveLength(4)
    // The window ends on a Sunday, before the plays do.
    expect(column(await ask(source(events), 'retention', { until: '2018-11-11' }), 'week_of')).toEqual(['2018-11-05'])
    // Seen from London's winter nothing moves; in Los Angeles the last play was on Sunday.
    expect(await ask(source(events), 'retention', { tz: 'America/Los_Angeles' })).toMatchObject([
      { cohort: '2018-10-29', listeners: 1 },
      { week: 1, listeners: 0 },
      { week: 2, listeners: 1 },
      { cohort: '2018-11-12', listeners: 1 },
    ])
  })
})

describe('levels', () => {
  it('are counted by the play for plays, and by the latest event for users', async () => {
    const events = [
      play('2018-11-10T10:00', { level: 'free' }),
      play('2018-11-10T10:05', { level: 'paid' }),
      play('2018-11-10T10:10', { userId: '9', level: 'free', sessionId: 2, length: null }),
      view('2018-11-10T10:20', 'Submit Downgrade', { level: 'free' }),
    ]
    expect(await ask(source(events), 'paid-vs-free')).toEqual([
      {
        ...{ level: 'free', plays: 2, share: 66.7, listeners: 2, users_now: 2 },
        ...{ plays_per_listener: 1, sessions: 2, minutes_per_session: 1.7 },
      },
      {
        ...{ level: 'paid', plays: 1, share: 33.3, listeners: 1, users_now: 0 },
        ...{ plays_per_listener: 1, sessions: 1, minutes_per_session: 3.3 },
      },
    ])
  })

  it('of sessions are those of their first plays, and two users never share one', async () => {
    const events = [
      ...[0, 1, 2].map((minute) => play(`2018-11-10T10:0${minute}`, { level: minute === 0 ? 'free' : 'paid' })),
      play('2018-11-10T10:00', { userId: '9', level: 'free' }),
    ]
    expect(await ask(source(events), 'sessions')).toEqual([
      {
        ...{ level: 'all', sessions: 2, listeners: 2, median_plays: 2, p90_plays: 2.8, most_plays: 3 },
        ...{ median_minutes: 6.7, p90_minutes: 9.3 },
      },
      {
        ...{ level: 'free', sessions: 2, listeners: 2, median_plays: 2, p90_plays: 2.8, most_plays: 3 },
        ...{ median_minutes: 6.7, p90_minutes: 9.3 },
      },
    ])
  })
})

describe('a level that the log does not give', () => {
  it('is unknown, for plays, users and sessions, of which the lower item of one moment is the first', async () => {
    const first = play('2018-11-10T10:00', { level: null })
    const later = [play('2018-11-10T10:00', { level: 'paid' }), play('2018-11-10T10:05', { level: null })]
    const from = source([...later, first])
    expect(await ask(from, 'paid-vs-free')).toMatchObject([
      { level: 'paid', plays: 1, sessions: 1, users_now: 0 },
      { level: 'unknown', plays: 2, sessions: 1, users_now: 1 },
    ])
    expect(await ask(from, 'sessions')).toMatchObject([
      { level: 'all', most_plays: 3 },
      { level: 'unknown', most_plays: 3 },
    ])
  })
})

describe('the upgrade funnel', () => {
  it('takes each step in its order, and opening the page for none', async () => {
    const free = (at: string, user: string): LogEvent => play(at, { userId: user, level: 'free' })
    const events = [
      ...['1', '2', '3', '4'].map((user) => free('2018-11-01T10:00', user)),
      play('2018-11-01T10:00', { userId: '5', level: 'paid' }),
      view('2018-11-01T09:00', 'Upgrade', { userId: '1' }),
      view('2018-11-02T09:00', 'Upgrade', { userId: '2' }),
      view('2018-11-03T09:00', 'Upgrade', { userId: '2' }),
      view('2018-11-04T09:00', 'Upgrade', { userId: '3' }),
      view('2018-11-06T09:00', 'Submit Upgrade', { userId: '3' }),
      view('2018-11-05T09:00', 'Submit Upgrade', { userId: '4' }),
      view('2018-11-05T09:00', 'Upgrade', { userId: '5' }),
      play('2018-11-07T10:00', { userId: '5' }),
    ]
    expect(await ask(source(events), 'upgrade-funnel')).toEqual([
      { step: 'Listened on the free level', people: 4, of_previous: null, of_first: 100, mean_days: null },
      { step: 'Opened Upgrade', people: 2, of_previous: 50, of_first: 50, mean_days: 2 },
      { step: 'Submitted the upgrade', people: 1, of_previous: 50, of_first: 25, mean_days: 5 },
    ])
  })
})

describe('churn risk', () => {
  it('lists who shows a sign, the most signs first, then by id', async () => {
    const events = [
      ...['1', '2', '3', '4', '5'].map((user) => play('2018-11-01T10:00', { userId: user })),
      view('2018-11-02T10:00', 'Downgrade', { userId: '5' }),
      view('2018-11-02T10:00', 'Downgrade', { userId: '6', firstName: null, lastName: null }),
      play('2018-11-03T10:00', { userId: '4' }),
      play('2018-11-08T09:00', { userId: '3' }),
      play('2018-11-08T10:00', { userId: '7' }),
    ]
    const people = await ask(source(events), 'churn-risk')
    expect(people.map((row) => [row['user_id'], row['name'], row['signs'], row['silent_days']])).toEqual([
      [5, 'Kaylee Summers', 2, 7],
      [6, '', 1, null],
      [1, 'Kaylee Summers', 1, 7],
      [2, 'Kaylee Summers', 1, 7],
    ])
    expect(column(await ask(source(events), 'churn-risk', { silent: 5, n: 3 }), 'user_id')).toEqual([5, 6, 1])
    expect(await ask(source(events), 'churn-risk', { level: 'free' })).toEqual([])
    const before = await ask(source(events), 'churn-risk', { until: '2018-11-07', silent: 2 })
    expect(column(before, 'user_id')).toEqual([5, 6, 1, 2, 3])
  })
})

describe('places and platforms', () => {
  const at = (user: number, differences: Partial<LogEvent>): LogEvent =>
    play('2018-11-10T10:00', { userId: String(user), ...differences })

  it('are merged where they have fewer than three listeners, and not told where even that is too few', async () => {
    const boise = [1, 2, 3].map((user) => at(user, { location: 'Boise City, ID' }))
    const alone = [at(4, { location: 'Reno, NV' }), at(5, { location: null })]
    const events = [...boise, ...alone]
    expect(await ask(source(events), 'locations')).toEqual([
      { place: 'Boise City, ID', plays: 3, share: 60, listeners: 3 },
      { place: 'Reno, NV', plays: 1, share: 20, listeners: 1 },
      { place: 'unknown', plays: 1, share: 20, listeners: 1 },
    ])
    const merged = 'Places of fewer than 3 listeners'
    expect(await ask(source(events), 'locations', { people: 'hide' })).toEqual([
      { place: 'Boise City, ID', plays: 3, share: 60, listeners: 3 },
      { place: merged, plays: null, share: null, listeners: null },
    ])
    const more = [...events, at(6, { location: 'Yuma, AZ' })]
    expect(await ask(source(more), 'locations', { people: 'hide', n: 1 })).toEqual([
      { place: 'Boise City, ID', plays: 3, share: 50, listeners: 3 },
      { place: merged, plays: 3, share: 50, listeners: 3 },
    ])
    expect(column(await ask(source(more), 'locations', { by: 'state' }), 'place')).toEqual([
      'ID',
      'AZ',
      'NV',
      'unknown',
    ])
    expect(column(await ask(source([at(1, { location: 'Atlantis' })]), 'locations', { by: 'state' }), 'place')).toEqual(
      ['unknown'],
    )
  })

  it.each([
    { query: 'locations', small: 'Places of fewer than 3 listeners', of: { location: 'Reno, NV' } },
    { query: 'platforms', small: 'Platforms of fewer than 3 listeners', of: { userAgent: 'Chrome on CrOS' } },
  ])('$query tells nothing of two people, however much they play', async ({ query, small, of }) => {
    const two = [1, 2, 3, 4].map((item) => at(1 + (item % 2), { ...of, itemInSession: item }))
    const [row] = await ask(source(two), query, { people: 'hide' })
    expect(Object.values(row ?? {})).toEqual([small, null, null, null])
  })

  it('are recognised by the first name that fits', async () => {
    const agents = [
      ['"Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X) Version/7.0 Mobile Safari/9537.53"', 'Safari on iOS'],
      ['Mozilla/5.0 (iPad; CPU OS 12_0 like Mac OS X) CriOS/70.0 Mobile/15A Safari/604.1', 'Chrome on iOS'],
      ['Mozilla/5.0 (iPod touch; CPU OS 12_0 like Mac OS X) FxiOS/14.0 Mobile/15A Safari/604.1', 'Firefox on iOS'],
      ['Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 Chrome/70.0 Mobile Safari/537.36', 'Chrome on Android'],
      ['Mozilla/5.0 (Windows NT 10.0) Chrome/64.0 Safari/537.36 Edge/17.17134', 'Edge on Windows'],
      ['Mozilla/5.0 (Macintosh) Chrome/90.0 Safari/537.36 Edg/90.0', 'Edge on Mac'],
      ['Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko', 'Internet Explorer on Windows'],
      ['Mozilla/4.0 (compatible; MSIE 5.23; Macintosh)', 'Internet Explorer on Mac'],
      ['Mozilla/5.0 (Windows NT 10.0) Chrome/70.0 Safari/537.36 OPR/57.0', 'Opera on Windows'],
      ['Opera/9.80 (Macintosh) Presto/2.12', 'Opera on Mac'],
      ['Mozilla/5.0 (X11; CrOS x86_64) Chrome/70.0 Safari/537.36', 'Chrome on ChromeOS'],
      ['"Mozilla/5.0 (X11; Linux x86_64) Ubuntu Chromium/36.0 Chrome/36.0 Safari/537.36"', 'Chromium on Linux'],
      ['Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/31.0', 'Firefox on Linux'],
      ['curl/7.61', 'other on other'],
      ['""', 'unknown on unknown'],
    ] as const
    // The one before has one play more.
    const events = agents.flatMap(([userAgent], index) =>
      Array.from({ length: agents.length + 1 - index }, () => at(index, { userAgent })),
    )
    const rows = await ask(source([...events, at(99, { userAgent: null })]), 'platforms', { by: 'both' })
    const plays = agents.map(([, platform], index) => [platform, agents.length + 1 - index])
    expect(Object.fromEntries(rows.map((row) => [row['platform'], row['plays']]))).toEqual({
      ...Object.fromEntries(plays),
      'unknown on unknown': 3,
    })
  })
})

describe('artists and songs', () => {
  it('without a name come last among equals, and still count', async () => {
    const events = [
      play('2018-11-10T10:00', { artist: null }),
      play('2018-11-10T10:01', { artist: 'B', userId: '9' }),
      play('2018-11-10T10:02', { artist: 'A', userId: '9' }),
    ]
    expect(await ask(source(events), 'top-artists')).toEqual([
      { artist: 'A', plays: 1, share: 33.3, listeners: 1 },
      { artist: 'B', plays: 1, share: 33.3, listeners: 1 },
      { artist: null, plays: 1, share: 33.3, listeners: 1 },
    ])
    expect(column(await ask(source(events), 'unmatched-songs'), 'artist')).toEqual(['A', 'B', null])
  })

  it('without a title come behind those without an artist, among equals', async () => {
    const named = [
      { song: null, artist: null },
      { song: null, artist: 'A' },
      { song: 'Undo', artist: null },
      { song: 'Undo', artist: 'A' },
    ]
    const from = source(named.map((names) => play('2018-11-10T10:00', names)))
    for (const query of ['top-songs', 'unmatched-songs']) {
      const rows = await ask(from, query)
      expect([query, rows.map(({ song, artist }) => ({ song, artist }))]).toEqual([query, named.toReversed()])
    }
    expect((await ask(from, 'match')).at(-1)).toMatchObject({ song: 'Undo', artist: 'A', song_plays: 1 })
  })

  it('are new to their listener once, also where that was before the window', async () => {
    const events = [
      play('2018-11-01T10:00'),
      play('2018-11-10T10:00'),
      play('2018-11-10T10:01', { userId: '9' }),
      play('2018-11-10T10:02', { song: 'Jóga' }),
    ]
    const rows = await ask(source(events), 'discovery', { last: '1d', hits: 1 })
    expect(rows.map(({ measure, amount, share }) => [measure, amount, share])).toEqual([
      ['Songs', 2, null],
      ['Songs played once', 1, 50],
      ['Plays', 3, null],
      ['Plays outside the top 1', 1, 33.3],
      ['Plays of songs new to their listener', 2, 66.7],
      ['Repeats', 1, 33.3],
    ])
  })

  it('that match the catalogue are no unmatched ones, and its artists are known', async () => {
    const events = [play('2018-11-10T10:00'), play('2018-11-10T10:01', { song: 'Jóga' })]
    expect(await ask(source(events, [song()]), 'unmatched-songs')).toMatchObject([
      { song: 'Jóga', artist_known: 'yes' },
    ])
    expect((await ask(source(events, [song()]), 'coverage'))[0]).toEqual({
      ...{ period: 'all days', plays: 2, matched: 1, match_rate: 50 },
    })
  })
})

describe('match', () => {
  it('ignores each accent, each mark and each kind of addition', async () => {
    const songs = [
      song({ title: 'àáâãäåāăąçćčďđèéêëēęěğìíîïīıłñńňòóôõöøōőřśšşťùúûüūůűýÿźžż' }),
      song({ song_id: 'SO2', title: `Rock.,!?'"’‘“”´\`-–—&+:;/*#()[]Roll` }),
      song({ song_id: 'SO3', title: 'Solo' }),
    ]
    const plain = ['aaaaaaaaacccddeeeeeeegiiiiiilnnnoooooooorssstuuuuuuuyyzzz', 'RockRoll']
    const longer = ['(Live)', '[Explicit]', 'feat. Thom Yorke', 'featuring Thom Yorke', '/ Jóga'].map(
      (end) => `Solo ${end}`,
    )
    const rows = await ask(
      source(
        [...plain, ...longer].map((title) => play('2018-11-10T12:00', { song: title })),
        songs,
      ),
      'match',
    )
    expect(column(rows, 'gained').slice(0, 4)).toEqual([0, 0, 2, 7])
  })

  it('finds each song by the first way that ignores what is different in it, and names the biggest', async () => {
    const songs = [
      ['Undo', 'Björk'],
      ['Human Behaviour', 'Björk'],
      ['Déjà Vu', 'Beyoncé'],
      ["You're The One", 'Dwight Yoakam'],
      ['Dog Days Are Over (Radio Edit)', 'Florence + The Machine'],
      ['Run Run Run', 'Phoenix / Air'],
      ['Intro', 'The XX'],
    ].map(([title = '', artist_name = ''], at) =>
      song({ song_id: `SO${at}`, artist_id: `AR${at}`, title, artist_name }),
    )
    const plays = (n: number, title: string | null, artist: string | null): LogEvent[] =>
      Array.from({ length: n }, () => play('2018-11-10T12:00', { song: title, artist }))
    const rows = await ask(
      source(
        [
          ...plays(1, 'Undo', 'Björk'),
          ...plays(2, 'human  behaviour', 'BJÖRK'),
          ...plays(3, 'Deja Vu', 'Beyonce'),
          ...plays(4, 'You’re the one!', 'Dwight Yoakam'),
          ...plays(5, 'Dog Days are over', 'Florence And The Machine'),
          ...plays(6, 'Run Run Run', 'Phoenix'),
          ...plays(7, 'Intro', 'Alt-J'),
          ...plays(8, 'Crystalised', 'The xx'),
          ...plays(9, 'Revelry', 'Kings Of Leon'),
          ...plays(10, null, null),
          ...plays(11, '???', '!!!'),
        ],
        songs,
      ),
      'match',
    )
    expect(rows.map((row) => [row['strategy'], row['matched'], row['gained'], row['song'], row['song_plays']])).toEqual(
      [
        ['Same title and artist', 1, 0, null, null],
        ['Without case and spaces', 3, 2, 'human  behaviour', 2],
        ['Without accents and punctuation', 10, 9, 'You’re the one!', 4],
        ['Without additions', 16, 15, 'Run Run Run', 6],
        ['Title alone', 28, 27, 'Intro', 7],
        ['Artist alone', 24, 23, 'Crystalised', 8],
        ['None of these', 30, null, '???', 11],
      ],
    )
    expect(column(rows, 'plays')).toEqual(rows.map(() => 66))
    expect(column(rows, 'match_rate')).toEqual([1.52, 4.55, 15.15, 24.24, 42.42, 36.36, 45.45])
  })
})
