import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Answer } from '../src/core/answer.ts'
import { some } from './support/soak.ts'
import { createWarehouse, type Warehouse } from './support/warehouse.ts'

const folder = fileURLToPath(new URL('fixtures/cases/', import.meta.url))

/** A command line, its exit status, and what its answer holds. */
interface Step {
  readonly line: string
  readonly exit: 0 | 1
  readonly says?: readonly RegExp[]
  readonly never?: readonly RegExp[]
}

/** Inputs with their right result. `prepare` gives files the names that not every system takes. */
interface Case {
  readonly prepare?: (warehouse: Warehouse) => Promise<unknown>
  readonly steps: readonly Step[]
}

const refused = (...says: readonly RegExp[]): Step => ({ line: 'etl', exit: 1, says })
const loaded = (read: RegExp): Step => ({ line: 'etl', exit: 0, says: [read] })
const plays = (n: number): Step => ({ line: 'qa counts', exit: 0, says: [new RegExp(`"songplays",${n}\\b`)] })

/** A value in `length` that is none, in line 2 of 3 and more lines of 1 November. */
const impossibleLength = (reason: RegExp): Case => ({
  steps: [
    refused(/^2018-11-01-events\.json, line 2: /, reason, /\(1 row\)/, /etl max-errors=1\./),
    { line: 'etl max-errors=1', exit: 0, says: [/1 unreadable row left out:\n2018-11-01-events\.json, line 2: /] },
    { line: 'pulse', exit: 0, says: [/\["2018-11-01",2,/] },
    { line: 'sessions', exit: 0 },
    { line: 'paid-vs-free', exit: 0 },
  ],
})

/** A time in another unit, in line 1, beside five plays of five days. */
const wrongUnit = (unit: string): Case => ({
  steps: [
    refused(
      new RegExp(`^2018-11-01-events\\.json, line 1: ts is \\d+, out of range: it looks like ${unit}.* \\(1 row\\)`),
    ),
    { line: 'etl max-errors=1', exit: 0, says: [/5 events and 1 song read/] },
    { line: 'pulse last=7d', exit: 0, says: [/\["2018-11-01",/, /\["2018-11-05",/], never: [/\["1970/, /\["50804/] },
  ],
})

const cases: Readonly<Record<string, Case>> = {
  'all-empty': {
    steps: [
      { ...refused(/1 check red: The load has events and plays/), never: [/allow-empty/] },
      { line: 'etl allow-empty=yes', exit: 0, says: [/0 events and 1 song read/] },
    ],
  },
  'bom-alone': { steps: [loaded(/2 events and 1 song read/), plays(2)] },
  'artist-names': {
    steps: [
      loaded(/2 events and 3 songs read/),
      { line: 'unmatched-songs', exit: 0, never: [/"Let It"/] },
      { line: 'coverage', exit: 0, says: [/\["all days",2,2,100\]/] },
    ],
  },
  days1100: {
    prepare: writeDays,
    steps: [
      loaded(/1,120 events and 1 song read/),
      {
        line: 'pulse',
        exit: 0,
        says: [
          /^Pulse, 3 Jan 2019, vs the week before: plays 3 /,
          /\["2019-01-04",3,[^\n]*\]\nPulse, [^\n]* 2019-01-03 2019-01-04\n/,
          /the newest 1,000 of 1,100 rows/,
        ],
        never: [/"2016-01-01"/],
      },
      { line: 'active-users', exit: 0, says: [/\["2019-01-04",[^\n]*\]\nActive users, /], never: [/"2016-01-01"/] },
      { line: 'coverage', exit: 0, says: [/\["all days",1120,/, /\["2019-01-04",3,[^\n]*\]\n[^[]*$/] },
      { line: 'top-songs last=7d', exit: 0, says: [/29 Dec 2018 – 4 Jan 2019/, /"Blue Note","Harmonia",21/] },
    ],
  },
  'drift-page': {
    steps: [
      refused(
        /Every play has its page, .* \(4 rows, first in 2018-11-02-events\.json, line 1\)/,
        /"page",null,"Blue Note"/,
        /new field pageName \(text\), first in 2018-11-02-events\.json, line 1: log pageName text watched/,
        /field page is missing, first in 2018-11-02-events\.json, line 1: log page text optional/,
      ),
    ],
  },
  ext: {
    steps: [
      loaded(/5 events and 1 song read/),
      {
        line: 'etl',
        exit: 0,
        says: [/3 files skipped by name: 2018-11-06-events\.json\.bz2, 2018-11-07-events, 2018-11-08-events\.json\.1/],
      },
      plays(5),
    ],
  },
  firehose: { steps: [loaded(/3 events and 1 song read/), plays(3)] },
  'hive-json': {
    async prepare({ logData }) {
      await mkdir(join(logData, 'json=x'))
      await rename(join(logData, '2018-11-01-events.json'), join(logData, 'json=x', '2018-11-01-events.json'))
    },
    steps: [loaded(/1 event and 1 song read/), plays(1)],
  },
  'item-restart': {
    steps: [
      {
        line: 'etl',
        exit: 0,
        says: [
          /Different events with the same user, session and item \(6 rows, first in 2018-11-01-events\.json, line 4\)/,
        ],
        never: [/delivered more than once/],
      },
      plays(3),
    ],
  },
  'name-backslash-bracket': {
    async prepare({ logData }) {
      // No backslash in a Windows name.
      const name = sep === '/' ? 'a\\[1].json' : 'a[1].json'
      await rename(join(logData, 'a.json'), join(logData, name))
    },
    steps: [loaded(/1 event and 1 song read/), plays(1)],
  },
  'pretty-good-bad': {
    steps: [
      refused(/^c\.json, line 1: not valid JSON .* \(1 row\)/, /etl max-errors=1\./),
      { line: 'etl max-errors=1', exit: 0, says: [/2 songs read/] },
    ],
  },
  rounding: {
    steps: [
      refused(/line 1: .* is 1\.5, not a whole number \(3 rows\)/, /\["itemInSession",3,"2018-11-01-events\.json",1,/),
      { line: 'etl max-errors=3', exit: 0, says: [/3 events and 1 song read/] },
      { line: 'top-songs', exit: 0, says: [/"Second"/, /"Fourth"/, /"One"/], never: [/"Blue Note"/] },
    ],
  },
  'song-pretty-array': {
    steps: [{ ...refused(/^a\.json, line 2: it is an element of an array.* \(2 rows\)/), never: [/max-errors/] }],
  },
  'ts-future': {
    steps: [
      { line: 'etl', exit: 0, says: [/1 play is dated far ahead, up to 6 Dec 2019/] },
      {
        line: 'top-songs last=7d',
        exit: 0,
        says: [/"Blue Note","Harmonia",5/, /Data until 5 Nov 2018[^\n]* 1 play dated later, up to 6 Dec 2019/],
      },
      { line: 'pulse last=7d', exit: 0, says: [/\["2018-11-05",1,/], never: [/\["2019/] },
      { line: 'top-songs', exit: 0, says: [/"Blue Note","Harmonia",6/] },
    ],
  },
  'two-unicode-forms': {
    async prepare({ logData, songData }) {
      const play = { page: 'NextSong', level: 'free', auth: 'Logged In', userId: '7', sessionId: 1, length: 200.5 }
      const plays = ['Jo\u0301ga', 'J\u00f3ga'].map((song, itemInSession) =>
        JSON.stringify({
          ...play,
          song,
          artist: 'Bj\u00f6rk',
          itemInSession,
          ts: Date.UTC(2018, 10, 1, itemInSession),
        }),
      )
      await writeFile(join(logData, '2018-11-01-events.json'), plays.join('\n'))
      const song = { song_id: 'SO1', artist_id: 'AR1', title: 'J\u00f3ga', artist_name: 'Bjo\u0308rk', duration: 200.5 }
      await writeFile(join(songData, 'a.json'), JSON.stringify({ num_songs: 1, year: 0, ...song }))
    },
    steps: [
      loaded(/2 events and 1 song read/),
      { line: 'top-songs', exit: 0, says: [/\["J\u00f3ga","Bj\u00f6rk",2,1\]/] },
      { line: 'coverage', exit: 0, says: [/\["all days",2,2,100\]/] },
    ],
  },
  'userid-big': { steps: [loaded(/2 events and 1 song read/), { line: 'qa counts', exit: 0, says: [/"users",2\b/] }] },
}

/** Kinds of which a case differs from the next in its reason alone, which `core/unreadable.test.ts` has all of: the gate takes one of each. */
const kinds: readonly Readonly<Record<string, Case>>[] = [
  {
    'big-length': impossibleLength(/length is 1(0{16}\.0|e\+?16), out of range/),
    'inf-length': impossibleLength(/length is Infinity, not a number/),
    'nan-length': impossibleLength(/length is NaN, not a number/),
  },
  {
    'ts-micros': wrongUnit('microseconds'),
    'ts-nanos': wrongUnit('nanoseconds'),
    'ts-seconds': wrongUnit('seconds'),
  },
]

it.each([...Object.entries(cases), ...kinds.flatMap((kind) => some(Object.entries(kind), 1))])(
  '%s',
  async (name, { prepare, steps }) => {
    const warehouse = await createWarehouse()
    for (const place of [warehouse.logData, warehouse.songData]) {
      await rm(place, { recursive: true })
      await mkdir(place)
      const files = join(folder, name, basename(place))
      if (existsSync(files)) await cp(files, place, { recursive: true })
    }
    await prepare?.(warehouse)
    for (const { line, exit, says = [], never = [] } of steps) {
      const answer = await warehouse.bot.say(line)
      const words = wordsOf(answer)
      expect(answer.exit, `${line}\n${words}`).toBe(exit)
      for (const pattern of says) expect(words, line).toMatch(pattern)
      for (const pattern of never) expect(words, line).not.toMatch(pattern)
    }
  },
)

/** 1,100 days up to 4 January 2019 with one play each, and three on each of the last ten, in a file for each year. */
async function writeDays({ logData }: Warehouse): Promise<void> {
  const first = Date.UTC(2016, 0, 1, 2)
  const lines = Array.from({ length: 1100 }, (_, day) =>
    Array.from({ length: day >= 1090 ? 3 : 1 }, (__, item) => {
      const ts = first + (day * 24 + item * 5) * 3_600_000
      const play = { artist: 'Harmonia', song: 'Blue Note', length: 200.5, page: 'NextSong', level: 'free' }
      return JSON.stringify({ ...play, auth: 'Logged In', userId: '7', sessionId: day, itemInSession: item, ts })
    }).join('\n'),
  )
  await writeFile(join(logData, 'events.json'), lines.join('\n'))
}

/** All that an answer shows: its headline or failure first, then texts, tables with their rows as JSON, and what charts are drawn of. */
function wordsOf(answer: Answer): string {
  const headline = answer.ok ? [answer.headline] : []
  const replies = answer.replies.flatMap((reply) => {
    switch (reply.kind) {
      case 'failure':
        return [`${reply.message} ${reply.remedy ?? ''}`]
      case 'text':
        return [reply.text]
      case 'table':
        return [reply.title, ...reply.rows.map((row) => JSON.stringify(row))]
      case 'chart':
        return [`${reply.title}: ${reply.categories.join(' ')}`]
      default:
        return []
    }
  })
  return [...headline, ...replies].join('\n')
}
