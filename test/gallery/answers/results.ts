import { type TableReply, text } from '../../../src/core/reply.ts'
import { fill, press, runOf, type Shown, said, whispered } from './shown.ts'

const songs: TableReply = {
  kind: 'table',
  title: 'Top songs, 24–30 Nov 2018 UTC',
  columns: ['song', 'artist', 'plays', 'listeners'],
  formats: ['text', 'text', 'integer', 'integer'],
  rows: [
    ["You're The One", 'Dwight Yoakam', 12, 7],
    ['Undo', 'Björk', 9, 6],
    ['Revelry', 'Kings Of Leon', 8, 8],
  ],
  total: 3,
}
const trust = text('Data until 30 Nov 2018, 23:54 UTC', 'note')
const origin = 'Result 12: top-songs n=3 last=7d, asked by ada, 30 Nov 2026, 03:00 UTC, answered in 0.2 s.'

export const results: readonly Shown[] = [
  {
    name: 'answer-in-direct-messages',
    view: { direct: true },
    answer: said(
      runOf('top-songs n=3 last=7d', 240),
      'Top songs, 24–30 Nov 2018 UTC: 3 rows.',
      [songs, trust],
      [
        press('Top 10', 'top-songs n=10 last=7d'),
        press('Previous 7 days', 'top-songs n=3 since=2018-11-17 until=2018-11-23'),
        fill('Share…', 'share 12'),
        press('Source', 'result 12 source'),
      ],
    ),
  },
  {
    name: 'result-page',
    answer: whispered(
      'Top songs, 24–30 Nov 2018 UTC, rows 51–53 of 130, by listeners.',
      [
        { ...songs, title: 'Top songs, 24–30 Nov 2018 UTC, rows 51–53, by listeners', total: 130 },
        text(`${origin} Stored until 7 Dec 2026, 03:00 UTC.`, 'note'),
      ],
      [
        press('Next rows', 'result 12 sort=listeners page=3'),
        press('Previous rows', 'result 12 sort=listeners page=1'),
        press('Sort by song', 'result 12 sort=song'),
        press('CSV', 'csv 12'),
      ],
    ),
  },
  {
    name: 'result-source',
    answer: whispered(
      'Source of top-songs n=3 last=7d.',
      [
        text(origin),
        text(
          'Tables: songplays (6,820 rows), songs (14,896 rows).\nLoad 3 on duckdb, run by ada, published 30 Nov 2026, 02:14 UTC; load 2 with the files that changed since.',
        ),
        text('Source files: 30 log files, 8,056 rows, 3.6 MB · 14,896 song files, 14,896 rows, 4.1 MB.'),
        {
          kind: 'table',
          title: 'Newest source files',
          columns: ['file', 'day', 'rows', 'left_out', 'bytes'],
          formats: ['text', 'date', 'integer', 'integer', 'integer'],
          rows: [
            ['2018/11/2018-11-30-events.json', '2018-11-30', 388, 0, 174_232],
            ['2018/11/2018-11-29-events.json', '2018-11-29', 380, 1, 170_998],
          ],
          total: 14_926,
          list: true,
        },
        text(
          'Rows left out as unreadable: 1 · texts repaired: 45 in 326 plays · events delivered again, counted once: 0\nChecks: all 24 green.',
        ),
        text(
          'select\n  song_title as song,\n  count(*) as plays\nfrom songplays\nwhere\n  start_time >= cast(:from as timestamp)\ngroup by song_title\nlimit :n',
          'code',
        ),
        {
          kind: 'table',
          title: 'Bound values',
          columns: ['name', 'value'],
          rows: [
            ['n', 3],
            ['from', '2018-11-24 00:00:00.000'],
          ],
          total: 2,
        },
        text('Stored until 7 Dec 2026, 03:00 UTC.', 'note'),
      ],
      [press('All files', 'csv 12 files'), press('CSV', 'csv 12'), fill('Share…', 'share 12')],
    ),
  },
  {
    name: 'result-as-csv',
    answer: said(runOf('csv 12', 20), 'Top songs: 3 rows, result 12, as CSV.', [
      {
        kind: 'file',
        name: 'top-songs-24-30-nov-2018-utc.csv',
        about: 'Top songs, 24–30 Nov 2018 UTC: 3 rows, result 12',
        content: 'song,artist,plays,listeners\r\n',
      },
    ]),
  },
  {
    name: 'result-shared',
    answer: {
      ...said(runOf('share 12', 20), 'Top songs, 24–30 Nov 2018 UTC: 3 rows.', [
        text('otto shares result 12: top-songs n=3 last=7d, asked by ada, 30 Nov 2026, 03:00 UTC'),
        songs,
        trust,
      ]),
      run: null,
    },
  },
  {
    name: 'answer-to-one-that-was-cut',
    answer: {
      ...whispered('Top songs: 130 rows.', [
        {
          ...songs,
          rows: Array.from({ length: 130 }, (_, at) => [`Song ${at + 1}`, `Artist ${at % 7}`, 900 - at, 90]),
          total: 130,
        },
      ]),
      asked: { engine: 'duckdb', load: 3, sql: 'select 1', values: {} },
    },
  },
  {
    name: 'queries',
    answer: whispered('3 questions.', [
      {
        kind: 'menu',
        groups: [
          {
            title: 'Over time',
            items: [
              {
                name: 'pulse',
                text: "Each day's plays, listeners, sessions, hours and paid share",
                line: 'pulse',
              },
            ],
          },
          {
            title: 'Rankings',
            items: [{ name: 'top-songs', text: 'The songs played most, as the log names them', line: 'top-songs' }],
          },
        ],
        choose: { label: 'Ask a question…', form: true },
      },
      text('Type help and a name to see its parameters: help top-songs. 2 more need a higher role.', 'note'),
    ]),
  },
]
