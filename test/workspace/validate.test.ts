import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { charactersOf, checkMessageBlocks, checkModal } from '../../src/workspace/validate.ts'

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
const plain = (text: string) => ({ type: 'plain_text', text })
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) })
const button = (more: object = {}) => ({ type: 'button', action_id: 'a', text: plain('Go'), ...more })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const raw = (text: string) => ({ type: 'raw_text', text })
const table = (...rows: object[][]) => ({ type: 'table', rows })
const dataTable = (...rows: object[][]) => ({ type: 'data_table', caption: 'Songs', rows })
const task = (more: object = {}) => ({ type: 'task_card', task_id: 't', title: 'Stage', status: 'complete', ...more })
const chart = (series: object[], categories = ['a', 'b']) => ({
  type: 'data_visualization',
  title: 'Plays',
  chart: { type: 'bar', series, axis_config: { categories } },
})
const points = (...labels: string[]) => labels.map((label) => ({ label, value: 1 }))

const said = (...blocks: unknown[]) =>
  checkMessageBlocks(blocks).issues.map(({ pointer, message }) => `${pointer} ${message}`)

describe('a button in a row', () => {
  const cell = (action_id: string, more: object = {}) => ({
    type: 'action_cell',
    element: button({ action_id }),
    ...more,
  })

  it('is taken by a data_table, with what older clients show', () => {
    expect(said(dataTable([raw('h'), raw('Action')], [raw('x'), cell('a', { fallback: raw('runs 1') })]))).toEqual([])
    expect(said(dataTable([raw('h')], [cell('a')]))).toEqual([])
  })

  it.each<[string, readonly string[], object]>([
    ['a table', ['/blocks/0/rows/1/0/type unsupported type'], table([raw('h')], [cell('a')])],
    ['a header', ['/blocks/0/rows/0/0 the header may not hold action_cell'], dataTable([cell('a')], [raw('x')])],
    [
      'a button of the same id',
      ['/blocks/0/elements/1/action_id `action_id` "a" already exists'],
      dataTable([raw('h')], [cell('a')], [cell('a')]),
    ],
    [
      'a rich fallback',
      ['/blocks/0/rows/1/0/fallback/type unsupported type'],
      dataTable([raw('h')], [cell('a', { fallback: { type: 'rich_text', elements: [] } })]),
    ],
    [
      'a menu',
      ['/blocks/0/rows/1/0/element/type must be a valid enum value'],
      dataTable([raw('h')], [{ type: 'action_cell', element: { type: 'overflow', options: [] } }]),
    ],
  ])('is refused in or as %s', (_, faults, block) => {
    expect(said(block)).toEqual(expect.arrayContaining([...faults]))
  })
})

