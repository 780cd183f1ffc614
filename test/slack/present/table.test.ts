import { describe, expect, it } from 'vitest'
import type { Cell, TableReply } from '../../../src/core/reply.ts'
import { presentTable } from '../../../src/slack/present/table.ts'
import { readingOf } from './look.ts'

function table(rows: readonly (readonly Cell[])[], given: Partial<TableReply> = {}): TableReply {
  return {
    kind: 'table',
    title: 'Top songs',
    columns: ['song', 'plays'],
    formats: ['text', 'integer'],
    rows: rows.map((row) => [...row]),
    total: rows.length,
    ...given,
  }
}

const many = (n: number, song = 'Undo') => Array.from({ length: n }, (_, at) => [`${song} ${at}`, at])

describe('a table', () => {
  it('is a sortable data_table, then a table aligned by column, then text', () => {
    const { part, file } = presentTable(table([['Undo', 6820]]), 'attached')
    expect(part.newest[0]).toEqual({
      type: 'data_table',
      caption: 'Top songs',
      rows: [
        [
          { type: 'raw_text', text: 'Song' },
          { type: 'raw_text', text: 'Plays' },
        ],
        [
          { type: 'raw_text', text: 'Undo' },
          { type: 'raw_number', value: 6820, text: '6,820' },
        ],
      ],
      page_size: 1,
    })
    expect(part.older[1]).toMatchObject({ type: 'table', column_settings: [{ align: 'left' }, { align: 'right' }] })
    expect(readingOf(part.oldest)).toBe('Top songs\nSong Plays\n──── ─────\nUndo 6,820')
    expect(file).toBeNull()
  })

  it('has a button in each row that can be acted on, then a menu of them; @slack/types knows no action_cell', () => {
    const show = { label: 'Show', line: 'runs 2' }
    const { part } = presentTable(
      table(
        [
          ['Undo', 1],
          ['Yellow', 2],
          ['Clocks', 3],
        ],
        {
          actions: [null, show, { label: 'Fill in', line: 'share 3', form: true }],
        },
      ),
      'attached',
    )
    const button = {
      type: 'button',
      action_id: 'say-row-2',
      text: { type: 'plain_text', text: 'Show', emoji: false },
      value: 'runs 2',
      accessibility_label: 'Show Yellow',
    }
    expect(part.newest[0]).toMatchObject({
      rows: [
        [{ text: 'Song' }, { text: 'Plays' }, { type: 'raw_text', text: 'Action' }],
        [{ text: 'Undo' }, { value: 1 }, { type: 'raw_text', text: '–' }],
        [
          { text: 'Yellow' },
          { value: 2 },
          { type: 'action_cell', element: button, fallback: { type: 'raw_text', text: 'runs 2' } },
        ],
        [{}, {}, { element: { action_id: 'fill-row-3' } }],
      ],
    })
    for (const form of ['older', 'oldest'] as const) {
      expect(part[form].at(-1)).toMatchObject({
        type: 'actions',
        elements: [
          { action_id: 'say-menu', options: [{ text: { text: 'Show: Yellow · 2' }, value: 'runs 2' }] },
          { action_id: 'fill-menu', options: [{ text: { text: 'Fill in: Clocks · 3' }, value: 'share 3' }] },
        ],
      })
      expect(JSON.stringify(part[form])).not.toContain('action_cell')
    }
  })

  it('gives up its last column for buttons, and a button whose line is too long for a menu', () => {
    const columns = Array.from({ length: 20 }, (_, at) => `c${at}`)
    const wide = table([columns], { columns, actions: [{ label: 'Show', line: 'runs 1' }] })
    const { part } = presentTable({ ...wide, list: true }, 'attached')
    expect(part.newest[0]).toMatchObject({ rows: [{ length: 20, 19: { text: 'Action' } }, { length: 20 }] })
    const long = { label: 'Show', line: `share "${'x'.repeat(150)}"` }
    expect(JSON.stringify(presentTable(table([['Undo', 1]], { actions: [long] }), 'attached'))).not.toContain('Action')
  })

  it('is read at once up to a day of hours, and in pages of ten beyond', () => {
    const sizes = [24, 25].map((rows) => presentTable(table(many(rows)), 'attached').part.newest[0])
    expect(sizes).toMatchObject([{ page_size: 24 }, { page_size: 10 }])
  })

  it('has no empty cell and no missing one', () => {
    const { part } = presentTable(table([['', null], ['Undo']]), 'attached')
    expect(readingOf(part.newest).split('\n').slice(3, 7)).toEqual(['–', '–', 'Undo', '–'])
  })

  it('says how many rows it shows of how many, and attaches the rest', () => {
    const { part, file } = presentTable(table(many(130), { total: 5_296 }), 'attached')
    expect(readingOf(part.newest)).toContain('100 of 5,296 rows · the CSV file has the first 130 rows')
    expect(readingOf(part.older)).toContain('99 of 5,296 rows')
    expect(file?.content.split('\r\n')).toHaveLength(132)
  })

  it('of days shows the newest of them in every form, behind their total, and says so', () => {
    const days = table([['all days', 900], ...many(400, 'day')], { total: 900, timeOrder: { after: 1 } })
    const { part } = presentTable(days, 'attached')
    for (const form of ['newest', 'older', 'oldest', 'words'] as const) {
      const reading = form === 'words' ? part.words.join('\n') : readingOf(part[form])
      expect(reading, form).toContain('all days')
      expect(reading, form).toContain('day 399')
      expect(reading, form).not.toContain('day 0')
      expect(reading, form).toMatch(/newest \d+ of 900 rows · the CSV file has the newest 401 rows/)
    }
  })

  it('has a file from the first form that had to cut, and speaks of it from there on', () => {
    const { part, file } = presentTable(table(many(100)), 'attached')
    expect(file?.from).toBe('older')
    expect(readingOf(part.newest)).not.toContain('CSV')
    expect(readingOf(part.older)).toContain('99 of 100 rows · the CSV file has all of it')
    const long = presentTable(table(many(90, 'a song with a name of its own')), 'attached')
    expect(long.file?.from).toBe('oldest')
    expect(readingOf(long.part.older)).not.toContain('CSV')
    expect(readingOf(long.part.oldest)).toMatch(/of 90 rows · .*the CSV file has all of it/)
    expect(presentTable(table(many(3)), 'attached').file).toBeNull()
  })

  it('says where to ask for a file that cannot be shown to one person', () => {
    const { part, file } = presentTable(table(many(130)), 'on request')
    expect(readingOf(part.newest)).toContain('100 of 130 rows · ask in a direct message for a CSV file with all of it')
    expect(file).toBeNull()
  })

  it('promises no file where none can be attached', () => {
    const { part, file } = presentTable(table(many(130)), 'nowhere')
    expect(readingOf(part.newest)).toContain('100 of 130 rows')
    expect(readingOf(part.newest)).not.toContain('CSV')
    expect(file).toBeNull()
  })

  it('shortens long values before it leaves out rows, and says so', () => {
    const { part, file } = presentTable(table(many(50, 'x'.repeat(3_000))), 'attached')
    expect(readingOf(part.newest)).toContain('long values are cut · the CSV file has all of it')
    expect(file?.content).toContain('x'.repeat(3_000))
  })

  it('names 20 columns of 25', () => {
    const columns = Array.from({ length: 25 }, (_, at) => `c${at}`)
    const row = columns.map((_, at) => at)
    const { part, file } = presentTable(
      table([row, row], { columns, formats: columns.map(() => 'integer') }),
      'attached',
    )
    expect(readingOf(part.newest)).toContain('20 of 25 columns · the CSV file has all of it')
    expect(file?.content).toContain('c24')
  })

  it('lies down when it is one wide row, all of its columns in sight', () => {
    const columns = Array.from({ length: 25 }, (_, at) => `c${at}`)
    const { part, file } = presentTable(
      table([columns.map((_, at) => at * 1_000)], { columns, formats: columns.map(() => 'integer') }),
      'attached',
    )
    expect(readingOf(part.newest)).toContain('Column\nValue\nC0\n0\nC1\n1,000')
    expect(part.newest[0]).toMatchObject({ page_size: 25 })
    expect(readingOf(part.newest)).not.toContain('columns')
    expect(file).toBeNull()
  })

  it('stands upright where it is one of several, or has five columns', () => {
    const head = (columns: readonly string[], total: number) =>
      presentTable(table([columns], { columns: [...columns], formats: columns.map(() => 'text'), total }), 'attached')
        .part.newest[0]
    const six = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(head(six, 1)).toMatchObject({ rows: { length: 7, 0: [{ text: 'Column' }, { text: 'Value' }] } })
    expect(head(six, 2)).toMatchObject({ rows: { length: 2, 0: { length: 6 } } })
    expect(head(six.slice(1), 1)).toMatchObject({ rows: { length: 2, 0: { length: 5 } } })
  })

  it('stands upright as the only one of a list, however wide', () => {
    const columns = ['id', 'lines', 'when', 'where', 'owner', 'state', 'next']
    const one = { ...table([columns], { columns, formats: columns.map(() => 'text') }), list: true as const }
    const { part } = presentTable(one, 'attached')
    expect(part.newest[0]).toMatchObject({
      rows: [
        ['ID', 'Lines', 'When', 'Where', 'Owner', 'State', 'Next'].map((text) => ({ text })),
        columns.map((text) => ({ text })),
      ],
    })
  })

  it('is a sentence when it has no rows', () => {
    const { part } = presentTable(table([]), 'attached')
    expect(readingOf(part.newest)).toBe('Top songs\nNo rows.')
  })

  it('fits a phone as text, names cut and figures whole', () => {
    const columns = ['song', 'artist', 'plays', 'listeners']
    const formats = ['text', 'text', 'integer', 'integer'] as const
    const row = ['Horn Concerto No. 4 in E flat', 'Barry Tuckwell', 1_234_567, 14]
    const { part } = presentTable(
      table([row, ['Undo', 'Björk', 28, 16]], { columns, formats: [...formats] }),
      'attached',
    )
    const lines = readingOf(part.oldest).split('\n').slice(1, -1)
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(34)
    expect(lines.join('\n')).toContain('1,234,567')
  })

  it('is a list as text where columns would make stumps of sentences', () => {
    const columns = ['state', 'found', 'cure']
    const row = ['red', 's3://udacity-dend/log_data cannot be read', 'Give the role s3:ListBucket on it.']
    const { part } = presentTable(table([row], { columns, formats: ['text', 'text', 'text'] }), 'attached')
    expect(readingOf(part.oldest)).toContain('State: red\nFound: s3://udacity-dend/log_data cannot be read\nCure: Give')
  })

  it('sorts as text where a figure is missing, and keeps its alignment', () => {
    const { part } = presentTable(
      table([
        ['Undo', 1],
        ['Revelry', null],
      ]),
      'attached',
    )
    expect(part.older[1]).toMatchObject({ column_settings: [{ align: 'left' }, { align: 'right' }] })
    expect(part.newest[0]).toMatchObject({
      rows: [
        [{}, {}],
        [{}, { value: 1 }],
        [{}, { type: 'raw_text', text: '–' }],
      ],
    })
  })
})
