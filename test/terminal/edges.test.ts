import { Readable } from 'node:stream'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import type { ChartReply, FailureReply, PlanReply, StepView, TableReply, TextReply } from '../../src/core/reply.ts'
import { readTerminalArguments, requireWholeLine } from '../../src/terminal/arguments.ts'
import { answerText, chartText, howToConfirm, stepText } from '../../src/terminal/present.ts'
import { type Output, screenOf } from '../../src/terminal/screen.ts'
import { show } from '../../src/terminal/session.ts'
import { bar, padded, sparkline, tableText } from '../../src/terminal/table.ts'

const plain = screenOf({})
const tinted = screenOf({}, 'always')
const table = (columns: string[], rows: TableReply['rows'], more: Partial<TableReply> = {}): TableReply => ({
  kind: 'table',
  title: 'Title',
  columns,
  rows,
  total: rows.length,
  ...more,
})
const bodyOf = (given: TableReply, columns: number) => tableText(given, screenOf({ columns })).split('\n').slice(1)
const plan: PlanReply = {
  kind: 'plan',
  id: 'p1',
  line: 'spin-up',
  title: 'Spin up?',
  facts: [],
  act: 'Spin up',
  danger: false,
  expires: '2026-11-30T03:10:00.000Z',
}
const failure: FailureReply = { kind: 'failure', code: 'busy', message: 'Busy.', remedy: '' }
const done: TextReply = { kind: 'text', text: 'Done', tone: 'good' }

describe("a shell's words", () => {
  it.each([
    [['etl', '-y'], { line: 'etl', yes: true }],
    [['-h', 'etl', 'x'], { line: 'help etl x' }],
    [['tear-down', '--confirm'], { line: 'tear-down', confirm: '' }],
    [['tear-down', '--confirm='], { line: 'tear-down', confirm: '' }],
    [['--confirm', 'sparkify', 'tear-down'], { line: 'tear-down', confirm: 'sparkify' }],
    [['a', 'text=top songs', '--text=top songs'], { line: 'a text="top songs" --text="top songs"' }],
    [['a', 'tz=Europe/London', '--n=5'], { line: 'a tz=Europe/London --n=5' }],
    [['a', 'top songs=x y'], { line: 'a "top songs=x y"' }],
    [[], { line: '', json: false, yes: false, confirm: undefined }],
  ])('%j are read as %j', (argv, read) => {
    expect(readTerminalArguments(argv)).toMatchObject(read)
  })

  it('may end in a word that only looks like the one before a channel', () => {
    for (const line of ['help share in', 'in', 'share 12 within'])
      expect(() => requireWholeLine(readTerminalArguments([line]))).not.toThrow()
    expect(() => requireWholeLine(readTerminalArguments(['share 12 IN']))).toThrow('ends after "IN"')
  })
})

describe('a drawing', () => {
  it.each([
    [0.5, 3, '█▌'],
    [1, 3, '███'],
    [2, 3, '███'],
    [0, 3, ''],
    [-1, 3, ''],
    [1 / 8, 1, '▏'],
    [0.999, 2, '█▉'],
  ])('of %d in %d columns is "%s"', (share, width, drawn) => {
    expect(bar(share, width)).toBe(drawn)
  })

  it('of a course goes from the least to the most, is flat where nothing changes, and has gaps', () => {
    expect(sparkline([1, 8, 2, null, 4.5])).toBe('▁█▂ ▅')
    expect(sparkline([5, 5])).toBe('▁▁')
    expect(sparkline([-2, 5])).toBe('▁█')
  })

  const chart = (series: ChartReply['series'], type: ChartReply['type'] = 'bar'): ChartReply => ({
    kind: 'chart',
    type,
    title: 'Plays',
    xLabel: 'day',
    yLabel: 'plays',
    categories: ['Mon', 'Tue'],
    series,
  })

  it('of several series has one scale, names each, and shows what is not known as a dash', () => {
    const lines = chartText(
      chart([
        { name: 'free', values: [10, -5] },
        { name: 'paid', values: [5, null] },
        { name: 'other', values: [] },
      ]),
      plain,
    ).split('\n')
    expect(lines.map((line) => line.trimEnd())).toEqual([
      'Plays',
      'free',
      `${'Mon'.padEnd(24)}  ${'█'.repeat(30)} 10`,
      `${'Tue'.padEnd(24)}   −5`,
      'paid',
      `${'Mon'.padEnd(24)}  ${'█'.repeat(15)} 5`,
      `${'Tue'.padEnd(24)}   –`,
      'other',
      `${'Mon'.padEnd(24)}   –`,
      `${'Tue'.padEnd(24)}   –`,
    ])
    expect(chartText(chart([{ name: 'free', values: [0, 0] }]), plain)).not.toContain('█')
  })

  it('of courses beside their table is one line for each, under each other, with its range', () => {
    const days = table(['day', 'a', 'longer'], [['Mon', 1, null]])
    const series = [
      { name: 'a', values: [1, 3] },
      { name: 'longer', values: [null, null] },
    ]
    const text = answerText({ ...answer, replies: [days, chart(series, 'area')] }, plain)
    expect(text.split('\n').slice(-2)).toEqual(['a       ▁█  1–3', 'longer      –'])
    // One that draws something else stands alone.
    expect(answerText({ ...answer, replies: [days, chart([{ name: 'b', values: [1] }])] }, plain)).toContain('Plays\n')
  })
})

