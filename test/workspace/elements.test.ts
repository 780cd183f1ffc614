import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkHome, checkMessageBlocks, checkModal } from '../../src/workspace/validate.ts'
import { ada, dataEng, music, openStage, type Stage } from './stage.ts'

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const section = (accessory: object) => ({ type: 'section', text: plain('x'), accessory })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const option = (value: string) => ({ text: plain(value), value })
const overflow = (options: object[], more: object = {}) => ({ type: 'overflow', action_id: 'o', options, ...more })
const time = (initial_time: string) => ({ type: 'timepicker', action_id: 't', initial_time })
const input = (element: object) => ({ type: 'input', label: plain('When'), element })
const words = ({ issues }: { issues: readonly { pointer: string; message: string }[] }) =>
  issues.map(({ pointer, message }) => `${pointer} ${message}`)
const inMessage = (...blocks: object[]) => words(checkMessageBlocks(blocks))
const inModal = (...blocks: object[]) =>
  words(checkModal({ type: 'modal', title: plain('x'), submit: plain('Go'), blocks }))
const inHome = (...blocks: object[]) => words(checkHome({ type: 'home', blocks }))

describe('an overflow menu', () => {
  it('stands beside a section and among actions, on every surface', () => {
    const menu = overflow(['a', 'b', 'c', 'd', 'e'].map(option), { confirm: { text: plain('Sure?') } })
    for (const where of [inMessage, inModal, inHome]) expect(where(section(menu), actions(menu))).toEqual([])
  })

  it.each<[string, string, object]>([
    ['no options', '/options no less than 1 items allowed', overflow([])],
    ['six options', '/options no more than 5 items allowed', overflow(['a', 'b', 'c', 'd', 'e', 'f'].map(option))],
    [
      'a long line',
      '/options/0/text/text must be less than 76 characters',
      overflow([{ ...option('a'), text: plain('x'.repeat(76)) }]),
    ],
    [
      'a long value',
      '/options/0/value must be less than 151 characters',
      overflow([{ ...option('a'), value: 'x'.repeat(151) }]),
    ],
    [
      'a placeholder',
      ' invalid additional property: placeholder',
      overflow([option('a')], { placeholder: plain('x') }),
    ],
  ])('is refused for %s', (_, fault, menu) => {
    expect(inMessage(section(menu))).toEqual([`/blocks/0/accessory${fault}`])
  })

  it('is no input', () => {
    expect(inModal(input(overflow([option('a')])))).toEqual(['/blocks/0/element/type unsupported type'])
  })
})

describe('a select', () => {
  const select = (more: object) => ({ type: 'static_select', action_id: 's', ...more })

  it('takes options on every surface, and is refused without', () => {
    for (const where of [inMessage, inModal, inHome])
      expect(where(actions(select({ options: [option('a')] })))).toEqual([])
    expect(inMessage(actions(select({})))).toEqual(['/blocks/0/elements/0 missing required field: options'])
  })
})

describe('a time picker', () => {
  it('stands beside a section, among actions and in an input', () => {
    for (const where of [inModal, inHome])
      expect(where(section(time('00:00')), actions(time('23:59')), input(time('07:30')))).toEqual([])
    expect(inMessage(section(time('00:00')), actions(time('23:59')))).toEqual([])
  })

  it('takes each minute of a day, and nothing else', () => {
    const two = (n: number) => String(n).padStart(2, '0')
    const minutes = Array.from({ length: 1440 }, (_, n) => `${two(Math.floor(n / 60))}:${two(n % 60)}`)
    for (const at of minutes) expect(inMessage(actions(time(at)))).toEqual([])
    const near = fc.stringMatching(/^[0-9]{1,3}:[0-9]{1,3}$/)
    const other = fc.oneof(fc.string(), near, fc.constantFrom('24:00', '7:30', '07:60', '07:30:00', '07:30\n', ''))
    const fault = '/blocks/0/elements/0/initial_time must be a time of the form HH:mm'
    fc.assert(
      fc.property(
        other.filter((at) => !minutes.includes(at)),
        (at) => {
          expect(inMessage(actions(time(at)))).toEqual([fault])
        },
      ),
    )
  })
})

