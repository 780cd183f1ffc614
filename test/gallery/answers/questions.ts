import { type TableReply, text } from '../../../src/core/reply.ts'
import { failed, fill, press, runOf, type Shown, said } from './shown.ts'

const songs: readonly (readonly [song: string, artist: string, plays: number, listeners: number])[] = [
  ["You're The One", 'Dwight Yoakam', 37, 21],
  ['Undo', 'Björk', 28, 16],
  ['Revelry', 'Kings Of Leon', 27, 19],
  ['Sehr kosmisch', 'Harmonia', 21, 15],
  [
    'Horn Concerto No. 4 in E flat K495: II. Romance (Andante cantabile)',
    'Barry Tuckwell/Academy of St Martin-in-the-Fields',
    19,
    14,
  ],
  ['Secrets', 'OneRepublic', 17, 13],
  ['Canada', 'Five Iron Frenzy', 17, 12],
  ['Invalid', 'Tub Ring', 16, 11],
  ['Ain’t Misbehavin', 'Sam Cooke', 16, 10],
  ['Catch You Baby (Steve Pitron & Max Sanna Radio Edit)', 'Lonnie Gordon', 15, 11],
]

const topSongs: TableReply = {
  kind: 'table',
  title: 'Top songs, 1–30 Nov 2018 UTC',
  columns: ['song', 'artist', 'plays', 'listeners'],
  formats: ['text', 'text', 'integer', 'integer'],
  rows: songs.map((row) => [...row]),
  total: 10,
}

const trust = text('Data until 30 Nov 2018, 23:54 UTC', 'note')
const asked = runOf('top-songs', 240)

