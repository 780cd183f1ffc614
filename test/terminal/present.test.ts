import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import type { PlanReply, TableReply } from '../../src/core/reply.ts'
import { answerText as answerOn, chartText, planText } from '../../src/terminal/present.ts'
import { screenOf } from '../../src/terminal/screen.ts'
import { tableText as tableOn } from '../../src/terminal/table.ts'

const answerText = (given: Answer, columns: number): string => answerOn(given, screenOf({ columns }))
const tableText = (given: TableReply, columns: number): string => tableOn(given, screenOf({ columns }))

const table = (columns: string[], rows: TableReply['rows'], more: Partial<TableReply> = {}): TableReply => ({
  kind: 'table',
  title: 'Title',
  columns,
  rows,
  total: rows.length,
  ...more,
})

describe('an answer in the terminal', () => {
  const said: Answer = {
    ok: true,
    exit: 0,
    headline: 'Done.',
    title: 'Nightly,\u001b[2J 30 Nov',
    audience: 'channel',
    run: null,
    replies: [{ kind: 'text', text: 'Short' }],
    details: [table(['n'], [[1]]), { kind: 'text', text: 'Long' }],
    brief: [{ kind: 'text', text: 'Shorter' }],
    next: [{ label: 'Share', line: 'share 3 in #music' }],
  }

  it('is its title, its replies, its details below them, and what to say next', () => {
    expect(answerText(said, 80)).toBe(
      "Nightly,[2J 30 Nov\n\nShort\n\nTitle\nN\n─\n1\n\nLong\n\nNext: npx sparkify share 3 in '#music'",
    )
  })
})

describe('a plan in the terminal', () => {
  it('says what changed since it was asked, what it does, and why it needs approval', () => {
    const plan: PlanReply = {
      kind: 'plan',
      id: 'p1',
      line: 'spin-up',
      title: 'Spin up sparkify?',
      facts: ['$0.60 an hour'],
      act: 'Spin up',
      danger: false,
      expires: '2026-11-30T03:10:00.000Z',
      reasons: ['It can cost $4.80; anything above $1.00 needs approval.'],
      changes: [
        { was: '$0.54 an hour', now: '$0.60 an hour' },
        { was: 'One node', now: null },
        { was: null, now: 'Two nodes' },
      ],
    }
    expect(planText(plan, screenOf({}))).toBe(
      [
        'Spin up sparkify?',
        '  It has changed since it was requested:',
        '  was: $0.54 an hour',
        '  now: $0.60 an hour',
        '  no longer: One node',
        '  now also: Two nodes',
        '  $0.60 an hour',
        '  ⚠ It can cost $4.80; anything above $1.00 needs approval.',
      ].join('\n'),
    )
  })
})

describe('a table in the terminal', () => {
  it('aligns numbers to the right and groups them', () => {
    const text = tableText(
      table(
        ['song', 'plays'],
        [
          ['Undo', 28],
          ['Revelry', 6820],
        ],
        { formats: ['text', 'integer'] },
      ),
      80,
    )
    expect(text.split('\n')).toEqual(['Title', 'Song     Plays', '───────  ─────', 'Undo        28', 'Revelry  6,820'])
  })

  it('keeps columns straight under wide characters', () => {
    const text = tableText(
      table(
        ['a', 'b'],
        [
          ['日本', 'x'],
          ['ab', 'y'],
        ],
      ),
      80,
    )
    const [, , , wide = '', narrow = ''] = text.split('\n')
    expect(stringWidth(wide)).toBe(stringWidth(narrow))
  })

  it('says how many rows there are beyond those shown', () => {
    expect(tableText(table(['n'], [[1], [2]], { total: 5295 }), 80)).toContain('(2 of 5,295 rows)')
    expect(tableText(table(['n'], []), 80)).toContain('(no rows)')
  })

  it('obeys no escape sequence that stands in the data', () => {
    const text = tableText(table(['song'], [['\u001b[2Jgone\u0007\nnext \u202eback']]), 80)
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u)
    expect(text.split('\n')).toHaveLength(4)
  })

  it('shows one row of many columns downwards', () => {
    const columns = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(
      tableText(table(columns, [[1, 2, 3, 4, 5, null]]), 80)
        .split('\n')
        .slice(1),
    ).toEqual(['A  1', 'B  2', 'C  3', 'D  4', 'E  5', 'F  –'])
  })

  it('shows times as people write them, and says once of what zone they are', () => {
    const text = tableText(
      table(['at'], [['2018-11-01T21:01:46.796Z'], ['2018-11-01T00:00:00.000Z']], { formats: ['time'] }),
      80,
    )
    expect(text.split('\n').slice(3)).toEqual(['1 Nov 2018, 21:01', '1 Nov 2018, 00:00', '(times in UTC)'])
  })
})

describe('a chart in the terminal', () => {
  it('draws the longest bar for the most and none for zero', () => {
    const [, most = '', half = '', none = ''] = chartText(
      {
        kind: 'chart',
        type: 'bar',
        title: 'Plays',
        xLabel: 'hour',
        yLabel: 'plays',
        categories: ['16', '17', '18'],
        series: [{ name: 'plays', values: [10, 5, 0] }],
      },
      screenOf({}),
    ).split('\n')
    const bars = (line: string) => [...line].filter((char) => char === '█').length
    expect([bars(most), bars(half), bars(none)]).toEqual([30, 15, 0])
  })
})