const answer: Answer = { ok: true, exit: 0, headline: '', audience: 'channel', run: null, replies: [], next: [] }

describe('a table', () => {
  it('gives bars as much room as there is, from 8 columns to 20', () => {
    const ranking = table(['song', 'plays'], [['Undo', 2]], { formats: ['text', 'integer'] })
    const longest = (columns: number) => tableText(ranking, screenOf({ columns }), 'plays').split('█').length - 1
    expect([12, 20, 21, 30, 33, 34, 80].map(longest)).toEqual([0, 0, 8, 17, 20, 20, 20])
    expect(bodyOf(ranking, 80)).toHaveLength(3)
  })

  it('names the newest rows as such, and keeps to the width with each figure whole', () => {
    const newest = table(['day'], [['Mon'], ['Tue']], { total: 40, timeOrder: { after: 0 } })
    expect(bodyOf(newest, 80).at(-1)).toBe('(newest 2 of 40 rows)')
    const texts = table(['a', 'b', 'n'], [['x'.repeat(30), 'y'.repeat(20), 123_456]], {
      formats: ['text', 'text', 'integer'],
    })
    const [head = '', , row = ''] = bodyOf(texts, 44)
    expect(row).toBe(`${'x'.repeat(15)}…  ${'y'.repeat(16)}…  123,456`)
    expect(stringWidth(head)).toBe(44)
    // Below twelve columns a text is no text: each column gets a line of its own.
    expect(bodyOf(texts, 35).at(-1)).toBe(`${'x'.repeat(11)}…  ${'y'.repeat(11)}…  123,456`)
    expect(bodyOf(texts, 34)).toEqual([`A  ${'x'.repeat(30)}`, `B  ${'y'.repeat(20)}`, 'N  123,456'])
    expect(bodyOf(texts, 30)[0]).toBe(`A  ${'x'.repeat(26)}…`)
  })

  it('writes a single wide row downwards, unless it is one of a list', () => {
    const columns = ['a', 'b', 'c', 'd', 'e', 'f']
    const row = [1, 2, 3, 4, 5, 6]
    expect(bodyOf(table(columns, [row]), 80)).toHaveLength(6)
    expect(bodyOf(table(columns, [row], { list: true }), 80)).toHaveLength(3)
    expect(bodyOf(table(columns, [row, row]), 80)).toHaveLength(4)
    expect(bodyOf(table(columns.slice(1), [row.slice(1)]), 80)).toHaveLength(3)
  })

  it('breaks the last text in up to five lines, and cuts only what the fifth cannot hold', () => {
    const told = (words: number) =>
      bodyOf(table(['n', 'text'], [['a', 'word word '.repeat(words).trim()]]), 15).slice(2)
    expect(told(5)).toEqual(['a  word word', ...Array.from({ length: 4 }, () => '   word word')])
    expect(told(6)).toHaveLength(5)
    expect(told(6).at(-1)).toBe('   word word w…')
  })

  it('fills and cuts wide characters by their columns', () => {
    expect(padded('日本', 5, false)).toBe('日本 ')
    expect(padded('日本', 5, true)).toBe(' 日本')
    expect(padded('日本語', 4, false)).toBe('日… ')
    expect(padded('abcd', 4, false)).toBe('abcd')
    expect(padded('abcde', 4, false)).toBe('abc…')
  })
})