export const questions: readonly Shown[] = [
  {
    name: 'top-songs',
    answer: said(
      asked,
      'Top songs, 1–30 Nov 2018 UTC: 10 rows; first song You’re The One, artist Dwight Yoakam, plays 37, listeners 21.',
      [
        topSongs,
        {
          kind: 'chart',
          type: 'bar',
          title: 'Top songs',
          xLabel: 'song',
          yLabel: 'plays',
          categories: songs.map(([song]) => song),
          series: [{ name: 'plays', values: songs.map(([, , plays]) => plays) }],
        },
        text(
          'Data until 30 Nov 2018, 23:54 UTC · Warning: Every day between the first and the last play has plays · 4.9% of plays match the catalogue',
          'note',
        ),
      ],
      [
        press('Top 20', 'top-songs n=20'),
        fill('Post this every…', 'schedule-add lines=top-songs day=daily time=07:00'),
        press('CSV', 'csv 12'),
        press('Source', 'result 12 source'),
      ],
    ),
  },
  {
    name: 'peak-hours',
    answer: said(runOf('peak-hours', 190), 'Peak hours: 12:00 leads with 540 plays, 7 more than the next.', [
      {
        kind: 'table',
        title: 'Peak hours, 1–30 Nov 2018 UTC',
        columns: ['period', 'plays', 'listeners'],
        formats: ['text', 'integer', 'integer'],
        rows: hours(),
        total: 24,
      },
      {
        kind: 'chart',
        type: 'bar',
        title: 'Peak hours, 1–30 Nov 2018 UTC',
        xLabel: 'period',
        yLabel: 'plays',
        categories: hours().map(([period]) => String(period)),
        series: [{ name: 'plays', values: hours().map(([, plays]) => Number(plays)) }],
      },
      trust,
    ]),
  },
  {
    name: 'paid-and-free-pie',
    answer: said(runOf('levels', 120), 'Plays by level: paid 5,591, free 1,229.', [
      {
        kind: 'chart',
        type: 'pie',
        title: 'Plays by level',
        xLabel: 'level',
        yLabel: 'plays',
        categories: ['paid', 'free'],
        series: [{ name: 'plays', values: [5_591, 1_229] }],
      },
    ]),
  },
  {
    name: 'two-series',
    answer: said(runOf('pulse', 120), 'Plays by day and level.', [
      {
        kind: 'chart',
        type: 'line',
        title: 'Plays by day and level',
        xLabel: 'day',
        yLabel: 'plays',
        categories: ['2018-11-28', '2018-11-29', '2018-11-30'],
        series: [
          { name: 'paid', values: [338, 270, 290] },
          { name: 'free', values: [96, 76, 40] },
        ],
      },
    ]),
  },
  {
    name: 'empty-table',
    answer: said(asked, 'Top songs, 12 Nov 2018 UTC: no rows.', [
      { ...topSongs, title: 'Top songs, 12 Nov 2018 UTC', rows: [], total: 0 },
      trust,
    ]),
  },
  {
    name: 'cut-table',
    answer: said(runOf('top-songs n=1000', 600), 'Top songs: 5,296 rows.', [
      {
        ...topSongs,
        rows: Array.from({ length: 130 }, (_, at) => [
          `Song ${at + 1}`,
          `Artist ${(at % 7) + 1}`,
          900 - at,
          90 - (at % 60),
        ]),
        total: 5_296,
      },
      text('Data until 30 Nov 2018, 23:54 UTC · the first 130 of 5,296 rows', 'note'),
    ]),
  },
  {
    name: 'wide-table',
    answer: said(runOf('wide', 100), 'A table of 25 columns.', [
      {
        kind: 'table',
        title: 'A table of 25 columns',
        columns: Array.from({ length: 25 }, (_, at) => `column_${at + 1}`),
        formats: Array.from({ length: 25 }, () => 'integer' as const),
        rows: [1, 2, 3].map((row) => Array.from({ length: 25 }, (_, at) => row * 1_000 + at)),
        total: 3,
      },
    ]),
  },
  {
    name: 'every-format',
    answer: said(runOf('formats', 100), 'One column of each format.', [
      {
        kind: 'table',
        title: 'Formats',
        columns: ['text', 'integer', 'decimal', 'percent', 'duration'],
        formats: ['text', 'integer', 'decimal', 'percent', 'duration'],
        rows: [
          ['plain', 6_820, 2.71801, 4.88, 218_930],
          ['small', -5, 0.00123, 0.01, 400],
          ['nothing', null, null, null, null],
        ],
        total: 3,
      },
      {
        kind: 'table',
        title: 'More formats',
        columns: ['time', 'date', 'bytes', 'big', 'yes or no'],
        formats: ['time', 'date', 'bytes', 'integer', 'text'],
        rows: [
          ['2018-11-30T21:59:12.345Z', '2018-11-30', 9_817_000, '9223372036854775807', true],
          [null, null, null, null, false],
        ],
        total: 2,
      },
    ]),
  },
  {
    name: 'hostile-data',
    view: { asker: '@channel <!here>' },
    answer: said(runOf('top-songs artist="<!channel>"', 240), 'First song <!channel> *by* evil.com', [
      {
        kind: 'table',
        title: 'Songs <!here> of https://evil.example',
        columns: ['song', 'artist'],
        rows: [
          ['<!channel> @here <@U02AB3C4D>', '=HYPERLINK("http://evil.example")'],
          ['*bold* _it_ ~st~ `code`', '\u202egnp.exe\u202c'],
          ['שלום עולם', '日本語の歌手'],
          ['', 'z\u200bero\u200bwidth'],
        ],
        total: 4,
      },
      text('Mind <https://evil.example|this> and :skull: and evil.com', 'warning'),
    ]),
  },
  {
    name: 'not-loaded',
    answer: failed('not_loaded', 'Nothing is loaded yet.', 'Load the warehouse with etl.', {
      run: runOf('top-songs', 15, { state: 'error' }),
      next: [press('Load', 'etl')],
    }),
  },
]

function hours(): [string, number, number][] {
  return Array.from({ length: 24 }, (_, hour) => [
    `${String(hour).padStart(2, '0')}:00`,
    150 + Math.round(390 * Math.sin((Math.PI * hour) / 24) ** 2),
    30 + hour,
  ])
}