describe('the blocks of a message', () => {
  it('are taken when they keep every limit', () => {
    const rich = {
      type: 'rich_text',
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }],
    }
    expect(
      said(
        { ...section('x'.repeat(3000)), accessory: button() },
        { type: 'header', text: plain('x'.repeat(150)) },
        { type: 'context', elements: Array.from({ length: 10 }, () => mrkdwn('x')) },
        { type: 'divider' },
        actions(...Array.from({ length: 25 }, (_, n) => button({ action_id: `a${n}`, value: 'x'.repeat(2000) }))),
        rich,
        table([raw('h'), raw('i')], [{ type: 'raw_number', value: 3, text: '3' }, rich]),
        chart([{ name: 'plays', data: points('b', 'a') }]),
        { type: 'plan', title: 'Load', tasks: [task(), task({ status: 'pending', output: rich })] },
      ),
    ).toEqual([])
  })

  it.each<[string, string, ...unknown[]]>([
    ['a block that does not exist', '/blocks/0/type unsupported type', { type: 'sparkle' }],
    ['no type', '/blocks/0/type unsupported type', {}],
    ['something that is no object', '/blocks/0 must provide an object', 'hello'],
    ['no text', '/blocks/0 missing required field: text', { type: 'section' }],
    ['an empty text', '/blocks/0/text/text must be more than 0 characters', section('')],
    ['a long text', '/blocks/0/text/text must be less than 3001 characters', section('x'.repeat(3001))],
    [
      'a long header',
      '/blocks/0/text/text must be less than 151 characters',
      { type: 'header', text: plain('x'.repeat(151)) },
    ],
    ['mrkdwn in a header', '/blocks/0/text/type must be a valid enum value', { type: 'header', text: mrkdwn('x') }],
    ['a missing field', '/blocks/0 missing required field: elements', { type: 'actions' }],
    ['an unknown field', '/blocks/0 invalid additional property: colour', { ...section('x'), colour: 'red' }],
    ['no buttons', '/blocks/0/elements no less than 1 items allowed', actions()],
    [
      'a long button',
      '/blocks/0/elements/0/text/text must be less than 76 characters',
      actions(button({ text: plain('x'.repeat(76)) })),
    ],
    [
      'a long value',
      '/blocks/0/elements/0/value must be less than 2001 characters',
      actions(button({ value: 'x'.repeat(2001) })),
    ],
    [
      'a long question',
      '/blocks/0/elements/0/confirm/title/text must be less than 101 characters',
      actions(button({ confirm: { title: plain('x'.repeat(101)), text: plain('x') } })),
    ],
    [
      'the same action twice',
      '/blocks/0/elements/1/action_id `action_id` "a" already exists',
      actions(button(), button()),
    ],
    [
      'the same block twice',
      '/blocks/1/block_id `block_id` "b" already exists',
      { ...section('x'), block_id: 'b' },
      { ...section('y'), block_id: 'b' },
    ],
    ['an empty cell', '/blocks/0/rows/1/0/text must be more than 0 characters', table([raw('h')], [raw('')])],
    [
      'a wide table',
      '/blocks/0/rows/0 no more than 20 items allowed',
      table(Array.from({ length: 21 }, () => raw('h'))),
    ],
    [
      'a tall table',
      '/blocks/0/rows no more than 100 items allowed',
      table(...Array.from({ length: 101 }, () => [raw('x')])),
    ],
    [
      'a tall data table',
      '/blocks/0/rows no more than 101 items allowed',
      dataTable(...Array.from({ length: 102 }, () => [raw('x')])),
    ],
    ['a data table without data', '/blocks/0/rows no less than 2 items allowed', dataTable([raw('h')])],
    [
      'uneven rows',
      '/blocks/0/rows/1 must have 2 cells like the first row',
      dataTable([raw('h'), raw('i')], [raw('x')]),
    ],
    ['two tables', '/blocks/1 only_one_table_allowed', table([raw('h')]), dataTable([raw('h')], [raw('x')])],
    [
      'too much in a table',
      '/blocks/0 no more than 10000 characters allowed in tables',
      table([raw('x'.repeat(6000)), raw('y'.repeat(6000))]),
    ],
    [
      'rich text in a data header',
      '/blocks/0/rows/0/0 the header may not hold rich_text',
      dataTable([{ type: 'rich_text', elements: [] }], [raw('x')]),
    ],
    [
      'two plans',
      '/blocks/1 Cannot have more than 1 plan block',
      { type: 'plan', title: 'a' },
      { type: 'plan', title: 'b' },
    ],
    ['a plan titled by an object', '/blocks/0/title must provide a string', { type: 'plan', title: plain('Load') }],
    [
      'an unknown task state',
      '/blocks/0/tasks/0/status must be a valid enum value',
      { type: 'plan', title: 'Load', tasks: [task({ status: 'skipped' })] },
    ],
    [
      'a long chart title',
      '/blocks/0/title must be less than 51 characters',
      { ...chart([{ name: 'p', data: points('a', 'b') }]), title: 'x'.repeat(51) },
    ],
    [
      'a series without a point for each category',
      '/blocks/0/chart/series/0/data must have exactly one point for each category',
      chart([{ name: 'p', data: points('a') }]),
    ],
    [
      'two series of one name',
      '/blocks/0/chart/series/1/name names must be unique',
      chart([
        { name: 'p', data: points('a', 'b') },
        { name: 'p', data: points('a', 'b') },
      ]),
    ],
    [
      'seven series',
      '/blocks/0/chart/series no more than 6 items allowed',
      chart(Array.from({ length: 7 }, (_, n) => ({ name: `${n}`, data: points('a', 'b') }))),
    ],
    [
      'a slice of nothing',
      '/blocks/0/chart/segments/0/value must be more than 0',
      { type: 'data_visualization', title: 'x', chart: { type: 'pie', segments: [{ label: 'a', value: 0 }] } },
    ],
    [
      'three charts',
      '/blocks/2 Cannot have more than 2 data_visualization blocks',
      ...Array.from({ length: 3 }, () => chart([{ name: 'p', data: points('a', 'b') }])),
    ],
    [
      'fifty-one blocks',
      '/blocks no more than 50 items allowed',
      ...Array.from({ length: 51 }, () => ({ type: 'divider' })),
    ],
    [
      'an input',
      '/blocks/0/type unsupported type',
      { type: 'input', label: plain('x'), element: { type: 'plain_text_input' } },
    ],
  ])('are refused for %s', (_, fault, ...blocks) => {
    expect(said(...blocks)[0]).toContain(fault)
  })

  it('point at the fault wherever it stands', () => {
    fc.assert(
      fc.property(fc.nat(48), fc.nat(3000), fc.integer({ min: 1, max: 500 }), (before, fine, over) => {
        const blocks = [
          ...Array.from({ length: before }, () => section('x'.repeat(fine + 1))),
          section('x'.repeat(3000 + over)),
        ]
        const faults = [`/blocks/${before}/text/text must be less than 3001 characters`]
        expect(said(...blocks)).toEqual(
          fine + 1 > 3000
            ? [...blocks.slice(1).map((__, n) => `/blocks/${n}/text/text must be less than 3001 characters`), ...faults]
            : faults,
        )
      }),
    )
  })

  it('never make the validator throw', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(checkMessageBlocks(value).issues)))
  })
})

