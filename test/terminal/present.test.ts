import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import type { TableReply } from '../../src/core/reply.ts'
import { chartText } from '../../src/terminal/chart.ts'
import { answerText } from '../../src/terminal/present.ts'
import { tableText } from '../../src/terminal/table.ts'

const table = (columns: string[], rows: TableReply['rows'], more: Partial<TableReply> = {}): TableReply => ({
  kind: 'table',
  title: 'Title',
  columns,
  rows,
  total: rows.length,
  ...more,
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
    expect(text.split('\n')).toEqual(['Title', 'song     plays', '───────  ─────', 'Undo        28', 'Revelry  6,820'])
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
    expect(text).not.toMatch(/[\u001b\u0007\u202e]/)
    expect(text.split('\n')).toHaveLength(4)
  })

  it('shows one row of many columns downwards', () => {
    const columns = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(
      tableText(table(columns, [[1, 2, 3, 4, 5, null]]), 80)
        .split('\n')
        .slice(1),
    ).toEqual(['a  1', 'b  2', 'c  3', 'd  4', 'e  5', 'f  –'])
  })

  it('shows times without the letters that machines want', () => {
    const text = tableText(
      table(['at'], [['2018-11-01T21:01:46.796Z'], ['2018-11-01T00:00:00.000Z']], { formats: ['time'] }),
      80,
    )
    expect(text).toContain('2018-11-01 21:01:46.796\n')
    expect(text).toMatch(/2018-11-01 00:00:00$/)
  })
})

describe('a chart in the terminal', () => {
  it('draws the longest bar for the most and none for zero', () => {
    const [, most = '', half = '', none = ''] = chartText({
      kind: 'chart',
      type: 'bar',
      title: 'Plays',
      xLabel: 'hour',
      yLabel: 'plays',
      categories: ['16', '17', '18'],
      series: [{ name: 'plays', values: [10, 5, 0] }],
    }).split('\n')
    const bars = (line: string) => [...line].filter((char) => char === '█').length
    expect([bars(most), bars(half), bars(none)]).toEqual([30, 15, 0])
  })
})

describe('an answer in the terminal', () => {
  const answer: Answer = {
    ok: true,
    exit: 0,
    headline: '',
    audience: 'channel',
    run: null,
    replies: [
      { kind: 'text', text: 'Done', tone: 'good' },
      { kind: 'failure', code: 'busy', message: 'Otto is loading.', remedy: 'Wait.' },
    ],
    next: [{ label: 'Top songs', line: 'top-songs' }],
  }

  it('names the next step in its last line', () => {
    expect(answerText(answer, 80).split('\n\n')).toEqual([
      '✓ Done',
      '✗ Otto is loading.\nWait.',
      'Next: npm run -s sparkify -- top-songs',
    ])
  })
})