describe('a Home tab', () => {
  const rich = { type: 'rich_text', elements: [] }
  const raw = { type: 'raw_text', text: 'x' }

  it('takes the blocks that Slack shows there', () => {
    const data = { type: 'data_table', caption: 'Runs', rows: [[raw], [raw]] }
    const image = { type: 'image', image_url: 'https://x.org/a.png', alt_text: 'a chart', title: plain('Plays') }
    const header = { type: 'header', text: plain('x') }
    const context = { type: 'context', elements: [plain('x')] }
    expect(inHome(section(overflow([option('a')])), context, { type: 'divider' }, header, image, rich, data)).toEqual(
      [],
    )
    expect(inHome({ type: 'table', rows: [[raw]] })).toEqual([])
    expect(inHome(...Array.from({ length: 100 }, () => ({ type: 'divider' })))).toEqual([])
  })

  it.each([
    ['plan', { title: 'Load' }],
    ['task_card', { task_id: 't', title: 'Stage', status: 'complete' }],
    ['data_visualization', { title: 'x', chart: { type: 'pie', segments: [{ label: 'a', value: 1 }] } }],
    ['markdown', { text: 'x' }],
  ])('refuses a %s', (type, more) => {
    expect(inHome({ type, ...more })).toEqual(['/blocks/0/type unsupported type'])
  })

  it.each<[string, string, object]>([
    [
      '101 blocks',
      '/blocks no more than 100 items allowed',
      { blocks: Array.from({ length: 101 }, () => ({ type: 'divider' })) },
    ],
    ['long metadata', '/private_metadata must be less than 3001 characters', { private_metadata: 'x'.repeat(3001) }],
    ['a modal', '/type must be a valid enum value', { type: 'modal' }],
    ['a title', ' invalid additional property: title', { title: plain('x') }],
    ['no blocks', ' missing required field: blocks', { blocks: undefined }],
    [
      'two tables',
      '/blocks/1 only_one_table_allowed',
      { blocks: [1, 2].map(() => ({ type: 'table', rows: [[raw]] })) },
    ],
    [
      'the same block twice',
      '/blocks/1/block_id `block_id` "b" already exists',
      { blocks: [1, 2].map(() => ({ type: 'divider', block_id: 'b' })) },
    ],
  ])('refuses %s', (_, fault, more) => {
    expect(words(checkHome({ type: 'home', blocks: [], ...more }))).toEqual([fault])
  })

  it('never makes the validator throw', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(checkHome(value).issues)))
  })
})

describe('what stands in a modal', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage({ limits: { postBurst: 100 } })
  })
  afterAll(() => stage.close())

  it('is submitted with it, whatever block it stands in', async () => {
    let trigger = ''
    let state: unknown
    stage.app.command('/sparkify', async ({ ack, command }) => {
      trigger = command.trigger_id
      await ack()
    })
    stage.app.view('when', async ({ ack, view }) => {
      state = view.state
      await ack()
    })
    await stage.workspace.users.send({ as: ada, channel: dataEng, text: '/sparkify schedule' })
    const timepicker = { type: 'timepicker' as const, action_id: 'at' }
    const day = { type: 'static_select' as const, action_id: 'day', options: [option('monday')] }
    const channel = { type: 'conversations_select' as const, action_id: 'in', default_to_current_conversation: true }
    const opened = await stage.client.views.open({
      trigger_id: trigger,
      view: {
        type: 'modal',
        callback_id: 'when',
        title: plain('When?'),
        submit: plain('Save'),
        blocks: [
          { type: 'input', block_id: 'time', label: plain('Time'), element: timepicker },
          { type: 'input', block_id: 'channel', label: plain('Channel'), element: channel },
          // A menu keeps no value, and what is optional need not be filled in.
          {
            type: 'actions',
            block_id: 'more',
            elements: [
              day,
              { ...timepicker, action_id: 'until' },
              { type: 'overflow', action_id: 'menu', options: [option('monday')] },
            ],
          },
          {
            type: 'input',
            block_id: 'why',
            optional: true,
            label: plain('Why'),
            element: { type: 'plain_text_input', action_id: 'words' },
          },
        ],
      },
    })
    const submit = (time: string) =>
      stage.workspace.users.submit({
        as: ada,
        view_id: opened.view?.id ?? '',
        form: [
          { block_id: 'time', action_id: 'at', value: time },
          { block_id: 'channel', action_id: 'in', value: music },
          { block_id: 'more', action_id: 'day', value: 'monday' },
        ],
      })
    expect(await submit('')).toEqual({ errors: { time: 'Please complete this required field.' } })
    expect(await submit('07:30')).toEqual({})
    expect(state).toEqual({
      values: {
        time: { at: { type: 'timepicker', selected_time: '07:30' } },
        channel: { in: { type: 'conversations_select', selected_conversation: music } },
        more: {
          day: { type: 'static_select', selected_option: option('monday') },
          until: { type: 'timepicker', selected_time: null },
        },
        why: { words: { type: 'plain_text_input', value: null } },
      },
    })
  })
})