describe('the characters of a message', () => {
  it('are what is shown, not the identifiers', () => {
    const value = 'x'.repeat(500)
    expect(charactersOf([section('12345'), actions(button({ value, action_id: 'spin-up' }))])).toBe(7)
  })

  it('add up over blocks', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        expect(charactersOf(texts.map(section))).toBe(texts.join('').length)
      }),
    )
  })
})

describe('a modal', () => {
  const input = {
    type: 'input',
    block_id: 'name',
    label: plain('Name'),
    element: { type: 'plain_text_input', action_id: 'n' },
  }
  const modal = (more: object = {}) => ({
    type: 'modal',
    title: plain('Tear down?'),
    submit: plain('Go'),
    blocks: [input],
    ...more,
  })
  const faults = (view: unknown) => checkModal(view).issues.map(({ pointer, message }) => `${pointer} ${message}`)

  it('is taken when it keeps every limit', () => {
    expect(faults(modal({ private_metadata: 'x'.repeat(3000), callback_id: 'typed' }))).toEqual([])
  })

  it.each([
    ['a long title', { title: plain('x'.repeat(25)) }, '/title/text must be less than 25 characters'],
    ['long metadata', { private_metadata: 'x'.repeat(3001) }, '/private_metadata must be less than 3001 characters'],
    ['inputs without submit', { submit: undefined }, ' missing required field: submit'],
    ['a plan', { blocks: [{ type: 'plan', title: 'x' }] }, '/blocks/0/type unsupported type'],
    [
      '101 blocks',
      { blocks: Array.from({ length: 101 }, () => ({ type: 'divider' })) },
      '/blocks no more than 100 items allowed',
    ],
  ])('is refused for %s', (_, more, fault) => {
    expect(faults(JSON.parse(JSON.stringify(modal(more))))).toEqual([fault])
  })
})
