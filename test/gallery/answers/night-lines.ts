import type { Answer } from '../../../src/core/answer.ts'
import type { RunRecord } from '../../../src/core/ports/ledger.ts'
import { type ChartReply, type Reply, stating, type TableReply, text } from '../../../src/core/reply.ts'
import { viewOf } from '../../../src/core/runner/answers.ts'
import type { LineReport } from '../../../src/core/schedule/report/digest.ts'
import { press } from './shown.ts'

export const ada = { kind: 'slack', id: 'U02AB3C4D', name: 'ada' } as const
export const place = { kind: 'slack', channel: 'C0DATAENG00', channelName: 'data-eng', direct: false } as const

/** A run of the night, or one of its lines, that began at a time and lasted so long. */
export function runAt(id: number, line: string, from: string, ms: number, given: Partial<RunRecord> = {}): RunRecord {
  const started = `2018-11-30T${from}.000Z`
  return {
    id,
    command: line.split(' ')[0] ?? line,
    line,
    who: ada,
    place,
    writer: false,
    listed: true,
    origin: { kind: 'line', fire: 57, at: 0 },
    approval: null,
    state: 'complete',
    worker: 'bot',
    key: null,
    args: null,
    door: 'words',
    requester: ada,
    attempt: 1,
    seq: id,
    retries: 0,
    lost: 0,
    started,
    available: started,
    ended: new Date(Date.parse(started) + ms).toISOString(),
    steps: [],
    answer: null,
    costUsd: null,
    ...given,
  }
}

function spoke(
  run: RunRecord,
  line: string,
  asks: boolean,
  answer: Pick<Answer, 'headline' | 'replies' | 'next'> & Partial<Answer>,
): LineReport {
  return { line, asks, answer: { ok: true, exit: 0, audience: 'channel', run: viewOf(run), ...answer } }
}

export const fresh = { about: 'freshness', text: 'Data until 29 Nov 2018, 23:58 UTC' }
export const trust = stating([fresh], ' · ', 'note')
export const green = stating([{ about: 'checks', text: '20 of 20 checks green' }], '', 'good')
const coverage = { about: 'coverage', text: '4.9% of plays match the catalogue (last load 4.8%)' }

export const loaded = spoke(runAt(58, 'etl', '03:00:01', 41_000), 'etl', false, {
  headline: '6,820 plays are live; 20 of 20 checks green.',
  replies: [
    text(
      '8,056 events and 14,896 songs read from 14,926 files\nsongplays 6,820 · users 97 · songs 14,896 · artists 9,553 · time 6,813 · page_views 950',
    ),
    green,
    stating([coverage], '', 'note'),
    text('326 wrongly encoded texts repaired, in 326 plays', 'note'),
  ],
  brief: [
    stating([{ about: 'load', text: '8,056 events and 14,896 songs read from 14,926 files in 41 s' }, coverage], ' · '),
    green,
  ],
  facts: { about: ['load', 'checks'] },
  next: [press('Top songs', 'top-songs'), press('Check', 'qa')],
})

const checks: TableReply = {
  kind: 'table',
  title: 'Checks',
  columns: ['check', 'severity', 'state', 'offending', 'title'],
  formats: ['text', 'text', 'text', 'integer', 'text'],
  rows: [
    ['artists-are-unique', 'error', 'green', 0, 'Each artist is in artists once'],
    ['days-have-no-gaps', 'warn', 'green', 0, 'Every day between the first and the last play has plays'],
    ['users-are-unique', 'error', 'green', 0, 'Each user is in users once'],
  ],
  total: 3,
}

export const checked = spoke(runAt(59, 'qa part=checks', '03:00:43', 5_100), 'qa checks', false, {
  headline: '20 of 20 checks green.',
  replies: [green, checks, trust],
  brief: [green, trust],
  facts: { about: ['checks'] },
  next: [press('Top songs', 'top-songs')],
})

const days = Array.from({ length: 14 }, (_, at) => 16 + at)
const plays = [319, 127, 138, 276, 322, 437, 332, 239, 314, 41, 216, 256, 363, 346]
const listeners = [22, 14, 12, 31, 27, 25, 28, 26, 18, 9, 22, 21, 34, 27]

const course: ChartReply = {
  kind: 'chart',
  type: 'line',
  title: 'Pulse',
  xLabel: 'day',
  yLabel: 'plays, listeners',
  categories: days.map((day, at) => (at === 0 ? `${day} Nov` : String(day))),
  series: [
    { name: 'plays', values: plays },
    { name: 'listeners', values: listeners },
  ],
}

export const pulse = spoke(runAt(60, 'pulse', '03:00:49', 900), 'pulse', true, {
  headline:
    'Pulse, 29 Nov 2018, vs the week before: plays 346 (+4.2%), listeners 27 (−3.6%), sessions 31 (0.0%), hours 23.6 (+5.8%), paid share 85.9% (+9.1 points).',
  replies: [
    {
      kind: 'table',
      title: 'Pulse, 16–29 Nov 2018 UTC',
      columns: ['day', 'plays', 'listeners'],
      formats: ['date', 'integer', 'integer'],
      rows: days.map((day, at) => [`2018-11-${day}`, plays[at] ?? 0, listeners[at] ?? 0]),
      total: 14,
    },
    { ...course, categories: days.map((day) => `2018-11-${day}`) },
    trust,
  ],
  brief: [
    text(
      '29 Nov 2018, vs the week before: plays 346 (+4.2%) · listeners 27 (−3.6%) · sessions 31 (0.0%) · hours 23.6 (+5.8%) · paid share 85.9% (+9.1 points)',
    ),
    course,
    trust,
  ],
  next: [press('CSV', 'csv 60')],
})

const songs: TableReply = {
  kind: 'table',
  title: 'Top songs, 29 Nov 2018 UTC',
  columns: ['song', 'artist', 'plays', 'listeners'],
  formats: ['text', 'text', 'integer', 'integer'],
  rows: [
    ["You're The One", 'Dwight Yoakam', 4, 4],
    ['Undo', 'Björk', 3, 3],
    ['Revelry', 'Kings Of Leon', 3, 2],
    ['Sehr kosmisch', 'Harmonia', 2, 2],
    ['Horn Concerto No. 4 in E flat K495: II. Romance (Andante cantabile)', 'Barry Tuckwell', 2, 2],
    ['Secrets', 'OneRepublic', 2, 2],
    ['Canada', 'Five Iron Frenzy', 2, 2],
    ['Fireflies', 'Charttraxx Karaoke', 2, 2],
    ['Invalid', 'Tub Ring', 2, 1],
    ['Ain’t Misbehavin', 'Sam Cooke', 2, 1],
  ],
  total: 10,
}

const ranked: Reply[] = [
  songs,
  {
    kind: 'chart',
    type: 'bar',
    title: 'Top songs',
    xLabel: 'song',
    yLabel: 'plays',
    categories: songs.rows.map(([song]) => String(song)),
    series: [{ name: 'plays', values: songs.rows.map(([, , n]) => Number(n)) }],
  },
  trust,
]

export const top = spoke(runAt(61, 'top-songs last=whole-day', '03:00:50', 700), 'top-songs last=1d', true, {
  headline:
    'Top songs, 29 Nov 2018 UTC: 10 rows; first song You’re The One, artist Dwight Yoakam, plays 4, listeners 4.',
  replies: ranked,
  brief: ranked,
  next: [press('Top 20', 'top-songs n=20 last=whole-day'), press('CSV', 'csv 61'), press('Source', 'result 61 source')],
})