describe('a step', () => {
  const step = (state: StepView['state'], ms: number | null, detail?: string): string =>
    stepText({ title: 'Stage', state, ms, ...(detail === undefined ? {} : { detail }) }, plain)

  it('has its mark, its time where it has begun, and its detail', () => {
    expect(step('pending', 5)).toBe('○ Stage')
    expect(step('in_progress', 1_000, 'now')).toBe('● Stage  1.0 s  now')
    expect(step('complete', null, '8 rows')).toBe('✓ Stage  8 rows')
    expect(step('error', 61_000)).toBe('✗ Stage  1 min 1 s')
    expect(step('skipped', 0)).toBe('✓ Stage  < 0.1 s')
  })

  it('has the colour of its state', () => {
    const colourOf = (state: StepView['state']) =>
      stepText({ title: 'S', state, ms: null }, tinted).split('m')[0]?.slice(2)
    expect((['complete', 'error', 'in_progress', 'pending', 'skipped'] as const).map(colourOf)).toEqual([
      '32',
      '31',
      '36',
      '2',
      '2',
    ])
  })
})

describe('text by its tone', () => {
  it('has a mark where it is good or a warning, and is faint where it is a note', () => {
    const said = (tone: TextReply['tone']) => answerText({ ...answer, replies: [{ ...done, tone }] }, tinted)
    expect(said('good')).toBe('\u001b[32m✓\u001b[39m Done')
    expect(said('warning')).toBe('\u001b[33m⚠\u001b[39m Done')
    expect(said('note')).toBe('\u001b[2mDone\u001b[22m')
    expect([said('code'), said(undefined)]).toEqual(['Done', 'Done'])
  })

  it('lists what a menu has, aligned by those that say something', () => {
    const items = [
      { name: 'etl', text: 'Load', line: 'etl' },
      { name: 'tear-down', text: 'Delete', line: 'tear-down' },
      { name: 'a name that is longer than all', text: '', line: 'a' },
    ]
    const groups = [
      { title: 'Do', items },
      { title: 'Ask', items: [] },
    ]
    const replies: Answer['replies'] = [{ kind: 'menu', groups }]
    expect(answerText({ ...answer, replies }, plain)).toBe(
      'Do\n  etl        Load\n  tear-down  Delete\n  a name that is longer than all\n\nAsk',
    )
  })
})

describe('an answer', () => {
  /** What goes to each stream, and the exit status. */
  function shownOn(given: Partial<Answer>, json = false): { out: string; err: string; exit: number } {
    const written = { out: '', err: '' }
    const stream = (name: keyof typeof written): Output => ({
      columns: 80,
      write: (text) => {
        written[name] += text
      },
    })
    const exit = show({ ...answer, ...given }, json, {
      input: Readable.from([]),
      out: stream('out'),
      err: stream('err'),
    })
    return { ...written, exit }
  }

  it('that is a failure alone goes to the errors, one that has more to the output', () => {
    expect(shownOn({ replies: [failure], exit: 1 })).toEqual({ out: '', err: '✗ Busy.\n', exit: 1 })
    expect(shownOn({ replies: [done] })).toEqual({ out: '✓ Done\n', err: '', exit: 0 })
    expect(shownOn({ replies: [done, failure], exit: 3 })).toEqual({ out: '✓ Done\n\n✗ Busy.\n', err: '', exit: 3 })
  })

  it('that is a plan says on the errors how a script confirms it, as JSON too', () => {
    const how = 'Not confirmed. Nothing was done. To do it: npx sparkify spin-up --yes\n'
    expect(shownOn({ replies: [plan], exit: 2 })).toEqual({ out: '', err: `Spin up?\n${how}`, exit: 2 })
    expect(shownOn({ replies: [plan], exit: 2 }, true)).toMatchObject({ err: how, exit: 2 })
    expect(howToConfirm({ ...plan, typed: 'sparkify' })).toMatch(/spin-up --confirm sparkify$/)
  })
})
