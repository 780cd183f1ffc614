import { type Reply, type TableReply, text } from '../../../src/core/reply.ts'
import { press, runOf, type Shown, said } from './shown.ts'

const counts: TableReply = {
  kind: 'table',
  title: 'Rows',
  columns: ['table', 'rows'],
  formats: ['text', 'integer'],
  rows: [
    ['staging_events', 8_056],
    ['staging_songs', 71],
    ['songplays', 6_820],
    ['users', 97],
    ['songs', 71],
    ['artists', 69],
    ['time', 6_813],
  ],
  total: 7,
}

const samples: readonly TableReply[] = [
  {
    kind: 'table',
    title: 'songplays',
    columns: [
      'songplay_id',
      'start_time',
      'user_id',
      'level',
      'song_id',
      'artist_id',
      'session_id',
      'location',
      'user_agent',
      'item_in_session',
    ],
    formats: ['text', 'time', 'integer', 'text', 'text', 'text', 'integer', 'text', 'text', 'integer'],
    rows: [
      [
        '10-182-0',
        '2018-11-05T17:49:42.796Z',
        10,
        'free',
        null,
        null,
        182,
        'Washington-Arlington-Alexandria, DC-VA-MD-WV',
        '"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_4) AppleWebKit/537.77.4 (KHTML, like Gecko) Version/7.0.5 Safari/537.77.4"',
        0,
      ],
    ],
    total: 1,
  },
  {
    kind: 'table',
    title: 'users',
    columns: ['user_id', 'first_name', 'last_name', 'gender', 'level'],
    formats: ['integer', 'text', 'text', 'text', 'text'],
    rows: [[2, 'Jizelle', 'Benjamin', 'F', 'free']],
    total: 1,
  },
  {
    kind: 'table',
    title: 'songs',
    columns: ['song_id', 'title', 'artist_id', 'year', 'duration'],
    formats: ['text', 'text', 'text', 'text', 'decimal'],
    rows: [
      [
        'SOAOIBZ12AB01815BE',
        'I Hold Your Hand In Mine [Live At Royal Albert Hall]',
        'ARPBNLO1187FB3D52F',
        2000,
        43.36281,
      ],
    ],
    total: 1,
  },
]

const names: readonly (readonly [string, 'error' | 'warn', string])[] = [
  ['artists-are-unique', 'error', 'Each artist is in artists once'],
  ['catalogue-coverage', 'warn', 'At least 4% of plays match a song in the catalogue'],
  ['keys-are-not-null', 'error', 'No table has an empty key'],
  ['plays-have-users', 'error', "Every play's user is in users"],
  ['users-are-unique', 'error', 'Each user is in users once'],
]

function checks(offending: Readonly<Record<string, number>>): TableReply {
  const rows = names.map(([name, severity, title]) => {
    const found = offending[name] ?? 0
    return [name, severity, found === 0 ? 'green' : 'red', found, title]
  })
  return {
    kind: 'table',
    title: 'Checks',
    columns: ['check', 'severity', 'state', 'offending', 'title'],
    formats: ['text', 'text', 'text', 'integer', 'text'],
    rows,
    total: rows.length,
  }
}

const trust = text('Data until 30 Nov 2018, 23:54 UTC', 'note')
const green: Reply[] = [text('5 of 5 checks green', 'good'), checks({})]
const next = [press('Top songs', 'top-songs')]

export const qa: readonly Shown[] = [
  { name: 'qa-counts', answer: said(runOf('qa counts', 90), 'Row counts of load 11.', [counts, trust], next) },
  { name: 'qa-rows', answer: said(runOf('qa rows', 130), 'Sample rows of load 11.', [...samples, trust], next) },
  { name: 'qa-checks-green', answer: said(runOf('qa checks', 800), '5 of 5 checks green.', [...green, trust], next) },
  {
    name: 'qa-checks-red',
    answer: {
      ...said(
        runOf('qa checks', 800),
        '3 of 5 checks green · 1 red · 1 warning.',
        [
          text('3 of 5 checks green · 1 red · 1 warning', 'warning'),
          checks({ 'users-are-unique': 3, 'catalogue-coverage': 1 }),
          {
            kind: 'table',
            title: 'Red: Each user is in users once',
            columns: ['user_id', 'times'],
            formats: ['integer', 'integer'],
            rows: [
              [15, 2],
              [29, 2],
              [88, 3],
            ],
            total: 3,
          },
          trust,
        ],
        [press('Load again', 'etl')],
      ),
      ok: false,
      exit: 1,
    },
  },
  {
    name: 'qa-all',
    answer: said(runOf('qa', 1_400), '5 of 5 checks green.', [counts, ...green, ...samples, trust], next),
  },
]