describe('a chart of a table in the terminal', () => {
  const days = table(
    ['day', 'plays', 'share'],
    [
      ['2018-11-01', 2, 4.88],
      ['2018-11-02', 8, 0.01],
      ['2018-11-03', null, null],
    ],
    { formats: ['date', 'integer', 'percent'] },
  )
  const chart = (type: 'bar' | 'line') => ({
    kind: 'chart' as const,
    type,
    title: 'Title',
    xLabel: 'day',
    yLabel: 'plays',
    categories: ['2018-11-01', '2018-11-02', '2018-11-03'],
    series: [{ name: 'plays', values: [2, 8, null] }],
  })
  const shown = (type: 'bar' | 'line', columns = 80) =>
    answerText({ ...answer, replies: [days, chart(type)], next: [] }, columns).split('\n')

  it('is a bar behind each row where it ranks, without a second heading', () => {
    expect(shown('bar')).toEqual([
      'Title',
      'Day         Plays  Share',
      '──────────  ─────  ─────  ────────────────────',
      '2018-11-01      2  4.88%  █████',
      '2018-11-02      8  0.01%  ████████████████████',
      '2018-11-03      –      –',
    ])
    expect(shown('bar', 30).join()).not.toContain('█')
  })

  it('of a year keeps to the width, each column the mean of its days', () => {
    const year = Array.from({ length: 365 }, (_, at) => at)
    const rows = year.map((at): [string, number, number] => [`day ${at}`, at, 1])
    const course = { ...chart('line'), series: [{ name: 'plays', values: year }] }
    const text = answerText({ ...answer, replies: [{ ...days, rows, total: 365 }, course], next: [] }, 80)
    const last = text.split('\n').at(-1) ?? ''
    expect(last.length).toBeLessThanOrEqual(80)
    expect(last).toMatch(/^plays {2}▁.*█ {2}0–364$/)
  })

  it('marks the days of notes below it, each under its own column', () => {
    const notes = [{ id: 12, first: '2018-11-02', last: '2018-11-02', text: 'campaign' }]
    const text = answerText({ ...answer, replies: [days, { ...chart('line'), notes }], next: [] }, 80)
    expect(text.split('\n').slice(-2)).toEqual(['plays  ▁█   2–8', 'notes   ▴'])
    const alone = answerText({ ...answer, replies: [{ ...chart('line'), notes }], next: [] }, 80)
    expect(alone).toContain('2 Nov [12] ')
  })

  it('is a line of its own where it tells the course of time', () => {
    expect(shown('line').slice(-3)).toEqual(['2018-11-03      –      –', '', 'plays  ▁█   2–8'])
  })
})

const answer: Answer = {
  ok: true,
  exit: 0,
  headline: '',
  audience: 'channel',
  run: null,
  replies: [],
  next: [],
}

describe('an answer in the terminal', () => {
  const replies: Answer['replies'] = [
    { kind: 'text', text: 'Done', tone: 'good' },
    { kind: 'failure', code: 'busy', message: 'Otto is loading.', remedy: 'Wait.' },
  ]
  const next = [
    { label: 'Share…', line: 'share 12', form: true },
    { label: 'Top songs', line: 'top-songs' },
  ]

  it('is its file alone where it is one', () => {
    const file = { kind: 'file' as const, name: 'a.csv', about: 'All of it', content: 'song,plays\r\nUndo,1\r\n' }
    expect(answerText({ ...answer, replies: [file] }, 80)).toBe('song,plays\r\nUndo,1')
  })

  it('names by their ids those who can help', () => {
    const refused = {
      kind: 'failure',
      code: 'not_allowed',
      message: 'No.',
      remedy: 'Wait.',
      ask: ['U0ANNA', 'S0OPS'],
    } as const
    expect(answerText({ ...answer, replies: [{ ...refused, ask: [...refused.ask] }] }, 80)).toBe(
      '✗ No.\nAsk U0ANNA, S0OPS.\nWait.',
    )
  })

  it('shows what to type for a row, the first three of each kind', () => {
    const actions = [1, 2, 3, 4].map((id) => ({ label: 'Show', line: `runs ${id}` }))
    const rows = [...actions, null].map((_, at) => [at + 1])
    const table = { kind: 'table' as const, title: 'Runs', columns: ['id'], rows, total: 5, list: true as const }
    const withActions = { ...table, actions: [...actions, null] }
    const shown = answerText({ ...answer, replies: [withActions] }, 80)
    expect(shown.split('\n').at(-1)).toBe('Show: npx sparkify runs 1 · runs 2 · runs 3 · …')
    expect(answerText({ ...answer, replies: [table] }, 80)).not.toContain('npx')
  })

  it('names the next step that can be said as it is in its last line', () => {
    expect(answerText({ ...answer, replies, next }, 80).split('\n\n')).toEqual([
      '✓ Done',
      '✗ Otto is loading.\nWait.',
      'Next: npx sparkify top-songs',
    ])
  })
})
